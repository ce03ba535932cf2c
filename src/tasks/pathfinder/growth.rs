//! Snakes: paddle after paddle, each in a free place and not far from straight on.

use super::paddle::{DEGREES, Paddle, Paddles, Stamp, translated};
use super::parameters::Parameters;
use super::raster::Point;
use crate::random::Stream;

/// Trials of a random draw before the snake is given up.
const TRIALS: usize = 3;
/// A place with a greater mask level is taken when a snake begins: 0.3 of 255.
const TAKEN: u8 = 76;
/// Least sum of the weights of the places where a paddle may end.
const LEAST_WEIGHT: f64 = 1e-4;
/// No snake begins when less than this share of the window is free.
const LEAST_FREE: f64 = 0.01;

/// A paddle in the image.
#[derive(Clone, Copy)]
pub struct Placed {
    /// The tail of a first paddle, the tip of a later one.
    pub at: Point,
    /// Of [`Paddles::directions`].
    pub direction: usize,
}

/// The head of a growing snake.
#[derive(Clone, Copy)]
pub struct Snake {
    /// The point a margin before the last paddle, around which that paddle's end was chosen.
    pivot: Point,
    pub last: Placed,
}

/// What is taken. Both squares reach beyond the window, so that no paddle in it needs clipping.
#[derive(Clone)]
pub struct Board {
    window: usize,
    border: usize,
    /// Greatest mask level of the paddles so far, but not of snakes' own last ones. The frame is
    /// taken; outside the window all is 0.
    mask: Vec<u8>,
    /// Greatest level of `mask` within the margin. A maximum of maxima: each paddle adds its own,
    /// dilated beforehand. Outside the window, where no paddle ends, all is 255.
    dilated: Vec<u8>,
}

impl Board {
    pub fn new(parameters: &Parameters, margin: usize) -> Self {
        let window = parameters.window;
        let reach = parameters.paddle_length + parameters.paddle_thickness.ceil() as usize;
        let border = reach + 2 * margin + 5;
        let side = window + 2 * border;
        let framed = |inner: std::ops::Range<usize>, index: usize| {
            let inside = inner.contains(&(index / side)) && inner.contains(&(index % side));
            if inside { 0 } else { 255 }
        };
        let free = |frame: usize| border + frame..border + window - frame;
        let taken = |index: usize| match framed(free(0), index) {
            0 => framed(free(parameters.padding), index),
            _ => 0,
        };
        Board {
            window,
            border,
            mask: (0..side * side).map(taken).collect(),
            dilated: (0..side * side)
                .map(|index| framed(free(parameters.padding + margin), index))
                .collect(),
        }
    }

    fn side(&self) -> usize {
        self.window + 2 * self.border
    }

    /// The index of a point that is at most the border away from the window.
    fn index(&self, point: Point) -> usize {
        let [row, column] = point.map(|z| (z + self.border as i64) as usize);
        row * self.side() + column
    }

    pub fn contains(&self, point: Point) -> bool {
        point.iter().all(|z| (0..self.window as i64).contains(z))
    }

    pub fn overlaps(&self, paddle: &Paddle, at: Point) -> bool {
        let overlaps = |([row, column], least): &(Point, u8)| {
            self.mask[self.index([at[0] + row, at[1] + column])] >= *least
        };
        paddle.solid.iter().any(overlaps)
    }

    /// Takes a paddle's place.
    pub fn take(&mut self, paddle: &Paddle, at: Point) {
        // Beyond the window the mask stays 0, the dilated one is 255 anyway.
        let (window, border, side) = (self.window as i64, self.border as i64, self.side());
        paste(&mut self.mask, side, border, &paddle.mask, at, 0..window);
        let all = -border..window + border;
        paste(
            &mut self.dilated,
            side,
            border,
            &paddle.surroundings,
            at,
            all,
        );
    }

    /// Adds the next paddle to a snake; what it leaves behind is taken from then on. False if there
    /// is no place.
    pub fn extend(&mut self, snake: &mut Snake, paddles: &Paddles, stream: &mut Stream) -> bool {
        let direction = &paddles.directions[snake.last.direction];
        let pivot = translated(snake.pivot, direction.advance);
        let free = |point: &Point| {
            let level = self.dilated[self.index([pivot[0] + point[0], pivot[1] + point[1]])];
            1.0 - f64::from(level) / 255.0
        };
        let mut total = 0.0;
        let places = paddles.around.iter().zip(&direction.weights);
        let cumulative: Vec<f64> = places
            .map(|(point, weight)| {
                total += weight * free(point);
                total
            })
            .collect();
        if total < LEAST_WEIGHT {
            return false;
        }
        for _ in 0..TRIALS {
            let draw = stream.uniform() * total;
            let chosen = cumulative.iter().position(|&sum| sum > draw).unwrap_or(0);
            let [row, column] = paddles.around[chosen];
            let next = Placed {
                at: [pivot[0] + row, pivot[1] + column],
                direction: DEGREES + chosen,
            };
            if !self.overlaps(&paddles.directions[next.direction].paddle, next.at) {
                let last = snake.last;
                self.take(&paddles.directions[last.direction].paddle, last.at);
                *snake = Snake { pivot, last: next };
                return true;
            }
        }
        false
    }

    /// Begins a snake wherever a paddle of a random direction has room.
    pub fn begin(&self, paddles: &Paddles, stream: &mut Stream) -> Option<Snake> {
        let pixels = self.window * self.window;
        let mut taken = vec![0; self.mask.len()];
        for row in 0..self.window {
            let start = self.index([row as i64, 0]);
            let row = start..start + self.window;
            let levels = taken[row.clone()].iter_mut().zip(&self.mask[row]);
            levels.for_each(|(taken, &level)| *taken = u8::from(level > TAKEN));
        }
        let count: usize = taken.iter().map(|&taken| usize::from(taken)).sum();
        if ((pixels - count) as f64) < LEAST_FREE * pixels as f64 {
            return None;
        }
        for i in 0..self.window as i64 {
            let end = self.window as i64 - 1;
            for point in [[0, i], [end, i], [i, 0], [i, end]] {
                taken[self.index(point)] = 1;
            }
        }
        for _ in 0..TRIALS {
            let degree = stream.below(DEGREES as u64) as usize;
            let footprint = paddles.beginnings[degree].footprint.as_ref()?;
            let free = self.free_tails(&taken, footprint);
            if free.is_empty() {
                return None;
            }
            let tail = free[stream.below(free.len() as u64) as usize];
            if let Some(snake) = self.seed(paddles, degree, tail) {
                return Some(snake);
            }
        }
        None
    }

    /// The pixels from which the whole footprint is free, in order of rows, then columns.
    fn free_tails(&self, taken: &[u8], footprint: &[Point]) -> Vec<Point> {
        let mut free = Vec::new();
        let mut blocked = vec![0; self.window];
        for row in 0..self.window as i64 {
            blocked.fill(0);
            for [y, x] in footprint {
                let start = self.index([row + y, *x]);
                let taken = &taken[start..start + self.window];
                blocked.iter_mut().zip(taken).for_each(|(b, t)| *b |= t);
            }
            let columns = (0..self.window).filter(|&column| blocked[column] == 0);
            free.extend(columns.map(|column| [row, column as i64]));
        }
        free
    }

    /// A snake of one paddle, unless that leaves the window.
    pub fn seed(&self, paddles: &Paddles, degree: usize, tail: Point) -> Option<Snake> {
        let beginning = &paddles.beginnings[degree];
        let head = translated(tail, beginning.forwards);
        let pivot = translated(head, beginning.backwards);
        let last = Placed {
            at: tail,
            direction: degree,
        };
        (self.contains(head) && self.contains(pivot)).then_some(Snake { pivot, last })
    }
}

/// The greater of the levels of `square` and of a stamp at `at`, within the rows and columns `clip`.
fn paste(
    square: &mut [u8],
    side: usize,
    border: i64,
    stamp: &Stamp,
    at: Point,
    clip: std::ops::Range<i64>,
) {
    let reach = stamp.reach as i64;
    let range = |centre: i64| {
        let start = (centre - reach).max(clip.start);
        start..(centre + reach + 1).min(clip.end).max(start)
    };
    let columns = range(at[1]);
    let width = (columns.end - columns.start) as usize;
    for row in range(at[0]) {
        let into = (row + border) as usize * side + (columns.start + border) as usize;
        let from = (row - at[0] + reach) as usize * stamp.side()
            + (columns.start - at[1] + reach) as usize;
        let levels = &stamp.levels[from..from + width];
        let old = &mut square[into..into + width];
        old.iter_mut()
            .zip(levels)
            .for_each(|(old, &new)| *old = new.max(*old));
    }
}
