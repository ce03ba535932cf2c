//! The image generator step by step: whole masks dilated anew for every paddle, every paddle drawn
//! when it is tried. The fast one makes the same images of the same random numbers.

use std::f64::consts::PI;

use dnarch::random::Stream;
use dnarch::tasks::pathfinder::generator::{Generator, Sample};
use dnarch::tasks::pathfinder::paddle::{displacement, reversed, translated};
use dnarch::tasks::pathfinder::parameters::Parameters;
use dnarch::tasks::pathfinder::raster::{Drawing, Point};

use super::plane::{Plane, disc};

fn radians(degree: i64) -> f64 {
    degree as f64 * PI / 180.0
}

struct Snake {
    pivot: Point,
    direction: f64,
    /// Mask of the last paddle.
    mask: Plane,
    picture: Plane,
    end: Point,
}

struct Naive<'a> {
    parameters: &'a Parameters,
    margin: usize,
    stream: Stream,
}

impl Naive<'_> {
    /// Picture and mask of a paddle in a window of `side`.
    fn draw(&self, side: usize, start: Point, direction: f64, contrast: f64) -> (Plane, Plane) {
        let (length, scale) = (self.parameters.paddle_length, self.parameters.antialiasing);
        let thickness = self.parameters.paddle_thickness;
        let reach = length + thickness.ceil() as usize + self.margin;
        let mut drawing = Drawing::black(2 * reach * scale + 1);
        let centre = [(reach * scale) as i64; 2];
        let end = translated(centre, displacement(direction, length * scale));
        drawing.line(centre, end, (thickness * scale as f64) as usize);
        let placed = |drawing: &Drawing, contrast: f64| {
            let small = drawing.reduced(2 * reach + 1);
            let small = Plane {
                side: 2 * reach + 1,
                values: small
                    .iter()
                    .map(|&level| f64::from(level) / 255.0 * contrast)
                    .collect(),
            };
            let offset = [0, 1].map(|axis| reach as i64 - start[axis]);
            Plane::new(side, |[row, column]| {
                let value = small.at([row + offset[0], column + offset[1]]);
                f64::from(value.unwrap_or(0.0) as f32)
            })
        };
        let mask = drawing.dilated(self.margin * scale);
        (placed(&drawing, contrast), placed(&mask, 1.0))
    }

    fn inside(&self, point: Point) -> bool {
        point
            .iter()
            .all(|z| (0..self.parameters.window as i64).contains(z))
    }

    /// The pixels where a snake can begin.
    fn free_tails(&self, mask: &Plane, frame: usize, direction: f64) -> Vec<Point> {
        let reach = self.parameters.paddle_length + self.margin;
        let start = [reach as i64 + 1; 2];
        let (_, footprint) = self.draw(2 * reach + 1, start, direction, 1.0);
        let points = (0..footprint.values.len())
            .filter(|&i| footprint.values[i] == 1.0)
            .map(|i| [i / footprint.side, i % footprint.side].map(|z| z as i64 - reach as i64));
        let dilated = mask.framed(frame).dilated(&points.collect::<Vec<_>>());
        if dilated.values.contains(&f64::NEG_INFINITY) {
            return Vec::new();
        }
        (0..dilated.values.len())
            .filter(|&i| (dilated.values[i] - 0.3).ceil() < 1.0)
            .map(|i| [(i / dilated.side) as i64, (i % dilated.side) as i64])
            .collect()
    }

    fn seed(&self, tail: Point, direction: f64, contrast: f64) -> Option<Snake> {
        let length = self.parameters.paddle_length;
        let head = translated(tail, displacement(direction, length));
        let back = displacement(reversed(direction), length + self.margin);
        let pivot = translated(head, back);
        let (picture, mask) = self.draw(self.parameters.window, tail, direction, contrast);
        (self.inside(head) && self.inside(pivot)).then_some(Snake {
            pivot,
            direction,
            mask,
            picture,
            end: tail,
        })
    }

    fn extend(&mut self, snake: &mut Snake, mask: &mut Plane, contrast: f64) -> bool {
        let (length, margin) = (self.parameters.paddle_length, self.margin);
        let pivot = translated(
            snake.pivot,
            displacement(snake.direction, length + 2 * margin),
        );
        let radius = (length + margin) as f64;
        let dilated = mask.dilated(&disc(margin as i64));
        let samples = (2.0 * PI * radius).ceil() as usize;
        let mut ends: Vec<Point> = (0..samples)
            .map(|i| i as f64 / radius)
            .map(|angle| {
                [
                    pivot[0] as f64 + radius * angle.sin(),
                    pivot[1] as f64 + radius * angle.cos(),
                ]
            })
            .filter(|point| {
                let window = 0.0..self.parameters.window as f64;
                point.iter().all(|z| window.contains(z))
            })
            .map(|point| point.map(|z| z as i64))
            .collect();
        ends.sort_unstable();
        ends.dedup();
        let towards =
            |end: &Point| libm::atan2((end[0] - pivot[0]) as f64, (end[1] - pivot[1]) as f64);
        let weights: Vec<f64> = ends
            .iter()
            .map(|end| {
                let difference = (towards(end) - snake.direction).abs();
                let turn = difference.min(2.0 * PI - difference);
                let turn = (turn * self.parameters.continuity).min(PI / 2.0);
                (1.0 - dilated.at(*end).unwrap()) * turn.cos().max(0.0).powi(2)
            })
            .collect();
        let total: f64 = weights.iter().sum();
        if total < 1e-4 {
            return false;
        }
        for _ in 0..3 {
            let draw = self.stream.uniform();
            let mut sum = 0.0;
            let chosen = weights.iter().position(|weight| {
                sum += weight / total;
                sum > draw
            });
            let end = ends[chosen.unwrap_or(0)];
            let direction = towards(&end);
            let window = self.parameters.window;
            let (picture, paddle) = self.draw(window, end, reversed(direction), contrast);
            let sums = mask.values.iter().zip(&paddle.values).map(|(a, b)| a + b);
            if sums.fold(0.0, f64::max) < 1.8 {
                *mask = mask.max(&snake.mask);
                *snake = Snake {
                    pivot,
                    direction,
                    mask: paddle,
                    picture: snake.picture.max(&picture),
                    end,
                };
                return true;
            }
        }
        false
    }

    fn frame(&self) -> Plane {
        Plane::new(self.parameters.window, |_| 0.0).framed(self.parameters.padding)
    }

    /// The definition draws one of 360 degrees and fails if no pixel is free. Given that it does
    /// not fail, the degree is one of these.
    fn beginnings(&self) -> Vec<(f64, Vec<Point>)> {
        let inset = 2 * self.parameters.seed_distance;
        let tails = |direction| self.free_tails(&self.frame(), inset, direction);
        (-180..180)
            .map(radians)
            .map(|direction| (direction, tails(direction)))
            .filter(|(_, tails)| !tails.is_empty())
            .collect()
    }

    /// Both target snakes, their starts, and what they take.
    fn targets(
        &mut self,
        beginnings: &[(f64, Vec<Point>)],
    ) -> Option<([Snake; 2], [Point; 2], Plane)> {
        let parameters = self.parameters;
        let contrast = parameters.paddle_contrast * parameters.snake_contrast;
        let mut mask = self.frame();
        let index = self.stream.below(beginnings.len() as u64) as usize;
        let (direction, tails) = &beginnings[index];
        // They are a rectangle.
        let [least, most] = [tails[0], tails[tails.len() - 1]];
        let size = [0, 1].map(|axis| (most[axis] - least[axis] + 1) as u64);
        assert_eq!(tails.len() as u64, size[0] * size[1]);
        let tail = [0, 1].map(|axis| least[axis] + self.stream.below(size[axis]) as i64);
        assert!(tails.contains(&tail));
        let first = self.seed(tail, *direction, contrast)?;
        let direction = radians(self.stream.below(360) as i64 - 180);
        let away = displacement(
            radians(self.stream.below(360) as i64),
            parameters.seed_distance,
        );
        let other = [0, 1].map(|axis| (tail[axis] as f64 + away[axis]).round_ties_even() as i64);
        let second = self.seed(other, direction, contrast)?;
        let mut snakes = [first, second];
        for _ in 1..parameters.contour_length {
            for snake in &mut snakes {
                if !self.extend(snake, &mut mask, contrast) {
                    return None;
                }
            }
        }
        let mask = mask.max(&snakes[1].mask);
        Some((snakes, [tail, other], mask))
    }

    fn distractor(&mut self, mask: &Plane) -> Option<(Plane, Plane)> {
        let window = self.parameters.window;
        let contrast = self.parameters.snake_contrast;
        let free = mask.values.iter().filter(|value| **value <= 0.3).count();
        if (free as f64) / ((window * window) as f64) < 0.01 {
            return None;
        }
        let mut snake = None;
        for _ in 0..3 {
            let direction = radians(self.stream.below(360) as i64 - 180);
            let tails = self.free_tails(mask, 1, direction);
            if tails.is_empty() {
                return None;
            }
            let tail = tails[self.stream.below(tails.len() as u64) as usize];
            snake = self.seed(tail, direction, contrast);
            if snake.is_some() {
                break;
            }
        }
        let (mut snake, mut mask) = (snake?, mask.clone());
        for _ in 1..self.parameters.distractor_length {
            if !self.extend(&mut snake, &mut mask, contrast) {
                return None;
            }
        }
        Some((snake.picture, mask.max(&snake.mask)))
    }
}

fn naive(parameters: &Parameters, mut stream: Stream) -> Sample {
    let connected = stream.below(2) == 1;
    let margins = &parameters.margins;
    let margin = margins[stream.below(margins.len() as u64) as usize];
    let mut naive = Naive {
        parameters,
        margin,
        stream,
    };
    let beginnings = naive.beginnings();
    let (snakes, starts, mut mask) = loop {
        if let Some(targets) = naive.targets(&beginnings) {
            break targets;
        }
    };
    let mut image = snakes[0].picture.max(&snakes[1].picture);
    let mut distractors = 0;
    for _ in 0..parameters.distractors {
        if let Some((picture, taken)) = (0..5).find_map(|_| naive.distractor(&mask)) {
            image = image.max(&picture);
            mask = taken;
            distractors += 1;
        }
    }
    let start = naive.stream.below(2) as usize;
    let end = if connected { start } else { 1 - start };
    for marker in [starts[start], snakes[end].end] {
        let scale = parameters.antialiasing;
        let mut drawing = Drawing::black(parameters.window * scale);
        let radius = parameters.marker_radius * scale as f64;
        drawing.disc(marker.map(|z| z * scale as i64), radius);
        let levels = drawing.reduced(parameters.window);
        image = image.max(&Plane {
            side: parameters.window,
            values: levels
                .iter()
                .map(|&level| f64::from(level) / 255.0)
                .collect(),
        });
    }
    let most = image.values.iter().copied().fold(0.0, f64::max);
    let least = image.values.iter().copied().fold(most, f64::min);
    let level = |value: &f64| ((value - least) * (255.0 / (most - least)) + 0.5) as u8;
    Sample {
        connected,
        margin,
        pixels: image.values.iter().map(level).collect(),
        distractors,
    }
}

#[test]
fn fast_images_are_those_of_the_definition() {
    // The attempts of complete contours would take the definition minutes: shorter ones and fewer
    // distractors go through the same steps.
    let shorter = |contour_length, distractors, parameters| Parameters {
        contour_length,
        distractors,
        ..parameters
    };
    let middling = Parameters {
        window: 64,
        paddle_thickness: 1.0,
        margins: vec![1, 2],
        marker_radius: 2.5,
        seed_distance: 12,
        snake_contrast: 0.8,
        ..shorter(7, 5, Parameters::path_x())
    };
    for (images, parameters) in [
        (8, shorter(9, 5, Parameters::pathfinder())),
        (6, middling),
        (2, shorter(5, 2, Parameters::path_x())),
    ] {
        let generator = Generator::new(parameters.clone()).unwrap();
        for index in 0..images {
            let stream = || Stream::new(3, "naive", index);
            let expected = naive(&parameters, stream());
            assert_eq!(generator.sample(&mut stream()).unwrap(), expected);
        }
    }
}
