//! Cosmic rays in a silicon detector.

use std::f64::consts::PI;

use super::plane::Plane;
use super::poisson::poisson;
use super::scene::place;
use crate::random::Stream;

/// Hits per second and square centimetre.
const RATE: f64 = 1.0;
/// Pixel size in micrometres.
const PIXEL: f64 = 15.0;
/// Depth of the silicon in micrometres.
const DEPTH: f64 = 14.0;
/// Electrons set free per micrometre.
const IONISATION: f64 = 80.0;
/// Share of the hits that are electrons of low energy, which scatter on their way.
const ELECTRONS: f64 = 0.08;
/// Pixels between two deposits of charge.
const STEP: f64 = 0.25;

/// Adds the charge of the cosmic rays that arrive within `time` seconds.
pub fn add_rays(charge: &mut Plane, time: f64, stream: &mut Stream) {
    let width = charge.side as f64 * PIXEL * 1e-4;
    for _ in 0..poisson(RATE * time * width * width, stream) as usize {
        if stream.uniform() < ELECTRONS {
            add_electron(charge, stream);
        } else {
            add_straight(charge, stream);
        }
    }
}

/// A straight track through the silicon, from a direction of uniform `sin^2` of its angle.
fn add_straight(charge: &mut Plane, stream: &mut Stream) {
    let (row, column) = place(charge.side, stream);
    let cosine = libm::sqrt(1.0 - stream.uniform()).max(0.02);
    let heading = 2.0 * PI * stream.uniform();
    let chord = DEPTH / cosine;
    let length = DEPTH * libm::sqrt(1.0 - cosine * cosine) / cosine / PIXEL;
    let electrons = chord * energy_loss(stream);
    let (down, right) = (libm::sin(heading), libm::cos(heading));
    deposit(charge, electrons, length, stream, |share, _| {
        let along = share * length;
        ((row + down * along, column + right * along), share)
    });
}

/// A track of random turns, at one depth.
fn add_electron(charge: &mut Plane, stream: &mut Stream) {
    let (mut row, mut column) = place(charge.side, stream);
    let length = 4.0 + 10.0 * exponential(stream);
    let mut heading = 2.0 * PI * stream.uniform();
    let depth = stream.uniform();
    let electrons = length * PIXEL * energy_loss(stream);
    deposit(charge, electrons, length, stream, |_, stream| {
        heading += 0.35 * libm::sqrt(STEP) * stream.normal();
        row += STEP * libm::sin(heading);
        column += STEP * libm::cos(heading);
        ((row, column), depth)
    });
}

/// Spreads `electrons` over the steps of a track of `length` pixels. `step` tells from the share of
/// the track that is behind it where it is and how deep, 0 to 1: charge from the depth diffuses
/// further.
fn deposit(
    charge: &mut Plane,
    electrons: f64,
    length: f64,
    stream: &mut Stream,
    mut step: impl FnMut(f64, &mut Stream) -> ((f64, f64), f64),
) {
    let steps = libm::ceil(length / STEP).max(1.0) as usize;
    // Gamma-distributed with shape 2.
    let weights: Vec<f64> = (0..steps)
        .map(|_| exponential(stream) + exponential(stream))
        .collect();
    let total: f64 = weights.iter().sum();
    for (number, weight) in weights.iter().enumerate() {
        let share = (number as f64 + 0.5) / steps as f64;
        let (place, depth) = step(share, stream);
        let sigma = 0.22 + 0.28 * libm::sqrt(depth);
        charge.add_gaussian(place, sigma, electrons * weight / total);
    }
}

/// Electrons per micrometre of one track: Moyal's approximation of Landau's distribution.
fn energy_loss(stream: &mut Stream) -> f64 {
    let normal = stream.normal();
    let moyal = -libm::log(normal * normal);
    IONISATION * (1.0 + 0.2 * moyal).max(0.3)
}

fn exponential(stream: &mut Stream) -> f64 {
    -libm::log(1.0 - stream.uniform())
}
