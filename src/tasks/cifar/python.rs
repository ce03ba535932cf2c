//! The official Python format: a dictionary pickled by Python 2, protocol 2, of lists of labels and
//! a numpy array `data` of unsigned bytes, an image a row.

use std::io::Read;
use std::path::Path;

use super::pickle::{Machine, Object, Value, kind};
use super::{PIXELS, Version};
use crate::tasks::images::LabelledImages;
use crate::{Error, Result};

/// The images of one file. A label out of range goes to `bad`; the image is kept, under class 255.
///
/// What is read and held is bounded, as `Machine::new` says.
///
/// # Errors
/// [`Error::Data`] if it is not such a pickle, and what `bad` returns.
pub fn parse<'a>(
    path: &'a Path,
    stream: &'a mut (dyn Read + 'a),
    version: &Version,
    bad: &mut dyn FnMut(Error) -> Result<()>,
) -> Result<LabelledImages> {
    let mut machine = Machine::new(path, stream);
    let dictionary = match machine.run()? {
        Value::Dictionary(dictionary) => dictionary,
        other => return Err(Error::data(path, "pickle", kind(other), "a dictionary")),
    };
    let mut batch = Batch {
        path,
        machine,
        dictionary,
    };
    let pixels = batch.pixels()?;
    let count = pixels.len() / PIXELS;
    if count == 0 || count > version.most_images {
        let expected = format!("1 to {}", version.most_images);
        return Err(Error::data(path, "rows of `data`", count, expected));
    }
    let mut classes = Vec::new();
    for &(name, limit) in version.labels {
        classes = batch.labels(name, count, limit, bad)?;
    }
    Ok(LabelledImages {
        pixels,
        labels: classes,
    })
}

/// What is in a file.
struct Batch<'a> {
    path: &'a Path,
    machine: Machine<'a>,
    /// Its number in the machine.
    dictionary: usize,
}

impl Batch<'_> {
    /// The value of `name`.
    fn entry(&self, name: &str) -> Result<Value> {
        let is_name = |key: &Value| match key {
            Value::String(string) => self.machine.strings[*string] == name.as_bytes(),
            _ => false,
        };
        let entries = self.machine.dictionaries[self.dictionary].iter();
        let values: Vec<Value> = entries
            .filter(|(key, _)| is_name(key))
            .map(|(_, value)| *value)
            .collect();
        match values[..] {
            [value] => Ok(value),
            _ => {
                let found = format!("{} times `{name}`", values.len());
                Err(Error::data(self.path, "dictionary", found, "once"))
            }
        }
    }

    /// The bytes of `data`, a C-ordered numpy array of rows of [`PIXELS`] unsigned bytes.
    fn pixels(&mut self) -> Result<Vec<u8>> {
        let data = self.entry("data")?;
        let string = self.array_string(data).ok_or_else(|| {
            let expected = format!("a numpy array of unsigned bytes, {PIXELS} in a row");
            Error::data(self.path, "`data`", "something else", expected)
        })?;
        Ok(std::mem::take(&mut self.machine.strings[string]))
    }

    /// `ndarray.__setstate__` takes version, shape, element type, whether in Fortran's order, bytes.
    fn array_string(&self, value: Value) -> Option<usize> {
        let state = self.items(self.object(value)?.state)?;
        let &[
            _,
            shape,
            element,
            Value::Boolean(false),
            Value::String(string),
        ] = state
        else {
            return None;
        };
        let &[Value::String(name), ..] = self.items(self.object(element)?.arguments)? else {
            return None;
        };
        let &[Value::Integer(rows), Value::Integer(columns)] = self.items(shape)? else {
            return None;
        };
        let bytes = rows.checked_mul(columns)?;
        let fits = columns == PIXELS as i64 && bytes == self.machine.strings[string].len() as i64;
        (fits && self.machine.strings[name] == b"u1").then_some(string)
    }

    fn object(&self, value: Value) -> Option<&Object> {
        match value {
            Value::Object(object) => Some(&self.machine.objects[object]),
            _ => None,
        }
    }

    fn items(&self, value: Value) -> Option<&[Value]> {
        match value {
            Value::Sequence(sequence) => Some(&self.machine.sequences[sequence]),
            _ => None,
        }
    }

    /// The list called `name` of `count` integers below `limit`.
    fn labels(
        &self,
        name: &str,
        count: usize,
        limit: u8,
        bad: &mut dyn FnMut(Error) -> Result<()>,
    ) -> Result<Vec<u8>> {
        let value = self.entry(name)?;
        let place = format!("`{name}`");
        let Some(items) = self.items(value) else {
            return Err(Error::data(self.path, place, kind(value), "a list"));
        };
        if items.len() != count {
            let expected = format!("{count}, as in `data`");
            return Err(Error::data(self.path, place, items.len(), expected));
        }
        let mut labels = Vec::with_capacity(count);
        for (number, &item) in items.iter().enumerate() {
            labels.push(match item {
                Value::Integer(label) if (0..i64::from(limit)).contains(&label) => label as u8,
                _ => {
                    let found = match item {
                        Value::Integer(label) => label.to_string(),
                        other => kind(other).to_string(),
                    };
                    let place = format!("{name}, record {number}");
                    bad(Error::data(
                        self.path,
                        place,
                        found,
                        format!("0 to {}", limit - 1),
                    ))?;
                    u8::MAX
                }
            });
        }
        Ok(labels)
    }
}
