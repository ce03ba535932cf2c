//! Lines and discs in black and white on a fine grid, and their reduction to the grid of the image.
//!
//! The benchmark draws with Pillow and reduces with its Lanczos filter in 8 bits, and its masks are
//! compared with thresholds afterwards, so single pixels matter: the rules here are Pillow's.

use std::f64::consts::PI;

const WHITE: u8 = 255;
/// Lobes of the Lanczos window on either side.
const LOBES: f64 = 3.0;
/// Bits after the point of the filter's weights.
const PRECISION: u32 = 22;

/// A square drawing, each pixel 0 or 255, row-major.
#[derive(Clone)]
pub struct Drawing {
    pub side: usize,
    pub pixels: Vec<u8>,
}

/// Row and column.
pub type Point = [i64; 2];

impl Drawing {
    pub fn black(side: usize) -> Self {
        Drawing {
            side,
            pixels: vec![0; side * side],
        }
    }

    fn set(&mut self, row: i64, column: i64) {
        let inside = 0..self.side as i64;
        if inside.contains(&row) && inside.contains(&column) {
            self.pixels[row as usize * self.side + column as usize] = WHITE;
        }
    }

    /// A straight line with both ends.
    pub fn line(&mut self, from: Point, to: Point, width: usize) {
        if width == 1 || from == to {
            self.thin_line(from, to);
        } else {
            self.wide_line(from, to, width);
        }
    }

    /// Bresenham's line.
    fn thin_line(&mut self, from: Point, to: Point) {
        let lengths = [0, 1].map(|axis| (to[axis] - from[axis]).abs());
        let steps = [0, 1].map(|axis| (to[axis] - from[axis]).signum());
        let long = if lengths[1] > lengths[0] { 1 } else { 0 };
        let short = 1 - long;
        let mut at = from;
        let mut error = 2 * lengths[short] - lengths[long];
        for _ in 0..lengths[long] {
            self.set(at[0], at[1]);
            if error >= 0 {
                at[short] += steps[short];
                error -= 2 * lengths[long];
            }
            error += 2 * lengths[short];
            at[long] += steps[long];
        }
        self.set(to[0], to[1]);
    }

    /// The quadrilateral around the line, filled.
    fn wide_line(&mut self, from: Point, to: Point, width: usize) {
        let [dy, dx] = [to[0] - from[0], to[1] - from[1]].map(|difference| difference as f64);
        let half = (width as f64 - 1.0) / 2.0;
        let length = libm::hypot(dx, dy);
        let near = half_towards_zero(half) / length;
        let far = half_from_zero(half) / length;
        let shift = |ratio: f64, difference: f64| half_towards_zero(ratio * difference) as i64;
        let (near, far) = (
            [shift(near, dx), shift(near, dy)],
            [shift(far, dx), shift(far, dy)],
        );
        let corners = [
            [from[0] + far[0], from[1] - near[1]],
            [to[0] + far[0], to[1] - near[1]],
            [to[0] - near[0], to[1] + far[1]],
            [from[0] - near[0], from[1] + far[1]],
        ];
        self.fill(corners);
    }

    /// Fills a convex quadrilateral: in each row, from where it is entered to where it is left.
    fn fill(&mut self, corners: [Point; 4]) {
        let edges: Vec<Edge> = (0..4)
            .map(|i| Edge::new(corners[i], corners[(i + 1) % 4]))
            .collect();
        let (flat, steep): (Vec<&Edge>, Vec<&Edge>) =
            edges.iter().partition(|edge| edge.top == edge.bottom);
        for edge in flat {
            let [a, b] = [edge.start[1], edge.end[1]];
            (a.min(b)..=a.max(b)).for_each(|column| self.set(edge.top, column));
        }
        let top = edges.iter().map(|edge| edge.top).min().unwrap_or(0);
        let bottom = edges.iter().map(|edge| edge.bottom).max().unwrap_or(-1);
        for row in top..=bottom {
            let mut crossings = crossings(&steep, row, bottom);
            crossings.sort_by(f32::total_cmp);
            for pair in crossings.chunks_exact(2) {
                let first = half_from_zero(f64::from(pair[0])) as i64;
                let last = half_towards_zero(f64::from(pair[1])) as i64;
                (first..=last).for_each(|column| self.set(row, column));
            }
        }
    }

    /// All points at most `radius` from `centre`.
    pub fn disc(&mut self, centre: Point, radius: f64) {
        let reach = radius as i64;
        for y in -reach..=reach {
            for x in -reach..=reach {
                if (y * y + x * x) as f64 <= radius * radius {
                    self.set(centre[0] + y, centre[1] + x);
                }
            }
        }
    }

    /// The drawing with a disc of `radius` around each of its points.
    pub fn dilated(&self, radius: usize) -> Drawing {
        let mut dilated = Drawing::black(self.side);
        for (index, _) in self.pixels.iter().enumerate().filter(|(_, p)| **p > 0) {
            let centre = [(index / self.side) as i64, (index % self.side) as i64];
            dilated.disc(centre, radius as f64);
        }
        dilated
    }

    /// The drawing at `side` x `side` pixels, rows first, rounded to 8 bits after each axis.
    pub fn reduced(&self, side: usize) -> Vec<u8> {
        let filter = Filter::new(self.side, side);
        let mut rows = vec![0; self.side * side];
        for (row, reduced) in self
            .pixels
            .chunks_exact(self.side)
            .zip(rows.chunks_exact_mut(side))
        {
            // A black row stays black.
            if row.contains(&WHITE) {
                filter.apply(|i| row[i], |i, level| reduced[i] = level);
            }
        }
        let mut image = vec![0; side * side];
        for column in 0..side {
            filter.apply(
                |i| rows[i * side + column],
                |i, level| image[i * side + column] = level,
            );
        }
        image
    }
}

/// A side of a polygon.
struct Edge {
    start: Point,
    end: Point,
    top: i64,
    bottom: i64,
    /// Columns per row, in single precision as in Pillow.
    slope: f32,
}

impl Edge {
    fn new(start: Point, end: Point) -> Self {
        let rows = end[0] - start[0];
        Edge {
            start,
            end,
            top: start[0].min(end[0]),
            bottom: start[0].max(end[0]),
            slope: match rows {
                0 => 0.0,
                rows => (end[1] - start[1]) as f32 / rows as f32,
            },
        }
    }

    fn column(&self, row: i64) -> f32 {
        (row - self.start[0]) as f32 * self.slope + self.start[1] as f32
    }
}

/// Where `row` crosses the edges. The lower end of an edge counts twice, but for the polygon's last
/// row.
fn crossings(edges: &[&Edge], row: i64, bottom: i64) -> Vec<f32> {
    let spanning = edges
        .iter()
        .filter(|edge| (edge.top..=edge.bottom).contains(&row));
    spanning
        .flat_map(|edge| {
            let times = if row == edge.bottom && row < bottom {
                2
            } else {
                1
            };
            std::iter::repeat_n(edge.column(row), times)
        })
        .collect()
}

/// To the nearest integer, a half away from 0.
fn half_from_zero(x: f64) -> f64 {
    libm::copysign(libm::floor(x.abs() + 0.5), x)
}

/// To the nearest integer, a half towards 0.
fn half_towards_zero(x: f64) -> f64 {
    libm::copysign(libm::ceil(x.abs() - 0.5), x)
}

/// The weights by which each point of the reduced axis sums those of the fine one.
struct Filter {
    /// First point and weights.
    points: Vec<(usize, Vec<i32>)>,
}

impl Filter {
    fn new(from: usize, to: usize) -> Self {
        let scale = from as f64 / to as f64;
        let point = |i: usize| {
            let centre = (i as f64 + 0.5) * scale;
            let first = (centre - LOBES * scale + 0.5).max(0.0) as usize;
            let end = ((centre + LOBES * scale + 0.5) as usize).min(from);
            let weights: Vec<f64> = (first..end)
                .map(|j| lanczos((j as f64 - centre + 0.5) / scale))
                .collect();
            let total: f64 = weights.iter().sum();
            let fixed =
                |weight: &f64| half_from_zero(weight / total * f64::from(1u32 << PRECISION)) as i32;
            (first, weights.iter().map(fixed).collect())
        };
        Filter {
            points: (0..to).map(point).collect(),
        }
    }

    fn apply(&self, read: impl Fn(usize) -> u8, mut write: impl FnMut(usize, u8)) {
        for (i, (first, weights)) in self.points.iter().enumerate() {
            let half = 1 << (PRECISION - 1);
            let sum: i32 = weights
                .iter()
                .enumerate()
                .map(|(k, weight)| weight * i32::from(read(first + k)))
                .sum();
            write(i, ((sum + half) >> PRECISION).clamp(0, 255) as u8);
        }
    }
}

fn lanczos(x: f64) -> f64 {
    let sinc = |x: f64| {
        if x == 0.0 {
            1.0
        } else {
            libm::sin(PI * x) / (PI * x)
        }
    };
    if (-LOBES..LOBES).contains(&x) {
        sinc(x) * sinc(x / LOBES)
    } else {
        0.0
    }
}
