//! Printed sizes with one digit misread, and what they do to a ratio.

use super::complexity::{BlockCost, base_cost, interval, printed_between, shifted};
use crate::Result;
use crate::equations::complexity::BlockSizes;
use crate::paper::tables::{Block, PrintedArchitecture};

/// The numbers from 1 to `most` that differ from `printed` in one digit: another digit, one more or
/// one less.
pub fn edits(printed: usize, most: usize) -> Vec<usize> {
    let digits = printed.to_string();
    let mut texts = Vec::new();
    for place in 0..=digits.len() {
        let (left, right) = digits.split_at(place);
        for digit in '0'..='9' {
            texts.push(format!("{left}{digit}{right}"));
            if !right.is_empty() {
                texts.push(format!("{left}{digit}{}", &right[1..]));
            }
        }
        if !right.is_empty() {
            texts.push(format!("{left}{}", &right[1..]));
        }
    }
    let mut numbers: Vec<usize> = texts
        .iter()
        .filter(|text| !text.starts_with('0'))
        .filter_map(|text| text.parse().ok())
        .filter(|number| *number != printed && (1..=most).contains(number))
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// A printed size in words: `block 3: resolution 20 as 26`.
fn described(block: usize, axis: Option<usize>, old: usize, new: usize) -> String {
    let name = match axis {
        None => "resolution",
        Some(width) => ["N_in", "N_mid", "N_out"][width],
    };
    format!("block {}: {name} {old} as {new}", block + 1)
}

/// Every architecture that differs from `found` in one size by an edit, with the edit in words. A
/// resolution stays at least as long as its kernel.
fn edited(
    found: &PrintedArchitecture,
    edits: fn(usize, usize) -> Vec<usize>,
) -> Vec<(String, usize, Edited)> {
    let mut all = Vec::new();
    for (index, block) in found.blocks.iter().enumerate() {
        for (axis, old) in block.resolution.iter().enumerate() {
            for new in edits(*old, found.grid[axis]) {
                if new >= block.kernel[axis] {
                    let mut edited = Edited::of(block);
                    edited.resolution[axis] = new;
                    all.push((described(index, None, *old, new), index, edited));
                }
            }
        }
        for (width, old) in block.width.iter().enumerate() {
            for new in edits(*old, found.base.maximum_width()) {
                let mut edited = Edited::of(block);
                edited.width[width] = new;
                all.push((described(index, Some(width), *old, new), index, edited));
            }
        }
    }
    all
}

/// The sizes of a block of which one is edited.
struct Edited {
    resolution: Vec<usize>,
    width: [usize; 3],
}

impl Edited {
    fn of(block: &Block) -> Self {
        Edited {
            resolution: block.resolution.to_vec(),
            width: block.width,
        }
    }

    /// The cost with `shift` added to every size, at most to its maximum.
    fn cost(&self, found: &PrintedArchitecture, shift: f64, cost: BlockCost) -> Result<f64> {
        let axes = self.resolution.iter().zip(found.grid);
        let maximum = found.base.maximum_width();
        let [n_in, n_mid, n_out] = self.width.map(|n| shifted(n, maximum, shift));
        cost(&BlockSizes {
            resolution: axes.map(|(r, n)| shifted(*r, *n, shift)).collect(),
            n_in,
            n_mid,
            n_out,
        })
    }
}

/// The edits of one size that leave the printed ratio between those of sizes shifted by `shifts`.
pub(super) fn sufficient(
    found: &PrintedArchitecture,
    edits: fn(usize, usize) -> Vec<usize>,
    shifts: (f64, f64),
    cost: BlockCost,
) -> Result<Vec<String>> {
    let base = base_cost(found.base, found.grid, cost)?;
    let (least, most) = interval(found, shifts, cost)?;
    let mut enough = Vec::new();
    for (name, index, edited) in edited(found, edits) {
        let printed = Edited::of(&found.blocks[index]);
        let change = |shift| -> Result<f64> {
            Ok((edited.cost(found, shift, cost)? - printed.cost(found, shift, cost)?) / base)
        };
        let (least, most) = (least + change(shifts.0)?, most + change(shifts.1)?);
        if printed_between(found, (least, most)) {
            enough.push(name);
        }
    }
    Ok(enough)
}
