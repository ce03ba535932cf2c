//! Any change to valid files: they are refused, or they are a suite that is written and read again
//! as it is.

use std::path::Path;

use dnarch::fixtures::cases::Size;
use dnarch::fixtures::format::Suite;
use dnarch::fixtures::generate;
use dnarch::fixtures::suites::CATALOGUE;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::small::{assert_line, files, parse};

#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Delete(Index, usize),
    /// Some of the file again, elsewhere.
    Splice(Index, Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    prop_oneof![
        (index(), 0u8..8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (index(), prop::collection::vec(any::<u8>(), 1..9))
            .prop_map(|(at, b)| Change::Insert(at, b)),
        (index(), prop::sample::select(pieces())).prop_map(|(at, b)| Change::Insert(at, b.into())),
        (index(), 1usize..33).prop_map(|(at, count)| Change::Delete(at, count)),
        (index(), index(), 1usize..65).prop_map(|(from, to, n)| Change::Splice(from, to, n)),
    ]
}

/// What the files are made of.
fn pieces() -> Vec<&'static str> {
    vec![
        "0",
        "9",
        "-",
        ".",
        "e",
        "1e999",
        "null",
        "true",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"",
        "\\",
        "F32",
        "[0]",
        "[]",
        "\u{0}",
        "../",
        "half.plane",
        "/in/x",
        "/out/y",
        "18446744073709551615",
    ]
}

fn apply(change: &Change, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    match change {
        Change::Flip(at, bit) => {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        Change::Insert(at, inserted) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, inserted.iter().copied());
        }
        Change::Delete(at, count) => {
            let at = at.index(bytes.len());
            bytes.drain(at..(at + count).min(bytes.len()));
        }
        Change::Splice(from, to, count) => {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let copied = bytes[from..(from + count).min(bytes.len())].to_vec();
            bytes.splice(to..to, copied);
        }
    }
}

/// Whether the files are a suite; if so, it survives being written and read.
fn survives(description: &[u8], tensors: &[u8]) -> bool {
    match parse(description, tensors) {
        Ok(suite) => {
            let files = suite.files().unwrap();
            let again = parse(&files.description, &files.tensors).unwrap();
            assert_eq!(again, suite);
            true
        }
        Err(error) => {
            let message = error.to_string();
            assert!(message.starts_with("small."), "{message}");
            assert_line(&message);
            false
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn a_changed_description_is_refused_or_a_suite(changes in prop::collection::vec(change(), 1..4)) {
        let (mut description, tensors) = files();
        changes.iter().for_each(|change| apply(change, &mut description));
        survives(&description, &tensors);
    }

    #[test]
    fn changed_tensors_are_refused_or_a_suite(changes in prop::collection::vec(change(), 1..4)) {
        let (description, mut tensors) = files();
        changes.iter().for_each(|change| apply(change, &mut tensors));
        survives(&description, &tensors);
    }

    /// The length of the header is kept right, so that the changes reach what is behind it.
    #[test]
    fn a_changed_header_is_refused_or_a_suite(changes in prop::collection::vec(change(), 1..4)) {
        let (description, tensors) = files();
        let (header, data) = tensors[8..].split_at(length_of(&tensors));
        let mut header = header.to_vec();
        changes.iter().for_each(|change| apply(change, &mut header));
        let length = (header.len() as u64).to_le_bytes();
        survives(&description, &[&length[..], &header, data].concat());
    }

    #[test]
    fn changed_numbers_are_refused_or_a_suite(at in any::<Index>(), value in any::<f64>()) {
        let (description, mut tensors) = files();
        let length = length_of(&tensors);
        let at = 8 + length + 8 * at.index((tensors.len() - 8 - length) / 8);
        tensors[at..at + 8].copy_from_slice(&value.to_le_bytes());
        // Nothing but the sign of a gauge or an overflow makes it another file.
        if value >= 0.0 && value.is_finite() {
            prop_assert!(survives(&description, &tensors));
        } else {
            survives(&description, &tensors);
        }
    }

    #[test]
    fn noise_is_refused(description in prop::collection::vec(any::<u8>(), 0..200), tensors in prop::collection::vec(any::<u8>(), 0..200)) {
        let (valid, _) = files();
        prop_assert!(!survives(&description, &tensors));
        prop_assert!(!survives(&valid, &tensors));
    }

    #[test]
    fn any_number_in_a_description_survives(value in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO, whole in any::<i64>()) {
        let mut suite = crate::small::suite();
        let attributes = &mut suite.cases[0].description.attributes;
        attributes.insert("value".to_string(), value.into());
        attributes.insert("whole".to_string(), whole.into());
        let files = suite.files().unwrap();
        let again = parse(&files.description, &files.tensors).unwrap();
        let read = again.cases[0].description.attributes["value"].as_f64().unwrap();
        prop_assert_eq!(read.to_bits(), value.to_bits());
        prop_assert_eq!(again, suite);
    }
}

fn length_of(tensors: &[u8]) -> usize {
    u64::from_le_bytes(tensors[..8].try_into().unwrap()) as usize
}

#[test]
fn generated_suites_survive_bit_for_bit() {
    for entry in CATALOGUE {
        let suite = generate::suite(entry, Size::Small).unwrap();
        let files = suite.files().unwrap();
        let path = Path::new(entry.name);
        let again = Suite::parse(
            entry.name,
            (path, &files.description),
            (path, &files.tensors),
        )
        .unwrap();
        assert_eq!(again, suite, "{}", entry.name);
        let twice = again.files().unwrap();
        assert!(twice.description == files.description, "{}", entry.name);
        assert!(twice.tensors == files.tensors, "{}", entry.name);
    }
}
