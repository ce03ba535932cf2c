//! The light of a field: sky, galaxies and stars.

use std::f64::consts::PI;

use super::plane::Plane;
use super::poisson::poisson;
use crate::random::Stream;

/// Galaxies per pixel of sky: one on the part of the image that is used.
const GALAXIES: f64 = 1.0 / (128.0 * 128.0);
/// Brightest star, in electrons: bright enough to saturate its pixel.
const BRIGHTEST: f64 = 1e6;
/// Share of a star's light in the core of its image, and the deviations of core and wing in pixels.
const CORE: f64 = 0.75;
const CORE_SIGMA: f64 = 0.8;
const WING_SIGMA: f64 = 2.2;

/// The electrons that sky, galaxies and stars leave on average in an exposure of `time` seconds,
/// and those of the sky alone, which are the same on each pixel.
pub fn scene(side: usize, time: f64, stream: &mut Stream) -> (Plane, f64) {
    let sky = 0.035 * time * libm::exp(0.3 * stream.normal());
    let mut light = Plane::new(side, sky);
    let pixels = (side * side) as f64;
    for _ in 0..poisson(GALAXIES * pixels, stream) as usize {
        add_galaxy(&mut light, time, stream);
    }
    let density = between(0.004, 0.03, stream);
    for _ in 0..poisson(density * pixels, stream) as usize {
        add_star(&mut light, time, stream);
    }
    (light, sky)
}

/// An exponential disc, inclined: `peak exp(-radius / scale)`.
fn add_galaxy(light: &mut Plane, time: f64, stream: &mut Stream) {
    let (row, column) = place(light.side, stream);
    let scale = between(8.0, 60.0, stream);
    let axis_ratio = between(0.4, 1.0, stream);
    let angle = between(0.0, PI, stream);
    let peak = between(0.02, 0.3, stream) * time;
    let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
    for (pixel, electrons) in light.electrons.iter_mut().enumerate() {
        let down = (pixel / light.side) as f64 + 0.5 - row;
        let right = (pixel % light.side) as f64 + 0.5 - column;
        let along = cosine * right + sine * down;
        let across = (cosine * down - sine * right) / axis_ratio;
        let radius = libm::sqrt(along * along + across * across);
        *electrons += peak * libm::exp(-radius / scale);
    }
}

/// A star of a power-law luminosity, blurred by the telescope.
fn add_star(light: &mut Plane, time: f64, stream: &mut Stream) {
    let place = place(light.side, stream);
    let luminosity = libm::pow(1.0 - stream.uniform(), -1.0 / 0.7);
    let flux = (60.0 * time / 700.0 * luminosity).min(BRIGHTEST);
    light.add_gaussian(place, CORE_SIGMA, CORE * flux);
    light.add_gaussian(place, WING_SIGMA, (1.0 - CORE) * flux);
}

/// A uniformly random row and column.
pub fn place(side: usize, stream: &mut Stream) -> (f64, f64) {
    let row = side as f64 * stream.uniform();
    (row, side as f64 * stream.uniform())
}

/// Uniform in `[low, high)`.
pub fn between(low: f64, high: f64, stream: &mut Stream) -> f64 {
    low + (high - low) * stream.uniform()
}
