//! Files in Long Range Arena's layout: read, written, read again.

use std::fs;
use std::path::Path;

use dnarch::Error;
use dnarch::tasks::pathfinder::files::read;
use dnarch::tasks::pathfinder::{PATH_X, PATHFINDER};
use dnarch::tasks::torch_permutation::torch_permutation;
use dnarch::tasks::{
    Batch, Checked, Encoding, Goal, Inputs, Source, Split, Targets, Task, data_set, open,
};
use sha2::{Digest, Sha256};

use super::super::{SPLITS, from_directory, reference};
use super::{Reference, records};

fn check(name: &str, path: &Path) -> (Checked, Vec<String>) {
    let mut errors = Vec::new();
    let check = data_set(name).unwrap().check;
    let checked = check(path, &mut |error: Error| errors.push(error.to_string())).unwrap();
    (checked, errors)
}

fn whole(task: &dyn Task, split: Split) -> Batch {
    let indices: Vec<usize> = (0..task.len(split)).collect();
    task.batch(split, &indices, 0).unwrap()
}

fn values(batch: &Batch) -> &[f32] {
    match &batch.inputs {
        Inputs::Values(values) => values,
        Inputs::Tokens { .. } => panic!("tokens"),
    }
}

#[test]
fn reference_images_are_read_in_order_and_split() {
    let Some(reference) = Reference::unpacked() else {
        return;
    };
    // Digests of all pixels in the order of the lists, read with Pillow, and sums of labels.
    for (edition, expected, labels) in [
        (&PATHFINDER, "c1637bf817328709", 504),
        (&PATH_X, "39c8fc22cedb0c8e", 31),
    ] {
        let level = reference.level(edition.folder);
        let mut all = Vec::new();
        let mut hash = Sha256::new();
        for number in 0..10 {
            let list = fs::read(level.join(format!("metadata/{number}.npy"))).unwrap();
            for record in records(&list).unwrap() {
                let pixels = read(edition, &level, &record).unwrap();
                hash.update(&pixels);
                all.push((pixels, usize::from(record.connected)));
            }
        }
        let digest: String = hash.finalize()[..8]
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(digest, expected);
        assert_eq!(all.iter().map(|(_, label)| label).sum::<usize>(), labels);

        let task = open(edition.name, &from_directory(reference.path())).unwrap();
        assert_eq!(task.grid(), [edition.side * edition.side]);
        assert_eq!(task.encoding(), Encoding::Values { channels: 1 });
        assert_eq!(*task.goal(), Goal::Classification { classes: 2 });
        let held_out = all.len() / 10;
        let sizes = [all.len() - 2 * held_out, held_out, held_out];
        assert_eq!(SPLITS.map(|split| task.len(split)), sizes);
        let mut order = torch_permutation(all.len(), 42).into_iter();
        for split in SPLITS {
            let batch = whole(&*task, split);
            let indices: Vec<usize> = order.by_ref().take(batch.size).collect();
            let labels = indices.iter().map(|&index| all[index].1).collect();
            assert_eq!(batch.targets, Targets::Classes(labels));
            let pixels = indices.iter().flat_map(|&index| &all[index].0);
            assert_eq!(
                values(&batch).len(),
                batch.size * edition.side * edition.side
            );
            for (found, level) in values(&batch).iter().zip(pixels) {
                // One rounding to single precision of a value of at most 1.
                approx::assert_abs_diff_eq!(
                    *found,
                    f32::from(*level) / 127.5 - 1.0,
                    epsilon = 1.2e-7
                );
            }
        }
        let (checked, errors) = check(edition.name, reference.path());
        assert_eq!(
            (checked.records, checked.files),
            (all.len() as u64, all.len() as u64 + 10)
        );
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn the_release_opens_from_each_of_its_directories() {
    let Some(reference) = Reference::unpacked() else {
        return;
    };
    let title = "Pathfinder, reduced to 800/100/100 of 160,000/20,000/20,000 images \
                 (training/validation/test)";
    let level = reference.level("pathfinder32");
    let digest = open("pathfinder", &from_directory(&level))
        .unwrap()
        .digest();
    let nested = tempfile::tempdir().unwrap();
    for below in ["lra_release", "lra_release/lra_release"] {
        let into = nested.path().join(below.replace('/', "-")).join(below);
        fs::create_dir_all(&into).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(
            reference.path().join("pathfinder32"),
            into.join("pathfinder32"),
        )
        .unwrap();
    }
    for path in [
        reference.path(),
        &reference.path().join("pathfinder32"),
        &level,
        #[cfg(unix)]
        &nested.path().join("lra_release"),
        #[cfg(unix)]
        &nested.path().join("lra_release-lra_release"),
    ] {
        let task = open("pathfinder", &from_directory(path)).unwrap();
        assert_eq!(task.title(), title);
        assert_eq!(task.digest(), digest);
    }
    let source = Source {
        samples: Some(10),
        ..from_directory(&level)
    };
    let task = open("pathfinder", &source).unwrap();
    assert_eq!(SPLITS.map(|split| task.len(split)), [10, 3, 3]);
    assert_ne!(task.digest(), digest);
    let error = open("path-x", &from_directory(&level))
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.ends_with("size: found 32 x 32, expected 128 x 128"),
        "{error}"
    );
    let empty = tempfile::tempdir().unwrap();
    let error = open("path-x", &from_directory(empty.path()))
        .err()
        .unwrap()
        .to_string();
    let expected = "expected a directory metadata, here or in pathfinder128/curv_contour_length_14";
    assert!(error.ends_with(expected), "{error}");
}

#[test]
fn lists_are_the_same_as_text_and_as_an_array() {
    let (Some(reference), Some(data)) = (Reference::unpacked(), reference("pathfinder")) else {
        return;
    };
    let text = reference.level("pathfinder32").join("metadata/0.npy");
    let array = data.join("drewlinsley_style_metadata_0.npy");
    let [text, array] = [text, array].map(|path| records(&fs::read(path).unwrap()).unwrap());
    assert_eq!(text, array);
    assert_eq!(array.len(), 100);
    assert_eq!(array.iter().filter(|record| record.connected).count(), 51);
    assert_eq!(&*array[99].image, "imgs/0/sample_99.png");
}

#[test]
fn written_images_are_those_served() {
    let parent = tempfile::tempdir().unwrap();
    for (name, samples, sizes) in [("pathfinder", 21, [21, 2, 2]), ("path-x", 1, [1, 1, 1])] {
        let out = parent.path().join("new").join(name);
        let write = data_set(name).unwrap().generate.unwrap();
        write(&out, samples, 5).unwrap();
        let generated = Source {
            samples: Some(samples),
            seed: 5,
            ..Source::default()
        };
        let served = open(name, &generated).unwrap();
        let read = open(name, &from_directory(&out)).unwrap();
        assert_eq!(SPLITS.map(|split| read.len(split)), sizes);
        for split in SPLITS {
            assert_eq!(whole(&*read, split), whole(&*served, split));
        }
        let (checked, errors) = check(name, &out);
        let images = sizes.iter().sum::<usize>() as u64;
        assert_eq!((checked.records, checked.files), (images, images + 1));
        assert!(errors.is_empty(), "{errors:?}");
        let part = "generated (not the benchmark's data)";
        assert!(read.title().contains(part), "{}", read.title());
        assert!(served.title().contains(part) && served.title().ends_with(", seed 5"));
        let again = write(&out, samples, 5).unwrap_err().to_string();
        assert!(
            again.ends_with("expected a new or an empty directory"),
            "{again}"
        );
        let other = open(
            name,
            &Source {
                seed: 6,
                ..generated
            },
        )
        .unwrap();
        assert_ne!(other.digest(), served.digest());
    }
    // Nothing is left beside them.
    assert_eq!(fs::read_dir(parent.path().join("new")).unwrap().count(), 2);
}

#[test]
fn an_empty_directory_is_written_to_and_the_layout_is_the_releases() {
    let out = tempfile::tempdir().unwrap();
    PATHFINDER.generate(out.path(), 820, 0).unwrap();
    let level = out.path().join("pathfinder32/curv_contour_length_14");
    let list = fs::read_to_string(level.join("metadata/1.npy")).unwrap();
    let lines: Vec<&str> = list.lines().collect();
    // Of 1,024 images 820 train.
    assert_eq!(lines.len(), 24);
    assert!(lines[7].starts_with("imgs/1 sample_7.png 7 "));
    assert!(lines[7].ends_with(" 1.0 14 4 2 0.5 1 1"));
    let png = fs::read(level.join("imgs/1/sample_7.png")).unwrap();
    let reader = png::Decoder::new(std::io::Cursor::new(png))
        .read_info()
        .unwrap();
    let info = reader.info();
    assert_eq!((info.width, info.height), (32, 32));
    assert_eq!(info.color_type, png::ColorType::Grayscale);
    assert_eq!(info.bit_depth, png::BitDepth::Eight);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let source = Source {
        samples: Some(40),
        ..Source::default()
    };
    let digest = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| open("pathfinder", &source).unwrap().digest())
    };
    assert_eq!(digest(1), digest(2));
}

#[test]
fn what_cannot_be_honoured_is_refused() {
    let refused = |source: Source| open("pathfinder", &source).err().unwrap().to_string();
    let source = Source::default;
    let grid = Source {
        grid: Some(32),
        ..source()
    };
    assert!(refused(grid).contains("grid of pathfinder"));
    let augment = Source {
        augment: true,
        ..source()
    };
    assert!(refused(augment).contains("augmentation"));
    let bytes = Source {
        bytes: true,
        ..source()
    };
    assert!(refused(bytes).contains("bytes"));
    let samples = |samples| Source {
        samples: Some(samples),
        ..source()
    };
    assert!(refused(samples(0)).contains("at least 1"));
    assert!(refused(samples(usize::MAX)).contains("more can be written to files"));
    let out = tempfile::tempdir().unwrap();
    for samples in [0, usize::MAX] {
        let error = PATHFINDER.generate(out.path(), samples, 0).unwrap_err();
        assert!(error.to_string().starts_with("samples: got"), "{error}");
    }
    let task = open("pathfinder", &samples(1)).unwrap();
    assert!(task.batch(Split::Test, &[1], 0).is_err());
}
