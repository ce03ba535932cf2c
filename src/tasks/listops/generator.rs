//! Random expressions by the law of the benchmark's own generator.
//!
//! Above depth 10, a node is an operator with probability 1/4, one of four, with 2 to 10 nodes
//! below it; otherwise, and always at depth 10, it is a digit. An expression is kept if it has more
//! than 500 and fewer than 2000 symbols and has not come before.

use std::collections::HashSet;

use rayon::prelude::*;

use super::expression::{CLOSE, MIN, ZERO};
use crate::random::Stream;

const DEEPEST: usize = 10;
const OPERATOR_CHANCE: f64 = 0.25;
const FEWEST_ARGUMENTS: u64 = 2;
const MOST_ARGUMENTS: u64 = 10;
const SHORTER: usize = 500;
const LONGER: usize = 2_000;

/// The symbols of `count` expressions of `split`, which differ from each other and from those
/// `seen` before. Each comes from its own stream, so none depends on how many others there are.
pub(super) fn expressions(
    seed: u64,
    split: &str,
    count: usize,
    seen: &mut HashSet<Vec<u8>>,
) -> Vec<Vec<u8>> {
    distinct(count, seen, |index, attempt| {
        let purpose = format!("listops {split} {attempt}");
        expression(&mut Stream::new(seed, &purpose, index))
    })
}

/// Draws for each index. A draw that was seen at an earlier index is drawn again.
fn distinct(
    count: usize,
    seen: &mut HashSet<Vec<u8>>,
    draw: impl Fn(u64, u64) -> Vec<u8> + Sync,
) -> Vec<Vec<u8>> {
    let first = (0..count as u64)
        .into_par_iter()
        .map(|index| draw(index, 0));
    let mut draws: Vec<Vec<u8>> = first.collect();
    for (index, kept) in draws.iter_mut().enumerate() {
        let mut attempt = 0;
        while !seen.insert(kept.clone()) {
            attempt += 1;
            *kept = draw(index as u64, attempt);
        }
    }
    draws
}

/// An expression of the lengths that are kept.
fn expression(stream: &mut Stream) -> Vec<u8> {
    let mut symbols = Vec::new();
    loop {
        symbols.clear();
        if grow(stream, 1, &mut symbols) && symbols.len() > SHORTER && symbols.len() < LONGER {
            return symbols;
        }
    }
}

/// Appends a node at `depth`. Gives up, and returns false, as soon as the expression is too long to
/// be kept.
fn grow(stream: &mut Stream, depth: usize, symbols: &mut Vec<u8>) -> bool {
    if symbols.len() >= LONGER {
        return false;
    }
    if depth == DEEPEST || stream.uniform() > OPERATOR_CHANCE {
        symbols.push(ZERO + stream.below(10) as u8);
        return true;
    }
    symbols.push(MIN + stream.below(4) as u8);
    let arguments = FEWEST_ARGUMENTS + stream.below(MOST_ARGUMENTS - FEWEST_ARGUMENTS + 1);
    for _ in 0..arguments {
        if !grow(stream, depth + 1, symbols) {
            return false;
        }
    }
    symbols.push(CLOSE);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_is_drawn_again() {
        let mut seen = HashSet::from([vec![1]]);
        // Draws 0 1 0 1 0 at first, then larger ones.
        let draw = |index: u64, attempt: u64| vec![(index % 2 + 2 * attempt) as u8];
        let kept = distinct(5, &mut seen, draw).concat();
        assert_eq!(kept, [0, 3, 2, 5, 4]);
        assert_eq!(seen.len(), 6);
    }
}
