//! A generated exposure: what the detector reads, and which pixels cosmic rays changed.

use super::frame::{Frame, SIDE};
use super::plane::Plane;
use super::poisson::poisson;
use super::rays::add_rays;
use super::scene::{between, scene};
use crate::random::Stream;

/// Standard deviation of the electronics' noise, in electrons.
const READ_NOISE: f64 = 4.5;
/// A pixel holds no more electrons.
const FULL_WELL: f32 = 8.4e4;
/// Above it a pixel is ignored.
const SATURATED: f32 = 8e4;
/// A pixel is a cosmic ray's from so many standard deviations of its noise, or from
/// [`BESIDE`] next to one that is.
const HIT: f64 = 3.5;
const BESIDE: f64 = 3.0;

/// A frame, and the sky's electrons on each of its pixels.
pub struct Exposure {
    pub frame: Frame,
    pub sky: f64,
    /// The electrons that cosmic rays left on each pixel, before noise.
    pub charge: Vec<f64>,
}

impl Exposure {
    /// Exposes for 350 to 1300 seconds. Everything random comes from `stream`.
    pub fn new(stream: &mut Stream) -> Self {
        let time = libm::exp(between(libm::log(350.0), libm::log(1300.0), stream));
        let (light, sky) = scene(SIDE, time, stream);
        let mut charge = Plane::new(SIDE, 0.0);
        add_rays(&mut charge, time, stream);
        let charge = charge.electrons;
        let mut image = Vec::with_capacity(charge.len());
        for (light, charge) in light.electrons.iter().zip(&charge) {
            let electrons = poisson(light + charge, stream) + READ_NOISE * stream.normal();
            image.push((electrons as f32).min(FULL_WELL));
        }
        let frame = Frame {
            object: hit(&light.electrons, &charge),
            ignored: image.iter().map(|&pixel| pixel > SATURATED).collect(),
            image,
        };
        Exposure { frame, sky, charge }
    }
}

/// The pixels that cosmic rays changed by more than the noise of the light on them.
fn hit(light: &[f64], charge: &[f64]) -> Vec<bool> {
    let above = |pixel: usize, deviations: f64| {
        let noise = libm::sqrt(light[pixel] + READ_NOISE * READ_NOISE);
        charge[pixel] > deviations * noise
    };
    let surely: Vec<bool> = (0..charge.len()).map(|pixel| above(pixel, HIT)).collect();
    let around = |at: usize| at.saturating_sub(1)..(at + 2).min(SIDE);
    let beside = |pixel: usize| {
        around(pixel / SIDE)
            .any(|row| around(pixel % SIDE).any(|column| surely[row * SIDE + column]))
    };
    let hit = (0..charge.len()).map(|pixel| above(pixel, BESIDE) && beside(pixel));
    hit.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faint_pixels_are_hit_beside_bright_ones_only() {
        // The noise is sqrt(29.75 + 4.5^2) = 7.07 electrons: 24.7 and 21.2 for the two rules.
        let light = vec![29.75; SIDE * SIDE];
        let at = |row: usize, column: usize| row * SIDE + column;
        let mut charge = vec![0.0; SIDE * SIDE];
        // Each group: a pixel that is hit, and faint ones beside, across a corner, and one further.
        let bright = [at(0, 0), at(100, 255), at(255, 128)];
        let beside = [at(0, 1), at(1, 1), at(101, 254), at(254, 128), at(255, 127)];
        let further = [at(0, 2), at(101, 253), at(101, 0), at(253, 128), at(50, 50)];
        let groups = [(&bright[..], 24.8), (&beside, 21.3), (&further, 24.7)];
        for (pixels, electrons) in groups {
            for &pixel in pixels {
                charge[pixel] = electrons;
            }
        }
        charge[at(99, 255)] = 21.2;
        let hit = hit(&light, &charge);
        let found: Vec<usize> = (0..hit.len()).filter(|&pixel| hit[pixel]).collect();
        let mut expected = [&bright[..], &beside[..]].concat();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}
