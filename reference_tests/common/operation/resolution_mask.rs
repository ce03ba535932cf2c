//! The resolution masks of convolution and resampling, as the operations take them and in full.

use dfdx::prelude::{Cpu, Device};
use dnarch::autodiff::{Element, ResolutionMask};
use dnarch::random::Stream;
use ndarray::Array3;

use super::{Input, Value, column, mask_values, vector};

use Cut::{Kept, Open, Padded};

/// Channels of every signal.
pub const CHANNELS: usize = 2;

/// The resolution mask of one axis.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// One everywhere.
    Open,
    /// Values at the lowest frequencies, zero above.
    Kept(usize),
    /// The same, with zeros stored up to a length.
    Padded(usize, usize),
}

pub fn random_masks(cuts: &[Cut], random: &mut Stream) -> Vec<Input> {
    let mut inputs = Vec::new();
    for cut in cuts {
        let (kept, length) = match *cut {
            Open => continue,
            Kept(kept) => (kept, kept),
            Padded(kept, length) => (kept, length),
        };
        let values = mask_values(random, kept);
        let padded = vector(&values).into_iter().chain(vec![0.0; length - kept]);
        inputs.push(Input::Vector(column(padded)));
    }
    inputs
}

pub fn fast_masks<E: Element>(cuts: &[Cut], inputs: &[Value<E>]) -> Vec<ResolutionMask<E>>
where
    Cpu: Device<E>,
{
    let mut inputs = inputs.iter();
    cuts.iter()
        .map(|cut| match cut {
            Open => None,
            _ => inputs.next().map(|mask| mask.vector().clone()),
        })
        .collect()
}

/// The masks in full, one value for each of `frequencies` on an axis.
pub fn full_masks(cuts: &[Cut], inputs: &[Array3<f64>], frequencies: &[usize]) -> Vec<Vec<f64>> {
    let mut inputs = inputs.iter();
    let axes = cuts.iter().zip(frequencies);
    axes.map(|(cut, count)| match cut {
        Open => vec![1.0; *count],
        _ => {
            let mut mask = inputs.next().unwrap().iter().copied().collect::<Vec<f64>>();
            mask.resize(*count, 0.0);
            mask
        }
    })
    .collect()
}

/// The cotangents of the stored values of each mask that is not open.
pub fn stored_masks(cuts: &[Cut], inputs: &[Array3<f64>], full: Vec<Vec<f64>>) -> Vec<Array3<f64>> {
    let learned = cuts
        .iter()
        .zip(full)
        .filter(|(cut, _)| !matches!(cut, Open));
    let stored = learned.zip(inputs);
    stored
        .map(|((_, full), mask)| column(full.into_iter().take(mask.len())))
        .collect()
}

pub fn has_no_stored_zeros(cuts: &[Cut]) -> bool {
    cuts.iter().all(|cut| !matches!(cut, Padded(..)))
}
