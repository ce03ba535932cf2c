//! CIFAR10, CIFAR100 and Image.

use std::fs;

use dnarch::Error;
use dnarch::tasks::torch_permutation::torch_permutation;
use dnarch::tasks::{Encoding, Goal, Source, Split, Targets, Task, open};
use proptest::prelude::*;

use super::{
    SPLITS, cases, classes, from_directory, message, open_never_panics, reference, values,
};

const RECORD: usize = 3073;

/// A CIFAR10 file whose record r has class `r % 10` and pixels that depend on r and the place.
fn cifar_file(records: usize) -> Vec<u8> {
    (0..records * RECORD)
        .map(|i| {
            let (record, byte) = (i / RECORD, i % RECORD);
            if byte == 0 {
                (record % 10) as u8
            } else {
                (record * 31 + byte * 7) as u8
            }
        })
        .collect()
}

fn cifar_directory(train: &[u8], test: &[u8]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("data_batch_1.bin"), train).unwrap();
    fs::write(directory.path().join("test_batch.bin"), test).unwrap();
    directory
}

#[test]
fn cifar_records_arrive_normalised_in_the_order_of_the_split() {
    let file = cifar_file(30);
    let directory = cifar_directory(&file, &cifar_file(4));
    let task = open("cifar10", &from_directory(directory.path())).unwrap();
    assert_eq!(SPLITS.map(|split| task.len(split)), [27, 3, 4]);
    assert_eq!(task.grid(), [32, 32]);
    assert_eq!(task.encoding(), Encoding::Values { channels: 3 });
    assert_eq!(task.goal(), &Goal::Classification { classes: 10 });
    assert_eq!(
        task.title(),
        "CIFAR10, reduced to 27/3/4 of 45,000/5,000/10,000 images (training/validation/test)"
    );
    let order = torch_permutation(30, 42);
    for (split, records) in [
        (Split::Train, &order[..27]),
        (Split::Validation, &order[27..]),
    ] {
        let all: Vec<usize> = (0..records.len()).collect();
        let batch = task.batch(split, &all, 0).unwrap();
        assert_eq!(batch.size, records.len());
        for (i, &record) in records.iter().enumerate() {
            for (channel, (mean, deviation)) in [(0.4914, 0.247), (0.4822, 0.243), (0.4465, 0.261)]
                .into_iter()
                .enumerate()
            {
                for position in [0, 1, 32, 1023] {
                    let byte = file[record * RECORD + 1 + channel * 1024 + position];
                    let expected = (f64::from(byte) / 255.0 - mean) / deviation;
                    let found = values(&batch.inputs)[(i * 3 + channel) * 1024 + position];
                    assert_eq!(found, expected as f32);
                }
            }
        }
        let expected: Vec<usize> = records.iter().map(|record| record % 10).collect();
        assert_eq!(batch.targets, Targets::Classes(expected));
    }
    assert!(matches!(
        task.batch(Split::Test, &[4], 0),
        Err(Error::Argument { .. })
    ));
}

#[test]
fn cifar_batches_are_joined_in_numeric_order_and_found_from_the_parent() {
    let parent = tempfile::tempdir().unwrap();
    let inner = parent.path().join("cifar-10-batches-bin");
    fs::create_dir(&inner).unwrap();
    let file = cifar_file(20);
    let (first, second) = file.split_at(7 * RECORD);
    fs::write(inner.join("data_batch_5.bin"), second).unwrap();
    fs::write(inner.join("data_batch_2.bin"), first).unwrap();
    fs::write(inner.join("test_batch.bin"), cifar_file(2)).unwrap();
    let parted = open("cifar10", &from_directory(parent.path())).unwrap();
    let whole_directory = cifar_directory(&file, &cifar_file(2));
    let whole = open("cifar10", &from_directory(whole_directory.path())).unwrap();
    assert_eq!(parted.digest(), whole.digest());
}

#[test]
fn the_digest_tells_other_data_and_other_settings() {
    let directory = cifar_directory(&cifar_file(40), &cifar_file(4));
    let base = from_directory(directory.path());
    let digest = |source: &Source| open("cifar10", source).unwrap().digest();
    let plain = digest(&base);
    assert_eq!(plain.len(), 16);
    assert_eq!(plain, digest(&base));
    let fewer = Source {
        samples: Some(8),
        ..base.clone()
    };
    let augmented = Source {
        augment: true,
        ..base.clone()
    };
    let reseeded = Source {
        seed: 1,
        ..augmented.clone()
    };
    let mut changed = cifar_file(40);
    changed[RECORD - 1] ^= 1;
    let other = cifar_directory(&changed, &cifar_file(4));
    let digests = [
        plain,
        digest(&fewer),
        digest(&augmented),
        digest(&reseeded),
        digest(&from_directory(other.path())),
    ];
    for (i, left) in digests.iter().enumerate() {
        assert!(digests[..i].iter().all(|right| right != left));
    }
}

#[test]
fn samples_limit_every_split() {
    let directory = cifar_directory(&cifar_file(100), &cifar_file(30));
    let source = Source {
        samples: Some(22),
        ..from_directory(directory.path())
    };
    let task = open("cifar10", &source).unwrap();
    assert_eq!(SPLITS.map(|split| task.len(split)), [22, 6, 6]);
    let order = torch_permutation(100, 42);
    let expected: Vec<usize> = order[90..96].iter().map(|record| record % 10).collect();
    let all: Vec<usize> = (0..6).collect();
    assert_eq!(classes(&*task, Split::Validation, &all), expected);
    assert!(
        message(
            "cifar10",
            &Source {
                samples: Some(0),
                ..source
            }
        )
        .contains("at least 1")
    );
}

#[test]
fn augmentation_depends_on_seed_epoch_and_index_and_leaves_evaluation_alone() {
    let directory = cifar_directory(&cifar_file(40), &cifar_file(4));
    let plain = open("cifar10", &from_directory(directory.path())).unwrap();
    let augmented = |seed| {
        let source = Source {
            augment: true,
            seed,
            ..from_directory(directory.path())
        };
        open("cifar10", &source).unwrap()
    };
    let task = augmented(3);
    assert!(task.title().ends_with("randomly cropped and flipped"));
    let all: Vec<usize> = (0..36).collect();
    let batch = |task: &dyn Task, epoch| task.batch(Split::Train, &all, epoch).unwrap();
    let first = batch(&*task, 0);
    assert_eq!(first, batch(&*task, 0));
    assert_ne!(first, batch(&*task, 1));
    assert_ne!(first, batch(&*augmented(4), 0));
    assert_ne!(first, batch(&*plain, 0));
    assert_eq!(first.targets, batch(&*plain, 0).targets);
    // The place in the batch does not matter.
    let alone = task.batch(Split::Train, &[17], 0).unwrap();
    assert_eq!(
        values(&alone.inputs),
        &values(&first.inputs)[17 * 3072..18 * 3072]
    );
    for split in [Split::Validation, Split::Test] {
        assert_eq!(
            task.batch(split, &[0, 1], 5).unwrap(),
            plain.batch(split, &[0, 1], 0).unwrap()
        );
    }
}

#[test]
fn image_is_the_grey_sequence_of_cifar() {
    let file = cifar_file(12);
    let directory = cifar_directory(&file, &file);
    let task = open("image", &from_directory(directory.path())).unwrap();
    assert_eq!(task.grid(), [1024]);
    assert_eq!(task.encoding(), Encoding::Values { channels: 1 });
    assert!(
        task.title()
            .starts_with("Image (CIFAR10 as a grey sequence), reduced to 11/1/12")
    );
    let batch = task.batch(Split::Test, &[5], 0).unwrap();
    for position in [0, 31, 32, 1023] {
        let [red, green, blue] =
            [0, 1, 2].map(|channel| u32::from(file[5 * RECORD + 1 + channel * 1024 + position]));
        let grey = (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16;
        let expected = (f64::from(grey) / 255.0 - 122.6 / 255.0) / (61.0 / 255.0);
        assert_eq!(values(&batch.inputs)[position], expected as f32);
    }
}

#[test]
fn broken_cifar_directories_are_refused_by_file_and_place() {
    let whole = cifar_file(3);
    let mut labelled = whole.clone();
    labelled[2 * RECORD] = 10;
    for (train, test, expected) in [
        (
            &whole[..],
            &whole[..RECORD - 1],
            "test_batch.bin: length: found 3072 bytes",
        ),
        (
            &whole[..0],
            &whole,
            "data_batch_1.bin: length: found 0 bytes",
        ),
        (
            &labelled,
            &whole,
            "labels, record 2: found 10, expected 0 to 9",
        ),
        (
            &whole[..RECORD],
            &whole,
            "training images: found 1, expected at least 2",
        ),
    ] {
        let directory = cifar_directory(train, test);
        for name in ["cifar10", "image"] {
            let message = message(name, &from_directory(directory.path()));
            assert!(message.contains(expected), "{message}");
            assert!(!message.contains('\n'));
        }
    }
    let directory = cifar_directory(&vec![0; 10_001 * RECORD], &whole);
    let refusal = message("cifar10", &from_directory(directory.path()));
    assert!(refusal.contains("at most 10000 records"), "{refusal}");
    fs::remove_file(directory.path().join("data_batch_1.bin")).unwrap();
    let refusal = message("cifar10", &from_directory(directory.path()));
    assert!(
        refusal.contains("files: found no data_batch_1.bin"),
        "{refusal}"
    );
    let directory = cifar_directory(&whole, &whole);
    fs::remove_file(directory.path().join("test_batch.bin")).unwrap();
    let refusal = message("cifar10", &from_directory(directory.path()));
    assert!(
        refusal.contains("files: found no test_batch.bin"),
        "{refusal}"
    );
    let directory = tempfile::tempdir().unwrap();
    let refusal = message("cifar10", &from_directory(directory.path()));
    assert!(refusal.contains("or in cifar-10-batches-bin"), "{refusal}");
}

#[test]
fn the_real_cifar_images_are_read() {
    let Some(path) = reference("cifar10-subset") else {
        return;
    };
    let task = open("cifar10", &from_directory(&path)).unwrap();
    assert_eq!(SPLITS.map(|split| task.len(split)), [3600, 400, 1000]);
    let order = torch_permutation(4000, 42);
    let place = |record: usize| {
        let index = order.iter().position(|&other| other == record).unwrap();
        if index < 3600 {
            (Split::Train, index)
        } else {
            (Split::Validation, index - 3600)
        }
    };
    let first: Vec<usize> = (0..10)
        .map(|record| {
            let (split, index) = place(record);
            classes(&*task, split, &[index])[0]
        })
        .collect();
    assert_eq!(first, [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]);
    let test: Vec<usize> = (0..10).collect();
    assert_eq!(
        classes(&*task, Split::Test, &test),
        [3, 8, 8, 0, 6, 6, 1, 6, 3, 1]
    );
    let (split, index) = place(0);
    let inputs = task.batch(split, &[index], 0).unwrap().inputs;
    let pixel = [0, 1, 2].map(|channel| {
        let (mean, deviation) = [(0.4914, 0.247), (0.4822, 0.243), (0.4465, 0.261)][channel];
        ((f64::from(values(&inputs)[channel * 1024]) * deviation + mean) * 255.0).round() as u8
    });
    assert_eq!(pixel, [59, 62, 63]);

    // Mean and deviation of the grey levels, given to two decimals.
    let image = open("image", &from_directory(&path)).unwrap();
    let mut levels = Vec::new();
    for split in [Split::Train, Split::Validation] {
        let all: Vec<usize> = (0..image.len(split)).collect();
        let inputs = image.batch(split, &all, 0).unwrap().inputs;
        levels.extend(values(&inputs).iter().map(|&x| f64::from(x) * 61.0 + 122.6));
    }
    let count = levels.len() as f64;
    let mean = levels.iter().sum::<f64>() / count;
    let squares = levels
        .iter()
        .map(|level| (level - mean).powi(2))
        .sum::<f64>();
    approx::assert_abs_diff_eq!(mean, 122.52, epsilon = 0.005);
    approx::assert_abs_diff_eq!((squares / count).sqrt(), 61.05, epsilon = 0.005);
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn random_bytes_as_cifar_files_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..3 * RECORD),
        whole in any::<bool>(),
    ) {
        let length = if whole { bytes.len() / RECORD * RECORD } else { bytes.len() };
        let directory = cifar_directory(&bytes[..length], &cifar_file(1));
        open_never_panics("cifar10", directory.path())?;
        open_never_panics("image", directory.path())?;
    }

    #[test]
    fn truncated_cifar_files_are_refused_unless_whole_records_remain(length in 0..5 * RECORD) {
        let directory = cifar_directory(&cifar_file(5)[..length], &cifar_file(1));
        let opened = open("cifar10", &from_directory(directory.path()));
        prop_assert_eq!(opened.is_ok(), length >= 2 * RECORD && length % RECORD == 0);
    }
}
