//! dnarch
pub mod autodiff;
pub mod cli;
pub mod equations;
mod error;
pub mod files;
pub mod network;
pub mod random;
pub mod run;
pub mod search;
pub mod tasks;
pub use error::{Error, Result};
