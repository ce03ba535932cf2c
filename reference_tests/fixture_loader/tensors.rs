//! `<suite>.safetensors`, broken.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::small::{assert_says, files, parse, refusal};

fn refused(tensors: &[u8]) -> String {
    let message = refusal(&files().0, tensors);
    assert_says(&message, &["small.safetensors: "]);
    message
}

/// A file of tensors with this header.
fn archive(header: &[u8], data: &[u8]) -> Vec<u8> {
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], header, data].concat()
}

/// The valid tensors: shape and values by name.
fn valid() -> BTreeMap<String, (Vec<usize>, Vec<f64>)> {
    let suite = crate::small::suite();
    let (plane, refused) = (&suite.cases[0], &suite.cases[1]);
    let tensors = [
        ("half.plane/in/x", &plane.inputs["x"]),
        ("half.plane/cotangent/y", &plane.cotangents["y"]),
        ("half.plane/out/y", &plane.outputs["y"]),
        ("half.plane/grad/x", &plane.gradients["x"]),
        ("half.plane/gauge/out/y", &plane.output_gauges["y"]),
        ("half.plane/gauge/grad/x", &plane.gradient_gauges["x"]),
        ("half.refused/in/x", &refused.inputs["x"]),
    ];
    let owned = tensors.map(|(name, array)| {
        let values = array.iter().copied().collect();
        (name.to_string(), (array.shape().to_vec(), values))
    });
    owned.into()
}

fn bytes(tensors: &BTreeMap<String, (Vec<usize>, Vec<f64>)>) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let mut data = Vec::new();
    for (name, (shape, values)) in tensors {
        let start = data.len();
        data.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        let offsets = [start, data.len()];
        let info = json!({ "dtype": "F64", "shape": shape, "data_offsets": offsets });
        header.insert(name.clone(), info);
    }
    archive(Value::Object(header).to_string().as_bytes(), &data)
}

/// Why the tensors are refused with another one in place of that name, or beside the others.
fn with(name: &str, shape: &[usize], values: &[f64]) -> String {
    let mut tensors = valid();
    tensors.insert(name.to_string(), (shape.to_vec(), values.to_vec()));
    refused(&bytes(&tensors))
}

fn without(name: &str) -> String {
    let mut tensors = valid();
    tensors.remove(name).unwrap();
    refused(&bytes(&tensors))
}

#[test]
fn written_by_hand_they_are_valid() {
    let suite = parse(&files().0, &bytes(&valid())).unwrap();
    assert_eq!(suite, crate::small::suite());
}

#[test]
fn tensors_cut_anywhere_are_refused() {
    let (_, tensors) = files();
    for end in 0..tensors.len() {
        refused(&tensors[..end]);
    }
    assert_says(&refused(&[]), &["header: found 0 bytes", "at least 8"]);
    let cut = refused(&tensors[..tensors.len() - 1]);
    assert_says(
        &cut,
        &["header: found tensors of 248 bytes, expected the 247 that"],
    );
    let longer = refused(&[&tensors[..], &[0]].concat());
    assert_says(
        &longer,
        &["header: found tensors of 248 bytes, expected the 249 that"],
    );
}

#[test]
fn absurd_lengths_of_the_header_are_refused() {
    let (_, tensors) = files();
    let rest = tensors.len() as u64 - 8;
    for length in [u64::MAX, u64::MAX - 7, 1 << 63, 100_000_000, rest + 1] {
        let mut tensors = tensors.clone();
        tensors[..8].copy_from_slice(&length.to_le_bytes());
        let found = format!("header: found {length} bytes, expected at most {rest}");
        assert_says(&refused(&tensors), &[&found]);
    }
    // A header may not be longer than a description, also where there is as much.
    let long = archive(&vec![b' '; (16 << 20) + 1], &[]);
    assert_says(&refused(&long), &["header: found 16777217 bytes"]);
}

#[test]
fn a_header_that_is_none_is_refused() {
    let nest = "[".repeat(100_000);
    let objects = "{\"a\":".repeat(100_000);
    for header in [
        &b""[..],
        b"[]",
        b"{",
        b"\xff\xfe",
        nest.as_bytes(),
        objects.as_bytes(),
    ] {
        assert_says(&refused(&archive(header, &[])), &["header: found "]);
    }
}

/// The offsets of the first input, then those of the second, of two numbers each.
#[test]
fn offsets_with_holes_or_overlaps_are_refused() {
    for [first, second] in [
        [[0u64, 16], [8, 24]],
        [[0, 16], [24, 40]],
        [[0, 16], [0, 16]],
        [[8, 24], [24, 40]],
        [[16, 0], [16, 32]],
        [[0, 8], [8, 24]],
        [[0, 16], [16, 40]],
        [[0, 16], [16, u64::MAX]],
        [[u64::MAX - 15, u64::MAX], [0, 16]],
    ] {
        let info = |offsets| json!({ "dtype": "F64", "shape": [2], "data_offsets": offsets });
        let header = json!({ "half.plane/in/x": info(first), "half.plane/out/y": info(second) });
        let message = refused(&archive(header.to_string().as_bytes(), &[0; 40]));
        assert_says(&message, &["header: found "]);
    }
}

#[test]
fn shapes_whose_sizes_overflow_are_refused() {
    let half: u64 = 1 << 32;
    for (shape, size) in [
        (vec![half, half], 0u64),
        (vec![half, half, 0], 0),
        (vec![0, u64::MAX, u64::MAX], 0),
        (vec![1 << 61], 0),
        (vec![u64::MAX], 8),
    ] {
        let info = json!({ "dtype": "F64", "shape": shape, "data_offsets": [0, size] });
        let header = json!({ "half.plane/in/x": info });
        let message = refused(&archive(
            header.to_string().as_bytes(),
            &vec![0; size as usize],
        ));
        assert_says(&message, &["found ", "expected "]);
    }
    // Each is as large as can be, and their sum is the largest number.
    let size = (1u64 << 61) - 1;
    let infos = (0..8).map(|i| {
        let offsets = [i * size, (i + 1) * size];
        let info = json!({ "dtype": "U8", "shape": [size], "data_offsets": offsets });
        (format!("half.plane/in/x{i}"), info)
    });
    let header = Value::Object(infos.collect()).to_string();
    let message = refused(&archive(header.as_bytes(), &[]));
    assert_says(
        &message,
        &["header: found tensors of 18446744073709551608 bytes"],
    );
}

#[test]
fn other_types_are_refused() {
    let (_, tensors) = files();
    let text = String::from_utf8_lossy(&tensors).into_owned();
    for (dtype, place) in [
        ("I64", "tensor \""),
        ("U64", "tensor \""),
        ("F65", "header"),
    ] {
        // Only the header is text; every type is replaced.
        let start = text.find('{').unwrap();
        let length = u64::from_le_bytes(tensors[..8].try_into().unwrap()) as usize;
        let header = String::from_utf8(tensors[start..8 + length].to_vec()).unwrap();
        let header = header.replace("F64", dtype);
        let broken = archive(header.as_bytes(), &tensors[8 + length..]);
        assert_says(&refused(&broken), &[place, dtype]);
    }
}

#[test]
fn values_that_are_not_finite_are_refused() {
    for name in valid().keys() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let message = with(name, &[1], &[value]);
            assert_says(
                &message,
                &[&format!("tensor {name:?}: found {value}"), "finite"],
            );
        }
    }
}

#[test]
fn tensors_that_are_no_part_of_a_case_are_refused() {
    for name in [
        "",
        "x",
        "/",
        "half.plane",
        "half.plane/",
        "half.plane/x",
        "half.plane/in",
        "half.plane/in/",
        "half.plane/in/../x",
        "half.plane/in/..",
        "half.plane/in/X",
        "half.plane/in/a\nb",
        "half.plane/in/ä",
        "half.plane/input/x",
        "half.plane/gauge/x",
        "half.plane/gauge/in/x",
        "half.other/in/x",
        "../half.plane/in/x",
        "/half.plane/in/x",
        "..",
    ] {
        let message = with(name, &[1], &[1.0]);
        assert_says(
            &message,
            &[&format!("tensor: found {name:?}, expected <case>/")],
        );
    }
    let message = with(
        &format!("half.plane/in/{}", "x".repeat(100_000)),
        &[1],
        &[1.0],
    );
    assert_says(
        &message,
        &["tensor: found \"half.plane/in/xxx", "x ..., expected"],
    );
}

#[test]
fn gauges_that_do_not_fit_are_refused() {
    let gauge = "half.plane/gauge/out/y";
    let message = with(gauge, &[2, 3], &[1.0, 1.0, 1.0, -1e-300, 1.0, 1.0]);
    assert_says(
        &message,
        &["case \"half.plane\", gauge of \"y\": found -", "at least 0"],
    );
    for shape in [&[6][..], &[3, 2], &[1], &[1, 1], &[2, 3, 1], &[0]] {
        let count = shape.iter().product();
        let message = with(gauge, shape, &vec![1.0; count]);
        let found = format!("gauge of \"y\": found {shape:?}, expected [2, 3] or []");
        assert_says(&message, &["case \"half.plane\"", &found]);
    }
    for name in [gauge, "half.plane/gauge/grad/x"] {
        assert_says(&without(name), &["case \"half.plane\", gauges: found []"]);
    }
    let message = with("half.plane/gauge/out/z", &[], &[1.0]);
    assert_says(
        &message,
        &["gauges: found [\"y\", \"z\"], expected [\"y\"]"],
    );
}

#[test]
fn derivatives_of_nothing_are_refused() {
    let message = with("half.plane/cotangent/z", &[2, 3], &[1.0; 6]);
    assert_says(
        &message,
        &[
            "case \"half.plane\", cotangent \"z\"",
            "an output of that name",
        ],
    );
    let message = with("half.plane/grad/z", &[2, 3], &[1.0; 6]);
    assert_says(
        &message,
        &[
            "case \"half.plane\", gradient \"z\"",
            "an input of that name",
        ],
    );
    let message = with("half.plane/cotangent/y", &[3, 2], &[1.0; 6]);
    assert_says(
        &message,
        &["cotangent \"y\": found shape [3, 2]", "output, [2, 3]"],
    );
    let message = with("half.plane/grad/x", &[6], &[1.0; 6]);
    assert_says(
        &message,
        &["gradient \"x\": found shape [6]", "input, [2, 3]"],
    );
}

#[test]
fn a_case_has_outputs_unless_it_is_refused() {
    let mut tensors = valid();
    tensors.retain(|name, _| !name.contains("out/"));
    let message = refused(&bytes(&tensors));
    assert_says(&message, &["case \"half.plane\", outputs: found none"]);
    for part in ["out", "grad", "cotangent", "gauge/out", "gauge/grad"] {
        let message = with(&format!("half.refused/{part}/y"), &[0], &[]);
        let place = format!("case \"half.refused\", {part}: found tensors");
        assert_says(&message, &[&place, "inputs alone"]);
    }
}

#[test]
fn of_several_faults_the_same_is_named_each_time() {
    let mut tensors = valid();
    for i in 0..20 {
        tensors.insert(format!("nowhere/{i}"), (vec![0], Vec::new()));
    }
    let tensors = bytes(&tensors);
    let first = refused(&tensors);
    assert_says(&first, &["\"nowhere/0\""]);
    for _ in 0..10 {
        assert_eq!(refused(&tensors), first);
    }
}
