//! Any file of a data set: read, or refused in one line that names the file, within bounded memory.

#![no_main]

use std::alloc::System;

use cap::Cap;
use dnarch::Error;
use dnarch_fuzz::readers::{NAME, READERS};
use dnarch_fuzz::seeds;
use libfuzzer_sys::fuzz_target;

/// Bytes that a reader may hold. An allocation beyond it fails, and that ends the program.
const MOST_MEMORY: usize = 64 << 20;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, MOST_MEMORY);

fn refused(error: &Error) {
    let message = error.to_string();
    assert!(message.contains(NAME), "{message:?} names the file");
    assert!(!message.contains(char::is_control), "{message:?} is a line");
    assert!(message.len() < 2000, "{message:?} is readable");
}

fuzz_target!(init: seeds::write_files("data"), |bytes: &[u8]| {
    let Some((place, file)) = bytes.split_first() else {
        return;
    };
    if let Some(reader) = READERS.get(usize::from(*place)) {
        let read = (reader.read)(file, &mut |error| refused(&error));
        read.unwrap_or_else(|error| refused(&error));
    }
});
