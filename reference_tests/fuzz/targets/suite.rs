//! Any two files: refused, or a suite that is written and read again as it is.

#![no_main]

use std::path::Path;

use dnarch::fixtures::format::Suite;
use dnarch_fuzz::{NAME, joined, seeds, split};
use libfuzzer_sys::fuzz_target;

fn parse(description: &[u8], tensors: &[u8]) -> dnarch::Result<Suite> {
    let paths = [Path::new("seed.json"), Path::new("seed.safetensors")];
    Suite::parse(NAME, (paths[0], description), (paths[1], tensors))
}

fuzz_target!(init: seeds::write("suite", joined), |bytes: &[u8]| {
    let Some((description, tensors)) = split(bytes) else {
        return;
    };
    match parse(description, tensors) {
        Ok(suite) => {
            let files = suite.files().expect("a suite can be written");
            let again = parse(&files.description, &files.tensors);
            assert_eq!(again.expect("what was written is a suite"), suite);
        }
        Err(error) => {
            let message = error.to_string();
            assert!(message.starts_with("seed."), "{message:?} names the file");
            assert!(!message.contains(char::is_control), "{message:?} is a line");
            assert!(message.len() < 2000, "{message:?} is readable");
        }
    }
});
