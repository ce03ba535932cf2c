//! Retrieval: pairs of texts, read when asked for.

use std::fs;
use std::path::Path;

use dnarch::Error;
use dnarch::tasks::retrieval::{count, generate};
use dnarch::tasks::topics::Topics;
use dnarch::tasks::{Encoding, Goal, Source, Split, Task, open};
use proptest::prelude::*;

use super::sequences::{expanded, generated_everywhere, tokens};
use super::topics::evidence;
use super::{SPLITS, cases, check, classes, from_directory, message, reference};

const TRAIN: &str = "1.0\ti\tj\tabba\tab c\n0.0\ti\tj\ta\t\u{e9}\n1\t\t\t\t\"a\tb\"";
const TEST: &str = "0\ti\tj\txab\t\r\n";

fn directory(files: [&[u8]; 3]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), files);
    directory
}

fn write(directory: &Path, files: [&[u8]; 3]) {
    for (name, bytes) in ["train", "eval", "test"].iter().zip(files) {
        fs::write(directory.join(format!("new_aan_pairs.{name}.tsv")), bytes).unwrap();
    }
}

fn vocabulary(task: &dyn Task) -> usize {
    match task.encoding() {
        Encoding::TokenPairs { vocabulary } => vocabulary,
        other => panic!("{other:?}"),
    }
}

#[test]
fn pairs_arrive_with_all_first_texts_before_all_second_ones() {
    let [train, test] = [TRAIN, TEST].map(str::as_bytes);
    let found = directory([train, test, test]);
    let task = open("retrieval", &from_directory(found.path())).unwrap();
    assert_eq!(SPLITS.map(|split| task.len(split)), [3, 1, 1]);
    assert_eq!(task.grid(), [4000]);
    assert_eq!(task.goal(), &Goal::Classification { classes: 2 });
    assert_eq!(
        task.title(),
        "Retrieval format (not the benchmark's 147,086/18,090/17,437), 3/1/1 pairs \
         (training/validation/test)"
    );
    // a 5, b 4, then one or two each: " 2, tab 1, space 1, c 1, é 1.
    assert_eq!(vocabulary(&*task), 10);
    let (symbols, lengths) = tokens(&*task, Split::Train, &[2, 0, 1]);
    assert_eq!(lengths, [1, 5, 2, 6, 5, 2]);
    let expected: [&[u16]; 6] = [
        &[2],
        &[3, 4, 4, 3, 2],
        &[3, 2],
        &[5, 3, 6, 4, 5, 2],
        &[3, 4, 7, 8, 2],
        &[9, 2],
    ];
    for (sequence, expected) in symbols.chunks(4000).zip(expected) {
        let (text, padding) = sequence.split_at(expected.len());
        assert_eq!(text, expected);
        assert!(padding.iter().all(|&symbol| symbol == 0));
    }
    assert_eq!(classes(&*task, Split::Train, &[2, 0, 1]), [1, 1, 0]);
    let (symbols, lengths) = tokens(&*task, Split::Test, &[0]);
    assert_eq!(lengths, [4, 1]);
    assert_eq!(symbols[..5], [1, 3, 4, 2, 0]);
    assert_eq!(symbols[4000..4002], [2, 0]);
    let beyond = task.batch(Split::Test, &[0, 1], 0);
    assert!(matches!(beyond, Err(Error::Argument { .. })));
    let (files, records, faults) = check("retrieval", found.path());
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!((files, records), (3, 5));
    let parent = tempfile::tempdir().unwrap();
    for folder in ["tsv_data", "lra_release/lra_release/tsv_data"] {
        let nested = parent.path().join(folder);
        fs::create_dir_all(&nested).unwrap();
        write(&nested, [train, test, test]);
        let same = open("retrieval", &from_directory(parent.path())).unwrap();
        assert_eq!(tokens(&*same, Split::Test, &[0]).0, symbols);
        fs::remove_dir_all(&nested).unwrap();
    }
}

#[test]
fn long_texts_are_cut_and_the_rest_does_not_count() {
    let long = format!("1\t\t\t{}z\t{}", "a".repeat(3999), "b".repeat(3998));
    let found = directory([long.as_bytes(); 3]);
    let task = open("retrieval", &from_directory(found.path())).unwrap();
    assert_eq!(vocabulary(&*task), 5);
    let (symbols, lengths) = tokens(&*task, Split::Test, &[0]);
    assert_eq!(lengths, [4000, 3999]);
    assert_eq!(symbols[3998..4001], [3, 2, 4]);
    assert_eq!(symbols[7997..], [4, 2, 0]);
}

#[test]
fn samples_limit_what_is_served_and_not_the_vocabulary() {
    let [train, test] = [TRAIN, TEST].map(str::as_bytes);
    let found = directory([train, test, train]);
    let source = Source {
        samples: Some(1),
        ..from_directory(found.path())
    };
    let task = open("retrieval", &source).unwrap();
    assert_eq!(SPLITS.map(|split| task.len(split)), [1, 1, 1]);
    assert_eq!(vocabulary(&*task), 10);
    assert!(
        task.title().contains("reduced to 1/1/1 of 3/1/3"),
        "{}",
        task.title()
    );
    let whole = open("retrieval", &from_directory(found.path())).unwrap();
    assert_ne!(whole.digest(), task.digest());
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
            "grid of retrieval",
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
                bytes: true,
                ..source.clone()
            },
            "it has none",
        ),
        (
            Source {
                samples: Some(usize::MAX),
                ..Source::default()
            },
            "samples of retrieval",
        ),
        (
            Source {
                samples: Some(0),
                ..Source::default()
            },
            "samples of retrieval",
        ),
    ] {
        let message = message("retrieval", &source);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn broken_files_are_refused_by_row_and_place_and_a_check_goes_on() {
    let train = TRAIN.as_bytes();
    let long = [b"1\t\t\t\t".repeat(1 << 22), b"\n1\t\t\t\t".to_vec()].concat();
    for (bytes, expected) in [
        (&b""[..], "rows: found none, expected at least 1"),
        (
            b"1\t\t\t\t\n\n",
            "line 2: found 1 fields, expected 5: label",
        ),
        (b"1\t\t\t\n1\t\t\t\t", "line 1: found 4 fields"),
        (
            b"2\t\t\t\t",
            "line 1, label: found `2`, expected 0.0 or 1.0",
        ),
        (b"1\t\t\t\t\n1.00\t\t\t\t", "line 2, label: found `1.00`"),
        (b"nan\t\t\t\t", "line 1, label: found `nan`"),
        (
            b"\xef\xbb\xbf1\t\t\t\t",
            "line 1, label: found `\\u{feff}1`",
        ),
        (
            b"1\t\t\t\xff\t",
            "line 1: found a wrong byte at 5, expected UTF-8",
        ),
        (&long, "line 1: found more than 16777216 bytes"),
    ] {
        let found = directory([train, bytes, train]);
        let message = message("retrieval", &from_directory(found.path()));
        assert!(message.contains("new_aan_pairs.eval.tsv"), "{message}");
        assert!(message.contains(expected), "{message}");
        assert_eq!(check("retrieval", found.path()).2, [message]);
    }
    let rows = "1\t\t\t\t\nx\t\t\t\t\n\n0\t\t\t\t\n3\t\t\t\t\n";
    let found = directory([train, rows.as_bytes(), rows.as_bytes()]);
    let (files, records, faults) = check("retrieval", found.path());
    assert_eq!((files, records), (3, 13));
    let lines = ["line 2", "line 3", "line 5", "line 2", "line 3", "line 5"];
    assert_eq!(faults.len(), lines.len());
    for (fault, line) in faults.iter().zip(lines) {
        assert!(fault.contains(line), "{fault}");
    }
    fs::remove_file(found.path().join("new_aan_pairs.test.tsv")).unwrap();
    fs::write(found.path().join("new_aan_pairs.eval.tsv"), TEST).unwrap();
    let message = message("retrieval", &from_directory(found.path()));
    assert!(
        message.contains("new_aan_pairs.test.tsv: cannot read"),
        "{message}"
    );
}

#[test]
fn a_file_that_changes_under_the_task_is_noticed() {
    let [train, test] = [TRAIN, TEST].map(str::as_bytes);
    let found = directory([train, test, test]);
    let task = open("retrieval", &from_directory(found.path())).unwrap();
    task.batch(Split::Train, &[1], 0).unwrap();
    fs::write(found.path().join("new_aan_pairs.train.tsv"), TEST).unwrap();
    let error = task.batch(Split::Train, &[1], 0).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("another length or time of change"),
        "{error}"
    );
    let other = open("retrieval", &from_directory(found.path())).unwrap();
    assert_ne!(other.digest(), task.digest());
}

#[test]
fn generated_files_hold_what_is_served_at_any_number_of_threads() {
    let [one, two, read] = generated_everywhere("retrieval", 21, 8);
    assert_eq!(one, two);
    assert_eq!(one, read);
    assert_eq!(
        one.iter().map(|batch| batch.size).collect::<Vec<_>>(),
        [21, 6, 6]
    );
}

#[test]
fn related_toy_texts_have_the_same_topic() {
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("out");
    generate(&out, 200, 4).unwrap();
    let topics = Topics::new(4);
    let text = fs::read_to_string(out.join("new_aan_pairs.train.tsv")).unwrap();
    let (mut right, mut firsts) = (0, 0);
    for line in text.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [first, second] = [fields[3], fields[4]].map(|text| evidence(&topics, text) > 0.0);
        right += usize::from((first == second) == (fields[0] == "1.0"));
        firsts += usize::from(first);
    }
    // The topic can be told from all but the shortest texts.
    assert!(right >= 196, "{right}");
    // Half of 200, within four standard errors of sqrt(200) / 2.
    assert!((72..=128).contains(&firsts), "{firsts}");
}

#[test]
fn a_stand_in_of_the_same_layout_is_read_and_not_called_the_benchmark() {
    let Some(path) = reference("imdb-pairs-aan-format/tsv_data") else {
        return;
    };
    let unpacked =
        ["train", "test"].map(|part| expanded(&path.join(format!("new_aan_pairs.{part}.tsv.xz"))));
    let [Some(train), Some(test)] = unpacked else {
        return;
    };
    // There is no validation file: the test rows once more.
    let found = directory([&train, &test, &test]);
    let (files, records, faults) = check("retrieval", found.path());
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!((files, records), (3, 7_600));
    let task = open("retrieval", &from_directory(found.path())).unwrap();
    assert_eq!(
        task.title(),
        "Retrieval format (not the benchmark's 147,086/18,090/17,437), 6,000/800/800 pairs \
         (training/validation/test)"
    );
    let all: Vec<usize> = (0..6_000).collect();
    assert_eq!(
        classes(&*task, Split::Train, &all).iter().sum::<usize>(),
        3_000
    );

    // Every symbol stands for one character everywhere, and the more frequent for smaller ones.
    let text = String::from_utf8(test).unwrap();
    let mut characters = vec![None; vocabulary(&*task)];
    for (index, line) in text.lines().enumerate() {
        let fields: Vec<&str> = line.split('\t').collect();
        let (symbols, lengths) = tokens(&*task, Split::Test, &[index]);
        assert_eq!(
            classes(&*task, Split::Test, &[index])[0],
            usize::from(fields[0] == "1.0")
        );
        for (side, sequence) in symbols.chunks(4000).enumerate() {
            let expected: Vec<char> = fields[3 + side].chars().take(3999).collect();
            assert_eq!(lengths[side], expected.len() + 1);
            assert_eq!(sequence[expected.len()], 2);
            for (character, &symbol) in expected.into_iter().zip(sequence) {
                let known = &mut characters[usize::from(symbol)];
                assert!(symbol == 1 || *known.get_or_insert(character) == character);
            }
        }
    }
    let mut counts = vec![0_u64; vocabulary(&*task)];
    for indices in all.chunks(500) {
        for symbol in tokens(&*task, Split::Train, indices).0 {
            counts[usize::from(symbol)] += 1;
        }
    }
    assert_eq!((counts[1], counts[2]), (0, 12_000));
    assert!(counts[3..].is_sorted_by(|more, less| more >= less));
    assert!(*counts.last().unwrap() > 0);
}

#[test]
fn truncated_files_are_read_up_to_a_row_or_refused() {
    for length in 0..TRAIN.len() {
        let bytes = &TRAIN.as_bytes()[..length];
        let last = bytes.rsplit(|&byte| byte == b'\n').next().unwrap();
        let tabs = last.iter().filter(|&&byte| byte == b'\t').count();
        let whole = tabs >= 4 || (last.is_empty() && length > 0);
        let utf8 = std::str::from_utf8(bytes).is_ok();
        match count(Path::new("file"), bytes) {
            Ok(_) => assert!(whole && utf8, "{length}"),
            Err(error) => {
                assert!(!(whole && utf8), "{length}");
                assert!(matches!(error, Error::Data { .. }), "{error}");
            }
        }
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_bytes_are_rows_or_refused(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        rows in prop::collection::vec("[01]\t.{0,3}\t\t.{0,5}\t.{0,5}", 0..4),
    ) {
        let mut file = rows.join("\n").into_bytes();
        file.extend(bytes);
        if let Err(error) = count(Path::new("file"), file.as_slice()) {
            let data = matches!(error, Error::Data { .. });
            prop_assert!(data, "{error}");
        }
    }
}
