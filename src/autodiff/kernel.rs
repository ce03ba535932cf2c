//! The kernel network's taps: cropping the shared grid to a block's taps, and the Gaussian mask on
//! them (Section 3.1). The network itself is [`super::linear`] and [`super::gelu`].

use dfdx::prelude::{Cpu, Device, Tensor};
use rayon::prelude::*;

use super::buffer::Buffer;
use super::tape::{receive_tensor, tensor_values};
use super::{Element, Tape, Variable, slices};
use crate::{Error, Result};

/// The taps `-half ..= half` around the centre, on each axis.
pub type TapRange = [usize];

/// The taps `-half ..= half` of features given on the taps `-from ..= from`: (1, F, K_from) gives
/// (1, F, K). Kernels are cropped by index, never evaluated on another grid.
pub fn crop_taps<E: Element>(
    tape: &mut Tape<E>,
    features: &Variable<E>,
    from: &TapRange,
    half: &TapRange,
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let [items, channels, taps] = features.shape();
    let count = |half: &TapRange| half.iter().map(|h| 2 * h + 1).product::<usize>();
    let fits = items == 1 && half.len() == from.len() && count(from) == taps;
    if !fits || half.iter().zip(from).any(|(half, from)| half > from) {
        return Err(Error::argument(
            "kernel crop",
            format!("{half:?} of {from:?}, features {:?}", features.shape()),
            "features (1, F, taps) and a centred part of their grid",
        ));
    }
    if half == from {
        return Ok(features.clone());
    }
    let places: Vec<usize> = from.iter().zip(half).fold(vec![0], |places, (from, half)| {
        let along = |place: &usize| {
            let start = place * (2 * from + 1) + from - half;
            start..=start + 2 * half
        };
        places.iter().flat_map(along).collect()
    });
    let kept = places.len();
    let mut y = Buffer::new(channels * kept);
    for (y, row) in y.chunks_mut(kept).zip(features.values().chunks(taps)) {
        for (y, place) in y.iter_mut().zip(&places) {
            *y = row[*place];
        }
    }
    if !features.is_differentiable() {
        return Variable::constant(y.into_vec(), [1, channels, kept]);
    }
    let features = features.clone();
    tape.operation(y, [1, channels, kept], move |cotangent, gradients| {
        let mut gradient = Buffer::zeros(channels * taps);
        for (row, cotangent) in gradient.chunks_mut(taps).zip(cotangent.chunks(kept)) {
            for (cotangent, place) in cotangent.iter().zip(&places) {
                row[*place] = *cotangent;
            }
        }
        features.receive(gradients, gradient)
    })
}

/// `psi(c) = MLP(c) m(c)`: every row of `kernel` (1, C, K) times `mask` (K).
pub fn mask_taps<E: Element>(
    tape: &mut Tape<E>,
    kernel: &Variable<E>,
    mask: &Tensor<(usize,), E, Cpu>,
) -> Result<Variable<E>>
where
    Cpu: Device<E>,
{
    let [_, _, taps] = kernel.shape();
    let values = tensor_values(mask);
    if values.len() != taps {
        return Err(Error::argument(
            "kernel mask",
            values.len(),
            format!("{taps} taps"),
        ));
    }
    let mut y = Buffer::new(kernel.values().len());
    y.par_chunks_mut(taps)
        .zip(kernel.values().par_chunks(taps))
        .for_each(|(y, kernel)| slices::product(y, kernel, &values));
    let (kernel, mask) = (kernel.clone(), mask.clone());
    tape.operation(y, kernel.shape(), move |mut cotangent, gradients| {
        let mut mask_gradient = vec![E::zero(); taps];
        for (cotangent, kernel) in cotangent.chunks(taps).zip(kernel.values().chunks(taps)) {
            slices::add_product(&mut mask_gradient, cotangent, kernel);
        }
        receive_tensor(&mask, gradients, &mask_gradient)?;
        cotangent
            .par_chunks_mut(taps)
            .for_each(|cotangent| slices::multiply(cotangent, &values));
        kernel.receive(gradients, cotangent)
    })
}
