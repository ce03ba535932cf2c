//! Broken lists and images.

use std::fs;
use std::path::Path;

use dnarch::tasks::pathfinder::PATHFINDER;
use dnarch::tasks::pathfinder::files::decode;
use dnarch::tasks::{Split, open};
use png::{BitDepth, ColorType};
use proptest::prelude::*;

use super::super::{cases, from_directory};
use super::records;

const LINE: &str = "imgs/0 sample_0.png 0 1 1.0 14 4 2 0.5 1 1\n";

/// An array of one row of strings of eight characters.
fn array(header: &str, row: &[&str]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    for text in row {
        let mut codes: Vec<u32> = text.chars().map(u32::from).collect();
        codes.resize(8, 0);
        bytes.extend(codes.iter().flat_map(|code| code.to_le_bytes()));
    }
    bytes
}

const HEADER: &str = "{'descr': '<U8', 'fortran_order': False, 'shape': (1, 6), }\n";
const ROW: [&str; 6] = ["imgs/0", "a.png", "0", "1", "1.8", "14"];

fn refusal(bytes: &[u8]) -> String {
    let message = records(bytes).unwrap_err().to_string();
    assert!(!message.contains('\n'));
    message
}

#[test]
fn broken_lines_are_named() {
    assert!(records(b"").unwrap().is_empty());
    assert!(records(LINE.trim().as_bytes()).unwrap()[0].connected);
    assert_eq!(records(LINE.repeat(3).as_bytes()).unwrap().len(), 3);
    for (from, to, expected) in [
        ("14 ", "", "contour length of line 2: found 4, expected 14"),
        (
            " 14",
            " NaN",
            "contour length of line 2: found NaN, expected 14",
        ),
        (
            "14 4 2 0.5 1 1",
            "",
            "line 2: found 5 fields, expected at least 6",
        ),
        (
            "0 1 1.0",
            "0 2 1.0",
            "label of line 2: found 2, expected 0 or 1",
        ),
        ("0 1 1.0", "0 -1 1.0", "label of line 2: found -1"),
        ("imgs/0", "../0", "path of line 2: found ../0/sample_0.png"),
        ("imgs/0", "/etc", "path of line 2: found /etc/sample_0.png"),
        ("sample_0.png", "..", "path of line 2: found imgs/0/.."),
        ("\n", "\n\n", "line 3: found 0 fields"),
    ] {
        let lines = format!("{LINE}{}{LINE}", LINE.replacen(from, to, 1));
        let message = refusal(lines.as_bytes());
        assert!(message.contains(expected), "{message}");
    }
    let long = LINE.replace("sample_0", &"x".repeat(300));
    assert!(refusal(long.as_bytes()).contains("path of line 1"));
    let message = refusal(b"imgs/0 \xff.png 0 1 1.0 14");
    assert!(
        message.contains("line 1: found bytes that are not UTF-8"),
        "{message}"
    );
}

#[test]
fn broken_arrays_are_named() {
    let whole = array(HEADER, &ROW);
    assert_eq!(&*records(&whole).unwrap()[0].image, "imgs/0/a.png");
    // Below the magic number a start is text.
    for length in 6..whole.len() {
        refusal(&whole[..length]);
    }
    let with = |from: &str, to: &str| array(&HEADER.replace(from, to), &ROW);
    let after = "bytes after the header: found 192";
    let strings = "expected <U, strings, in rows of at least 6";
    for (bytes, expected) in [
        (with("<U8", ">U8"), strings),
        (with("<U8", "<f8"), strings),
        (with("<U8", "<U0"), strings),
        (with("<U8", "<U99999999999999999999"), strings),
        (with("<U8", "<U2000"), after),
        (with("False", "True"), "fortran_order: found True"),
        (with("(1, 6)", "(6,)"), strings),
        (with("(1, 6)", "(1, 5)"), strings),
        (with("(1, 6)", "(1, 18446744073709551615)"), strings),
        (with("(1, 6)", "(18446744073709551615, 6)"), after),
        (with("(1, 6)", "(2, 6)"), after),
        (with("(1, 6)", "(-1, 6)"), "shape: found (-1, 6)"),
        (
            array(HEADER, &["imgs/0", "a.png", "0", "7", "1.8", "14"]),
            "label of row 1: found 7",
        ),
        (
            array(HEADER, &["imgs/0", "", "0", "1", "1.8", "14"]),
            "path of row 1",
        ),
    ] {
        let message = refusal(&bytes);
        assert!(message.contains(expected), "{message}");
    }
    let mut bytes = whole.clone();
    bytes[6] = 4;
    assert!(refusal(&bytes).contains("version: found 4"));
    // A header of 4 GiB by its own account.
    let mut bytes = whole.clone();
    bytes.splice(6..10, [2, 0, 255, 255, 255, 255]);
    assert!(refusal(&bytes).contains("length of the header: found 4294967295"));
    let mut bytes = whole;
    let last = bytes.len() - 1;
    bytes[last - 31] = 0xd8;
    bytes[last - 30..].fill(0xff);
    assert!(refusal(&bytes).contains("row 1: found a code that is no character"));
}

/// A PNG of 2 x 2 pixels.
fn image(color: ColorType, depth: BitDepth, values: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 2, 2);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if color == ColorType::Indexed {
        encoder.set_palette(vec![0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255]);
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(values).unwrap();
    writer.finish().unwrap();
    bytes
}

fn pixels(bytes: &[u8]) -> dnarch::Result<Vec<u8>> {
    decode(Path::new("image"), bytes, 2)
}

#[test]
fn images_of_other_modes_become_grey() {
    use BitDepth::{Eight, One, Sixteen};
    let grey = image(ColorType::Grayscale, Eight, &[1, 2, 3, 255]);
    assert_eq!(pixels(&grey).unwrap(), [1, 2, 3, 255]);
    let bits = image(ColorType::Grayscale, One, &[0b0100_0000, 0b1000_0000]);
    assert_eq!(pixels(&bits).unwrap(), [0, 255, 255, 0]);
    let alpha = image(
        ColorType::GrayscaleAlpha,
        Eight,
        &[1, 0, 2, 9, 3, 0, 4, 255],
    );
    assert_eq!(pixels(&alpha).unwrap(), [1, 2, 3, 4]);
    // 0.299, 0.587 and 0.114 of 255.
    let primaries = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255; 3]];
    let colours = image(ColorType::Rgb, Eight, primaries.as_flattened());
    assert_eq!(pixels(&colours).unwrap(), [76, 150, 29, 255]);
    let opaque = primaries.map(|[red, green, blue]| [red, green, blue, 7]);
    let colours = image(ColorType::Rgba, Eight, opaque.as_flattened());
    assert_eq!(pixels(&colours).unwrap(), [76, 150, 29, 255]);
    let indexed = image(ColorType::Indexed, Eight, &[0, 1, 2, 3]);
    assert_eq!(pixels(&indexed).unwrap(), [0, 76, 150, 29]);
    let deep = image(ColorType::Grayscale, Sixteen, &[0; 8]);
    let message = pixels(&deep).unwrap_err().to_string();
    assert_eq!(
        message,
        "image: bits per value: found 16, expected at most 8"
    );
    let message = decode(Path::new("image"), &grey, 3)
        .unwrap_err()
        .to_string();
    assert_eq!(message, "image: size: found 2 x 2, expected 3 x 3");
}

#[test]
fn a_damaged_image_is_refused() {
    let whole = image(ColorType::Grayscale, BitDepth::Eight, &[1, 2, 3, 4]);
    for length in 0..whole.len() {
        let message = pixels(&whole[..length]).unwrap_err().to_string();
        assert!(
            message.starts_with("image: image: found"),
            "{length}: {message}"
        );
        // The last chunk's checksum is not read.
        if length == whole.len() - 5 {
            break;
        }
    }
    let mut large = whole;
    large[16..24].fill(0xff);
    pixels(&large).unwrap_err();
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn lists_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = records(&bytes);
        let _ = records(&[b"\x93NUMPY".as_slice(), &bytes].concat());
        let _ = records(&[array(HEADER, &ROW[..3]), bytes].concat());
    }

    #[test]
    fn changed_images_never_panic(index in 0usize..80, byte: u8) {
        let mut bytes = image(ColorType::Grayscale, BitDepth::Eight, &[1, 2, 3, 4]);
        let index = index % bytes.len();
        bytes[index] = byte;
        let _ = pixels(&bytes);
    }
}

#[test]
fn every_bad_file_is_named_and_empty_ones_are_left_out() {
    let out = tempfile::tempdir().unwrap();
    PATHFINDER.generate(out.path(), 20, 1).unwrap();
    let level = out.path().join("pathfinder32/curv_contour_length_14");
    let check = || {
        let mut errors = Vec::new();
        PATHFINDER
            .check(out.path(), &mut |error| errors.push(error.to_string()))
            .unwrap();
        errors
    };
    let refused = || {
        open("pathfinder", &from_directory(out.path()))
            .err()
            .unwrap()
            .to_string()
    };
    assert!(check().is_empty());
    let title = || {
        open("pathfinder", &from_directory(out.path()))
            .unwrap()
            .title()
    };
    assert!(title().ends_with("20/2/2 images (training/validation/test), seed 1"));

    fs::write(level.join("imgs/0/sample_3.png"), "").unwrap();
    assert!(check()[0].ends_with("sample_3.png: image: found an empty file, expected a whole PNG"));
    let expected = "reduced to 19/2/2 of 20/2/2 images (training/validation/test), seed 1, \
                    1 empty left out";
    assert!(title().ends_with(expected), "{}", title());

    // An image broken after it was listed is refused when it is asked for.
    fs::write(level.join("imgs/0/sample_4.png"), "text").unwrap();
    let task = open("pathfinder", &from_directory(out.path())).unwrap();
    let all: Vec<Vec<usize>> = [Split::Train, Split::Validation, Split::Test]
        .map(|split| (0..task.len(split)).collect())
        .to_vec();
    let splits = [Split::Train, Split::Validation, Split::Test];
    let broken = splits
        .iter()
        .zip(&all)
        .filter(|(split, all)| task.batch(**split, all, 0).is_err());
    assert_eq!(broken.count(), 1);

    let list = level.join("metadata/0.npy");
    let lines = fs::read_to_string(&list).unwrap();
    fs::remove_file(level.join("imgs/0/sample_5.png")).unwrap();
    fs::write(
        level.join("metadata/1.npy"),
        format!("broken\n{}\n", lines.lines().nth(6).unwrap()),
    )
    .unwrap();
    fs::write(level.join("metadata/01.npy"), "").unwrap();
    fs::write(level.join("metadata/notes.txt"), "").unwrap();
    let errors = check();
    for expected in [
        "sample_3.png: image: found an empty file",
        "sample_4.png: image: found",
        "sample_5.png: cannot read",
        "/1.npy: line 1: found 1 fields",
        "01.npy: name: found a second list 1, expected one of each number",
        "notes.txt: name: found another file, expected <number>.npy",
        "image imgs/0/sample_6.png: found it twice, expected it once",
    ] {
        let named = errors
            .iter()
            .filter(|error| error.contains(expected))
            .count();
        assert_eq!(named, 1, "{expected}: {errors:#?}");
    }
    assert_eq!(errors.len(), 7);
    assert!(refused().contains("name: found"));
    fs::remove_file(level.join("metadata/01.npy")).unwrap();
    fs::remove_file(level.join("metadata/notes.txt")).unwrap();
    assert!(refused().contains("1.npy: line 1: found 1 fields"));
    fs::write(level.join("metadata/1.npy"), lines.lines().nth(6).unwrap()).unwrap();
    assert!(refused().contains("image imgs/0/sample_6.png: found it twice"));
    fs::remove_file(level.join("metadata/1.npy")).unwrap();
    assert!(refused().contains("sample_5.png: cannot read"));
    fs::write(&list, lines.lines().take(2).collect::<Vec<_>>().join("\n")).unwrap();
    assert!(refused().contains("images: found 2, expected at least 3"));
    fs::write(level.join("GENERATED.txt"), "").unwrap();
    assert!(refused().contains("GENERATED.txt: line 1"));
    assert_eq!(check().len(), 1);
}
