//! Generated Pathfinder images: the benchmark's own law, without most of its rejections.
//!
//! The image generator of Linsley et al. (2018), with the settings Long Range Arena documents,
//! works thus:
//!
//! 1. A label and a margin are drawn.
//! 2. Two target snakes begin near each other and grow in turn. Whenever a paddle finds no place,
//!    both are thrown away and begun anew, with the same label and margin.
//! 3. Short snakes of brighter or equal paddles distract. One that fails is tried again a few times
//!    and then left out.
//! 4. One marker lies on the start of a target snake, the other on the end of that snake (label 1)
//!    or of the other one (label 0).
//! 5. All is drawn, the brighter pixel wins, and the image is stretched to levels from 0 to 255.
//!
//! At 32 x 32, some 320 attempts of step 2 are made for each that succeeds. Here the law is the same
//! and an attempt costs little:
//!
//! - Attempts are independent and identically distributed, so what counts is the law of an attempt
//!   given that it succeeds. Most fail at once: at 32 x 32 no snake begins in 330 of 360 directions
//!   ([`super::paddle`]), and the first tail must be in the middle of the image, which leaves 4 x 4
//!   pixels for its paddle. The direction is uniform over 360 degrees and the tail uniform over the
//!   pixels with room, so given that there is any, the direction is uniform over those degrees that
//!   have such pixels, which are listed beforehand, and the tail is as before. Only attempts that
//!   would have failed are left out, 11 of 12.
//! - Whether a paddle has a place depends on masks alone. Nothing is drawn before the snakes are
//!   complete, and drawing takes no random numbers.
//! - A paddle begins at a whole pixel and its end is one of finitely many pixels around a pivot, or
//!   its direction a whole degree, so that each is drawn once ([`Paddles`]).
//! - The dilation of a maximum of masks is the maximum of their dilations, so that it is kept up to
//!   date instead of computed anew (`Board`).

use super::growth::{Board, Placed, Snake};
use super::paddle::{DEGREES, Paddles, Stamp, displacement};
use super::parameters::Parameters;
use super::raster::{Drawing, Point};
use crate::random::Stream;
use crate::{Error, Result};

/// Trials of a distractor snake.
const DISTRACTOR_TRIALS: usize = 5;
/// Attempts at the target snakes after which the settings are given up as hopeless. At those of the
/// benchmark, one in 27 (32 x 32) to one in 631 (128 x 128, margin 3) succeeds.
const MOST_ATTEMPTS: usize = 100_000;

/// A generated image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Whether one snake joins the markers.
    pub connected: bool,
    pub margin: usize,
    /// Row-major.
    pub pixels: Vec<u8>,
    /// How many distractor snakes found a place.
    pub distractors: usize,
}

/// Where the first target snake may begin in one direction: a rectangle of tails.
struct Room {
    degree: usize,
    first: Point,
    /// Rows and columns.
    size: [u64; 2],
}

/// What is fixed for one margin.
struct Stage {
    paddles: Paddles,
    board: Board,
    rooms: Vec<Room>,
}

/// Draws images.
pub struct Generator {
    parameters: Parameters,
    stages: Vec<Stage>,
}

impl Generator {
    /// # Errors
    /// [`Error::Argument`] for parameters out of range.
    pub fn new(parameters: Parameters) -> Result<Self> {
        parameters.validate()?;
        let stage = |&margin: &usize| {
            let paddles = Paddles::new(&parameters, margin);
            Stage {
                rooms: rooms(&parameters, &paddles),
                board: Board::new(&parameters, margin),
                paddles,
            }
        };
        let stages: Vec<Stage> = parameters.margins.iter().map(stage).collect();
        if stages.iter().any(|stage| stage.rooms.is_empty()) {
            return Err(Error::argument(
                "seed distance of pathfinder",
                parameters.seed_distance,
                "room for a paddle twice that distance inside the window",
            ));
        }
        Ok(Generator { parameters, stages })
    }

    /// The next image of a stream of random numbers.
    ///
    /// # Errors
    /// [`Error::Argument`] if the target snakes never find a place.
    pub fn sample(&self, stream: &mut Stream) -> Result<Sample> {
        let connected = stream.below(2) == 1;
        let stage = &self.stages[stream.below(self.stages.len() as u64) as usize];
        let mut targets = None;
        for _ in 0..MOST_ATTEMPTS {
            targets = self.target_snakes(stage, stream);
            if targets.is_some() {
                break;
            }
        }
        let Some(mut targets) = targets else {
            return Err(Error::argument(
                "contour length of pathfinder",
                self.parameters.contour_length,
                "snakes that fit into the window",
            ));
        };
        let mut distractors = Vec::new();
        let mut found = 0;
        for _ in 0..self.parameters.distractors {
            let trial = |_| self.distractor(stage, &mut targets.board, stream);
            if let Some(snake) = (0..DISTRACTOR_TRIALS).find_map(trial) {
                distractors.extend(snake);
                found += 1;
            }
        }
        let start = stream.below(2) as usize;
        let end = if connected { start } else { 1 - start };
        let markers = [targets.starts[start], targets.ends[end]];
        let placed = [targets.placed, distractors];
        Ok(Sample {
            connected,
            margin: stage.paddles.margin,
            pixels: self.draw(&stage.paddles, &placed, &markers),
            distractors: found,
        })
    }

    /// One attempt at the two target snakes.
    fn target_snakes(&self, stage: &Stage, stream: &mut Stream) -> Option<Targets> {
        let paddles = &stage.paddles;
        let mut snakes = self.begin_targets(stage, stream)?;
        let starts = snakes.map(|snake| snake.last.at);
        let mut placed: Vec<Placed> = snakes.map(|snake| snake.last).to_vec();
        let mut board = stage.board.clone();
        for _ in 1..self.parameters.contour_length {
            for snake in &mut snakes {
                if !board.extend(snake, paddles, stream) {
                    return None;
                }
                placed.push(snake.last);
            }
        }
        // The first snake's last paddle is not taken, as in the benchmark.
        let last = snakes[1].last;
        board.take(&paddles.directions[last.direction].paddle, last.at);
        Some(Targets {
            starts,
            ends: snakes.map(|snake| snake.last.at),
            placed,
            board,
        })
    }

    /// The first paddles of the target snakes. The second lies at the seed distance from the first
    /// in a random direction, and nothing is asked of it but to lie within the window, which
    /// [`Parameters::validate`] ensures.
    fn begin_targets(&self, stage: &Stage, stream: &mut Stream) -> Option<[Snake; 2]> {
        let degree = |stream: &mut Stream| stream.below(DEGREES as u64) as usize;
        let room = &stage.rooms[stream.below(stage.rooms.len() as u64) as usize];
        let tail = [0, 1].map(|axis| room.first[axis] + stream.below(room.size[axis]) as i64);
        let first = stage.board.seed(&stage.paddles, room.degree, tail)?;
        let direction = degree(stream);
        let away = (degree(stream) as f64).to_radians();
        let away = displacement(away, self.parameters.seed_distance);
        let tail = [0, 1].map(|axis| libm::rint(tail[axis] as f64 + away[axis]) as i64);
        let second = stage.board.seed(&stage.paddles, direction, tail)?;
        Some([first, second])
    }

    /// One trial of a distractor snake, which leaves no trace if it fails.
    fn distractor(
        &self,
        stage: &Stage,
        board: &mut Board,
        stream: &mut Stream,
    ) -> Option<Vec<Placed>> {
        let paddles = &stage.paddles;
        let mut grown = board.clone();
        let mut snake = grown.begin(paddles, stream)?;
        let mut placed = vec![snake.last];
        for _ in 1..self.parameters.distractor_length {
            if !grown.extend(&mut snake, paddles, stream) {
                return None;
            }
            placed.push(snake.last);
        }
        let last = snake.last;
        grown.take(&paddles.directions[last.direction].paddle, last.at);
        *board = grown;
        Some(placed)
    }

    /// The image of target and distractor paddles and of the markers.
    fn draw(&self, paddles: &Paddles, placed: &[Vec<Placed>; 2], markers: &[Point]) -> Vec<u8> {
        let window = self.parameters.window;
        let snakes = self.parameters.snake_contrast;
        let contrasts = [self.parameters.paddle_contrast * snakes, snakes];
        let mut image = vec![0.0; window * window];
        for (placed, contrast) in placed.iter().zip(contrasts) {
            // Single precision, as in the benchmark, decides which halves are rounded up below.
            let value = |level| f64::from((f64::from(level) / 255.0 * contrast) as f32);
            for paddle in placed {
                let picture = &paddles.directions[paddle.direction].paddle.picture;
                brighten(&mut image, window, picture, paddle.at, value);
            }
        }
        let scale = self.parameters.antialiasing;
        for &marker in markers {
            let mut drawing = Drawing::black(window * scale);
            let radius = self.parameters.marker_radius * scale as f64;
            drawing.disc(marker.map(|z| z * scale as i64), radius);
            for (pixel, level) in image.iter_mut().zip(drawing.reduced(window)) {
                *pixel = (f64::from(level) / 255.0).max(*pixel);
            }
        }
        stretched(&image)
    }
}

/// Two complete target snakes.
struct Targets {
    starts: [Point; 2],
    ends: [Point; 2],
    placed: Vec<Placed>,
    board: Board,
}

/// The tails from which a paddle's footprint stays inside a square in the middle. A footprint fits
/// into a rectangle exactly if its bounding box does.
fn rooms(parameters: &Parameters, paddles: &Paddles) -> Vec<Room> {
    let inset = 2 * parameters.seed_distance as i64;
    let end = parameters.window as i64 - inset;
    let room = |degree: usize| {
        let footprint = paddles.beginnings[degree].footprint.as_ref()?;
        let bounds = [0, 1].map(|axis| {
            let offsets = footprint.iter().map(|point| point[axis]);
            let (least, most) = (offsets.clone().min()?, offsets.max()?);
            let size = u64::try_from(end - most - (inset - least)).ok()?;
            (size > 0).then_some((inset - least, size))
        });
        let [(row, rows), (column, columns)] = [bounds[0]?, bounds[1]?];
        Some(Room {
            degree,
            first: [row, column],
            size: [rows, columns],
        })
    };
    (0..DEGREES).filter_map(room).collect()
}

/// The greater of the image and a stamp at `at`, what lies outside left out.
fn brighten(image: &mut [f64], window: usize, stamp: &Stamp, at: Point, value: impl Fn(u8) -> f64) {
    for ([y, x], level) in stamp.pixels().filter(|(_, level)| *level > 0) {
        let (row, column) = (at[0] + y, at[1] + x);
        let inside = 0..window as i64;
        if inside.contains(&row) && inside.contains(&column) {
            let pixel = &mut image[row as usize * window + column as usize];
            *pixel = value(level).max(*pixel);
        }
    }
}

/// The levels 0 to 255 between the darkest and the brightest pixel.
fn stretched(image: &[f64]) -> Vec<u8> {
    let darkest = image.iter().copied().fold(f64::INFINITY, f64::min);
    let brightest = image.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let range = if brightest > darkest {
        brightest - darkest
    } else {
        1.0
    };
    let scale = 255.0 / range;
    let level = |pixel: &f64| ((pixel - darkest) * scale + 0.5) as u8;
    image.iter().map(level).collect()
}
