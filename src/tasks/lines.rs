//! Lines of a file that may hold anything: each is of bounded length.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::{Error, Result};

/// Reads lines that end in LF or CRLF, the last one also without.
pub(super) struct Lines<'a, R> {
    path: &'a Path,
    stream: R,
    /// Bytes of the longest line allowed.
    longest: usize,
    buffer: Vec<u8>,
    number: u64,
    offset: u64,
    ended: bool,
}

/// One line, without its end.
pub(super) struct Line<'a> {
    /// Counted from 1.
    pub number: u64,
    /// Bytes of the file before it.
    pub offset: u64,
    pub text: &'a str,
}

impl<'a> Lines<'a, BufReader<File>> {
    /// # Errors
    /// [`Error::Io`] if the file cannot be opened.
    pub fn open(path: &'a Path, longest: usize) -> Result<Self> {
        let file = File::open(path).map_err(|error| Error::io(path, "read", error))?;
        Ok(Lines::new(
            path,
            BufReader::with_capacity(1 << 16, file),
            longest,
        ))
    }
}

impl<'a, R: BufRead> Lines<'a, R> {
    pub fn new(path: &'a Path, stream: R, longest: usize) -> Self {
        Lines {
            path,
            stream,
            longest,
            buffer: Vec::new(),
            number: 0,
            offset: 0,
            ended: false,
        }
    }

    /// The next line, or why it is none: it is too long or not UTF-8 ([`Error::Data`]; the line
    /// after it comes next), or the file cannot be read ([`Error::Io`]; nothing comes next).
    pub fn next_line(&mut self) -> Option<Result<Line<'_>>> {
        if self.ended {
            return None;
        }
        let offset = self.offset;
        self.number += 1;
        match self.fill() {
            Err(error) => {
                self.ended = true;
                return Some(Err(Error::io(self.path, "read", error)));
            }
            Ok(0) => {
                self.ended = true;
                return None;
            }
            Ok(read) => self.offset += read,
        }
        let end = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        let bytes = end.strip_suffix(b"\r").unwrap_or(end);
        let place = || format!("line {}", self.number);
        if bytes.len() > self.longest {
            return Some(Err(Error::data(
                self.path,
                place(),
                format!("more than {} bytes", self.longest),
                "a shorter line",
            )));
        }
        Some(match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Line {
                number: self.number,
                offset,
                text,
            }),
            Err(error) => Err(Error::data(
                self.path,
                place(),
                format!("a wrong byte at {}", error.valid_up_to() + 1),
                "UTF-8",
            )),
        })
    }

    /// Fills the buffer with the next line and its end, or with as much of it as shows that it is
    /// too long. Returns the bytes gone through.
    fn fill(&mut self) -> std::io::Result<u64> {
        self.buffer.clear();
        // Two bytes are the line's end, one tells a longer line.
        let most = self.longest as u64 + 3;
        let mut start = self.stream.by_ref().take(most);
        let mut read = start.read_until(b'\n', &mut self.buffer)? as u64;
        if read == most && !self.buffer.ends_with(b"\n") {
            read += self.stream.skip_until(b'\n')? as u64;
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<String> {
        let mut lines = Lines::new(Path::new("file"), bytes, 4);
        let mut found = Vec::new();
        while let Some(line) = lines.next_line() {
            found.push(match line {
                Ok(line) => format!("{} {} {}", line.number, line.offset, line.text),
                Err(error) => error.to_string(),
            });
        }
        found
    }

    #[test]
    fn ends_of_lines_are_taken_off() {
        assert!(read(b"").is_empty());
        assert_eq!(read(b"ab\r\n\nc\r"), ["1 0 ab", "2 4 ", "3 5 c"]);
        assert_eq!(
            read(b"abcd\r\nabcd\nabcd"),
            ["1 0 abcd", "2 6 abcd", "3 11 abcd"]
        );
    }

    #[test]
    fn a_bad_line_is_named_and_the_next_is_read() {
        let long = "file: line 1: found more than 4 bytes, expected a shorter line";
        assert_eq!(read(b"abcde\nx"), [long, "2 6 x"]);
        assert_eq!(read(b"abcde\r\nx"), [long, "2 7 x"]);
        assert_eq!(read(b"abcdefghijklmn\nx"), [long, "2 15 x"]);
        assert_eq!(read(b"abcdefghijklmn"), [long]);
        let wrong = "file: line 1: found a wrong byte at 2, expected UTF-8";
        assert_eq!(read(b"a\xff\nx"), [wrong, "2 3 x"]);
    }
}
