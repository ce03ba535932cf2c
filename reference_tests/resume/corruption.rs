//! Checkpoints that are damaged, forged or another search's.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dnarch::network::{Decoder, NetworkConfiguration};
use dnarch::search::{Search, load, read_header, save, train};
use proptest::prelude::*;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView, serialize};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::searches::{TinyTask, configuration, message, search, state};
use super::{PLAN, recorder};

/// A checkpoint of a small search after a step, and that search.
struct Saved {
    directory: TempDir,
    search: Search<f32>,
}

fn small() -> NetworkConfiguration {
    NetworkConfiguration {
        base: "ccnn-1-1".parse().unwrap(),
        ..configuration(&[4], "k,r,w,d", Decoder::Dense)
    }
}

fn saved() -> Saved {
    let task = TinyTask::new(&[4], Decoder::Dense, 1);
    let directory = tempfile::tempdir().unwrap();
    let mut search = search::<f32>(small());
    train(&mut search, &task, &PLAN, &mut recorder(1)).unwrap();
    save(&search, directory.path(), "settings", "data").unwrap();
    Saved { directory, search }
}

impl Saved {
    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn header(&self) -> PathBuf {
        self.path().join("checkpoint.json")
    }

    fn values(&self) -> PathBuf {
        self.path().join("checkpoint-1.safetensors")
    }

    /// Replaces `from` in the header by `to`.
    fn edit(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.header()).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        fs::write(self.header(), text.replace(from, to)).unwrap();
    }

    /// Replaces the values by `bytes`, with a header that vouches for them.
    fn sign(&self, bytes: &[u8]) {
        let header = read_header(self.path()).unwrap();
        fs::write(self.values(), bytes).unwrap();
        let digest: String = Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        self.edit(&header.sha256, &digest);
    }

    /// Why the checkpoint is refused; the search must be as it was.
    fn refusal(&mut self) -> String {
        let before = state(&self.search);
        let message = message(load(&mut self.search, self.directory.path()));
        assert!(state(&self.search) == before, "the search has changed");
        message
    }

    fn assert_refused(&mut self, why: &str) {
        let message = self.refusal();
        assert!(message.contains(why), "{message}");
        assert!(
            message.contains(self.path().to_str().unwrap()),
            "{message} names no file"
        );
    }
}

#[test]
fn a_header_with_any_bit_flipped_is_refused() {
    let mut saved = saved();
    let header = fs::read(saved.header()).unwrap();
    let text = String::from_utf8(header.clone()).unwrap();
    // Whose settings and data it is, the run compares.
    let digests = ["settings\"", "data\""].map(|value| {
        let value = format!(": \"{value}");
        let start = text.find(&value).unwrap() + 3;
        start..start + value.len() - 4
    });
    for place in 0..header.len() {
        if digests.iter().any(|range| range.contains(&place)) {
            continue;
        }
        for bit in 0..8 {
            let mut flipped = header.clone();
            flipped[place] ^= 1 << bit;
            fs::write(saved.header(), &flipped).unwrap();
            saved.refusal();
        }
    }
    fs::write(saved.header(), header).unwrap();
    load(&mut saved.search, saved.directory.path()).unwrap();
}

#[test]
fn values_with_any_region_damaged_are_refused() {
    let mut saved = saved();
    let values = fs::read(saved.values()).unwrap();
    let places = (0..64).chain((64..values.len()).step_by(values.len() / 100));
    for place in places.chain([values.len() - 1]) {
        let mut damaged = values.clone();
        damaged[place] ^= 1 << (place % 8);
        fs::write(saved.values(), &damaged).unwrap();
        saved.assert_refused("corrupt checkpoint, SHA-256: found");
    }
    for length in [0, 7, 8, values.len() / 2, values.len() - 1] {
        fs::write(saved.values(), &values[..length]).unwrap();
        saved.assert_refused("corrupt checkpoint, SHA-256: found");
        saved.sign(&values[..length]);
        saved.assert_refused("corrupt checkpoint: found");
    }
    // The length that the values claim for their own header.
    for claimed in [u64::MAX, 1 << 60, values.len() as u64, 0] {
        let mut damaged = values.clone();
        damaged[..8].copy_from_slice(&claimed.to_le_bytes());
        saved.sign(&damaged);
        saved.assert_refused("corrupt checkpoint: found");
    }
    let longer = [&values[..], &vec![0; 1 << 20]].concat();
    saved.sign(&longer);
    saved.assert_refused("bytes, expected at most");
    fs::remove_file(saved.values()).unwrap();
    saved.assert_refused("cannot read: No such file");
    saved.sign(&values);
    load(&mut saved.search, saved.directory.path()).unwrap();
}

#[test]
fn headers_that_are_none_are_refused() {
    let mut saved = saved();
    let header = fs::read_to_string(saved.header()).unwrap();
    for length in 0..header.len() {
        fs::write(saved.header(), &header[..length]).unwrap();
        saved.assert_refused("corrupt checkpoint: found");
    }
    for text in ["[]", "null", "{}", "{\"schema\": 1}"] {
        fs::write(saved.header(), text).unwrap();
        saved.assert_refused("corrupt checkpoint: found");
    }
    fs::write(saved.header(), format!("{header}{}", " ".repeat(1 << 16))).unwrap();
    saved.assert_refused("bytes, expected at most 65536");
    fs::remove_file(saved.header()).unwrap();
    saved.assert_refused("cannot read: No such file");
    fs::create_dir(saved.header()).unwrap();
    saved.assert_refused("cannot read: ");
    fs::remove_dir(saved.header()).unwrap();
    fs::write(saved.header(), &header).unwrap();
    saved.edit("dnarch-checkpoint/1", "dnarch-checkpoint/2");
    saved.assert_refused("schema: found dnarch-checkpoint/2, expected dnarch-checkpoint/1");
    fs::write(saved.header(), &header).unwrap();
    saved.edit("\"step\": 1", "\"step\": 2");
    saved.assert_refused("found checkpoint-1.safetensors, expected checkpoint-2.safetensors");
    fs::write(saved.header(), &header).unwrap();
    saved.edit("\"f32\"", "\"f64\"");
    saved.assert_refused("element: found f64, expected f32");
}

#[test]
fn a_header_leads_to_no_other_file() {
    let mut saved = saved();
    let header = fs::read_to_string(saved.header()).unwrap();
    let outside = tempfile::tempdir().unwrap();
    let elsewhere = outside.path().join("checkpoint-1.safetensors");
    fs::copy(saved.values(), &elsewhere).unwrap();
    for file in [
        elsewhere.to_str().unwrap(),
        "../checkpoint-1.safetensors",
        "./checkpoint-1.safetensors",
        "checkpoint-1.safetensors/",
        "checkpoint.json",
        "/etc/passwd",
        "..",
        "",
    ] {
        fs::write(saved.header(), &header).unwrap();
        saved.edit("checkpoint-1.safetensors", file);
        saved.assert_refused("expected checkpoint-1.safetensors");
    }
    // Nor does saving over such a header touch the file it names.
    fs::write(saved.header(), &header).unwrap();
    saved.edit("checkpoint-1.safetensors", elsewhere.to_str().unwrap());
    save(&saved.search, saved.directory.path(), "settings", "data").unwrap();
    assert!(elsewhere.exists());
    load(&mut saved.search, saved.directory.path()).unwrap();
}

/// The stored tensors with one change.
fn rewritten(
    bytes: &[u8],
    change: impl FnOnce(&mut BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>),
) -> Vec<u8> {
    let tensors = SafeTensors::deserialize(bytes).unwrap();
    let mut parts: BTreeMap<_, _> = tensors
        .iter()
        .map(|(name, view)| {
            let part = (view.dtype(), view.shape().to_vec(), view.data().to_vec());
            (name.to_string(), part)
        })
        .collect();
    change(&mut parts);
    let views = parts.iter().map(|(name, (dtype, shape, data))| {
        let view = TensorView::new(*dtype, shape.clone(), data).unwrap();
        (name.as_str(), view)
    });
    serialize(views, None).unwrap()
}

#[test]
fn values_of_another_network_are_refused() {
    let mut saved = saved();
    let values = fs::read(saved.values()).unwrap();
    let name = "block_1.linear_1.weight";
    let changed = [
        (
            rewritten(&values, |parts| {
                parts.get_mut(name).unwrap().1 = vec![1, 4];
            }),
            "block_1.linear_1.weight: found F32 [1, 4], expected f32 [2, 2]",
        ),
        (
            rewritten(&values, |parts| {
                let part = parts.get_mut(name).unwrap();
                *part = (Dtype::F64, vec![2, 1], part.2.clone());
            }),
            "block_1.linear_1.weight: found F64 [2, 1], expected f32 [2, 2]",
        ),
        (
            rewritten(&values, |parts| {
                let part = parts.remove(name).unwrap();
                parts.insert("block_1.linear_9.weight".to_string(), part);
            }),
            "block_1.linear_1.weight: found nothing, expected a tensor of that name",
        ),
        (
            rewritten(&values, |parts| {
                parts.remove("mask.depth/second_moment").unwrap();
            }),
            "number of tensors: found",
        ),
    ];
    for (bytes, why) in changed {
        saved.sign(&bytes);
        saved.assert_refused(why);
    }
    saved.sign(&values);
    // Other bases, components, element types.
    let wider = NetworkConfiguration {
        base: "ccnn-1-2".parse().unwrap(),
        ..small()
    };
    let fewer = configuration(&[4], "k", Decoder::Dense);
    for other in [wider, fewer] {
        let mut search = search::<f32>(other);
        let before = state(&search);
        message(load(&mut search, saved.path()));
        assert!(state(&search) == before);
    }
    let mut precise = search::<f64>(small());
    let refused = message(load(&mut precise, saved.path()));
    assert!(
        refused.ends_with("element: found f32, expected f64"),
        "{refused}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_bytes_are_refused(header: Vec<u8>, values: Vec<u8>, claimed in 0u64..200) {
        let mut saved = saved();
        saved.sign(&values);
        saved.refusal();
        saved.sign(&[&claimed.to_le_bytes(), &values[..]].concat());
        saved.refusal();
        fs::write(saved.header(), header).unwrap();
        saved.refusal();
    }
}
