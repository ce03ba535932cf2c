//! Run directories, settings, progress and pictures. Nothing outside this room knows paths.

pub mod directory;
pub mod drawing;
pub mod fields;
pub mod keys;
pub mod pictures;
pub mod plot;
pub mod presets;
pub mod progress;
pub mod report;
pub mod search;
pub mod settings;
mod svg;
