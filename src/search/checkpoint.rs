//! The state of a search on disk: a safetensors file of every parameter and its moments, and a JSON
//! header that names it and its SHA-256.
//!
//! The header is replaced last and in one step, so at any moment it names a whole file.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use dfdx::prelude::{Cpu, Device};
use safetensors::tensor::{Dtype, SafeTensors, View, serialize};
use serde::{Deserialize, Serialize};

use super::Search;
use crate::autodiff::Element;
use crate::files::{read_at_most, sha256, write_atomically};
use crate::{Error, Result};

/// The header of a checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointHeader {
    /// `dnarch-checkpoint/1`.
    pub schema: String,
    /// Steps taken.
    pub step: u64,
    /// `f32` or `f64`.
    pub element: String,
    /// What the search was set to, and on what data: a resumed one must equal both.
    pub settings_digest: String,
    pub data_digest: String,
    /// The file beside the header that holds the values, `checkpoint-<step>.safetensors`, and its
    /// SHA-256 in hexadecimal.
    pub file: String,
    pub sha256: String,
}

const SCHEMA: &str = "dnarch-checkpoint/1";
const HEADER: &str = "checkpoint.json";
const LARGEST_HEADER: u64 = 1 << 16;

/// Writes the state of `search` into `directory`, replacing the checkpoint that is there.
pub fn save<E: Element>(
    search: &Search<E>,
    directory: &Path,
    settings_digest: &str,
    data_digest: &str,
) -> Result<()>
where
    Cpu: Device<E>,
{
    let mut tensors = BTreeMap::new();
    for (parameter, [first, second]) in search
        .network
        .parameters()
        .iter()
        .zip(&search.optimiser.moments)
    {
        let [_, rows, columns] = parameter.variable.shape();
        let name = &parameter.name;
        for (name, values) in [
            (name.clone(), parameter.variable.values()),
            (format!("{name}/first_moment"), first),
            (format!("{name}/second_moment"), second),
        ] {
            tensors.insert(
                name,
                Stored {
                    shape: [rows, columns],
                    bytes: E::write(values),
                    element: E::NAME,
                },
            );
        }
    }
    let failed = |error| Error::configuration(directory, format!("cannot serialise: {error}"));
    let bytes = serialize(tensors, None).map_err(failed)?;
    let header = CheckpointHeader {
        schema: SCHEMA.to_string(),
        step: search.optimiser.steps,
        element: E::NAME.to_string(),
        settings_digest: settings_digest.to_string(),
        data_digest: data_digest.to_string(),
        file: values_file(search.optimiser.steps),
        sha256: sha256(&bytes),
    };
    let previous = read_header(directory).ok();
    write_atomically(&directory.join(&header.file), &bytes)?;
    let text = serde_json::to_string_pretty(&header)
        .map_err(|error| Error::configuration(directory, error))?;
    write_atomically(&directory.join(HEADER), text.as_bytes())?;
    if let Some(previous) = previous.filter(|previous| previous.file != header.file) {
        // What remains of an older checkpoint is only clutter; failing to remove it harms nothing.
        let _ = std::fs::remove_file(directory.join(previous.file));
    }
    Ok(())
}

/// Reads and checks the header of the checkpoint in `directory`.
pub fn read_header(directory: &Path) -> Result<CheckpointHeader> {
    let path = directory.join(HEADER);
    let bytes = read_at_most(&path, LARGEST_HEADER)?;
    let header: CheckpointHeader = serde_json::from_slice(&bytes)
        .map_err(|error| Error::data(&path, "corrupt checkpoint", error, "a header"))?;
    if header.schema != SCHEMA {
        return Err(Error::data(&path, "schema", &header.schema, SCHEMA));
    }
    let file = values_file(header.step);
    if header.file != file {
        return Err(Error::data(&path, "file", &header.file, file));
    }
    Ok(header)
}

/// Puts the checkpoint in `directory` into `search`, which must have been built from the same
/// settings.
///
/// # Errors
/// [`Error::Data`] for a checkpoint that is corrupt or of another network, [`Error::Io`] for a file
/// that cannot be read; `search` is then unchanged.
pub fn load<E: Element>(search: &mut Search<E>, directory: &Path) -> Result<()>
where
    Cpu: Device<E>,
{
    let header = read_header(directory)?;
    if header.element != E::NAME {
        let path = directory.join(HEADER);
        return Err(Error::data(&path, "element", &header.element, E::NAME));
    }
    let path = directory.join(&header.file);
    let values: usize = search.network.stored_parameters();
    // Three values for each parameter, and at most 1 KiB of names and shapes for each of them.
    let names = 3 * 1024 * search.network.parameters().len();
    let largest = (3 * values * size_of::<E>() + names + 1024) as u64;
    let bytes = read_at_most(&path, largest)?;
    let found = sha256(&bytes);
    if found != header.sha256 {
        let expected = format!("{} of {HEADER}", header.sha256);
        return Err(Error::data(
            &path,
            "corrupt checkpoint, SHA-256",
            found,
            expected,
        ));
    }
    let tensors = SafeTensors::deserialize(&bytes)
        .map_err(|error| Error::data(&path, "corrupt checkpoint", error, "safetensors"))?;
    let expected = 3 * search.network.parameters().len();
    if tensors.len() != expected {
        return Err(Error::data(
            &path,
            "number of tensors",
            tensors.len(),
            expected,
        ));
    }
    let read = |name: String, [rows, columns]: [usize; 2]| -> Result<Vec<E>> {
        let tensor = tensors
            .tensor(&name)
            .map_err(|_| Error::data(&path, &name, "nothing", "a tensor of that name"))?;
        if tensor.shape() != [rows, columns] || tensor.dtype() != dtype(E::NAME) {
            return Err(Error::data(
                &path,
                &name,
                format!("{:?} {:?}", tensor.dtype(), tensor.shape()),
                format!("{} [{rows}, {columns}]", E::NAME),
            ));
        }
        Ok(E::read(tensor.data()))
    };
    let mut states = Vec::new();
    for parameter in search.network.parameters() {
        let [_, rows, columns] = parameter.variable.shape();
        let state = |suffix: &str| read(format!("{}{suffix}", parameter.name), [rows, columns]);
        states.push([
            state("")?,
            state("/first_moment")?,
            state("/second_moment")?,
        ]);
    }
    let parameters = search.network.parameters_mut().iter_mut();
    let moments = &mut search.optimiser.moments;
    for ((parameter, moments), [values, first, second]) in parameters.zip(moments).zip(states) {
        parameter.variable.values_mut().copy_from_slice(&values);
        *moments = [first, second];
    }
    search.optimiser.steps = header.step;
    Ok(())
}

/// The name of the file that holds the values after `step` steps.
fn values_file(step: u64) -> String {
    format!("checkpoint-{step}.safetensors")
}

fn dtype(element: &str) -> Dtype {
    if element == "f64" {
        Dtype::F64
    } else {
        Dtype::F32
    }
}

/// One tensor on its way to disk.
struct Stored {
    shape: [usize; 2],
    bytes: Vec<u8>,
    element: &'static str,
}

impl View for Stored {
    fn dtype(&self) -> Dtype {
        dtype(self.element)
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }

    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}
