//! The Arena's files: a header, then a row for each expression with its source and its value.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use super::Expressions;
use super::expression;
use crate::tasks::catalogue::Checked;
use crate::tasks::lines::{Line, Lines};
use crate::text::shortened;
use crate::{Error, Result};

/// Of training, validation and testing.
pub(super) const FILES: [&str; 3] = ["basic_train.tsv", "basic_val.tsv", "basic_test.tsv"];
/// Where the files may lie in the directory that is given.
const FOLDERS: [&str; 4] = [
    "",
    "listops-1000",
    "lra_release/listops-1000",
    "lra_release/lra_release/listops-1000",
];
const HEADER: &str = "Source\tTarget";
/// Bytes of the longest row that is read; the Arena's longest has 12,800.
pub(super) const LONGEST_ROW: usize = 1 << 16;
/// The directory in `data` that has the files.
pub(super) fn directory(data: &Path) -> PathBuf {
    let folders = FOLDERS.iter().map(|folder| data.join(folder));
    let mut there = folders.filter(|folder| folder.join(FILES[0]).is_file());
    there.next().unwrap_or_else(|| data.to_path_buf())
}

/// The first `limit` rows of a file, and how many it has. What is held is less than was read.
///
/// # Errors
/// [`Error::Data`] for a row that is none, or no row at all; [`Error::Io`].
pub fn read(path: &Path, stream: impl BufRead, limit: usize) -> Result<(Expressions, usize)> {
    read_rows(path, Lines::new(path, stream, LONGEST_ROW), limit)
}

/// As [`read`].
pub(super) fn read_rows(
    path: &Path,
    mut lines: Lines<impl BufRead>,
    limit: usize,
) -> Result<(Expressions, usize)> {
    header(path, &mut lines)?;
    let mut expressions = Expressions::default();
    let mut rows = 0;
    while let Some(line) = lines.next_line() {
        let line = line?;
        if rows < limit {
            let (_, symbols, value) = row(path, &line)?;
            expressions.push(&symbols, value);
        }
        rows += 1;
    }
    if rows == 0 {
        return Err(Error::data(path, "rows", "none", "at least 1"));
    }
    Ok((expressions, rows))
}

fn header(path: &Path, lines: &mut Lines<impl BufRead>) -> Result<()> {
    let found = match lines.next_line() {
        Some(line) => shortened(line?.text),
        None => "the end of the file".to_string(),
    };
    let expected = shortened(HEADER);
    if found == expected {
        Ok(())
    } else {
        Err(Error::data(path, "line 1", found, expected))
    }
}

/// Source, symbols and value of a row. Whether they fit is left to [`check`].
fn row<'a>(path: &Path, line: &Line<'a>) -> Result<(&'a str, Vec<u8>, u8)> {
    let place = format!("line {}", line.number);
    let Some((source, target)) = line.text.split_once('\t') else {
        let found = shortened(line.text);
        return Err(Error::data(path, place, found, "source, tab, target"));
    };
    let value = match target.as_bytes() {
        [digit @ b'0'..=b'9'] => digit - b'0',
        _ => {
            let place = format!("{place}, target");
            return Err(Error::data(path, place, shortened(target), "0 to 9"));
        }
    };
    match expression::symbols(source) {
        Ok(symbols) if symbols.is_empty() => {
            let place = format!("{place}, source");
            Err(Error::data(path, place, "no words", "an expression"))
        }
        Ok(symbols) => Ok((source, symbols, value)),
        Err(fault) => Err(fault.in_file(path, &place)),
    }
}

/// Checks that each row of the files is an expression, written as the benchmark writes it, with its
/// value.
///
/// # Errors
/// [`Error::Io`] if a file cannot be read.
pub fn check(data: &Path, report: &mut dyn FnMut(Error)) -> Result<Checked> {
    let directory = directory(data);
    let mut checked = Checked::default();
    for file in FILES {
        let path = directory.join(file);
        checked.files += 1;
        checked.records += check_rows(&path, Lines::open(&path, LONGEST_ROW)?, report)?;
    }
    Ok(checked)
}

fn check_rows(
    path: &Path,
    mut lines: Lines<impl BufRead>,
    report: &mut dyn FnMut(Error),
) -> Result<u64> {
    if let Err(error) = header(path, &mut lines) {
        unless_io(error, report)?;
    }
    let mut rows = 0;
    while let Some(line) = lines.next_line() {
        rows += 1;
        if let Err(error) = line.and_then(|line| check_row(path, &line)) {
            unless_io(error, report)?;
        }
    }
    if rows == 0 {
        report(Error::data(path, "rows", "none", "at least 1"));
    }
    Ok(rows)
}

/// What is wrong in a file is reported, a file that cannot be read ends the check.
fn unless_io(error: Error, report: &mut dyn FnMut(Error)) -> Result<()> {
    match error {
        Error::Io { .. } => Err(error),
        _ => {
            report(error);
            Ok(())
        }
    }
}

fn check_row(path: &Path, line: &Line) -> Result<()> {
    let (source, symbols, target) = row(path, line)?;
    let place = format!("line {}", line.number);
    let value = expression::value(&symbols).map_err(|fault| fault.in_file(path, &place))?;
    if value != target {
        let expected = format!("{value}, the value of the source");
        return Err(Error::data(
            path,
            format!("{place}, target"),
            target,
            expected,
        ));
    }
    let written = expression::written(&symbols);
    if written != source {
        let same = |(a, b): &(u8, u8)| a == b;
        let start = source.bytes().zip(written.bytes()).take_while(same).count();
        return Err(Error::data(
            path,
            format!("{place}, byte {}", start + 1),
            shortened(&String::from_utf8_lossy(&source.as_bytes()[start..])),
            "binary applications, as the benchmark writes them",
        ));
    }
    Ok(())
}

/// Writes expressions as the Arena's generator does.
pub(super) fn write(stream: &mut impl Write, expressions: &Expressions) -> std::io::Result<()> {
    write!(stream, "{HEADER}\r\n")?;
    for (index, value) in expressions.values.iter().enumerate() {
        let source = expression::written(expressions.expression(index));
        write!(stream, "{source}\t{value}\r\n")?;
    }
    Ok(())
}
