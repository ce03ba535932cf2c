//! Paddles: the dashes that snakes are made of, drawn once for every direction.
//!
//! A paddle starts at a pixel and has one of finitely many directions: a whole degree where a snake
//! begins, the direction from a pivot to one of the pixels around it where a snake goes on.

use std::f64::consts::PI;

use super::parameters::Parameters;
use super::raster::{Drawing, Point};

/// Directions in which snakes begin, one per degree.
pub const DEGREES: usize = 360;
/// Sum of two masks from which they overlap.
const OVERLAP: f64 = 1.8;

/// A square of levels from 0 to 255 around a pixel.
pub struct Stamp {
    /// Pixels on each side of the centre.
    pub reach: usize,
    pub levels: Vec<u8>,
}

impl Stamp {
    pub fn side(&self) -> usize {
        2 * self.reach + 1
    }

    /// Each pixel's offset from the centre and its level.
    pub fn pixels(&self) -> impl Iterator<Item = (Point, u8)> {
        let (side, reach) = (self.side(), self.reach as i64);
        let offset = move |i: usize| [(i / side) as i64 - reach, (i % side) as i64 - reach];
        let levels = self.levels.iter().enumerate();
        levels.map(move |(i, &level)| (offset(i), level))
    }

    /// The greatest level within `radius` of each pixel.
    fn dilated(&self, radius: usize) -> Stamp {
        let reach = self.reach + radius;
        let side = 2 * reach + 1;
        let mut levels = vec![0; side * side];
        let r = radius as i64;
        for ([row, column], level) in self.pixels() {
            for y in -r..=r {
                for x in -r..=r {
                    if y * y + x * x <= r * r {
                        let [i, j] = [row + y, column + x].map(|z| (z + reach as i64) as usize);
                        let old: &mut u8 = &mut levels[i * side + j];
                        *old = level.max(*old);
                    }
                }
            }
        }
        Stamp { reach, levels }
    }
}

/// What one paddle looks like, relative to the pixel it starts at.
pub struct Paddle {
    pub picture: Stamp,
    /// The room it takes: the paddle with its margin.
    pub mask: Stamp,
    /// `mask` dilated by the margin once more: where no other paddle may end.
    pub surroundings: Stamp,
    /// Where the mask is so high that it could overlap, and the least level that overlaps there.
    pub solid: Vec<(Point, u8)>,
}

impl Paddle {
    pub fn new(parameters: &Parameters, margin: usize, direction: f64) -> Self {
        let scale = parameters.antialiasing;
        let length = parameters.paddle_length;
        let reach = length + parameters.paddle_thickness.ceil() as usize + margin;
        let mut drawing = Drawing::black(2 * reach * scale + 1);
        let centre = [(reach * scale) as i64; 2];
        let end = translated(centre, displacement(direction, length * scale));
        let width = (parameters.paddle_thickness * scale as f64) as usize;
        drawing.line(centre, end, width);
        let stamp = |drawing: &Drawing| Stamp {
            reach,
            levels: drawing.reduced(2 * reach + 1),
        };
        let mask = stamp(&drawing.dilated(margin * scale));
        let solid = mask
            .pixels()
            .filter_map(|(offset, level)| Some((offset, least_overlapping(level)?)))
            .collect();
        Paddle {
            picture: stamp(&drawing),
            surroundings: mask.dilated(margin),
            mask,
            solid,
        }
    }
}

/// The least level that overlaps with `level`. The benchmark keeps masks in single precision, which
/// decides where two levels sum to exactly 1.8 times 255.
fn least_overlapping(level: u8) -> Option<u8> {
    let value = |level: u8| f64::from((f64::from(level) / 255.0) as f32);
    (0..=255).find(|&other| value(level) + value(other) >= OVERLAP)
}

/// `distance` pixels in a direction, which is measured from the columns' axis to the rows'.
pub fn displacement(direction: f64, distance: usize) -> [f64; 2] {
    let distance = distance as f64;
    [
        distance * libm::sin(direction),
        distance * libm::cos(direction),
    ]
}

/// The point moved and rounded up.
pub fn translated(point: Point, displacement: [f64; 2]) -> Point {
    [0, 1].map(|axis| libm::ceil(point[axis] as f64 + displacement[axis]) as i64)
}

/// The opposite direction of one that is at least -pi and at most pi.
pub fn reversed(direction: f64) -> f64 {
    if direction < 0.0 {
        direction + PI
    } else {
        direction - PI
    }
}

/// One direction that a paddle may have.
pub struct Direction {
    /// The paddle drawn from the pixel where it is placed: a first paddle from its tail, a later one
    /// back from its tip.
    pub paddle: Paddle,
    /// From a pivot to the next one.
    pub advance: [f64; 2],
    /// How welcome each of [`Paddles::around`] is to continue in this direction.
    pub weights: Vec<f64>,
}

/// A direction that a snake may begin in.
pub struct Beginning {
    /// From the tail to the head.
    pub forwards: [f64; 2],
    /// From the head to the first pivot.
    pub backwards: [f64; 2],
    /// Offsets from the tail that must be free, or none if nothing begins in this direction.
    pub footprint: Option<Vec<Point>>,
}

/// All paddles of one margin.
pub struct Paddles {
    pub margin: usize,
    /// Offsets from a pivot to the pixels around it where the next paddle may end, in order of rows,
    /// then columns.
    pub around: Vec<Point>,
    /// First the 360 of beginnings, from -180 degrees on, then those of `around`.
    pub directions: Vec<Direction>,
    pub beginnings: Vec<Beginning>,
}

impl Paddles {
    pub fn new(parameters: &Parameters, margin: usize) -> Self {
        let length = parameters.paddle_length;
        let around = circle(length + margin);
        let towards = |point: &Point| libm::atan2(point[0] as f64, point[1] as f64);
        let degree = |i: usize| (i as f64 - 180.0) * PI / 180.0;
        let direction = |angle: f64, drawn: f64| Direction {
            paddle: Paddle::new(parameters, margin, drawn),
            advance: displacement(angle, length + 2 * margin),
            weights: around
                .iter()
                .map(|point| weight(parameters.continuity, towards(point), angle))
                .collect(),
        };
        let first = (0..DEGREES).map(|i| direction(degree(i), degree(i)));
        let later = around.iter().map(|point| {
            let angle = towards(point);
            direction(angle, reversed(angle))
        });
        let directions: Vec<Direction> = first.chain(later).collect();
        let beginnings = (0..DEGREES)
            .map(|i| Beginning {
                forwards: displacement(degree(i), length),
                backwards: displacement(reversed(degree(i)), length + margin),
                footprint: footprint(&directions[i].paddle.mask, length + margin),
            })
            .collect();
        Paddles {
            margin,
            around,
            directions,
            beginnings,
        }
    }
}

/// The pixels at `radius` around the origin, sampled at every pixel of arc.
fn circle(radius: usize) -> Vec<Point> {
    let samples = libm::ceil(2.0 * PI * radius as f64) as usize;
    let mut pixels: Vec<Point> = (0..samples)
        .map(|i| displacement(i as f64 / radius as f64, radius))
        .map(|point| point.map(|z| libm::floor(z) as i64))
        .collect();
    pixels.sort_unstable();
    pixels.dedup();
    pixels
}

/// Squared cosine of the turn, which continuity multiplies, and 0 from a right angle on.
fn weight(continuity: f64, towards: f64, angle: f64) -> f64 {
    let difference = (towards - angle).abs();
    let turn = difference.min(2.0 * PI - difference);
    let cosine = libm::cos((turn * continuity).min(PI / 2.0)).max(0.0);
    cosine * cosine
}

/// Where a first paddle's mask is 1. The benchmark moves it by one pixel along both axes and keeps
/// what then lies within `reach` of the tail. Its dilation has no value where the whole footprint
/// lies outside the window, and if there is such a pixel, it takes none to be free: a footprint must
/// have points in each closed quadrant around the tail, so that it reaches into the window from each
/// of its corners. Otherwise nothing begins in this direction.
fn footprint(mask: &Stamp, reach: usize) -> Option<Vec<Point>> {
    let full = mask.pixels().filter(|(_, level)| *level == 255);
    let moved = full.map(|([row, column], _)| [row + 1, column + 1]);
    let within = |point: &Point| point.iter().all(|z| z.unsigned_abs() as usize <= reach);
    let footprint: Vec<Point> = moved.filter(within).collect();
    let reaches = |[y, x]: [i64; 2]| footprint.iter().any(|[i, j]| i * y >= 0 && j * x >= 0);
    let corners = [[-1, -1], [-1, 1], [1, -1], [1, 1]];
    corners.into_iter().all(reaches).then_some(footprint)
}
