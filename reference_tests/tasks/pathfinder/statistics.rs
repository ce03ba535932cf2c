//! Generated images against the image generator's own: two-sample tests.
//!
//! Every comparison has a chance of at most 1 in 1,000 to fail if both laws are the same, given its
//! random numbers, which are fixed.

use std::sync::OnceLock;

use dnarch::random::Stream;
use dnarch::tasks::pathfinder::files::read;
use dnarch::tasks::pathfinder::generator::{Generator, Sample};
use dnarch::tasks::pathfinder::{Edition, PATH_X, PATHFINDER};
use rayon::prelude::*;

use super::{Reference, records};

/// Standard normals are beyond it once in 1,000 times.
const DEVIATIONS: f64 = 3.29;

/// Images and whether they are connected.
struct Images {
    pixels: Vec<Vec<u8>>,
    connected: Vec<f64>,
    /// Margin of each image.
    margins: Vec<usize>,
}

impl Images {
    fn brightness(&self) -> Vec<f64> {
        self.per_image(|pixels| pixels.iter().map(|&level| f64::from(level)).sum())
    }

    fn per_image(&self, quantity: impl Fn(&[u8]) -> f64) -> Vec<f64> {
        self.pixels.iter().map(|pixels| quantity(pixels)).collect()
    }
}

fn original(edition: &Edition) -> Option<Images> {
    let reference = Reference::unpacked()?;
    let level = reference.level(edition.folder);
    let mut images = Images {
        pixels: Vec::new(),
        connected: Vec::new(),
        margins: Vec::new(),
    };
    for number in 0..10 {
        let list = std::fs::read(level.join(format!("metadata/{number}.npy"))).unwrap();
        for record in records(&list).unwrap() {
            images.pixels.push(read(edition, &level, &record).unwrap());
            images.connected.push(f64::from(u8::from(record.connected)));
        }
        let margin = |line: &str| line.split(' ').nth(9).unwrap().parse::<usize>().unwrap();
        let lines = std::str::from_utf8(&list).unwrap().lines();
        images.margins.extend(lines.map(margin));
    }
    Some(images)
}

fn generated(edition: &Edition, count: u64) -> Images {
    let generator = Generator::new((edition.parameters)()).unwrap();
    let samples: Vec<Sample> = (0..count)
        .into_par_iter()
        .map(|index| {
            generator
                .sample(&mut Stream::new(7, "statistics", index))
                .unwrap()
        })
        .collect();
    let label = |sample: &Sample| f64::from(u8::from(sample.connected));
    Images {
        connected: samples.iter().map(label).collect(),
        margins: samples.iter().map(|sample| sample.margin).collect(),
        pixels: samples.into_iter().map(|sample| sample.pixels).collect(),
    }
}

/// The original images and as many or more generated ones.
fn both(edition: &Edition) -> Option<[&'static Images; 2]> {
    static SMALL: OnceLock<Option<[Images; 2]>> = OnceLock::new();
    static LARGE: OnceLock<Option<[Images; 2]>> = OnceLock::new();
    let (cell, count) = if edition.side == 32 {
        (&SMALL, 3000)
    } else {
        (&LARGE, 250)
    };
    let images = cell.get_or_init(|| Some([original(edition)?, generated(edition, count)]));
    images.as_ref().map(|images| [&images[0], &images[1]])
}

fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, squares / (count - 1.0))
}

/// The difference of two means in its standard deviations.
fn difference(a: &[f64], b: &[f64]) -> f64 {
    let [(mean_a, variance_a), (mean_b, variance_b)] = [a, b].map(mean_and_variance);
    let error = (variance_a / a.len() as f64 + variance_b / b.len() as f64).sqrt();
    if error == 0.0 {
        mean_a - mean_b
    } else {
        (mean_a - mean_b) / error
    }
}

/// The greatest distance of two distribution functions (Kolmogorov and Smirnov), relative to what
/// is exceeded once in 1,000 times.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let share = |values: &[f64], x: f64| {
        values.iter().filter(|value| **value <= x).count() as f64 / values.len() as f64
    };
    let greatest = a
        .iter()
        .chain(b)
        .map(|&x| (share(a, x) - share(b, x)).abs())
        .fold(0.0, f64::max);
    let critical = (-(0.001f64 / 2.0).ln() / 2.0).sqrt();
    let [n, m] = [a.len() as f64, b.len() as f64];
    greatest / (critical * ((n + m) / (n * m)).sqrt())
}

#[test]
fn brightness_has_the_original_distribution() {
    for edition in [&PATHFINDER, &PATH_X] {
        let Some([original, generated]) = both(edition) else {
            return;
        };
        let relative = distance(&original.brightness(), &generated.brightness());
        assert!(relative < 1.0, "{}: {relative}", edition.name);
        // Of the smaller images the bright pixels count the distractors: where there are any, they
        // alone are above three quarters of the brightest.
        let bright = |pixels: &[u8]| pixels.iter().filter(|&&level| level > 192).count() as f64;
        let relative = distance(&original.per_image(bright), &generated.per_image(bright));
        assert!(relative < 1.0, "{}, bright: {relative}", edition.name);
    }
}

#[test]
fn levels_have_the_original_frequencies() {
    // Pixels of an image depend on each other, so each image is one observation of a share.
    let bins = [
        0..=0,
        1..=3,
        4..=15,
        16..=63,
        64..=127,
        128..=191,
        192..=254,
        255..=255,
    ];
    // Once in 8,000 times.
    let deviations = 3.84;
    for edition in [&PATHFINDER, &PATH_X] {
        let Some(both) = both(edition) else { return };
        for bin in &bins {
            let inside = |pixels: &[u8]| pixels.iter().filter(|&level| bin.contains(level)).count();
            let [a, b] = both.map(|images| images.per_image(|pixels| inside(pixels) as f64));
            let z = difference(&a, &b);
            assert!(z.abs() < deviations, "{}, {bin:?}: {z}", edition.name);
        }
    }
}

#[test]
fn every_position_has_the_original_mean() {
    // Once in 1,000 times for 1,024 positions together.
    let deviations = 4.9;
    let Some(both) = both(&PATHFINDER) else {
        return;
    };
    for position in 0..1024 {
        // The frame is always black there.
        let [a, b] = both.map(|images| images.per_image(|pixels| f64::from(pixels[position])));
        let z = difference(&a, &b);
        assert!(z.abs() < deviations, "{position}: {z}");
    }
}

#[test]
fn labels_and_margins_are_the_originals_and_brightness_does_not_tell() {
    for edition in [&PATHFINDER, &PATH_X] {
        let Some([original, generated]) = both(edition) else {
            return;
        };
        let z = difference(&original.connected, &generated.connected);
        assert!(z.abs() < DEVIATIONS, "{}: {z}", edition.name);
        let wide = |images: &Images| -> Vec<f64> {
            let wide = |&margin: &usize| f64::from(u8::from(margin > 2));
            images.margins.iter().map(wide).collect()
        };
        let z = difference(&wide(original), &wide(generated));
        assert!(z.abs() < DEVIATIONS, "{}, margins: {z}", edition.name);
        let half = vec![0.5; generated.connected.len()];
        let z = difference(&generated.connected, &half);
        assert!(z.abs() < DEVIATIONS, "{}, connected: {z}", edition.name);
        let (mean, variance) = mean_and_variance(&generated.brightness());
        let (share, label_variance) = mean_and_variance(&generated.connected);
        let products = generated.brightness().into_iter().zip(&generated.connected);
        let products: f64 = products.map(|(b, l)| (b - mean) * (l - share)).sum();
        let count = generated.connected.len() as f64;
        let correlation = products / (count - 1.0) / (variance * label_variance).sqrt();
        let z = correlation * count.sqrt();
        assert!(z.abs() < DEVIATIONS, "{}, correlation: {z}", edition.name);
    }
}

#[test]
fn no_level_occurs_that_cannot() {
    let Some([original, generated]) = both(&PATHFINDER) else {
        return;
    };
    let count = |images: &Images, level: u8| {
        let pixels = images.pixels.iter().flatten();
        pixels.filter(|&&pixel| pixel == level).count()
    };
    for level in 0..=255 {
        let [a, b] = [original, generated].map(|images| count(images, level));
        // Of three times as many images; a level seen a hundred times in one is seen in the other.
        assert!(a < 100 || b > 0, "{level}: {a} times, never generated");
        assert!(b < 300 || a > 0, "{level}: {b} times, only generated");
    }
}
