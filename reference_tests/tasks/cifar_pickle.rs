//! CIFAR10 and CIFAR100 as Python's pickles and as archives.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;

use dnarch::tasks::cifar::{CIFAR10, CIFAR100, python};
use dnarch::tasks::{Goal, Split, open};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::{SPLITS, cases, check, classes, from_directory, message, open_never_panics, values};

const PIXELS: usize = 3072;

/// Pixel `position` of image `number`.
fn pixel(number: usize, position: usize) -> u8 {
    (number * 31 + position * 7) as u8
}

fn pixels(images: std::ops::Range<usize>) -> Vec<u8> {
    images
        .flat_map(|number| (0..PIXELS).map(move |position| pixel(number, position)))
        .collect()
}

/// What Python 2's cPickle wrote, protocol 2: strings with lengths, memo places counted up, lists
/// appended to in batches of a thousand.
struct Pickler {
    bytes: Vec<u8>,
    places: u32,
}

impl Pickler {
    fn put(&mut self) {
        match u8::try_from(self.places) {
            Ok(place) => self.bytes.extend([b'q', place]),
            Err(_) => {
                self.bytes.push(b'r');
                self.bytes.extend(self.places.to_le_bytes());
            }
        }
        self.places += 1;
    }

    fn string(&mut self, string: &[u8]) {
        match u8::try_from(string.len()) {
            Ok(length) => self.bytes.extend([b'U', length]),
            Err(_) => {
                self.bytes.push(b'T');
                self.bytes.extend((string.len() as u32).to_le_bytes());
            }
        }
        self.bytes.extend(string);
        self.put();
    }

    fn list(&mut self, items: usize, mut item: impl FnMut(&mut Self, usize)) {
        self.bytes.push(b']');
        self.put();
        for batch in (0..items).collect::<Vec<_>>().chunks(1000) {
            self.bytes.push(b'(');
            batch.iter().for_each(|&number| item(self, number));
            self.bytes.push(b'e');
        }
    }

    fn integers(&mut self, integers: &[u8]) {
        self.list(integers.len(), |pickler, number| {
            pickler.bytes.extend([b'K', integers[number]]);
        });
    }

    fn class(&mut self, name: &str) {
        self.bytes.extend(format!("c{name}\n").into_bytes());
        self.put();
    }

    /// A numpy array of unsigned bytes with [`PIXELS`] columns.
    fn array(&mut self, bytes: &[u8]) {
        self.class("numpy.core.multiarray\n_reconstruct");
        self.class("numpy\nndarray");
        self.bytes.extend(b"K\0\x85");
        self.put();
        self.bytes.extend(b"U\x01b\x87Rq");
        self.bytes.push(self.places as u8);
        self.places += 1;
        self.bytes.extend(b"(K\x01M");
        let rows = (bytes.len() / PIXELS) as u16;
        self.bytes.extend(rows.to_le_bytes());
        self.bytes.extend(b"M\x00\x0c\x86");
        self.class("numpy\ndtype");
        self.bytes.extend(
            b"U\x02u1K\0K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89",
        );
        self.string(bytes);
        self.bytes.extend(b"tb");
    }
}

/// A batch as published: entries in the order of a Python 2 dictionary.
fn pickled(labels: &[(&str, &[u8])], pixels: &[u8]) -> Vec<u8> {
    let mut pickler = Pickler {
        bytes: b"\x80\x02}q\0(".to_vec(),
        places: 1,
    };
    pickler.string(b"data");
    pickler.array(pixels);
    for (name, labels) in labels {
        pickler.string(name.as_bytes());
        pickler.integers(labels);
    }
    pickler.string(b"batch_label");
    pickler.string(b"training batch 1 of 5");
    pickler.string(b"filenames");
    pickler.list(pixels.len() / PIXELS, |pickler, number| {
        pickler.string(format!("leptodactylus_pentadactylus_s_{number:06}.png").as_bytes());
    });
    pickler.bytes.extend(b"u.");
    pickler.bytes
}

/// Files of images by name.
type Files = Vec<(String, Vec<u8>)>;

/// The same images in both formats of CIFAR10 (`coarse` false) or CIFAR100.
fn both(training: usize, test: usize, coarse: bool) -> [Files; 2] {
    let numbers = [
        ("train", "data_batch_4", 0..training),
        ("test", "test_batch", training..training + test),
    ];
    let mut binary = Files::new();
    let mut python = Files::new();
    for (of_100, of_10, numbers) in numbers {
        let name = if coarse { of_100 } else { of_10 };
        let classes = if coarse { 100 } else { 10 };
        let fine: Vec<u8> = numbers.clone().map(|n| (n % classes) as u8).collect();
        let groups: Vec<u8> = numbers.clone().map(|n| (n % 20) as u8).collect();
        let pixels = pixels(numbers);
        let records = pixels.chunks(PIXELS).zip(&fine).zip(&groups);
        let records = records.flat_map(|((pixels, fine), group)| {
            let labels = if coarse {
                vec![*group, *fine]
            } else {
                vec![*fine]
            };
            [&labels[..], pixels].concat()
        });
        binary.push((format!("{name}.bin"), records.collect()));
        let labels: &[(&str, &[u8])] = if coarse {
            &[("coarse_labels", &groups), ("fine_labels", &fine)]
        } else {
            &[("labels", &fine)]
        };
        python.push((name.to_string(), pickled(labels, &pixels)));
    }
    [binary, python]
}

fn written(folder: &str, files: &Files) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir_all(directory.path().join(folder)).unwrap();
    for (name, bytes) in files {
        fs::write(directory.path().join(folder).join(name), bytes).unwrap();
    }
    directory
}

/// A gzipped archive with the files in `folder`, in the reverse order, behind something else.
fn archived(folder: &str, files: &Files) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let mut add = |name: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, bytes).unwrap();
    };
    add(&format!("{folder}/readme.html"), b"hello");
    for (name, bytes) in files.iter().rev() {
        add(&format!("{folder}/{name}"), bytes);
    }
    archive.into_inner().unwrap().finish().unwrap()
}

/// Data sets: name, folder of the binary and the Python files, archives, whether it is CIFAR100.
const SETS: [(&str, [&str; 2], [&str; 2], bool); 2] = [
    (
        "cifar10",
        ["cifar-10-batches-bin", "cifar-10-batches-py"],
        ["cifar-10-binary.tar.gz", "cifar-10-python.tar.gz"],
        false,
    ),
    (
        "cifar100",
        ["cifar-100-binary", "cifar-100-python"],
        ["cifar-100-binary.tar.gz", "cifar-100-python.tar.gz"],
        true,
    ),
];

#[test]
fn every_packing_of_the_same_images_gives_the_same_task() {
    for (name, folders, archives, coarse) in SETS {
        let mut digests = Vec::new();
        let sets = both(1030, 250, coarse);
        for ((files, folder), archive) in sets.iter().zip(folders).zip(archives) {
            let mut digest = |path: &Path| {
                let task = open(name, &from_directory(path)).unwrap();
                assert_eq!(SPLITS.map(|split| task.len(split)), [927, 103, 250]);
                digests.push(task.digest());
                assert_eq!(check(name, path), (2, 1280, vec![]));
            };
            let directory = written(folder, files);
            digest(directory.path());
            digest(&directory.path().join(folder));
            digest(written("", files).path());
            let parent = tempfile::tempdir().unwrap();
            let path = parent.path().join(archive);
            fs::write(&path, archived(folder, files)).unwrap();
            digest(&path);
            digest(parent.path());
        }
        assert_eq!(digests.len(), 10);
        assert!(digests.iter().all(|digest| *digest == digests[0]));
    }
}

/// What a check finds in an archive of an empty file of this name.
fn named(name: &[u8], long: bool) -> Vec<String> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let mut header = tar::Header::new_gnu();
    header.set_size(0);
    if long {
        let name = std::str::from_utf8(name).unwrap();
        archive.append_data(&mut header, name, &[][..]).unwrap();
    } else {
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_cksum();
        archive.append(&header, &[][..]).unwrap();
    }
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("archive");
    fs::write(&path, archive.into_inner().unwrap().finish().unwrap()).unwrap();
    let (_, _, errors) = check("cifar10", &path);
    let parent = parent.path().display().to_string();
    errors
        .iter()
        .map(|error| error.replace(&parent, ""))
        .collect()
}

#[test]
fn names_in_an_archive_stay_behind_its_own_on_one_line() {
    let errors = named(
        b"//etc/\n\x1b[2J/cifar-10-batches-bin/test_batch.bin",
        false,
    );
    let expected = "/archive/etc/  [2J/cifar-10-batches-bin/test_batch.bin: length: found 0 bytes";
    assert!(errors[0].starts_with(expected), "{errors:?}");
}

#[test]
fn names_longer_than_a_header_holds_are_not_read() {
    let name = format!("{}/cifar-10-batches-bin/test_batch.bin", "x".repeat(200));
    let errors = named(name.as_bytes(), true);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0].starts_with("/archive: files: found no test_batch.bin"),
        "{errors:?}"
    );
}

#[test]
fn cifar100_serves_fine_labels_with_its_own_statistics() {
    let [binary, _] = both(230, 120, true);
    let directory = written("", &binary);
    let task = open("cifar100", &from_directory(directory.path())).unwrap();
    assert_eq!(task.goal(), &Goal::Classification { classes: 100 });
    assert_eq!(
        task.title(),
        "CIFAR100, reduced to 207/23/120 of 45,000/5,000/10,000 images (training/validation/test)"
    );
    // Test image 7 is number 237.
    assert_eq!(classes(&*task, Split::Test, &[7]), [37]);
    let batch = task.batch(Split::Test, &[7], 0).unwrap();
    for (channel, (mean, deviation)) in [(0.5071, 0.2675), (0.4867, 0.2565), (0.4408, 0.2761)]
        .into_iter()
        .enumerate()
    {
        let position = channel * 1024 + 33;
        let expected = (f64::from(pixel(237, position)) / 255.0 - mean) / deviation;
        assert_eq!(values(&batch.inputs)[position], expected as f32);
    }
    let source = dnarch::tasks::Source {
        augment: true,
        ..from_directory(directory.path())
    };
    let augmented = open("cifar100", &source).unwrap();
    assert!(augmented.title().ends_with("randomly cropped and flipped"));
    let inputs = |epoch| {
        augmented
            .batch(Split::Train, &[0, 1, 2], epoch)
            .unwrap()
            .inputs
    };
    assert_ne!(inputs(0), inputs(1));
}

#[test]
fn a_check_reports_every_bad_label_and_file_and_goes_on() {
    for (name, folders, archives, coarse) in SETS {
        let labels = 1 + usize::from(coarse);
        let [mut binary, _] = both(30, 20, coarse);
        let size = labels + PIXELS;
        for (record, label) in [(3, 100), (17, 255)] {
            for byte in 0..labels {
                binary[0].1[record * size + byte] = label;
            }
        }
        let directory = written("", &binary);
        let (files, records, errors) = check(name, directory.path());
        assert_eq!(
            (files, records, errors.len()),
            (2, 50, 2 * labels),
            "{errors:?}"
        );
        assert!(errors[0].contains("labels, record 3: found 100, expected 0 to "));
        binary[1].1.pop();
        let path = directory.path().join(archives[0]);
        fs::write(&path, archived(folders[0], &binary)).unwrap();
        let (files, records, errors) = check(name, &path);
        assert_eq!(
            (files, records, errors.len()),
            (2, 30, 2 * labels + 1),
            "{errors:?}"
        );
        assert!(errors[0].contains("length: found"), "{errors:?}");

        // In a pickle.
        let wrong = [0, 1, 2, 200, 4, 5, 6, 7, 255, 9];
        let right = [0; 10];
        let pickle = if coarse {
            pickled(
                &[("coarse_labels", &right), ("fine_labels", &wrong)],
                &pixels(0..10),
            )
        } else {
            pickled(&[("labels", &wrong)], &pixels(0..10))
        };
        let [_, mut python] = both(30, 20, coarse);
        python[0].1 = pickle;
        let directory = written(folders[1], &python);
        let (files, records, errors) = check(name, directory.path());
        assert_eq!((files, records, errors.len()), (2, 30, 2), "{errors:?}");
        assert!(errors[0].contains("labels, record 3: found 200, expected 0 to "));
        let empty = tempfile::tempdir().unwrap();
        let (files, records, errors) = check(name, empty.path());
        assert_eq!((files, records, errors.len()), (0, 0, 1));
    }
}

#[test]
fn pickles_of_something_else_are_refused_by_place() {
    let labels: &[u8] = &[1, 2, 3];
    let whole = pickled(&[("labels", labels)], &pixels(0..3));
    let replaced = |from: &[u8], to: &[u8]| {
        let at = whole.windows(from.len()).position(|window| window == from);
        let at = at.unwrap();
        [&whole[..at], to, &whole[at + from.len()..]].concat()
    };
    let refused = |bytes: &[u8], expected: &str| {
        let error = python::parse(Path::new("file"), &mut &bytes[..], &CIFAR10, &mut Err);
        let message = error.unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains('\n') && message.len() < 700);
    };
    refused(b"", "byte 0: found failed to fill whole buffer");
    refused(
        b"\x80\x04}.",
        "byte 2: found protocol 4, expected protocol 2",
    );
    refused(b"]q\0.", "found a list or tuple, expected a dictionary");
    refused(b"}.", "found 0 times `data`, expected once");
    refused(b"}.}", "found more, expected the end of the file");
    refused(b"(.", "found nothing on the stack");
    refused(b"t", "found no mark on the stack");
    refused(b"h\x05", "found memo 5");
    refused(b"T\xff\xff\xff\xff..", "found 2 bytes, expected 4294967295");
    refused(
        b"}2.",
        "found instruction 0x32, expected one of a pickled numpy array",
    );
    refused(
        b"cos\nsystem\n(U\x04trueetR.",
        "found `os.system`, expected a numpy array and nothing else",
    );
    refused(
        &[b"c".to_vec(), vec![b'x'; 1000]].concat(),
        "found a longer name",
    );
    refused(
        &replaced(b"u1", b"i2"),
        "expected a numpy array of unsigned bytes",
    );
    refused(
        &replaced(b"\x89T", b"\x88T"),
        "expected a numpy array of unsigned bytes",
    );
    refused(
        &replaced(b"M\x03\0", b"M\x02\0"),
        "expected a numpy array of unsigned bytes",
    );
    refused(
        &replaced(b"U\x06labels", b"U\x06lapels"),
        "found 0 times `labels`, expected once",
    );
    refused(
        &replaced(b"K\x02K\x03", b"K\x02"),
        "`labels`: found 2, expected 3, as in `data`",
    );
    refused(
        &replaced(b"K\x02K\x03", b"K\x02N"),
        "labels, record 2: found None, expected 0 to 9",
    );
    refused(
        &pickled(&[("labels", &[])], &[]),
        "rows of `data`: found 0, expected 1 to 10000",
    );
    // A value that would double, or nest, without end costs what its instructions cost.
    refused(&[b"]q\0".repeat(1 << 20)].concat(), "instructions");
    let doubling = b"(h\0h\0tq\0".repeat(200_000);
    refused(
        &[b")q\0", &doubling[..], b"."].concat(),
        "found a list or tuple",
    );
    for length in 0..whole.len() {
        // The long string of pixels is cut at few places.
        if length % 97 == 0 || !(300..8900).contains(&length) {
            let cut = python::parse(Path::new("file"), &mut &whole[..length], &CIFAR10, &mut Err);
            assert!(cut.is_err());
        }
    }
    let images = python::parse(Path::new("file"), &mut &whole[..], &CIFAR10, &mut Err).unwrap();
    assert_eq!(
        (images.labels, images.pixels),
        (labels.to_vec(), pixels(0..3))
    );
}

#[test]
fn broken_archives_are_refused() {
    let [binary, python] = both(30, 4, false);
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("cifar-10-binary.tar.gz");
    let refused = |bytes: &[u8], expected: &str| {
        fs::write(&path, bytes).unwrap();
        for source in [path.as_path(), parent.path()] {
            let message = message("cifar10", &from_directory(source));
            assert!(message.contains(expected), "{message}");
        }
    };
    let folder = "cifar-10-batches-bin";
    let whole = archived(folder, &binary);
    refused(b"", "archive: found ");
    refused(b"PK\x03\x04", "archive: found ");
    refused(&whole[..whole.len() / 2], "found ");
    let mut damaged = whole.clone();
    let checksum = damaged.len() - 8;
    damaged[checksum] ^= 1;
    refused(
        &damaged,
        "corrupt gzip stream does not have a matching checksum",
    );
    refused(
        &archived("elsewhere", &binary),
        "files: found no test_batch.bin",
    );
    refused(&archived(folder, &python), "files: found no test_batch.bin");
    refused(
        &archived(folder, &binary[..1].to_vec()),
        "found no test_batch.bin",
    );
    refused(
        &archived(folder, &binary[1..].to_vec()),
        "found no data_batch_1.bin",
    );
    // Without the empty blocks at its end an archive may have lost files.
    let mut tar = Vec::new();
    let whole = archived(folder, &binary);
    GzDecoder::new(&whole[..]).read_to_end(&mut tar).unwrap();
    let mut cut = GzEncoder::new(Vec::new(), Compression::fast());
    cut.write_all(&tar[..tar.len() - 1024]).unwrap();
    refused(&cut.finish().unwrap(), "archive: found the end of the file");
    let twice = [binary.clone(), binary].concat();
    refused(
        &archived(folder, &twice),
        "file: found a second one of its name",
    );
    let missing = parent.path().join("nothing");
    assert!(message("cifar10", &from_directory(&missing)).contains("found nothing there"));
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn random_pickles_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), start in any::<bool>()) {
        let bytes = if start { [b"\x80\x02}q\0(", &bytes[..]].concat() } else { bytes };
        let _ = python::parse(Path::new("file"), &mut &bytes[..], &CIFAR100, &mut Err);
    }

    #[test]
    fn random_instructions_never_panic(
        codes in prop::collection::vec(prop::sample::select(&b"()]}tes\x85\x86\x87auqhNKRbc."[..]), 0..200)
    ) {
        let _ = python::parse(Path::new("file"), &mut &codes[..], &CIFAR10, &mut Err);
    }

    #[test]
    fn damaged_files_and_archives_never_panic(
        at in any::<prop::sample::Index>(),
        with in any::<u8>(),
        python in 0..2_usize,
        packed in any::<bool>(),
    ) {
        let (name, folders, archives, coarse) = SETS[1];
        let mut files = both(3, 1, coarse)[python].clone();
        let directory = tempfile::tempdir().unwrap();
        if packed {
            let mut archive = archived(folders[python], &files);
            let at = at.index(archive.len());
            archive[at] ^= with;
            fs::File::create(directory.path().join(archives[python])).unwrap().write_all(&archive).unwrap();
            open_never_panics(name, directory.path())?;
        } else {
            let at = at.index(files[0].1.len());
            files[0].1[at] ^= with;
            open_never_panics(name, written("", &files).path())?;
        }
    }
}
