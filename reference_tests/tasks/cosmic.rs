//! Cosmic: files in the benchmark's format, what the task serves of them, and the generator.

use std::fs;
use std::path::Path;

use dnarch::random::Stream;
use dnarch::tasks::cosmic::directory::VISITS;
use dnarch::tasks::torch_permutation::torch_permutation;
use dnarch::tasks::{Encoding, Goal, Inputs, Origin, Source, Split, Targets, Task, npy, open};

#[path = "cosmic/files.rs"]
mod files;
#[path = "cosmic/generation.rs"]
mod generation;
#[path = "cosmic/npy.rs"]
mod npy_files;
#[path = "cosmic/statistics.rs"]
mod statistics;

const SPLITS: [Split; 3] = [Split::Train, Split::Validation, Split::Test];
const PLANE: usize = 256 * 256;
const SERVED: usize = 128 * 128;

fn from(path: &Path) -> Source {
    Source {
        origin: Origin::Real(path.to_path_buf()),
        ..Source::default()
    }
}

fn generated(samples: usize, seed: u64) -> Source {
    Source {
        samples: Some(samples),
        seed,
        ..Source::default()
    }
}

fn refusal(source: &Source) -> String {
    match open("cosmic", source) {
        Ok(task) => panic!("{} opened", task.title()),
        Err(error) => {
            let message = error.to_string();
            assert!(!message.contains('\n'), "{message}");
            message
        }
    }
}

fn image(task: &dyn Task, split: Split, index: usize, epoch: u64) -> Vec<f32> {
    match task.batch(split, &[index], epoch).unwrap().inputs {
        Inputs::Values(values) => values,
        Inputs::Tokens { .. } => panic!("not an image"),
    }
}

/// The file of an image whose pixels depend on `number` and the place, one in 31 of which is hit
/// and one in 57 ignored.
fn frame(number: usize) -> Vec<u8> {
    npy::single(&[3, 256, 256], (0..3 * PLANE).map(|i| value(number, i)))
}

fn value(number: usize, i: usize) -> f32 {
    let pixel = i % PLANE;
    match i / PLANE {
        0 => (number * 1000 + pixel % 977) as f32 + 0.25,
        1 => f32::from(u8::from((pixel + number).is_multiple_of(31))),
        _ => f32::from(u8::from((pixel + number).is_multiple_of(57))),
    }
}

/// Where the pixel `position` of what is served lies in a file's plane.
fn in_plane(position: usize) -> usize {
    (64 + position / 128) * 256 + 64 + position % 128
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// The sky of each image of [`directory`], by its number in its visit.
const SKY: [f64; 7] = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0];

/// Training images 0 to 6 in one visit and 7 to 9 in another, test images 10 and 11 in a third, and
/// images that are no part of the benchmark.
fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let sky = npy::double(&[SKY.len()], SKY.into_iter());
    let visits = [
        ("npy_train/f435w/10182/pb", 0..7),
        ("npy_train/f435w/9490/a3", 7..10),
        ("npy_test/f435w/10760/2", 10..12),
        ("npy_train/f606w/10182/pb", 20..21),
        ("npy_train/f435w/10182/zz", 20..21),
        ("npy_test/f435w/4711/2", 20..21),
    ];
    for (visit, images) in visits {
        let first = images.start;
        for number in images {
            let name = format!("{}_{number}.npy", number - first + 1);
            write(&root.join(visit).join(name), &frame(number));
        }
        write(&root.join(visit).join("sky.npy"), &sky);
    }
    write(&root.join("npy_train/f435w/10182/pb/notes.txt"), b"");
    write(&root.join("npy_train/f435w/10182/pb/._1_0.npy"), b"");
    directory
}

#[test]
fn the_benchmarks_visits_are_27_in_the_order_of_their_paths() {
    let paths = VISITS.map(|(proposal, visit)| format!("{proposal}/{visit}"));
    assert!(paths.is_sorted_by(|a, b| a < b));
}

#[test]
fn files_are_served_cropped_in_the_order_of_the_split() {
    let directory = directory();
    let task = open("cosmic", &from(directory.path())).unwrap();
    assert_eq!(SPLITS.map(|split| task.len(split)), [9, 1, 2]);
    assert_eq!(task.grid(), [128, 128]);
    assert_eq!(task.encoding(), Encoding::Values { channels: 1 });
    assert_eq!(task.goal(), &Goal::Segmentation);
    assert_eq!(
        task.title(),
        "Cosmic, reduced to 9/1/2 of 4,347/483/420 images (training/validation/test), the sky not \
         varied"
    );
    let order = torch_permutation(10, 42);
    let numbers = [&order[..9], &order[9..], &[10, 11]];
    for (split, numbers) in SPLITS.into_iter().zip(numbers) {
        let all: Vec<usize> = (0..numbers.len()).collect();
        let batch = task.batch(split, &all, 3).unwrap();
        assert_eq!(batch.size, numbers.len());
        let Inputs::Values(inputs) = batch.inputs else {
            panic!("not images")
        };
        let Targets::Masks { object, ignored } = batch.targets else {
            panic!("not masks")
        };
        assert_eq!(inputs.len(), numbers.len() * SERVED);
        for (i, &number) in numbers.iter().enumerate() {
            for position in 0..SERVED {
                let (at, pixel) = (i * SERVED + position, in_plane(position));
                assert_eq!(inputs[at], value(number, pixel));
                assert_eq!(object[at], value(number, PLANE + pixel) == 1.0);
                assert_eq!(ignored[at], value(number, 2 * PLANE + pixel) == 1.0);
            }
        }
    }
    let message = task.batch(Split::Test, &[2], 0).unwrap_err().to_string();
    assert_eq!(message, "sample index: got 2, expected below 2");
}

#[test]
fn the_complete_data_have_the_benchmarks_name() {
    // Every file is the same one: opening looks at none of them.
    let directory = tempfile::tempdir().unwrap();
    let original = directory.path().join("frame");
    fs::write(&original, frame(0)).unwrap();
    for (part, images) in [("npy_train", 4830), ("npy_test", 420)] {
        for image in 0..images {
            let (proposal, visit) = VISITS[image % 27];
            let place = directory.path().join(part).join("f435w");
            let place = place.join(proposal).join(visit);
            fs::create_dir_all(&place).unwrap();
            fs::hard_link(&original, place.join(format!("{}_x.npy", image / 27 + 1))).unwrap();
        }
        for (proposal, visit) in VISITS {
            let place = directory.path().join(part).join("f435w");
            let sky = npy::double(&[200], std::iter::repeat_n(1.0, 200));
            fs::write(place.join(proposal).join(visit).join("sky.npy"), sky).unwrap();
        }
    }
    let source = Source {
        augment: true,
        ..from(directory.path())
    };
    let title = open("cosmic", &source).unwrap().title();
    assert_eq!(
        title,
        "Cosmic, 4,347/483/420 images (training/validation/test)"
    );
    let fewer = Source {
        samples: Some(22),
        ..source
    };
    let task = open("cosmic", &fewer).unwrap();
    let title = "Cosmic, reduced to 22/6/6 of 4,347/483/420 images (training/validation/test)";
    assert_eq!(task.title(), title);
    // Fewer are the first of all.
    let extra = directory.path().join("npy_test/f435w/9490/a3/7_y.npy");
    fs::hard_link(&original, extra).unwrap();
    let all = Source {
        samples: None,
        ..fewer
    };
    let title = open("cosmic", &all).unwrap().title();
    assert!(
        title.starts_with("Cosmic, 4,347/483/421 instead of 5,250 images"),
        "{title}"
    );
}

#[test]
fn the_sky_is_varied_by_seed_split_and_index_and_in_training_by_epoch() {
    let directory = directory();
    let opened = |augment, seed| {
        let source = Source {
            augment,
            seed,
            ..from(directory.path())
        };
        open("cosmic", &source).unwrap()
    };
    let (plain, task, other) = (opened(false, 0), opened(true, 3), opened(true, 4));
    let order = torch_permutation(10, 42);
    for split in SPLITS {
        for index in 0..task.len(split) {
            let number = match split {
                Split::Train => order[index],
                Split::Validation => order[9],
                Split::Test => 10 + index,
            };
            let sky = SKY[if number < 7 { number } else { (number - 7) % 3 }];
            let raw = image(&*plain, split, index, 0);
            let added = |task: &dyn Task, epoch| {
                let varied = image(task, split, index, epoch);
                let added: Vec<f32> = varied.iter().zip(&raw).map(|(v, r)| v - r).collect();
                // The same on each pixel, up to the rounding of numbers below 2^14 to 24 bits.
                assert!(added.iter().all(|a| (a - added[0]).abs() <= 2e-3));
                let share = f64::from(added[0]) / sky;
                assert!((-0.9 - 2e-4..3.0 + 2e-4).contains(&share), "{share}");
                share
            };
            let [first, later, reseeded] = [added(&*task, 0), added(&*task, 1), added(&*other, 0)];
            assert_eq!(first != later, split == Split::Train);
            assert_ne!(first, reseeded);
            assert_eq!(first, added(&*task, 0));
        }
    }
    // The place in the batch does not matter, and the targets stay.
    let batch = task.batch(Split::Train, &[4, 7, 2], 5).unwrap();
    let Inputs::Values(inputs) = batch.inputs else {
        panic!("not images")
    };
    assert_eq!(
        inputs[SERVED..2 * SERVED],
        image(&*task, Split::Train, 7, 5)
    );
    let unvaried = plain.batch(Split::Train, &[4, 7, 2], 0).unwrap();
    assert_eq!(batch.targets, unvaried.targets);
    // What the task adds is the image's sky times -0.9 + 3.9 of this stream.
    let uniform = Stream::new(3, "sky of training", 2 * 9 + 4).uniform();
    let sky = SKY[if order[4] < 7 { order[4] } else { order[4] - 7 }];
    let expected = f64::from(image(&*plain, Split::Train, 4, 0)[9]) + sky * (-0.9 + 3.9 * uniform);
    assert_eq!(image(&*task, Split::Train, 4, 2)[9], expected as f32);
}

#[test]
fn the_digest_tells_other_data_and_other_settings() {
    let directory = directory();
    let base = from(directory.path());
    let digest = |source: &Source| open("cosmic", source).unwrap().digest();
    let plain = digest(&base);
    assert_eq!(plain.len(), 16);
    assert_eq!(plain, digest(&base));
    let fewer = Source {
        samples: Some(8),
        ..base.clone()
    };
    let varied = Source {
        augment: true,
        ..base.clone()
    };
    let reseeded = Source {
        seed: 1,
        ..varied.clone()
    };
    let mut digests = vec![plain, digest(&fewer), digest(&varied), digest(&reseeded)];
    // Another length; the time of change is too coarse to tell in a test.
    let changed = directory.path().join("npy_test/f435w/10760/2/1_10.npy");
    fs::write(changed, "short").unwrap();
    digests.push(digest(&base));
    digests.push(digest(&generated(3, 0)));
    digests.push(digest(&generated(3, 1)));
    for (i, left) in digests.iter().enumerate() {
        assert!(digests[..i].iter().all(|right| right != left), "{i}");
    }
}

#[test]
fn options_it_cannot_honour_are_refused() {
    let grid = Some(64);
    let message = refusal(&Source {
        grid,
        ..Source::default()
    });
    assert_eq!(
        message,
        "grid of cosmic: got 64, expected none: it has 128 x 128 pixels"
    );
    let here = from(Path::new("."));
    assert!(
        refusal(&Source {
            grid,
            ..here.clone()
        })
        .contains("the files decide it")
    );
    let bytes = true;
    assert!(refusal(&Source { bytes, ..here }).starts_with("bytes of cosmic"));
    assert!(refusal(&generated(0, 0)).starts_with("samples: got 0"));
    assert!(refusal(&generated(1 << 20, 0)).starts_with("samples of cosmic"));
    let nowhere = refusal(&from(Path::new("/nowhere")));
    assert!(
        nowhere.contains("data of cosmic: found nothing there"),
        "{nowhere}"
    );
}
