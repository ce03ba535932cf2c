//! Pathfinder and Path-X: drawing against Pillow, growth against its definition, images against
//! the image generator's own, files against Long Range Arena's layout.

mod drawing;
mod files;
mod hostile;

mod naive;
mod plane;
mod statistics;

use std::path::{Path, PathBuf};
use std::process::Command;

use dnarch::Result;
use dnarch::tasks::pathfinder::metadata::{Record, parse};

use super::reference;

/// Where the reference images lie unpacked, in the layout of the release.
struct Reference(tempfile::TempDir);

impl Reference {
    /// Nothing without the data or a program that unpacks them.
    fn unpacked() -> Option<Self> {
        let archive = reference("pathfinder")?.join("lra_layout_pathfinder32x1000_128x62.tar.xz");
        let directory = tempfile::tempdir().unwrap();
        let mut tar = Command::new("tar");
        let tar = tar.arg("-xf").arg(archive).arg("-C").arg(directory.path());
        match tar.output() {
            Ok(output) if output.status.success() => Some(Reference(directory)),
            _ => {
                println!("skipped: no tar that unpacks the reference images");
                None
            }
        }
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn level(&self, folder: &str) -> PathBuf {
        self.path().join(folder).join("curv_contour_length_14")
    }
}

/// The records of a list that is expected to be whole.
fn records(bytes: &[u8]) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    parse(Path::new("list"), bytes, 14, &mut |record| {
        records.push(record?);
        Ok(())
    })?;
    Ok(records)
}
