//! ListOps: files, values, and the law of the generated expressions.

use std::fs;
use std::path::Path;

use dnarch::Error;
use dnarch::tasks::listops::{evaluate, read};
use dnarch::tasks::{Encoding, Goal, Source, Split, open};
use proptest::prelude::*;

use super::sequences::{expanded, generated_everywhere, tokens};
use super::{SPLITS, cases, check, classes, from_directory, message, reference};

const ROWS: [&str; 3] = [
    "( ( ( [MAX 2 ) 9 ) ] )\t9",
    "( ( ( [SM ( ( ( [MED 8 ) 9 ) ] ) ) ( ( [MIN 6 ) ] ) ) ] )\t4",
    "7\t7",
];

fn file(rows: &[&str], end: &str) -> String {
    let lines = ["Source\tTarget"].iter().chain(rows);
    lines.map(|line| format!("{line}{end}")).collect()
}

/// Training, validation and test files.
fn directory(files: [&[u8]; 3]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), files);
    directory
}

fn write(directory: &Path, files: [&[u8]; 3]) {
    for (name, bytes) in ["train", "val", "test"].iter().zip(files) {
        fs::write(directory.join(format!("basic_{name}.tsv")), bytes).unwrap();
    }
}

#[test]
fn rows_arrive_as_padded_symbols_with_their_values() {
    let [crlf, lf] = ["\r\n", "\n"].map(|end| file(&ROWS, end));
    let one = file(&ROWS[2..], "\n");
    let found = directory([crlf.as_bytes(), lf.trim_end().as_bytes(), one.as_bytes()]);
    let task = open("listops", &from_directory(found.path())).unwrap();
    assert_eq!(SPLITS.map(|split| task.len(split)), [3, 3, 1]);
    assert_eq!(task.grid(), [2048]);
    assert_eq!(task.encoding(), Encoding::Tokens { vocabulary: 18 });
    assert_eq!(task.goal(), &Goal::Classification { classes: 10 });
    assert_eq!(
        task.title(),
        "ListOps format (not the benchmark's 96,000/2,000/2,000), 3/3/1 expressions \
         (training/validation/test)"
    );
    for split in &SPLITS[..2] {
        let (symbols, lengths) = tokens(&*task, *split, &[1, 0, 2]);
        assert_eq!(lengths, [10, 5, 2]);
        assert_eq!(symbols.len(), 3 * 2048);
        for (i, expected) in [
            &[6, 5, 16, 17, 7, 3, 14, 7, 7, 2][..],
            &[4, 10, 17, 7, 2],
            &[15, 2],
        ]
        .into_iter()
        .enumerate()
        {
            let (sequence, padding) = symbols[i * 2048..][..2048].split_at(expected.len());
            assert_eq!(sequence, expected);
            assert!(padding.iter().all(|&symbol| symbol == 0));
        }
        assert_eq!(classes(&*task, *split, &[1, 0, 2]), [4, 9, 7]);
    }
    let beyond = task.batch(Split::Test, &[1], 0);
    assert!(matches!(beyond, Err(Error::Argument { .. })));
    // The files of a nested directory are the same task, other rows are another.
    let parent = tempfile::tempdir().unwrap();
    for folder in ["listops-1000", "lra_release/lra_release/listops-1000"] {
        let nested = parent.path().join(folder);
        fs::create_dir_all(&nested).unwrap();
        write(&nested, [lf.as_bytes(), lf.as_bytes(), one.as_bytes()]);
        let same = open("listops", &from_directory(parent.path())).unwrap();
        assert_eq!(same.digest(), task.digest());
        fs::remove_dir_all(&nested).unwrap();
    }
    let other = directory([lf.as_bytes(), one.as_bytes(), one.as_bytes()]);
    let other = open("listops", &from_directory(other.path())).unwrap();
    assert_ne!(other.digest(), task.digest());
}

#[test]
fn long_expressions_are_cut_before_the_end() {
    let digits = |count| format!("[SM {}]\t0", "5 ".repeat(count));
    let long = file(&[&digits(2045), &digits(2046), &digits(20_000)], "\n");
    let found = directory([long.as_bytes(); 3]);
    let task = open("listops", &from_directory(found.path())).unwrap();
    let (symbols, lengths) = tokens(&*task, Split::Train, &[0, 1, 2]);
    assert_eq!(lengths, [2048; 3]);
    let last = |row: usize| &symbols[row * 2048 + 2045..(row + 1) * 2048];
    assert_eq!(last(0), [13, 7, 2]);
    assert_eq!(last(1), [13, 13, 2]);
    assert_eq!(last(2), [13, 13, 2]);
}

#[test]
fn samples_limit_every_split() {
    let rows: Vec<String> = (0..40).map(|i| format!("{0}\t{0}", i % 10)).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let text = file(&rows, "\n");
    let found = directory([text.as_bytes(); 3]);
    let source = Source {
        samples: Some(13),
        ..from_directory(found.path())
    };
    let task = open("listops", &source).unwrap();
    assert_eq!(SPLITS.map(|split| task.len(split)), [13, 4, 4]);
    assert!(task.title().contains("reduced to 13/4/4 of 40/40/40"));
    assert_eq!(classes(&*task, Split::Test, &[3, 0]), [3, 0]);
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
            "grid of listops",
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
            "samples of listops",
        ),
        (
            Source {
                samples: Some(0),
                ..Source::default()
            },
            "samples of listops",
        ),
    ] {
        let message = message("listops", &source);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn broken_files_are_refused_by_row_and_place() {
    let good = file(&ROWS, "\r\n");
    for (rows, opened, expected) in [
        (
            &["no tab"][..],
            false,
            "line 2: found `no tab`, expected source, tab, target",
        ),
        (
            &["7\t10"],
            false,
            "line 2, target: found `10`, expected 0 to 9",
        ),
        (&["7\t"], false, "line 2, target: found ``"),
        (&["\t7"], false, "line 2, source: found no words"),
        (&["( )\t7"], false, "line 2, source: found no words"),
        (&["7\t7\t7"], false, "line 2, target: found `7\\t7`"),
        (
            &["7\t7", "[MEAN 1 ]\t1"],
            false,
            "line 3, word 1: found `[MEAN`",
        ),
        (&["\u{663}\t3"], false, "line 2, word 1: found `\u{663}`"),
        (
            &["( ( [MAX 7 ) ] )\t6"],
            true,
            "line 2, target: found 6, expected 7",
        ),
        (
            &["7\t7", "[MAX 7 ]\t7"],
            true,
            "line 3, byte 1: found `[MAX 7 ]`",
        ),
        (&["( ( [MAX  7 ) ] )\t7"], true, "line 2, byte 10"),
        (
            &["( ( [MAX 7 ) )\t7"],
            true,
            "line 2, word 3: found the end",
        ),
        (
            &["1 2\t2"],
            true,
            "line 2, word 2: found 2, expected the end",
        ),
    ] {
        let bad = file(rows, "\r\n");
        let found = directory([good.as_bytes(), bad.as_bytes(), good.as_bytes()]);
        let (files, records, faults) = check("listops", found.path());
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].contains("basic_val.tsv"), "{faults:?}");
        assert!(faults[0].contains(expected), "{faults:?} for {expected}");
        assert_eq!((files, records), (3, 6 + rows.len() as u64));
        let source = from_directory(found.path());
        if opened {
            open("listops", &source).unwrap();
        } else {
            assert_eq!(message("listops", &source), faults[0]);
        }
    }
    let long = format!("Source\tTarget\n{}\t1\n1\t1\n", "1 ".repeat(1 << 15));
    for (bytes, expected) in [
        (&b""[..], "line 1: found the end of the file"),
        (b"Source\tTarget\r\n", "rows: found none"),
        (
            b"source\ttarget\r\n1\t1\r\n",
            "line 1: found `source\\ttarget`",
        ),
        (
            b"Source\tTarget\n\xff\t1\n1\t1\n",
            "line 2: found a wrong byte at 1, expected UTF-8",
        ),
        (b"S\0o\0u\0r\0c\0e\0\t\0", "line 1: found `S\\0o"),
        (long.as_bytes(), "line 2: found more than 65536 bytes"),
    ] {
        let found = directory([bytes, good.as_bytes(), good.as_bytes()]);
        let message = message("listops", &from_directory(found.path()));
        assert!(message.contains(expected), "{message}");
        assert!(check("listops", found.path()).2[0].contains(expected));
    }
    let found = directory([good.as_bytes(); 3]);
    fs::remove_file(found.path().join("basic_val.tsv")).unwrap();
    let message = message("listops", &from_directory(found.path()));
    assert!(message.contains("basic_val.tsv: cannot read"), "{message}");
}

#[test]
fn a_check_goes_on_after_a_bad_row() {
    let rows = [ROWS[0], "x\t1", ROWS[1], "7\t6", "\t", ROWS[2]];
    let (bad, good) = (file(&rows, "\n"), file(&ROWS, "\n"));
    let found = directory([bad.as_bytes(), good.as_bytes(), bad.as_bytes()]);
    let (files, records, faults) = check("listops", found.path());
    let lines = ["line 3", "line 5", "line 6", "line 3", "line 5", "line 6"];
    assert_eq!(faults.len(), lines.len());
    for (fault, line) in faults.iter().zip(lines) {
        assert!(fault.contains(line), "{fault}");
    }
    assert_eq!((files, records), (3, 15));
}

/// Source and value of each row below the header.
fn rows(text: &str) -> Vec<(&str, u8)> {
    text.lines()
        .skip(1)
        .map(|line| {
            let (source, value) = line.split_once('\t').unwrap();
            (source, value.parse().unwrap())
        })
        .collect()
}

#[test]
fn every_value_of_the_reference_files_is_computed() {
    let Some(path) = reference("listops/listops-1000") else {
        return;
    };
    let unpacked =
        ["train", "test"].map(|part| expanded(&path.join(format!("basic_{part}.tsv.xz"))));
    let [Some(train), Some(test)] = unpacked else {
        return;
    };
    for (bytes, count) in [(&train, 10_000), (&test, 2_000)] {
        let rows = rows(std::str::from_utf8(bytes).unwrap());
        let right = |&&(source, value): &&(&str, u8)| evaluate(source).unwrap() == value;
        assert_eq!(rows.iter().filter(right).count(), count);
    }
    // There is no validation file: the test rows once more.
    let found = directory([&train, &test, &test]);
    let (files, records, faults) = check("listops", found.path());
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!((files, records), (3, 14_000));
    let task = open("listops", &from_directory(found.path())).unwrap();
    assert_eq!(SPLITS.map(|split| task.len(split)), [10_000, 2_000, 2_000]);
    let (_, lengths) = tokens(&*task, Split::Test, &[0, 1_999]);
    let words = |row: usize| {
        let rows = rows(std::str::from_utf8(&test).unwrap());
        let words = rows[row].0.split(' ').filter(|word| !"()".contains(word));
        words.count()
    };
    assert_eq!(lengths, [words(0) + 1, words(1_999) + 1]);
}

#[test]
fn every_value_of_the_published_test_set_is_computed() {
    let Some(path) = reference("listops/nyu-listops") else {
        return;
    };
    let Some(bytes) = expanded(&path.join("test_d20s.tsv.xz")) else {
        return;
    };
    let text = String::from_utf8(bytes).unwrap();
    let right = |line: &&str| {
        let (value, source) = line.split_once('\t').unwrap();
        evaluate(source).unwrap().to_string() == value
    };
    assert_eq!(text.lines().filter(right).count(), 10_000);
}

#[test]
fn generated_files_hold_what_is_served_at_any_number_of_threads() {
    let [one, two, read] = generated_everywhere("listops", 41, 3);
    assert_eq!(one, two);
    assert_eq!(one, read);
    assert_eq!(
        one.iter().map(|batch| batch.size).collect::<Vec<_>>(),
        [41, 11, 11]
    );
    // Fewer samples are the first of more.
    let fewer = generated_everywhere("listops", 4, 3);
    let source = Source {
        samples: Some(41),
        seed: 3,
        ..Source::default()
    };
    let more = open("listops", &source).unwrap();
    assert_eq!(
        more.batch(Split::Train, &[0, 1, 2, 3], 0).unwrap(),
        fewer[0][0]
    );
    let other = generated_everywhere("listops", 4, 4);
    assert_ne!(other[0], fewer[0]);
}

/// Quantities of an expression: length, share of operators, of brackets, and of the digit 0,
/// arguments of an operator, mean depth, and value.
fn quantities(symbols: &[u16], value: usize) -> [f64; 7] {
    let length = symbols.len() as f64;
    let count =
        |test: fn(u16) -> bool| symbols.iter().filter(|&&symbol| test(symbol)).count() as f64;
    let operators = count(|symbol| symbol < 7);
    let (mut depth, mut depths) = (0_u32, 0);
    for &symbol in symbols {
        match symbol {
            3..7 => depth += 1,
            7 => depth -= 1,
            _ => {}
        }
        depths += depth;
    }
    [
        length,
        operators / length,
        count(|symbol| symbol == 7) / length,
        count(|symbol| symbol == 8) / length,
        // All values but the outermost are arguments.
        (length - operators - 1.0) / operators,
        f64::from(depths) / length,
        value as f64,
    ]
}

/// Of each expression of a split.
fn statistics(source: &Source) -> Vec<[f64; 7]> {
    let task = open("listops", source).unwrap();
    let mut found = Vec::new();
    let all: Vec<usize> = (0..task.len(Split::Train)).collect();
    for indices in all.chunks(1_000) {
        let (symbols, lengths) = tokens(&*task, Split::Train, indices);
        let values = classes(&*task, Split::Train, indices);
        for ((sequence, length), value) in symbols.chunks(2048).zip(lengths).zip(values) {
            found.push(quantities(&sequence[..length - 1], value));
        }
    }
    found
}

fn generated_statistics() -> Vec<[f64; 7]> {
    statistics(&Source {
        samples: Some(10_000),
        seed: 20,
        ..Source::default()
    })
}

#[test]
fn generated_expressions_have_the_published_statistics() {
    let found = generated_statistics();
    // Those of 10,000 rows of the reference, given to `digits`; 10,000 are compared with them, so
    // the standard error of a difference is sqrt(2) times that of a share. 4.5 of them are allowed.
    let share = |test: &dyn Fn(&[f64; 7]) -> bool, expected: f64, rounding: f64| {
        let share = found.iter().filter(|row| test(row)).count() as f64 / 10_000.0;
        let error = (2.0 * expected * (1.0 - expected) / 10_000.0).sqrt();
        let difference = (share - expected).abs();
        assert!(
            difference <= 4.5 * error + rounding,
            "{share} for {expected}"
        );
    };
    assert!(found.iter().all(|row| row[0] > 500.0 && row[0] < 2000.0));
    for (length, expected) in [
        (538.0, 0.05),
        (703.0, 0.25),
        (955.0, 0.5),
        (1313.0, 0.75),
        (1794.0, 0.95),
    ] {
        share(&|row| row[0] <= length, expected, 0.001);
    }
    let labels = [
        0.172, 0.087, 0.078, 0.079, 0.090, 0.085, 0.078, 0.072, 0.086, 0.175,
    ];
    for (value, expected) in labels.into_iter().enumerate() {
        share(&|row| row[6] == value as f64, expected, 0.0005);
    }
    for (quantity, expected, rounding) in [
        (0, 1036.0, 0.5),
        (1, 0.142, 0.0005),
        (2, 0.142, 0.0005),
        (3, 0.0715, 0.0001),
    ] {
        let values = found.iter().map(|row| row[quantity]);
        let (mean, error) = mean_and_error(&values.collect::<Vec<_>>());
        let difference = (mean - expected).abs();
        // Shares were measured over all symbols, here they are means over expressions: the shorter
        // ones count for more, which moves the mean by less than a thousandth of it.
        let tolerance = 4.5 * 2.0_f64.sqrt() * error + rounding + 1e-3 * expected.min(1.0);
        assert!(difference <= tolerance, "{mean} for {expected}");
    }
}

fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0) / count).sqrt())
}

/// The largest difference between two empirical distribution functions.
fn kolmogorov_smirnov(mut left: Vec<f64>, mut right: Vec<f64>) -> f64 {
    left.sort_by(f64::total_cmp);
    right.sort_by(f64::total_cmp);
    let share =
        |sorted: &[f64], x| sorted.partition_point(|&y| y <= x) as f64 / sorted.len() as f64;
    let all = left.iter().chain(&right);
    all.map(|&x| (share(&left, x) - share(&right, x)).abs())
        .fold(0.0, f64::max)
}

#[test]
fn generated_expressions_have_the_reference_distribution() {
    let Some(path) = reference("listops/listops-1000") else {
        return;
    };
    let Some(train) = expanded(&path.join("basic_train.tsv.xz")) else {
        return;
    };
    let one = file(&ROWS, "\n");
    let directory = directory([&train, one.as_bytes(), one.as_bytes()]);
    let expected = statistics(&from_directory(directory.path()));
    let found = generated_statistics();
    for quantity in 0..7 {
        let [left, right] = [&found, &expected]
            .map(|rows| rows.iter().map(|row| row[quantity]).collect::<Vec<f64>>());
        let ((left_mean, left_error), (right_mean, right_error)) =
            (mean_and_error(&left), mean_and_error(&right));
        let score = (left_mean - right_mean) / left_error.hypot(right_error);
        // 7 comparisons, 4 standard errors: false alarm once in 2000 seeds.
        assert!(
            score.abs() < 4.0,
            "quantity {quantity}: {left_mean} {right_mean}"
        );
        // The 0.999 quantile of the statistic is 1.95 sqrt(2 / n); ties make it smaller.
        let distance = kolmogorov_smirnov(left, right);
        assert!(
            distance < 1.95 * (2.0 / 10_000.0_f64).sqrt(),
            "quantity {quantity}: {distance}"
        );
    }
}

#[test]
fn truncated_files_are_read_up_to_a_row_or_refused() {
    let whole = file(&ROWS, "\r\n");
    for length in 0..whole.len() {
        let start = &whole[..length];
        let last = start.rsplit('\n').next().unwrap().trim_end();
        let complete = start.contains(ROWS[0]) && (last.is_empty() || ROWS.contains(&last));
        match read(Path::new("file"), start.as_bytes(), usize::MAX) {
            Ok((_, rows)) => {
                assert!(complete, "{start}");
                assert_eq!(rows, start.trim_end().lines().count() - 1);
            }
            Err(error) => {
                assert!(!complete, "{start}");
                assert!(matches!(error, Error::Data { .. }), "{error}");
            }
        }
    }
}

fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "[MIN", "[MAX", "[MED", "[SM", "]", "(", ")", "0", "9", "10", "[", "\t", "\u{85}", "",
    ]);
    prop::collection::vec(word, 0..40).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..cases() })]

    #[test]
    fn any_words_are_evaluated_or_refused(source in words()) {
        match evaluate(&source) {
            Ok(value) => prop_assert!(value < 10),
            Err(error) => prop_assert!(!error.to_string().contains('\n')),
        }
    }

    #[test]
    fn any_bytes_are_rows_or_refused(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        rows in prop::collection::vec(words(), 0..4),
        header in any::<bool>(),
    ) {
        let mut file = Vec::new();
        if header {
            file.extend(b"Source\tTarget\n");
        }
        file.extend(rows.join("\n").bytes());
        file.extend(bytes);
        if let Err(error) = read(Path::new("file"), file.as_slice(), usize::MAX) {
            let data = matches!(error, Error::Data { .. });
            prop_assert!(data, "{error}");
        }
    }
}
