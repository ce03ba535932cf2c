//! MNIST, plain, gzipped, and broken.

use std::fs;
use std::io::Write;

use dnarch::tasks::{Split, Targets, open};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::{
    SPLITS, cases, check, classes, from_directory, message, open_never_panics, reference, values,
};

fn idx(magic: u32, axes: &[u32], items: &[u8]) -> Vec<u8> {
    let mut bytes = magic.to_be_bytes().to_vec();
    for axis in axes {
        bytes.extend(axis.to_be_bytes());
    }
    bytes.extend(items);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn mnist_images(count: usize) -> Vec<u8> {
    let pixels: Vec<u8> = (0..count * 784).map(|i| (i * 13 + i / 784) as u8).collect();
    idx(0x803, &[count as u32, 28, 28], &pixels)
}

fn mnist_labels(count: usize) -> Vec<u8> {
    let labels: Vec<u8> = (0..count).map(|i| (i % 10) as u8).collect();
    idx(0x801, &[count as u32], &labels)
}

/// A directory of 30 training and 4 test images, with the training images given.
fn mnist_directory(images: (&str, &[u8])) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(directory.path().join(name), bytes).unwrap();
    write(images.0, images.1);
    write("train-labels-idx1-ubyte", &mnist_labels(30));
    write("t10k-images-idx3-ubyte.gz", &gzip(&mnist_images(4)));
    write("t10k-labels-idx1-ubyte", &mnist_labels(4));
    directory
}

const MNIST_TRAIN: &str = "train-images-idx3-ubyte";

#[test]
fn mnist_is_read_plain_or_gzipped_as_images_or_sequences() {
    let images = mnist_images(30);
    let plain = mnist_directory((MNIST_TRAIN, &images));
    let zipped = mnist_directory(("train-images-idx3-ubyte.gz", &gzip(&images)));
    let task = open("mnist", &from_directory(plain.path())).unwrap();
    let other = open("mnist", &from_directory(zipped.path())).unwrap();
    assert_eq!(task.digest(), other.digest());
    assert_eq!(SPLITS.map(|split| task.len(split)), [27, 3, 4]);
    assert_eq!(
        task.title(),
        "MNIST, reduced to 27/3/4 of 55,000/5,000/10,000 images (training/validation/test)"
    );
    let sequential = open("mnist-sequential", &from_directory(plain.path())).unwrap();
    assert_eq!(task.grid(), [28, 28]);
    assert_eq!(sequential.grid(), [784]);
    assert_ne!(task.digest(), sequential.digest());
    let batch = task.batch(Split::Validation, &[1], 0).unwrap();
    assert_eq!(batch, sequential.batch(Split::Validation, &[1], 9).unwrap());
    assert_eq!(batch.targets, Targets::Classes(vec![8]));
    for position in [0, 27, 28, 783] {
        let byte = images[16 + 28 * 784 + position];
        let expected = (f64::from(byte) / 255.0 - 0.1307) / 0.3081;
        assert_eq!(values(&batch.inputs)[position], expected as f32);
    }
}

#[test]
fn broken_mnist_files_are_refused_by_file_and_place() {
    let valid = mnist_images(30);
    let pixels = &valid[16..];
    let mut longer = valid.clone();
    longer.push(0);
    for (images, expected) in [
        (vec![], "magic number: found the end of the file"),
        (
            valid[..15].to_vec(),
            "size of axis 2: found the end of the file",
        ),
        (
            idx(0x801, &[30, 28, 28], pixels),
            "magic number: found 0x00000801, expected 0x00000803",
        ),
        (
            idx(0x803, &[0, 28, 28], pixels),
            "number of items: found 0, expected 1 to 60000",
        ),
        (
            idx(0x803, &[u32::MAX, 28, 28], pixels),
            "number of items: found 4294967295, expected 1 to 60000",
        ),
        (
            idx(0x803, &[30, 28, 56], pixels),
            "size of axis 2: found 56, expected 28",
        ),
        (
            valid[..valid.len() - 1].to_vec(),
            "found 23519, expected 23520",
        ),
        (longer, "found more, expected 23520"),
        (
            mnist_images(29),
            "train-labels-idx1-ubyte: number of items: found 30, expected 29, as there are images",
        ),
    ] {
        let refuse = |directory: tempfile::TempDir| {
            let message = message("mnist", &from_directory(directory.path()));
            assert!(message.contains(expected), "{message}");
            assert!(!message.contains('\n'));
        };
        refuse(mnist_directory((MNIST_TRAIN, &images)));
        refuse(mnist_directory((
            "train-images-idx3-ubyte.gz",
            &gzip(&images),
        )));
    }
    let directory = mnist_directory((MNIST_TRAIN, &valid));
    let mut labels = mnist_labels(30);
    labels[8 + 7] = 10;
    fs::write(directory.path().join("train-labels-idx1-ubyte"), labels).unwrap();
    let refusal = message("mnist", &from_directory(directory.path()));
    assert!(
        refusal.contains("label 7: found 10, expected 0 to 9"),
        "{refusal}"
    );
    fs::remove_file(directory.path().join(MNIST_TRAIN)).unwrap();
    let refusal = message("mnist", &from_directory(directory.path()));
    assert!(
        refusal.contains("train-images-idx3-ubyte: cannot read"),
        "{refusal}"
    );
}

#[test]
fn a_check_of_mnist_reports_every_bad_label_and_file_and_goes_on() {
    let directory = mnist_directory((MNIST_TRAIN, &mnist_images(30)));
    assert_eq!(check("mnist", directory.path()), (4, 34, vec![]));
    let mut labels = mnist_labels(29);
    labels[8 + 3] = 10;
    labels[8 + 20] = 255;
    fs::write(directory.path().join("train-labels-idx1-ubyte"), labels).unwrap();
    let path = directory.path().join("t10k-images-idx3-ubyte.gz");
    fs::write(&path, "not compressed by gzip").unwrap();
    let (files, records, errors) = check("mnist-sequential", directory.path());
    assert_eq!((files, records), (3, 30));
    let expected = [
        "number of items: found 29, expected 30, as there are images",
        "label 3: found 10, expected 0 to 9",
        "label 20: found 255, expected 0 to 9",
        "t10k-images-idx3-ubyte.gz: magic number: found invalid gzip header",
    ];
    assert_eq!(errors.len(), expected.len(), "{errors:?}");
    for (error, expected) in errors.iter().zip(expected) {
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_damaged_gzip_file_is_refused() {
    let mut zipped = gzip(&mnist_images(30));
    let checksum = zipped.len() - 8;
    zipped[checksum] ^= 1;
    let directory = mnist_directory(("train-images-idx3-ubyte.gz", &zipped));
    let message = message("mnist", &from_directory(directory.path()));
    assert!(message.contains("corrupt gzip"), "{message}");
}

#[test]
fn the_real_mnist_is_read() {
    let Some(path) = reference("mnist") else {
        return;
    };
    let task = open("mnist", &from_directory(&path)).unwrap();
    assert_eq!(SPLITS.map(|split| task.len(split)), [55_000, 5_000, 3_000]);
    let first: Vec<usize> = (0..10).collect();
    assert_eq!(
        classes(&*task, Split::Train, &first),
        [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    );
    assert_eq!(
        classes(&*task, Split::Test, &first),
        [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    );
    // .1307 and .3081 are the statistics of the 60,000 training images.
    let all: Vec<usize> = (0..55_000).collect();
    let inputs = task.batch(Split::Train, &all, 0).unwrap().inputs;
    let inputs = values(&inputs);
    let count = inputs.len() as f64;
    let mean = inputs.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
    let squares = inputs.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / count;
    approx::assert_abs_diff_eq!(mean, 0.0, epsilon = 0.01);
    approx::assert_abs_diff_eq!(squares, 1.0, epsilon = 0.01);
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn random_bytes_as_mnist_files_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
        header in any::<bool>(),
        zipped in 0..3,
    ) {
        let bytes = if header { idx(0x803, &[2, 28, 28], &bytes) } else { bytes };
        let (name, bytes) = match zipped {
            0 => (MNIST_TRAIN, bytes),
            1 => ("train-images-idx3-ubyte.gz", bytes),
            _ => ("train-images-idx3-ubyte.gz", gzip(&bytes)),
        };
        let directory = mnist_directory((name, &bytes));
        open_never_panics("mnist", directory.path())?;
    }

    #[test]
    fn truncated_or_damaged_mnist_files_never_panic(
        cut in any::<prop::sample::Index>(),
        flip in any::<prop::sample::Index>(),
        zipped in any::<bool>(),
    ) {
        let whole = mnist_images(30);
        let (name, whole) = if zipped {
            ("train-images-idx3-ubyte.gz", gzip(&whole))
        } else {
            (MNIST_TRAIN, whole)
        };
        let truncated = mnist_directory((name, &whole[..cut.index(whole.len())]));
        let message = message("mnist", &from_directory(truncated.path()));
        prop_assert!(message.contains(name), "{}", message);
        let mut damaged = whole.clone();
        damaged[flip.index(whole.len())] ^= 0x55;
        open_never_panics("mnist", mnist_directory((name, &damaged)).path())?;
    }
}
