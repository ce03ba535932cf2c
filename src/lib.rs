//! dnarch
pub mod autodiff;
pub mod equations;
mod error;
pub mod random;
pub mod run;
pub mod tasks;
pub use error::{Error, Result};
