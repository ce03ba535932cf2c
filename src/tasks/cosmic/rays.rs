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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_keeps_its_charge_and_runs_its_length() {
        let mut stream = Stream::new(1, "track", 0);
        for length in [0.0, 0.1, 0.25, 3.3, 20.0] {
            let mut charge = Plane::new(40, 0.0);
            let mut depths = Vec::new();
            deposit(&mut charge, 500.0, length, &mut stream, |share, _| {
                depths.push(share);
                ((20.0, 10.0 + share * length), share)
            });
            // Of each Gaussian 1e-7 lies beyond 5.5 deviations.
            let total: f64 = charge.electrons.iter().sum();
            approx::assert_relative_eq!(total, 500.0, max_relative = 1e-6);
            let mean = depths.iter().sum::<f64>() / depths.len() as f64;
            approx::assert_relative_eq!(mean, 0.5, max_relative = 1e-12);
            assert!(depths.len() as f64 >= length / STEP);
        }
    }

    #[test]
    fn rays_leave_their_mean_charge() {
        // 1 / cosine is 2 on average where sin^2 is uniform (cut at 0.02: 1.98), Moyal's mean is
        // ln 2 plus Euler's constant, the cut of the loss at 0.3 does not show.
        let straight = 0.92 * DEPTH * 1.98;
        let scattered = 0.08 * 14.0 * PIXEL;
        let per_ray = (straight + scattered) * IONISATION * (1.0 + 0.2 * 1.2704);
        let (images, side, time) = (200u32, 64, 1000.0);
        let rays = f64::from(images) * time * (side as f64 * PIXEL * 1e-4).powi(2);
        let mut total = 0.0;
        for image in 0..images {
            let mut charge = Plane::new(side, 0.0);
            add_rays(&mut charge, time, &mut Stream::new(2, "rays", image.into()));
            total += charge.electrons.iter().sum::<f64>();
        }
        // 1800 rays whose charges differ by about their mean: four standard errors are 10 %, and as
        // much again leaves through the edges.
        approx::assert_relative_eq!(total, rays * per_ray, max_relative = 0.2);
    }
}
