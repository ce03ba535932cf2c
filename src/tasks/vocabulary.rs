//! Symbols of sequences: the special ones, and characters numbered by how often they occur.
//!
//! The S4 repository's rule (Gu et al. 2022): the special symbols first, then the characters, the
//! most frequent first and equally frequent ones by code point.

use std::cmp::Reverse;

/// Stands after the end of a sequence that is shorter than the others.
pub const PADDING: u16 = 0;
/// Stands for a character that is not in the vocabulary.
pub const UNKNOWN: u16 = 1;
/// Ends every sequence.
pub const END: u16 = 2;
/// The first symbol that is not special.
pub const FIRST: u16 = 3;

const CODE_POINTS: usize = char::MAX as usize + 1;

/// How often each character occurs.
pub struct Counts(Vec<u64>);

impl Counts {
    /// No characters yet.
    pub fn new() -> Self {
        Counts(vec![0; CODE_POINTS])
    }

    /// Counts the characters of `text`.
    pub fn add(&mut self, text: impl Iterator<Item = char>) {
        for character in text {
            self.0[character as usize] += 1;
        }
    }
}

impl Default for Counts {
    fn default() -> Self {
        Counts::new()
    }
}

/// The characters that have a symbol of their own.
pub struct Vocabulary {
    /// In the order of their symbols, from [`FIRST`].
    characters: String,
    /// Symbol of each code point.
    symbols: Vec<u16>,
    size: usize,
}

impl Vocabulary {
    /// Of the characters that occur at least `least` times; of more than 65,533 of them, the most
    /// frequent.
    pub fn new(counts: &Counts, least: u64) -> Self {
        let mut kept: Vec<char> = ('\0'..=char::MAX)
            .filter(|&character| counts.0[character as usize] >= least.max(1))
            .collect();
        kept.sort_by_key(|&character| (Reverse(counts.0[character as usize]), character));
        kept.truncate(usize::from(u16::MAX - FIRST) + 1);
        let mut symbols = vec![UNKNOWN; CODE_POINTS];
        for (&character, symbol) in kept.iter().zip(FIRST..=u16::MAX) {
            symbols[character as usize] = symbol;
        }
        Vocabulary {
            size: usize::from(FIRST) + kept.len(),
            characters: kept.into_iter().collect(),
            symbols,
        }
    }

    /// In the order of their symbols, from [`FIRST`].
    pub fn characters(&self) -> &str {
        &self.characters
    }

    /// Number of symbols, with the special ones.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The symbol of `character`.
    pub fn symbol(&self, character: char) -> u16 {
        self.symbols[character as usize]
    }
}

/// Appends at most `length` of the `symbols` and padding up to `length`. Returns how many there
/// were.
pub fn push_padded(
    sequences: &mut Vec<u16>,
    symbols: impl Iterator<Item = u16>,
    length: usize,
) -> usize {
    let start = sequences.len();
    sequences.extend(symbols.take(length));
    let found = sequences.len() - start;
    sequences.resize(start + length, PADDING);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbols(text: &str, least: u64) -> (usize, Vec<u16>) {
        let mut counts = Counts::new();
        counts.add(text.chars());
        let vocabulary = Vocabulary::new(&counts, least);
        let symbols = "abc\u{10ffff}".chars();
        let symbols = symbols.map(|character| vocabulary.symbol(character));
        (vocabulary.size(), symbols.collect())
    }

    #[test]
    fn the_most_frequent_come_first_and_ties_by_code_point() {
        let text = "cab bc\u{10ffff} b";
        assert_eq!(symbols(text, 1), (8, vec![6, 3, 5, 7]));
        assert_eq!(symbols(text, 2), (6, vec![UNKNOWN, 3, 5, UNKNOWN]));
        assert_eq!(symbols(text, 0), symbols(text, 1));
        assert_eq!(symbols("", 1), (3, vec![UNKNOWN; 4]));
    }

    #[test]
    fn symbols_beyond_sixteen_bits_are_unknown() {
        let mut counts = Counts::new();
        counts.add(('\0'..=char::MAX).take(70_000));
        counts.add("z".chars());
        let vocabulary = Vocabulary::new(&counts, 1);
        assert_eq!(vocabulary.size(), 65_536);
        assert_eq!(vocabulary.symbol('z'), 3);
        assert_eq!(vocabulary.symbol('\0'), 4);
        assert_eq!(vocabulary.symbol('\u{10ffff}'), UNKNOWN);
    }

    #[test]
    fn sequences_are_cut_or_padded() {
        let mut sequences = vec![9];
        assert_eq!(push_padded(&mut sequences, [5, 6].into_iter(), 4), 2);
        assert_eq!(push_padded(&mut sequences, 10..20, 3), 3);
        assert_eq!(sequences, [9, 5, 6, 0, 0, 10, 11, 12]);
    }
}
