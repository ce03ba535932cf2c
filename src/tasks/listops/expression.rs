//! Expressions of ListOps: their words, their value, and how the benchmark writes them.
//!
//! `[MAX 2 9 [MIN 4 7 ] 0 ]` is an operator with its arguments: the smallest, the largest, the
//! median (`MED`, rounded down) or the sum modulo ten (`SM`). The benchmark writes each as a chain
//! of binary applications, `( ( ( [MAX 2 ) 9 ) ] )`; the network does not see the parentheses.

use std::path::Path;

use crate::tasks::vocabulary::FIRST;
use crate::text::shortened;
use crate::{Error, Result};

/// The words that the network sees. Symbol [`FIRST`] plus its place stands for each.
pub const WORDS: [&str; 15] = [
    "[MIN", "[MAX", "[MED", "[SM", "]", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9",
];

pub(super) const MIN: u8 = FIRST as u8;
pub(super) const MAX: u8 = MIN + 1;
pub(super) const MED: u8 = MIN + 2;
pub(super) const SM: u8 = MIN + 3;
pub(super) const CLOSE: u8 = MIN + 4;
pub(super) const ZERO: u8 = MIN + 5;
pub(super) const NINE: u8 = ZERO + 9;

/// Why a text is no expression.
pub(super) struct Fault {
    /// Counted from 1, without parentheses.
    word: usize,
    found: String,
    expected: &'static str,
}

impl Fault {
    fn new(word: usize, found: impl Into<String>, expected: &'static str) -> Self {
        Fault {
            word,
            found: found.into(),
            expected,
        }
    }

    pub fn in_file(self, path: &Path, place: &str) -> Error {
        let place = format!("{place}, word {}", self.word);
        Error::data(path, place, self.found, self.expected)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        let place = format!("expression, word {}", fault.word);
        Error::argument(place, fault.found, fault.expected)
    }
}

/// The value of an expression, 0 to 9. Parentheses are passed over.
///
/// # Errors
/// [`Error::Argument`] if it is not an expression.
pub fn evaluate(source: &str) -> Result<u8> {
    Ok(value(&symbols(source)?)?)
}

/// The symbols of an expression's words.
pub(super) fn symbols(source: &str) -> std::result::Result<Vec<u8>, Fault> {
    let mut symbols = Vec::with_capacity(source.len() / 4);
    let words = source.split_ascii_whitespace();
    for word in words.filter(|word| !matches!(*word, "(" | ")")) {
        let Some(place) = WORDS.iter().position(|known| *known == word) else {
            let expected = "an operator, a bracket or a digit";
            return Err(Fault::new(symbols.len() + 1, shortened(word), expected));
        };
        symbols.push(MIN + place as u8);
    }
    Ok(symbols)
}

/// The value of the expression that has these symbols.
pub(super) fn value(symbols: &[u8]) -> std::result::Result<u8, Fault> {
    let mut values: Vec<u8> = Vec::new();
    // Operators that wait for arguments, and the number of values before each.
    let mut open: Vec<(u8, usize)> = Vec::new();
    for (i, &symbol) in symbols.iter().enumerate() {
        let fault = |expected| Fault::new(i + 1, WORDS[usize::from(symbol - MIN)], expected);
        if open.is_empty() && !values.is_empty() {
            return Err(fault("the end"));
        }
        match symbol {
            MIN..=SM => open.push((symbol, values.len())),
            CLOSE => {
                let expected = "an operator or a digit";
                let (operator, first) = open.pop().ok_or_else(|| fault(expected))?;
                if values.len() == first {
                    return Err(fault("an argument"));
                }
                let result = apply(operator, &mut values[first..]);
                values.truncate(first);
                values.push(result);
            }
            _ => values.push(symbol - ZERO),
        }
    }
    match (&values[..], open.is_empty()) {
        ([value], true) => Ok(*value),
        _ => Err(Fault::new(symbols.len() + 1, "the end", "more words")),
    }
}

/// The value of an operator on at least one argument.
fn apply(operator: u8, arguments: &mut [u8]) -> u8 {
    arguments.sort_unstable();
    let n = arguments.len();
    match operator {
        MIN => arguments[0],
        MAX => arguments[n - 1],
        MED => (arguments[(n - 1) / 2] + arguments[n / 2]) / 2,
        _ => (arguments.iter().map(|&value| u64::from(value)).sum::<u64>() % 10) as u8,
    }
}

/// A well-formed expression as the benchmark writes it.
pub(super) fn written(symbols: &[u8]) -> String {
    let arguments = arguments(symbols);
    let mut text = String::with_capacity(6 * symbols.len());
    let mut depth = 0_usize;
    for (&symbol, &arguments) in symbols.iter().zip(&arguments) {
        if symbol <= SM {
            // One application for each argument, one for the bracket.
            text.push_str(&"( ".repeat(arguments + 1));
        }
        text.push_str(WORDS[usize::from(symbol - MIN)]);
        text.push(' ');
        match symbol {
            MIN..=SM => depth += 1,
            CLOSE => {
                text.push_str(") ");
                depth -= 1;
            }
            _ => {}
        }
        // A value is an argument of the operator around it.
        if symbol >= CLOSE && depth > 0 {
            text.push_str(") ");
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// For each operator its number of arguments, for other symbols 0.
fn arguments(symbols: &[u8]) -> Vec<usize> {
    let mut arguments = vec![0; symbols.len()];
    let mut open: Vec<usize> = Vec::new();
    for (i, &symbol) in symbols.iter().enumerate() {
        if symbol == CLOSE {
            open.pop();
        }
        if symbol >= CLOSE
            && let Some(&operator) = open.last()
        {
            arguments[operator] += 1;
        }
        if symbol <= SM {
            open.push(i);
        }
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_have_the_values_computed_by_hand() {
        for (source, value) in [
            ("7", 7),
            ("[MAX 2 9 [MIN 4 7 ] 0 ]", 9),
            ("[MIN 3 ]", 3),
            ("[MED 1 9 2 ]", 2),
            ("[MED 1 9 2 4 ]", 3),
            ("[MED 8 7 ]", 7),
            ("[SM 9 9 9 ]", 7),
            (
                "( ( ( [SM ( ( ( [MED 8 ) 9 ) ] ) ) ( ( [MIN 6 ) ] ) ) ] )",
                4,
            ),
        ] {
            assert_eq!(evaluate(source).unwrap(), value, "{source}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused_at_its_word() {
        for (source, expected) in [
            ("", "word 1: got the end, expected more words"),
            ("[MAX 1", "word 3: got the end, expected more words"),
            ("1 2", "word 2: got 2, expected the end"),
            ("[MAX 1 ] ]", "word 4: got ], expected the end"),
            ("]", "word 1: got ], expected an operator or a digit"),
            ("[MAX 1 [MED ] ]", "word 4: got ], expected an argument"),
            ("( [MAX 10 ) ] )", "word 2: got `10`, expected an operator"),
            ("[max 1 ]", "word 1: got `[max`"),
        ] {
            let message = evaluate(source).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn expressions_are_written_as_binary_applications() {
        for source in [
            "5",
            "( ( ( [MAX 2 ) 9 ) ] )",
            "( ( ( [SM ( ( ( [MED 8 ) 9 ) ] ) ) ( ( [MIN 6 ) ] ) ) ] )",
        ] {
            let symbols = symbols(source).unwrap_or_else(|_| panic!("{source}"));
            assert_eq!(written(&symbols), source);
        }
    }

    #[test]
    fn deep_and_wide_expressions_take_no_stack() {
        let deep = format!("{}5 {}", "[SM ".repeat(10_000), "] ".repeat(10_000));
        assert_eq!(evaluate(&deep).unwrap(), 5);
        let wide = format!("[SM {}]", "9 ".repeat(10_001));
        assert_eq!(evaluate(&wide).unwrap(), 9);
    }
}
