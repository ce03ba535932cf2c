//! Broken and hostile files.

use std::fs;
use std::path::Path;

use dnarch::Error;
use dnarch::tasks::cosmic::directory::parse_sky;
use dnarch::tasks::cosmic::frame::Frame;
use dnarch::tasks::marker::Marker;
use dnarch::tasks::{Source, Split, data_set, npy, open};
use proptest::prelude::*;

use super::{PLANE, directory, frame, from, image, refusal, value};

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

#[test]
fn planes_that_are_not_an_image_and_masks_are_refused_by_pixel() {
    let path = Path::new("1_x.npy");
    let with = |place: usize, changed: f32| {
        let value = |i| if i == place { changed } else { value(0, i) };
        let bytes = npy::single(&[3, 256, 256], (0..3 * PLANE).map(value));
        Frame::parse(path, &bytes).unwrap_err().to_string()
    };
    let found = with(256 + 2, f32::NAN);
    assert_eq!(
        found,
        "1_x.npy: image at row 1, column 2: found NaN, expected a finite number"
    );
    assert!(with(0, f32::NEG_INFINITY).contains("image at row 0, column 0: found -inf"));
    let found = with(PLANE + 255, 2.0);
    assert_eq!(
        found,
        "1_x.npy: mask at row 0, column 255: found 2, expected 0 or 1"
    );
    assert!(with(2 * PLANE, f32::NAN).contains("ignored at row 0, column 0: found NaN"));
    assert!(with(3 * PLANE - 1, 0.5).contains("ignored at row 255, column 255: found 0.5"));
    // Too large for single precision.
    let large = npy::double(
        &[2, 256, 256],
        (0..2 * PLANE).map(|i| if i == 7 { 1e300 } else { 0.0 }),
    );
    let found = Frame::parse(path, &large).unwrap_err().to_string();
    assert!(
        found.contains("image at row 0, column 7: found inf"),
        "{found}"
    );
    for shape in [
        &[4, 256, 256][..],
        &[1, 256, 256],
        &[3, 128, 128],
        &[3, 65536],
        &[0],
        &[],
    ] {
        let values = std::iter::repeat_n(0.0, shape.iter().product());
        let found = Frame::parse(path, &npy::single(shape, values))
            .unwrap_err()
            .to_string();
        assert!(
            found.contains("expected [3, 256, 256] or [2, 256, 256]"),
            "{found}"
        );
    }
    let two = npy::double(
        &[2, 256, 256],
        (0..2 * PLANE).map(|i| f64::from(value(3, i))),
    );
    let frame = Frame::parse(path, &two).unwrap();
    assert_eq!(frame.image[5], value(3, 5));
    assert_eq!(frame.object[28], value(3, PLANE + 28) == 1.0);
    assert_eq!(frame.ignored, vec![false; PLANE]);
}

#[test]
fn faults_of_a_directory_are_all_handed_on_by_check_and_the_first_refuses_it() {
    let directory = directory();
    let root = directory.path();
    let check = data_set("cosmic").unwrap().check.unwrap();
    let faults = || {
        let mut faults = Vec::new();
        let checked = check(root, &mut |error| faults.push(error.to_string())).unwrap();
        (checked, faults)
    };
    let (checked, found) = faults();
    assert!(found.is_empty(), "{found:?}");
    assert_eq!((checked.files, checked.records), (15, 12));

    let visit = root.join("npy_train/f435w/10182/pb");
    fs::write(visit.join("2_1.npy"), &frame(1)[..5000]).unwrap();
    fs::write(visit.join("5_4.npy"), vec![0; 2_000_000]).unwrap();
    fs::write(visit.join("x_9.npy"), frame(9)).unwrap();
    fs::write(visit.join("0_9.npy"), frame(9)).unwrap();
    fs::write(visit.join("9.npy"), frame(9)).unwrap();
    fs::write(root.join("npy_test/f435w/10760/2/9_9.npy"), frame(9)).unwrap();
    let sky = root.join("npy_train/f435w/9490/a3/sky.npy");
    fs::write(&sky, npy::double(&[3], [1.0, f64::NAN, 2.0].into_iter())).unwrap();
    fs::write(root.join("GENERATED.txt"), [0xff, b'\n']).unwrap();
    let (checked, found) = faults();
    let expected = [
        "GENERATED.txt: line 1: found \u{fffd}, expected Generated by dnarch",
        "0_9.npy: name: found 0_9.npy, expected a number from 1, an underscore and more",
        "9.npy: name",
        "x_9.npy: name",
        "2_1.npy: bytes after the header: found 4872",
        "5_4.npy: length: found 2000000 bytes",
        "sky.npy: number 2: found NaN",
        "sky.npy: numbers: found 7, expected at least 9, for ",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "{found} for {expected}");
    }
    assert_eq!((checked.files, checked.records), (16, 13));

    assert!(refusal(&from(root)).contains("0_9.npy: name"));
    for name in ["0_9.npy", "9.npy", "x_9.npy"] {
        fs::remove_file(visit.join(name)).unwrap();
    }
    assert!(refusal(&from(root)).contains("GENERATED.txt: line 1"));
    fs::remove_file(root.join("GENERATED.txt")).unwrap();
    let varied = Source {
        augment: true,
        ..from(root)
    };
    assert!(refusal(&varied).contains("sky.npy: number 2"));
    fs::remove_file(&sky).unwrap();
    assert!(refusal(&varied).contains("a3/sky.npy: cannot read"));
    // Without it the sky is not needed; the broken images are found when they are asked for.
    let task = open("cosmic", &from(root)).unwrap();
    let read = |index| task.batch(Split::Train, &[index], 0).is_ok();
    assert_eq!(
        (0..task.len(Split::Train))
            .filter(|&index| !read(index))
            .count(),
        2
    );
    image(&*task, Split::Test, 0, 0);
}

#[test]
fn parts_that_are_missing_are_named() {
    let directory = directory();
    fs::remove_dir_all(directory.path().join("npy_test")).unwrap();
    let message = refusal(&from(directory.path()));
    assert!(
        message.contains("npy_test/f435w: images: found none"),
        "{message}"
    );
    let check = data_set("cosmic").unwrap().check.unwrap();
    assert!(check(directory.path(), &mut |error| panic!("{error}")).is_err());

    let one = tempfile::tempdir().unwrap();
    for part in ["npy_train", "npy_test"] {
        let file = one.path().join(part).join("f435w/9490/a3/1_0.npy");
        super::write(&file, &frame(0));
    }
    let message = refusal(&from(one.path()));
    assert!(
        message.contains("training images: found 1, expected at least 2"),
        "{message}"
    );
}

#[test]
fn a_marker_of_another_set_or_a_part_of_one_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    let root = parent.path().join("data");
    let marker = Marker {
        name: "cosmic".to_string(),
        seed: u64::MAX,
        counts: [1, 2, 3],
    };
    assert_eq!(Marker::find(&root, "cosmic").unwrap(), None);
    marker.start(&root).unwrap();
    assert_eq!(Marker::find(&root, "cosmic").unwrap(), Some(marker.clone()));
    assert!(Marker::find(&root, "listops").is_err());
    let refused = marker.start(&root).unwrap_err().to_string();
    assert!(refused.contains("expected one that is empty"), "{refused}");
    let path = root.join("GENERATED.txt");
    let whole = fs::read_to_string(&path).unwrap();
    // All but the last line's end matters, and of the last number only that there is one.
    for length in 0..whole.len() - 2 {
        fs::write(&path, &whole[..length]).unwrap();
        let error = Marker::find(&root, "cosmic").unwrap_err();
        assert!(matches!(error, Error::Data { .. }), "{error}");
    }
    fs::write(&path, "x".repeat(100_000)).unwrap();
    let message = Marker::find(&root, "cosmic").unwrap_err().to_string();
    assert!(message.contains("length: found 100000 bytes"), "{message}");
}
