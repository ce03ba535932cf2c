//! What is generated, in files and in memory.

use std::fs;

use dnarch::tasks::{Source, data_set, open};

use super::{SPLITS, from, generated};

#[test]
fn what_is_generated_is_read_back() {
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("a/b");
    let cosmic = data_set("cosmic").unwrap();
    let (generate, check) = (cosmic.generate.unwrap(), cosmic.check);
    generate(&out, 30, 5).unwrap();
    for augment in [false, true] {
        let of = |source: Source| open("cosmic", &Source { augment, ..source }).unwrap();
        let read = of(Source {
            seed: 5,
            ..from(&out)
        });
        let made = of(generated(30, 5));
        assert_eq!(SPLITS.map(|split| read.len(split)), [30, 4, 8]);
        let title = "Cosmic, generated (not the benchmark's data), 30/4/8 images \
                     (training/validation/test), seed 5";
        let suffix = if augment { "" } else { ", the sky not varied" };
        assert_eq!(read.title(), format!("{title}{suffix}"));
        assert_eq!(read.title(), made.title());
        for split in SPLITS {
            let all: Vec<usize> = (0..read.len(split)).collect();
            assert_eq!(
                read.batch(split, &all, 1).unwrap(),
                made.batch(split, &all, 1).unwrap()
            );
        }
    }
    let checked = check(&out, &mut |error| panic!("{error}")).unwrap();
    // 34 training and 8 test images, and the sky of their 27 and 8 visits.
    assert_eq!((checked.records, checked.files), (42, 42 + 27 + 8));
    fs::remove_file(out.join("npy_test/f435w/10182/pb/000001_000000.npy")).unwrap();
    let mut faults = Vec::new();
    check(&out, &mut |error| faults.push(error.to_string())).unwrap();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].ends_with("images: found 41, expected 42"));
    let fewer = Source {
        samples: Some(7),
        ..from(&out)
    };
    let title = open("cosmic", &fewer).unwrap().title();
    assert!(
        title.contains("reduced to 7/2/2 of 30/4/8 images"),
        "{title}"
    );

    let message = generate(&out, 30, 5).unwrap_err().to_string();
    assert!(message.contains("the directory is not empty"), "{message}");
    for samples in [0, 1 << 20] {
        let elsewhere = parent.path().join("c");
        let message = generate(&elsewhere, samples, 5).unwrap_err().to_string();
        assert!(message.starts_with("samples of cosmic: got"), "{message}");
        assert!(!elsewhere.exists());
    }
}

#[test]
fn generated_data_are_the_same_at_any_number_of_threads() {
    let digest = |threads, seed| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let opened = || open("cosmic", &generated(6, seed)).unwrap().digest();
        pool.build().unwrap().install(opened)
    };
    let [one, two, five] = [1, 2, 5].map(|threads| digest(threads, 1));
    assert_eq!([&two, &five], [&one, &one]);
    assert_ne!(digest(2, 2), one);
}
