//! Text: reviews in directories and archives, their vocabulary, and toy texts.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use dnarch::Error;
use dnarch::tasks::text::{generate, read_archive};
use dnarch::tasks::topics::Topics;
use dnarch::tasks::{Encoding, Goal, Source, Split, Task, open};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::sequences::{expanded, generated_everywhere, tokens};
use super::topics::evidence;
use super::{SPLITS, cases, check, classes, from_directory, message, reference};

type Files<'a> = Vec<(&'a str, &'a [u8])>;

/// Three reviews to train on, two to test on, and what is passed over.
fn files() -> Files<'static> {
    vec![
        ("aclImdb/README", b"not a review"),
        ("aclImdb/train/urls_pos.txt", b"not a review"),
        ("aclImdb/train/unsup/0_0.txt", b"not a review"),
        ("aclImdb/train/neg/0_1.txt", b"bbbbbbbbbbbbbbb"),
        ("aclImdb/train/neg/10_4.txt", b"cccccccccccccc"),
        ("aclImdb/train/neg/.hidden", b"\xff"),
        ("aclImdb/train/pos/0_10.txt", "\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}".as_bytes()),
        ("aclImdb/train/pos/2_7.txt", b"aaaaaaaaaaaaaaaaaaaa"),
        ("aclImdb/test/neg/7_3.txt", b"abc"),
        ("aclImdb/test/pos/6_8.txt", "b\u{e9}<br />".as_bytes()),
    ]
}

fn write(parent: &Path, files: &Files) {
    for (name, bytes) in files {
        let path = parent.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn directory(files: &Files) -> tempfile::TempDir {
    let parent = tempfile::tempdir().unwrap();
    write(parent.path(), files);
    parent
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A tar file as the published one: with directories, in the order of the file system.
fn archive(files: &Files) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = |name: &str, kind, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(bytes.len() as u64);
        header.set_mode(0o755);
        builder.append_data(&mut header, name, bytes).unwrap();
    };
    header("aclImdb/train/pos/", tar::EntryType::Directory, b"");
    for (name, bytes) in files.iter().rev() {
        header(name, tar::EntryType::Regular, bytes);
    }
    builder.into_inner().unwrap()
}

/// The error of reading such bytes as an archive.
fn refusal(bytes: &[u8]) -> String {
    match read_archive(Path::new("archive"), bytes) {
        Ok(_) => panic!("read"),
        Err(error) => {
            assert!(matches!(error, Error::Data { .. }), "{error}");
            error.to_string()
        }
    }
}

fn vocabulary(task: &dyn Task) -> usize {
    match task.encoding() {
        Encoding::Tokens { vocabulary } => vocabulary,
        other => panic!("{other:?}"),
    }
}

#[test]
fn reviews_arrive_as_padded_symbols_in_alternating_classes() {
    let found = directory(&files());
    let task = open("text", &from_directory(found.path())).unwrap();
    assert_eq!(SPLITS.map(|split| task.len(split)), [4, 2, 2]);
    assert_eq!(task.grid(), [4096]);
    assert_eq!(task.goal(), &Goal::Classification { classes: 2 });
    assert_eq!(
        task.title(),
        "Text (IMDB) format (not the benchmark's 25,000/25,000/25,000), 4/2/2 reviews \
         (training/validation/test); the test set validates"
    );
    // Twenty a, then b and é with fifteen each by code point; fourteen c are too few.
    assert_eq!(vocabulary(&*task), 6);
    let (symbols, lengths) = tokens(&*task, Split::Train, &[0, 1, 2, 3]);
    assert_eq!(lengths, [16, 16, 21, 15]);
    for (row, symbol) in [4, 5, 3, 1].into_iter().enumerate() {
        let (text, padding) = symbols[row * 4096..][..4096].split_at(lengths[row]);
        assert_eq!(text[..lengths[row] - 1], vec![symbol; lengths[row] - 1]);
        assert_eq!(text[lengths[row] - 1], 2);
        assert!(padding.iter().all(|&symbol| symbol == 0));
    }
    assert_eq!(classes(&*task, Split::Train, &[0, 1, 2, 3]), [0, 1, 1, 0]);
    for split in [Split::Validation, Split::Test] {
        let (symbols, lengths) = tokens(&*task, split, &[1, 0]);
        assert_eq!(lengths, [4, 9]);
        assert_eq!(symbols[..5], [3, 4, 1, 2, 0]);
        assert_eq!(symbols[4096..4096 + 10], [4, 5, 1, 4, 1, 1, 1, 1, 2, 0]);
        assert_eq!(classes(&*task, split, &[1, 0]), [0, 1]);
    }
    let beyond = task.batch(Split::Test, &[2], 0);
    assert!(matches!(beyond, Err(Error::Argument { .. })));
    // The inner directory is the same task.
    let inner = from_directory(&found.path().join("aclImdb"));
    assert_eq!(open("text", &inner).unwrap().digest(), task.digest());
    let (files, records, faults) = check("text", found.path());
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!((files, records), (6, 6));
}

#[test]
fn bytes_are_numbered_after_padding_and_have_no_end() {
    let long = "\u{e9}".repeat(3000);
    let mut files = files();
    files.push(("aclImdb/test/neg/8_1.txt", long.as_bytes()));
    let found = directory(&files);
    let source = Source {
        bytes: true,
        ..from_directory(found.path())
    };
    let task = open("text", &source).unwrap();
    assert_eq!(vocabulary(&*task), 257);
    assert!(task.title().ends_with("; the test set validates, as bytes"));
    let (symbols, lengths) = tokens(&*task, Split::Test, &[0, 2]);
    assert_eq!(lengths, [9, 4096]);
    assert_eq!(symbols[..10], [99, 0xc4, 0xaa, 61, 99, 115, 33, 48, 63, 0]);
    assert_eq!(symbols[8190..], [0xc4, 0xaa]);
    let characters = open("text", &from_directory(found.path())).unwrap();
    assert_ne!(characters.digest(), task.digest());
    let (_, lengths) = tokens(&*characters, Split::Test, &[2]);
    assert_eq!(lengths, [3001]);
}

#[test]
fn long_reviews_are_cut_and_the_rest_does_not_count() {
    // The 4096th character and those after it are neither served nor counted.
    let text = format!("{}{}", "a".repeat(4095), "z".repeat(100));
    let files = vec![
        ("train/neg/0_1.txt", text.as_bytes()),
        ("train/pos/0_9.txt", b"a"),
        ("test/neg/0_1.txt", b"z"),
        ("test/pos/0_9.txt", b"a"),
    ];
    let found = directory(&files);
    let task = open("text", &from_directory(found.path())).unwrap();
    assert_eq!(vocabulary(&*task), 4);
    let (symbols, lengths) = tokens(&*task, Split::Train, &[0]);
    assert_eq!(lengths, [4096]);
    assert_eq!(symbols[4093..], [3, 3, 2]);
    assert_eq!(tokens(&*task, Split::Test, &[0]).0[..2], [1, 2]);
}

#[test]
fn an_archive_is_what_its_directory_is() {
    let plain = directory(&files());
    let expected = open("text", &from_directory(plain.path())).unwrap();
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("aclImdb_v1.tar.gz");
    fs::write(&path, gzip(&archive(&files()))).unwrap();
    for path in [&path, parent.path()] {
        let task = open("text", &from_directory(path)).unwrap();
        assert_eq!(task.digest(), expected.digest());
        let (files, records, faults) = check("text", path);
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!((files, records), (1, 6));
    }
}

#[test]
fn samples_limit_what_is_served_and_not_the_vocabulary() {
    let found = directory(&files());
    let source = Source {
        samples: Some(2),
        ..from_directory(found.path())
    };
    let task = open("text", &source).unwrap();
    assert_eq!(SPLITS.map(|split| task.len(split)), [2, 1, 1]);
    assert_eq!(vocabulary(&*task), 6);
    assert!(
        task.title().contains("reduced to 2/1/1 of 4/2/2"),
        "{}",
        task.title()
    );
    for (source, expected) in [
        (
            Source {
                samples: Some(0),
                ..source.clone()
            },
            "at least 1",
        ),
        (
            Source {
                grid: Some(8),
                ..source.clone()
            },
            "grid of text",
        ),
        (
            Source {
                augment: true,
                ..source.clone()
            },
            "it has none",
        ),
        (
            Source {
                samples: Some(usize::MAX),
                ..Source::default()
            },
            "samples of text",
        ),
        (
            Source {
                samples: Some(0),
                ..Source::default()
            },
            "samples of text",
        ),
    ] {
        let message = message("text", &source);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn bad_reviews_are_named_and_a_check_goes_on() {
    let bad: [(&str, &[u8], &str); 10] = [
        (
            "train/neg/1_1.txt",
            b"ab\xffc",
            "1_1.txt: byte 3: found 0xff, expected UTF-8",
        ),
        ("train/neg/3_1.txt", b"", "3_1.txt: length: found 0 bytes"),
        (
            "train/pos/4_6.txt",
            b"x",
            "4_6.txt: rating: found 6, expected 7 to 10 in pos",
        ),
        (
            "test/neg/4_0.txt",
            b"x",
            "4_0.txt: rating: found 0, expected 1 to 4 in neg",
        ),
        (
            "test/neg/4_1.html",
            b"x",
            "name: found `4_1.html`, expected <number>_<rating>.txt",
        ),
        ("test/neg/+4_1.txt", b"x", "name: found `+4_1.txt`"),
        ("test/neg/_1.txt", b"x", "name: found `_1.txt`"),
        (
            "test/neg/99999999999_1.txt",
            b"x",
            "name: found `99999999999_1.txt`",
        ),
        (
            "test/pos/6_9.txt",
            b"x",
            "6_9.txt: number: found a second 6, expected one of each",
        ),
        (
            "test/pos/9_9.txt",
            &vec![b'x'; (1 << 20) + 1],
            "9_9.txt: length: found 1048577 bytes",
        ),
    ];
    let mut all = files();
    let names = bad.map(|(name, ..)| format!("aclImdb/{name}"));
    for (name, (_, bytes, expected)) in names.iter().zip(&bad) {
        let mut one = files();
        one.push((name, bytes));
        all.push((name, bytes));
        let found = directory(&one);
        let archived = gzip(&archive(&one));
        for message in [
            message("text", &from_directory(found.path())),
            refusal(&archived),
        ] {
            assert!(
                message.contains(expected) || message.contains("a second 6"),
                "{message}"
            );
            assert!(!message.contains('\n'));
        }
    }
    let found = directory(&all);
    let (files, records, faults) = check("text", found.path());
    assert_eq!(faults.len(), bad.len(), "{faults:?}");
    assert_eq!((files, records), (16, 16));
    for (_, _, expected) in &bad {
        let named = |fault: &String| fault.contains(expected);
        assert!(faults.iter().any(named), "{expected} in {faults:?}");
    }
}

#[test]
fn missing_parts_are_named() {
    let found = directory(&files());
    let source = from_directory(found.path());
    let inner = found.path().join("aclImdb");
    fs::remove_file(inner.join("test/neg/7_3.txt")).unwrap();
    open("text", &source).unwrap();
    fs::remove_file(inner.join("test/pos/6_8.txt")).unwrap();
    let refused = message("text", &source);
    assert!(
        refused.ends_with("aclImdb: test: found no reviews, expected at least 1"),
        "{refused}"
    );
    fs::remove_dir(inner.join("test/pos")).unwrap();
    assert!(message("text", &source).contains("test/pos: cannot read"));
    let empty = tempfile::tempdir().unwrap();
    let refused = message("text", &from_directory(empty.path()));
    assert!(
        refused.ends_with("found neither, expected aclImdb or aclImdb_v1.tar.gz"),
        "{refused}"
    );
    let only_training = files()
        .into_iter()
        .filter(|(name, _)| name.contains("train"));
    let refused = refusal(&gzip(&archive(&only_training.collect())));
    assert!(refused.contains("test: found no reviews"), "{refused}");
}

#[test]
fn truncated_and_damaged_archives_are_refused() {
    let tar = archive(&files());
    let whole = gzip(&tar);
    read_archive(Path::new("archive"), whole.as_slice()).unwrap();
    for length in 0..whole.len() {
        let refused = refusal(&whole[..length]);
        assert!(refused.contains("a gzipped tar file, whole"), "{refused}");
    }
    for place in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[place] ^= 0x10;
        match read_archive(Path::new("archive"), damaged.as_slice()) {
            Err(error) => assert!(matches!(error, Error::Data { .. }), "{error}"),
            Ok(_) => {
                let mut bytes = Vec::new();
                let mut decoder = GzDecoder::new(damaged.as_slice());
                decoder.read_to_end(&mut bytes).unwrap();
                assert!(bytes == tar, "byte {place} is damaged");
            }
        }
    }
    // Without the two empty blocks at its end, an archive is not whole.
    for length in (0..tar.len() - 512).step_by(64) {
        refusal(&gzip(&tar[..length]));
    }
    // An entry that claims to have eight exabytes.
    let mut absurd = tar.clone();
    let review = absurd
        .windows(17)
        .position(|name| name == b"aclImdb/train/neg")
        .unwrap();
    let header = &mut absurd[review..review + 512];
    header[124..136].copy_from_slice(&[0x80, 0, 0, 0, 0x7f, 255, 255, 255, 255, 255, 255, 255]);
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    refusal(&gzip(&absurd));
    assert!(refusal(&tar).contains("a gzipped tar file"));
}

#[test]
fn names_in_an_archive_stay_behind_its_own_on_one_line() {
    let mut tar = archive(&vec![("train/neg/1_9.txt", &b"text"[..])]);
    let mut header = tar::Header::new_ustar();
    header.set_size(4);
    let name = b"//etc/\n\x1b[2J/train/neg/1_9.txt";
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_cksum();
    // Behind the header of the directory.
    tar[512..1024].copy_from_slice(header.as_bytes());
    assert_eq!(
        refusal(&gzip(&tar)),
        "archive/etc/  [2J/train/neg/1_9.txt: rating: found 9, expected 1 to 4 in neg"
    );
}

#[test]
fn an_archive_that_expands_without_end_is_refused() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&archive(&files())).unwrap();
    std::io::copy(&mut std::io::repeat(0).take(1 << 30), &mut encoder).unwrap();
    let refused = refusal(&encoder.finish().unwrap());
    assert!(
        refused.contains("length when expanded: found 1073741824 bytes or more"),
        "{refused}"
    );
}

#[test]
fn generated_files_hold_what_is_served_at_any_number_of_threads() {
    let [one, two, read] = generated_everywhere("text", 33, 8);
    assert_eq!(one, two);
    assert_eq!(one, read);
    assert_eq!(
        one.iter().map(|batch| batch.size).collect::<Vec<_>>(),
        [33, 9, 9]
    );
    // A single sample has files, too.
    let [one, _, read] = generated_everywhere("text", 1, 8);
    assert_eq!(one, read);
    // The marker is found where the reviews are, not where the data are said to be.
    let parent = tempfile::tempdir().unwrap();
    generate(&parent.path().join("aclImdb"), 8, 0).unwrap();
    let title = open("text", &from_directory(parent.path()))
        .unwrap()
        .title();
    assert!(title.starts_with("Text's toy, generated"), "{title}");
}

#[test]
fn the_class_of_a_toy_text_is_its_topic() {
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("out");
    generate(&out, 100, 4).unwrap();
    let topics = Topics::new(4);
    let mut right = 0;
    for (class, positive) in [("neg/0_1.txt", false), ("pos/0_7.txt", true)] {
        for number in 0..50 {
            let name = class.replace("/0", &format!("/{number}"));
            let text = fs::read_to_string(out.join("train").join(name)).unwrap();
            right += usize::from((evidence(&topics, &text) > 0.0) == positive);
        }
    }
    // The topic can be told from all but the shortest texts.
    assert!(right >= 98, "{right}");
}

/// The published reviews, if they and the programs to unpack them are there.
fn reviews() -> Option<(tempfile::TempDir, PathBuf)> {
    let shared = reference("imdb")?;
    let parent = tempfile::tempdir().unwrap();
    let archive = shared.join("aclImdb_labelled_50k.tar.xz");
    let tar = Command::new("tar")
        .arg("-xJf")
        .arg(&archive)
        .current_dir(parent.path())
        .stderr(Stdio::null())
        .status();
    if !tar.is_ok_and(|status| status.success()) {
        println!("skipped: tar does not unpack {}", archive.display());
        return None;
    }
    Some((parent, archive))
}

#[test]
fn the_real_reviews_have_s4s_vocabulary() {
    let Some((directory, packed)) = reviews() else {
        return;
    };
    let source = from_directory(directory.path());
    let task = open("text", &source).unwrap();
    assert_eq!(
        task.title(),
        "Text (IMDB), 25,000/25,000/25,000 reviews (training/validation/test); the test set \
         validates"
    );
    let (files, records, faults) = check("text", directory.path());
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!((files, records), (50_000, 50_000));
    let all: Vec<usize> = (0..25_000).collect();
    let positive: usize = classes(&*task, Split::Test, &all[..1_000]).iter().sum();
    assert_eq!(positive, 500);

    // Symbol, code point and count, below a header and three special symbols.
    let table = fs::read_to_string(packed.with_file_name("s4_char_vocab_minfreq15.tsv")).unwrap();
    let rows = table.lines().skip(4).map(|line| line.split('\t'));
    let rows: Vec<(u16, char, u64)> = rows
        .map(|mut fields| {
            let symbol = fields.next().unwrap().parse().unwrap();
            let point = fields.next().unwrap().trim_start_matches("U+");
            let point = u32::from_str_radix(point, 16).unwrap();
            let count = fields.next().unwrap().parse().unwrap();
            (symbol, char::from_u32(point).unwrap(), count)
        })
        .collect();
    assert_eq!((vocabulary(&*task), rows.len()), (134, 131));
    let mut counts = vec![0; 134];
    for indices in all.chunks(1_000) {
        for symbol in tokens(&*task, Split::Train, indices).0 {
            counts[usize::from(symbol)] += 1;
        }
    }
    assert_eq!(counts[2], 25_000);
    for (symbol, character, count) in &rows {
        assert_eq!(counts[usize::from(*symbol)], *count, "{character}");
    }
    let symbols: BTreeMap<char, u16> = rows.iter().map(|row| (row.1, row.0)).collect();
    for (index, name) in ["neg/0_2.txt", "pos/0_10.txt"].into_iter().enumerate() {
        let text = fs::read_to_string(directory.path().join("aclImdb/test").join(name)).unwrap();
        let symbol = |character| symbols.get(&character).copied().unwrap_or(1);
        let expected: Vec<u16> = text.chars().take(4095).map(symbol).chain([2]).collect();
        let (found, lengths) = tokens(&*task, Split::Test, &[index]);
        assert_eq!(lengths, [expected.len()]);
        assert_eq!(found[..expected.len()], expected);
    }

    // The same from a gzipped archive.
    let Some(tar) = expanded(&packed) else {
        return;
    };
    let path = directory.path().join("reviews.tar.gz");
    fs::write(&path, gzip(&tar)).unwrap();
    let archived = open("text", &from_directory(&path)).unwrap();
    assert_eq!(archived.digest(), task.digest());
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_bytes_are_an_archive_or_refused(
        bytes in prop::collection::vec(any::<u8>(), 0..2048),
        places in prop::collection::vec((0_usize..6 * 512, any::<u8>()), 0..8),
    ) {
        let mut damaged = archive(&files());
        for (place, byte) in places {
            damaged[place] = byte;
        }
        for stream in [bytes.clone(), gzip(&bytes), gzip(&damaged)] {
            if let Err(error) = read_archive(Path::new("archive"), stream.as_slice()) {
                let data = matches!(error, Error::Data { .. });
                prop_assert!(data, "{error}");
            }
        }
    }
}
