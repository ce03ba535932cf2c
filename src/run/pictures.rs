//! Samples of a data set as one PNG picture.

use crate::tasks::{Encoding, Inputs, Split, Targets, Task};
use crate::{Error, Result};

/// Samples drawn, in a grid of so many columns.
const SAMPLES: usize = 32;
const COLUMNS: usize = 8;
/// Pixels between them.
const GAP: usize = 2;

/// A picture of the first training samples. Each channel of an image is stretched to the range of
/// its values in these samples, without their lowest and highest hundredth (a cosmic ray outshines
/// a galaxy a hundred times); three channels are shown as red, green and blue, others by their
/// first. Beside an input stands its target where that is a field or a mask. Sequences of a square
/// number of values are shown as squares.
///
/// # Errors
/// [`Error::Argument`] for symbols and for sequences of other lengths; those of [`Task::batch`].
pub fn samples(task: &dyn Task) -> Result<Vec<u8>> {
    let Encoding::Values { channels } = task.encoding() else {
        let expected = "a data set of images: symbols have no picture";
        return Err(Error::argument("picture of", task.name(), expected));
    };
    let [rows, columns] = plane(task)?;
    let count = task.len(Split::Train).min(SAMPLES);
    let indices: Vec<usize> = (0..count).collect();
    let batch = task.batch(Split::Train, &indices, 0)?;
    let Inputs::Values(inputs) = &batch.inputs else {
        return Err(Error::argument("picture of", task.name(), "numbers"));
    };
    let positions = rows * columns;
    let channel = |values: &[f32], channels: usize, channel: usize| -> Vec<Vec<f32>> {
        let samples = values.chunks(channels * positions);
        samples
            .map(|sample| sample[channel * positions..][..positions].to_vec())
            .collect()
    };
    let grey = |levels: Vec<Vec<u8>>| [levels.clone(), levels.clone(), levels];
    let mut panels = vec![
        if channels == 3 && matches!(batch.targets, Targets::Classes(_)) {
            [0, 1, 2].map(|c| stretched(channel(inputs, channels, c)))
        } else {
            grey(stretched(channel(inputs, channels, 0)))
        },
    ];
    match &batch.targets {
        Targets::Classes(_) => {}
        Targets::Fields(fields) => {
            let outputs = fields.len() / (count * positions);
            panels.push(grey(stretched(channel(fields, outputs, 0))));
        }
        Targets::Masks { object, .. } => {
            let levels = object.chunks(positions);
            let levels = levels.map(|mask| mask.iter().map(|o| 255 * u8::from(*o)).collect());
            panels.push(grey(levels.collect()));
        }
    }
    let sheet = Sheet::new(count, panels.len(), [rows, columns]);
    encoded(&sheet.drawn(&panels), sheet.width, sheet.height)
}

fn plane(task: &dyn Task) -> Result<[usize; 2]> {
    match task.grid() {
        [rows, columns] => Ok([*rows, *columns]),
        [length] if length.isqrt().pow(2) == *length => Ok([length.isqrt(); 2]),
        grid => Err(Error::argument(
            "picture of a sequence of",
            format!("{grid:?}"),
            "a square number of values",
        )),
    }
}

/// Levels from 0 for the smallest hundredth of the values to 255 for the largest.
fn stretched(samples: Vec<Vec<f32>>) -> Vec<Vec<u8>> {
    let mut values: Vec<f32> = samples.iter().flatten().copied().collect();
    values.sort_by(f32::total_cmp);
    let beyond = values.len() / 100;
    let (least, most) = match values.get(beyond).zip(values.iter().rev().nth(beyond)) {
        Some((least, most)) => (*least, *most),
        None => (0.0, 0.0),
    };
    let scale = if most > least {
        255.0 / (most - least)
    } else {
        0.0
    };
    let level = |value: &f32| ((value - least) * scale).round().clamp(0.0, 255.0) as u8;
    let levels = samples
        .iter()
        .map(|sample| sample.iter().map(level).collect());
    levels.collect()
}

/// Where samples stand.
struct Sheet {
    samples: usize,
    panels: usize,
    plane: [usize; 2],
    width: usize,
    height: usize,
}

impl Sheet {
    fn new(samples: usize, panels: usize, plane: [usize; 2]) -> Self {
        let [rows, columns] = plane;
        Sheet {
            samples,
            panels,
            plane,
            width: COLUMNS.min(samples) * panels * (columns + GAP) + GAP,
            height: samples.div_ceil(COLUMNS) * (rows + GAP) + GAP,
        }
    }

    /// Red, green and blue of every pixel, on white.
    fn drawn(&self, panels: &[[Vec<Vec<u8>>; 3]]) -> Vec<u8> {
        let [rows, columns] = self.plane;
        let mut pixels = vec![255; 3 * self.width * self.height];
        for sample in 0..self.samples {
            for (panel, colours) in panels.iter().enumerate() {
                let place = sample % COLUMNS * self.panels + panel;
                let left = GAP + place * (columns + GAP);
                let top = GAP + sample / COLUMNS * (rows + GAP);
                for (colour, levels) in colours.iter().enumerate() {
                    for (position, level) in levels[sample].iter().enumerate() {
                        let (y, x) = (top + position / columns, left + position % columns);
                        pixels[3 * (y * self.width + x) + colour] = *level;
                    }
                }
            }
        }
        pixels
    }
}

fn encoded(pixels: &[u8], width: usize, height: usize) -> Result<Vec<u8>> {
    let failed =
        |error: png::EncodingError| Error::argument("picture", error, "one that PNG can hold");
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(pixels).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::{Source, open};

    fn generated(name: &str, samples: usize, grid: Option<usize>) -> Box<dyn Task> {
        let source = Source {
            samples: Some(samples),
            grid,
            ..Source::default()
        };
        open(name, &source).unwrap()
    }

    /// Width, height and levels of red, green and blue.
    fn decoded(bytes: &[u8]) -> (u32, u32, Vec<u8>) {
        let decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        (info.width, info.height, pixels)
    }

    #[test]
    fn a_sequence_of_pixels_is_drawn_as_the_image_it_was() {
        let task = generated("pathfinder", 3, None);
        let (width, height, pixels) = decoded(&samples(&*task).unwrap());
        assert_eq!([width, height], [3 * 34 + 2, 36]);
        let Inputs::Values(values) = task.batch(Split::Train, &[0], 0).unwrap().inputs else {
            panic!("no pixels");
        };
        // The markers are white, the ground is black, the first sample begins after a gap.
        for (i, value) in values.iter().enumerate() {
            let (row, column) = (2 + i / 32, 2 + i % 32);
            let level = pixels[3 * (row * width as usize + column)];
            assert!(*value != -1.0 || level == 0);
            assert!(*value != 1.0 || level == 255);
        }
    }

    #[test]
    fn a_field_stands_beside_its_input() {
        let picture = samples(&*generated("darcyflow", 9, Some(8))).unwrap();
        let (width, height, _) = decoded(&picture);
        assert_eq!([width, height], [8 * 2 * 10 + 2, 2 * 10 + 2]);
    }

    #[test]
    fn symbols_have_no_picture() {
        let message = samples(&*generated("text", 2, None)).unwrap_err();
        let expected = "picture of: got text, expected a data set of images";
        assert!(message.to_string().starts_with(expected), "{message}");
    }
}
