//! NPY files of every kind, and hostile ones.

use std::path::Path;

use dnarch::Error;
use dnarch::tasks::cosmic::directory::parse_sky;
use dnarch::tasks::cosmic::frame::Frame;
use dnarch::tasks::npy;
use proptest::prelude::*;

/// A file with this header, whatever it says.
fn file(header: &str, elements: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(elements);
    bytes
}

fn header(kind: &str, shape: &str) -> String {
    format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n")
}

fn message(bytes: &[u8]) -> String {
    let error = npy::parse(Path::new("file"), bytes).unwrap_err();
    assert!(matches!(error, Error::Data { .. }));
    let message = error.to_string();
    assert!(message.len() < 700 && !message.contains('\n'), "{message}");
    message
}

#[test]
fn every_kind_of_number_is_read_in_both_byte_orders() {
    let path = Path::new("file");
    let expected = [3.0, 0.0, 1.0];
    let mut kinds: Vec<(String, Vec<Vec<u8>>)> = Vec::new();
    macro_rules! kind {
        ($name:literal, $($value:expr),*) => {
            kinds.push((format!("<{}", $name), vec![$($value.to_le_bytes().to_vec()),*]));
            kinds.push((format!(">{}", $name), vec![$($value.to_be_bytes().to_vec()),*]));
        };
    }
    kind!("f4", 3f32, 0f32, 1f32);
    kind!("f8", 3f64, 0f64, 1f64);
    kind!("i2", 3i16, 0i16, 1i16);
    kind!("i4", 3i32, 0i32, 1i32);
    kind!("i8", 3i64, 0i64, 1i64);
    kind!("u2", 3u16, 0u16, 1u16);
    kind!("u4", 3u32, 0u32, 1u32);
    kind!("u8", 3u64, 0u64, 1u64);
    for kind in ["|i1", "|u1", "|b1"] {
        kinds.push((kind.to_string(), vec![vec![3], vec![0], vec![1]]));
    }
    for (kind, elements) in kinds {
        for shape in ["(3,)", "(3)", "( 3 ,)"] {
            let array = npy::parse(path, &file(&header(&kind, shape), &elements.concat())).unwrap();
            assert_eq!(
                (array.shape, array.values),
                (vec![3], expected.to_vec()),
                "{kind}"
            );
        }
        let array = npy::parse(path, &file(&header(&kind, "(1, 3, 1)"), &elements.concat()));
        assert_eq!(array.unwrap().shape, [1, 3, 1]);
    }
    let negative = npy::parse(path, &file(&header("<i2", "(1,)"), &(-5i16).to_le_bytes()));
    assert_eq!(negative.unwrap().values, [-5.0]);
    let scalar = npy::parse(path, &file(&header("<f8", "()"), &2f64.to_le_bytes())).unwrap();
    assert_eq!((scalar.shape, scalar.values), (vec![], vec![2.0]));
}

#[test]
fn other_orders_of_keys_and_versions_are_read() {
    let text = "{'shape': (2,), 'fortran_order': False, 'descr': '<f8'}";
    let elements = [1f64, 2.0].map(f64::to_le_bytes).concat();
    let mut second = b"\x93NUMPY\x02\x00".to_vec();
    second.extend((text.len() as u32).to_le_bytes());
    second.extend(text.bytes());
    second.extend(&elements);
    for bytes in [file(text, &elements), second] {
        assert_eq!(
            npy::parse(Path::new("file"), &bytes).unwrap().values,
            [1.0, 2.0]
        );
    }
}

#[test]
fn what_is_written_starts_at_a_multiple_of_64_and_is_read_back() {
    let path = Path::new("file");
    for length in [0, 1, 7, 1000] {
        let values = || (0..length).map(|i| i as f64 / 3.0);
        let bytes = npy::double(&[length], values());
        assert_eq!((bytes.len() - 8 * length) % 64, 0);
        let array = npy::parse(path, &bytes).unwrap();
        assert_eq!(
            (array.shape, array.values),
            (vec![length], values().collect())
        );
        let single = npy::single(&[length, 1], values().map(|value| value as f32));
        let array = npy::parse(path, &single).unwrap();
        assert_eq!(array.shape, [length, 1]);
        assert!(
            array
                .values
                .iter()
                .zip(values())
                .all(|(a, b)| *a == f64::from(b as f32))
        );
    }
    assert_eq!(
        npy::double(&[2], [1.0, 2.0].into_iter())[..10],
        *b"\x93NUMPY\x01\x00\x76\x00"
    );
}

#[test]
fn files_cut_at_any_byte_are_refused() {
    let whole = npy::double(&[3], [1.0, 2.0, 3.0].into_iter());
    assert_eq!(
        parse_sky(Path::new("sky"), &whole).unwrap(),
        [1.0, 2.0, 3.0]
    );
    for length in 0..whole.len() {
        message(&whole[..length]);
    }
    let longer = [&whole[..], &[0]].concat();
    assert!(message(&longer).contains("bytes after the header: found 25"));
}

#[test]
fn absurd_headers_are_refused_by_place() {
    let shapes = |shape: &str| message(&file(&header("<f4", shape), &[0; 8]));
    for shape in [
        "(18446744073709551615,)",
        "(4611686018427387906,)",
        "(4294967296, 4294967296, 4294967296)",
        "(3,)",
        "(0,)",
    ] {
        assert!(shapes(shape).contains("bytes after the header: found 8"));
    }
    let many = format!("({})", "1,".repeat(9));
    let nested = format!("{}2{}", "(".repeat(1500), ")".repeat(1500));
    for shape in [
        "(18446744073709551616,)",
        "(-2,)",
        "2",
        "(2.0,)",
        "(a,)",
        "(2,",
        &many,
        &nested,
    ] {
        assert!(shapes(shape).contains("shape: found"), "{shape}");
    }
    for kind in [
        "|O", "<c8", "<U1", "<f2", "f4", "", "<f16", "<m8[s]", "é", "<",
    ] {
        assert!(
            message(&file(&header(kind, "(2,)"), &[0; 8])).contains("descr: found"),
            "{kind}"
        );
    }
    let text = header("<f4", "(2,)");
    for (text, expected) in [
        (text.replace("False", "True"), "fortran_order: found True"),
        (text.replace("False", "0"), "fortran_order: found 0"),
        (
            text.replace("'<f4'", "[('a', '<f4')]"),
            "descr: found [('a'",
        ),
        (text.replace("shape", "form"), "expected 'shape':"),
        (text.replace("descr", "type"), "expected 'descr':"),
        (String::new(), "header: found , expected 'fortran_order':"),
        ("(".repeat(4000), "header: found (((("),
    ] {
        let message = message(&file(&text, &[0; 8]));
        assert!(message.contains(expected), "{message}");
    }
    let mut bytes = file(&text, &[0; 8]);
    bytes[20] = 0xff;
    assert!(message(&bytes).contains("header: found other bytes, expected text"));
    let mut bytes = file(&text, &[0; 8]);
    bytes[6] = 9;
    assert!(message(&bytes).contains("version: found 9"));
    bytes[6] = 2;
    assert!(message(&bytes).contains("length of the header: found"));
    bytes[8..12].copy_from_slice(&[0xff; 4]);
    assert!(message(&bytes).contains("length of the header: found 4294967295"));
    bytes[0] = b'P';
    assert!(message(&bytes).contains("magic number: found [50, 4e"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_are_read_or_refused_as_data(
        changes in prop::collection::vec((0usize..152, any::<u8>()), 1..6),
    ) {
        let mut bytes = npy::double(&[3], [1.0, 2.0, 3.0].into_iter());
        for (place, byte) in changes {
            bytes[place] = byte;
        }
        if let Err(error) = parse_sky(Path::new("sky"), &bytes) {
            prop_assert!(matches!(error, Error::Data { .. }), "{error}");
        }
        if let Err(error) = Frame::parse(Path::new("frame"), &bytes) {
            prop_assert!(matches!(error, Error::Data { .. }), "{error}");
        }
    }

    #[test]
    fn any_header_is_read_or_refused_as_data(
        text in "[{('a-z:0-9,<>|= )}]{0,80}|\\{'descr': '.{0,4}', 'fortran_order': (False|True), 'shape': \\([0-9, ]{0,40}\\)\\}",
        elements in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        match npy::parse(Path::new("file"), &file(&text, &elements)) {
            Ok(array) => prop_assert_eq!(array.values.len(), array.shape.iter().product::<usize>()),
            Err(error) => prop_assert!(matches!(error, Error::Data { .. }), "{error}"),
        }
    }
}
