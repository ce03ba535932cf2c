//! Fixtures come from anyone: broken and hostile files are refused, each in one line that names the
//! file and the place, and nothing that is refused is read whole or makes the reader panic.

#[path = "fixture_loader/small.rs"]
mod small;

#[path = "fixture_loader/descriptions.rs"]
mod descriptions;
#[path = "fixture_loader/directories.rs"]
mod directories;
#[path = "fixture_loader/mutations.rs"]
mod mutations;
#[path = "fixture_loader/tensors.rs"]
mod tensors;
