//! Python's pickles, as far as a numpy array in a dictionary needs them.
//!
//! A pickle is a program for a stack machine. Run as such it can build objects that double with
//! every byte, or nest without end. This machine knows the instructions that such files need, never
//! copies what is not a number, and executes no Python: it recognises numpy's array and refuses
//! every other class. Values refer to each other by number, so nothing is followed recursively.

use std::collections::BTreeMap;
use std::io::{BufReader, Read, Take};
use std::path::Path;

use crate::text::shortened;
use crate::{Error, Result};

/// Bytes of one file. The longest official one, CIFAR100's `train`, has some 155 MB.
const LARGEST: u64 = 160 << 20;
/// Instructions in one file, each of which holds on to some 100 bytes at most besides what it reads.
/// The same file has some 200,000.
const MOST_INSTRUCTIONS: usize = 1 << 20;
/// Bytes of a class's name.
const LONGEST_NAME: usize = 60;

/// What stands on the stack. The numbers are places in [`Machine`]'s tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    Mark,
    None,
    Boolean(bool),
    Integer(i64),
    String(usize),
    /// A list or a tuple.
    Sequence(usize),
    Dictionary(usize),
    /// One of numpy's functions and classes.
    Class,
    Object(usize),
}

/// What a class made: an array, or its element type.
#[derive(Clone, Copy)]
pub struct Object {
    pub arguments: Value,
    pub state: Value,
}

/// The machine and what it has made.
pub struct Machine<'a> {
    path: &'a Path,
    stream: BufReader<Take<&'a mut (dyn Read + 'a)>>,
    /// Bytes read so far.
    position: u64,
    stack: Vec<Value>,
    memo: BTreeMap<u32, Value>,
    pub strings: Vec<Vec<u8>>,
    pub sequences: Vec<Vec<Value>>,
    pub dictionaries: Vec<Vec<(Value, Value)>>,
    pub objects: Vec<Object>,
}

impl<'a> Machine<'a> {
    /// A machine that reads at most [`LARGEST`] bytes and executes at most [`MOST_INSTRUCTIONS`] of
    /// them. What it holds is bounded by these.
    pub fn new(path: &'a Path, stream: &'a mut (dyn Read + 'a)) -> Self {
        Machine {
            path,
            stream: BufReader::new(stream.take(LARGEST)),
            position: 0,
            stack: Vec::new(),
            memo: BTreeMap::new(),
            strings: Vec::new(),
            sequences: Vec::new(),
            dictionaries: Vec::new(),
            objects: Vec::new(),
        }
    }

    /// Executes the pickle and returns its value.
    ///
    /// # Errors
    /// [`Error::Data`] for anything but a whole pickle of such instructions.
    pub fn run(&mut self) -> Result<Value> {
        for _ in 0..MOST_INSTRUCTIONS {
            let [code] = self.bytes()?;
            let value = match code {
                // Protocol.
                0x80 => {
                    let [version] = self.bytes()?;
                    if version != 2 {
                        return Err(self.wrong(format!("protocol {version}"), "protocol 2"));
                    }
                    continue;
                }
                // Numbers and constants.
                b'N' => Value::None,
                0x88 => Value::Boolean(true),
                0x89 => Value::Boolean(false),
                b'K' => Value::Integer(self.bytes::<1>()?[0].into()),
                b'M' => Value::Integer(u16::from_le_bytes(self.bytes()?).into()),
                b'J' => Value::Integer(i32::from_le_bytes(self.bytes()?).into()),
                // Strings, of Python 2 and Unicode, with their length before them.
                b'U' => {
                    let length = self.bytes::<1>()?[0];
                    self.string(length.into())?
                }
                b'T' | b'X' => {
                    let length = u32::from_le_bytes(self.bytes()?);
                    self.string(length)?
                }
                // Collections.
                b'(' => Value::Mark,
                b')' | b']' => self.sequence(Vec::new()),
                b't' => {
                    let items = self.since_mark()?;
                    self.sequence(items)
                }
                0x85..=0x87 => {
                    let items = (0x85..=code)
                        .map(|_| self.pop())
                        .collect::<Result<Vec<_>>>()?;
                    self.sequence(items.into_iter().rev().collect())
                }
                b'}' => {
                    self.dictionaries.push(Vec::new());
                    Value::Dictionary(self.dictionaries.len() - 1)
                }
                b'a' => {
                    let item = self.pop()?;
                    self.append(vec![item])?;
                    continue;
                }
                b'e' => {
                    let items = self.since_mark()?;
                    self.append(items)?;
                    continue;
                }
                b's' => {
                    let (value, key) = (self.pop()?, self.pop()?);
                    self.set(&[key, value])?;
                    continue;
                }
                b'u' => {
                    let items = self.since_mark()?;
                    self.set(&items)?;
                    continue;
                }
                // Memory.
                b'q' | b'r' => {
                    let place = self.place(code == b'q')?;
                    let value = self.top()?;
                    self.memo.insert(place, value);
                    continue;
                }
                b'h' | b'j' => {
                    let place = self.place(code == b'h')?;
                    let value = self.memo.get(&place).copied();
                    value.ok_or_else(|| self.wrong(format!("memo {place}"), "one that was put"))?
                }
                // Objects.
                b'c' => self.class()?,
                b'R' => {
                    let (arguments, class) = (self.pop()?, self.pop()?);
                    if class != Value::Class {
                        return Err(self.wrong(kind(class), "a class"));
                    }
                    self.objects.push(Object {
                        arguments,
                        state: Value::None,
                    });
                    Value::Object(self.objects.len() - 1)
                }
                b'b' => {
                    let state = self.pop()?;
                    match self.top()? {
                        Value::Object(object) => self.objects[object].state = state,
                        other => return Err(self.wrong(kind(other), "an object")),
                    }
                    continue;
                }
                b'.' => {
                    let value = self.pop()?;
                    return match self.stream.read(&mut [0]) {
                        Ok(0) => Ok(value),
                        _ => Err(self.wrong("more", "the end of the file")),
                    };
                }
                _ => {
                    let found = format!("instruction {code:#04x}");
                    return Err(self.wrong(found, "one of a pickled numpy array"));
                }
            };
            self.stack.push(value);
        }
        Err(self.wrong("more", format!("at most {MOST_INSTRUCTIONS} instructions")))
    }

    fn wrong(&self, found: impl std::fmt::Display, expected: impl std::fmt::Display) -> Error {
        Error::data(
            self.path,
            format!("byte {}", self.position),
            found,
            expected,
        )
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        let read = self.stream.read_exact(&mut bytes);
        read.map_err(|error| self.wrong(error, "a pickle, whole"))?;
        self.position += N as u64;
        Ok(bytes)
    }

    fn string(&mut self, length: u32) -> Result<Value> {
        // The memory grows with what is really there.
        let mut bytes = Vec::new();
        let read = self
            .stream
            .by_ref()
            .take(length.into())
            .read_to_end(&mut bytes);
        read.map_err(|error| self.wrong(error, "a pickle, whole"))?;
        if bytes.len() != length as usize {
            return Err(self.wrong(format!("{} bytes", bytes.len()), length));
        }
        self.position += u64::from(length);
        self.strings.push(bytes);
        Ok(Value::String(self.strings.len() - 1))
    }

    /// A class's module and name, a line each.
    fn class(&mut self) -> Result<Value> {
        let mut name = Vec::new();
        for _ in 0..2 {
            loop {
                let [byte] = self.bytes()?;
                name.push(byte);
                if byte == b'\n' {
                    break;
                }
                if name.len() > LONGEST_NAME {
                    return Err(self.wrong("a longer name", "one of numpy's"));
                }
            }
        }
        match &name[..] {
            b"numpy.core.multiarray\n_reconstruct\n" | b"numpy\nndarray\n" | b"numpy\ndtype\n" => {
                Ok(Value::Class)
            }
            _ => {
                let name = String::from_utf8_lossy(&name);
                let name = name.trim_end().replace('\n', ".");
                Err(self.wrong(shortened(&name), "a numpy array and nothing else"))
            }
        }
    }

    fn pop(&mut self) -> Result<Value> {
        let value = self.stack.pop().filter(|value| *value != Value::Mark);
        value.ok_or_else(|| self.wrong("nothing on the stack", "a value"))
    }

    fn top(&self) -> Result<Value> {
        let value = self
            .stack
            .last()
            .copied()
            .filter(|value| *value != Value::Mark);
        value.ok_or_else(|| self.wrong("nothing on the stack", "a value"))
    }

    fn since_mark(&mut self) -> Result<Vec<Value>> {
        let mark = self.stack.iter().rposition(|value| *value == Value::Mark);
        let mark = mark.ok_or_else(|| self.wrong("no mark on the stack", "one"))?;
        let items = self.stack.split_off(mark + 1);
        self.stack.pop();
        Ok(items)
    }

    fn sequence(&mut self, items: Vec<Value>) -> Value {
        self.sequences.push(items);
        Value::Sequence(self.sequences.len() - 1)
    }

    fn append(&mut self, items: Vec<Value>) -> Result<()> {
        match self.top()? {
            Value::Sequence(list) => self.sequences[list].extend(items),
            other => return Err(self.wrong(kind(other), "a list")),
        }
        Ok(())
    }

    /// Puts keys and values, in turn, into the dictionary on the stack.
    fn set(&mut self, items: &[Value]) -> Result<()> {
        if !items.len().is_multiple_of(2) {
            return Err(self.wrong("a key without a value", "pairs of both"));
        }
        match self.top()? {
            Value::Dictionary(dictionary) => {
                let pairs = items.chunks_exact(2).map(|pair| (pair[0], pair[1]));
                self.dictionaries[dictionary].extend(pairs);
            }
            other => return Err(self.wrong(kind(other), "a dictionary")),
        }
        Ok(())
    }

    fn place(&mut self, short: bool) -> Result<u32> {
        Ok(if short {
            self.bytes::<1>()?[0].into()
        } else {
            u32::from_le_bytes(self.bytes()?)
        })
    }
}

/// A value in words.
pub fn kind(value: Value) -> &'static str {
    match value {
        Value::Mark => "a mark",
        Value::None => "None",
        Value::Boolean(_) => "a boolean",
        Value::Integer(_) => "an integer",
        Value::String(_) => "a string",
        Value::Sequence(_) => "a list or tuple",
        Value::Dictionary(_) => "a dictionary",
        Value::Class => "a class",
        Value::Object(_) => "an object",
    }
}
