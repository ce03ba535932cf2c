//! Masks and pictures of a whole window, as the naive generator handles them.

use dnarch::tasks::pathfinder::raster::Point;

/// A square of numbers over the window.
#[derive(Clone)]
pub struct Plane {
    pub side: usize,
    pub values: Vec<f64>,
}

impl Plane {
    pub fn new(side: usize, value: impl Fn(Point) -> f64) -> Self {
        let point = |i: usize| [(i / side) as i64, (i % side) as i64];
        Plane {
            side,
            values: (0..side * side).map(|i| value(point(i))).collect(),
        }
    }

    /// Nothing outside.
    pub fn at(&self, [row, column]: Point) -> Option<f64> {
        let inside = 0..self.side as i64;
        (inside.contains(&row) && inside.contains(&column))
            .then(|| self.values[row as usize * self.side + column as usize])
    }

    pub fn max(&self, other: &Plane) -> Plane {
        let values = self.values.iter().zip(&other.values);
        Plane {
            side: self.side,
            values: values.map(|(a, b)| a.max(*b)).collect(),
        }
    }

    /// The greatest value at any offset of `element` that lies inside; minus infinity where none
    /// does.
    pub fn dilated(&self, element: &[Point]) -> Plane {
        Plane::new(self.side, |[row, column]| {
            let near = element
                .iter()
                .filter_map(|[y, x]| self.at([row + y, column + x]));
            near.fold(f64::NEG_INFINITY, f64::max)
        })
    }

    pub fn framed(&self, width: usize) -> Plane {
        let inner = width as i64..(self.side - width) as i64;
        let frame = Plane::new(self.side, |[row, column]| {
            let inside = inner.contains(&row) && inner.contains(&column);
            if inside { 0.0 } else { 1.0 }
        });
        self.max(&frame)
    }
}

pub fn disc(radius: i64) -> Vec<Point> {
    let points = (-radius..=radius).flat_map(|y| (-radius..=radius).map(move |x| [y, x]));
    points
        .filter(|[y, x]| y * y + x * x <= radius * radius)
        .collect()
}
