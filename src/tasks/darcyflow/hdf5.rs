//! Reading MATLAB's 7.3 files, which are HDF5. Sizes stand there in the reverse order, so that the
//! last one varies fastest.

use std::path::{Path, PathBuf};

use hdf5_reader::{Dataset, Hdf5File, OpenOptions, SliceInfo, SliceInfoElem};

use crate::{Error, Result};

/// Bytes of a chunk, and of all that is read at a time.
const LARGEST: usize = 256 << 20;

/// Whether the file starts as HDF5 does: at once, or behind the 512 bytes in which MATLAB says who
/// wrote it.
pub fn is_hdf5(start: &[u8]) -> bool {
    const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";
    let behind = start.get(512..).unwrap_or_default();
    start.starts_with(SIGNATURE) || behind.starts_with(SIGNATURE)
}

/// A three-dimensional array of doubles.
pub struct Array {
    path: PathBuf,
    name: String,
    data: Dataset,
    /// As the file has them.
    pub sizes: [usize; 3],
}

impl Array {
    /// # Errors
    /// [`Error::Data`] if the file or the array cannot be read.
    pub fn open(path: &Path, name: &str) -> Result<Self> {
        let unreadable = |error| unreadable(path, name, error);
        let options = OpenOptions::default()
            .with_max_chunk_bytes(LARGEST)
            .with_max_read_bytes(LARGEST);
        let file = Hdf5File::open_with_options(path, options).map_err(unreadable)?;
        let data = file.dataset(name).map_err(unreadable)?;
        let &[first, second, third] = data.shape() else {
            let found = format!("{} sizes", data.shape().len());
            return Err(Error::data(path, format!("array `{name}`"), found, "3"));
        };
        Ok(Array {
            path: path.to_path_buf(),
            name: name.to_string(),
            sizes: [first, second, third].map(|size| size.try_into().unwrap_or(usize::MAX)),
            data,
        })
    }

    /// The values at `index` of the first axis, the last axis varying fastest.
    ///
    /// # Errors
    /// [`Error::Data`] if they cannot be read.
    pub fn plane(&self, index: usize) -> Result<Vec<f64>> {
        let mut selection = SliceInfo::all(3);
        selection.selections[0] = SliceInfoElem::Index(index as u64);
        let values = self.data.read_slice::<f64>(&selection);
        let values = values.map_err(|error| unreadable(&self.path, &self.name, error))?;
        Ok(values.iter().copied().collect())
    }
}

fn unreadable(path: &Path, name: &str, error: impl std::fmt::Display) -> Error {
    Error::data(
        path,
        format!("array `{name}`"),
        error,
        "one of doubles in an HDF5 file",
    )
}
