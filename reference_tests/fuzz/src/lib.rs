//! How the fuzzer's bytes become files and arguments; the seeds are written the other way round.

pub mod readers;
pub mod seeds;
pub mod smallest;

use dnarch::fixtures::format::{Case, Suite, Tensors};
use dnarch::fixtures::operation::Operation;
use dnarch::fixtures::store::SuiteFiles;
use dnarch::fixtures::suites::CATALOGUE;
use ndarray::{ArrayD, IxDyn};
use serde_json::{Map, Value};

/// The name that every fuzzed suite must have.
pub const NAME: &str = "seed";

/// A description and tensors. Between them stands a NUL, which JSON cannot contain, so that an
/// insertion into one leaves the other as it is.
pub fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

/// The inverse of [`split`].
pub fn joined(suite: &Suite) -> Option<Vec<u8>> {
    let SuiteFiles {
        description,
        tensors,
    } = suite.files().ok()?;
    Some([description, vec![0], tensors].concat())
}

/// The operations of all suites.
pub fn operations() -> Vec<&'static Operation> {
    let operations = CATALOGUE.iter().flat_map(|entry| entry.operations);
    operations.copied().collect()
}

/// Lengths and attributes are kept below this, so that the definitions' loops stay short.
const MOST: u64 = 32;

/// An operation, its attributes and its inputs: the operation's place, the attributes' JSON, a NUL,
/// and for each input its name, a NUL, the number of axes, their lengths and the values, the upper
/// halves of singles.
pub struct Call {
    pub operation: &'static Operation,
    pub attributes: Map<String, Value>,
    pub inputs: Tensors,
}

impl Call {
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let (place, rest) = bytes.split_first()?;
        let operation = *operations().get(usize::from(*place))?;
        let (attributes, mut rest) = split(rest)?;
        let attributes: Map<String, Value> = serde_json::from_slice(attributes).ok()?;
        if !attributes.values().all(small) {
            return None;
        }
        let mut inputs = Tensors::new();
        while !rest.is_empty() {
            let name;
            (name, rest) = split(rest)?;
            let name = std::str::from_utf8(name).ok()?;
            inputs.insert(name.to_string(), input(&mut rest)?);
        }
        Some(Call {
            operation,
            attributes,
            inputs,
        })
    }

    /// The bytes of a case, but for digits of its inputs that half a single does not hold.
    pub fn bytes(case: &Case) -> Option<Vec<u8>> {
        let same = |operation: &&Operation| operation.name == case.description.operation;
        let place = operations().iter().position(same)?;
        let mut bytes = vec![u8::try_from(place).ok()?];
        let attributes = Value::Object(case.description.attributes.clone());
        bytes.extend(attributes.to_string().bytes());
        bytes.push(0);
        for (name, input) in &case.inputs {
            bytes.extend(name.bytes());
            bytes.push(0);
            bytes.push(u8::try_from(input.ndim()).ok()?);
            for length in input.shape() {
                bytes.push(u8::try_from(*length).ok()?);
            }
            let halves = input.iter().map(|value| (*value as f32).to_le_bytes());
            bytes.extend(halves.flat_map(|[_, _, low, high]| [low, high]));
        }
        Some(bytes)
    }
}

fn input(bytes: &mut &[u8]) -> Option<ArrayD<f64>> {
    let axes = usize::from(take(bytes, 1)?[0]);
    let lengths = take(bytes, axes.min(5))?;
    let lengths: Vec<usize> = lengths.iter().map(|n| usize::from(*n)).collect();
    let count = lengths.iter().product::<usize>();
    let values = (take(bytes, count.checked_mul(2)?)?.as_chunks::<2>().0)
        .iter()
        .map(|[low, high]| f64::from(f32::from_le_bytes([0, 0, *low, *high])))
        .map(|value| value.is_finite().then_some(value))
        .collect::<Option<Vec<f64>>>()?;
    ArrayD::from_shape_vec(IxDyn(&lengths), values).ok()
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

fn small(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.len() <= MOST as usize && values.iter().all(small),
        Value::Object(values) => values.values().all(small),
        value => value.as_u64().is_none_or(|value| value <= MOST),
    }
}
