//! Image, of the Long Range Arena (Tay et al. 2021): CIFAR10 in grey, read row by row as a sequence
//! of 1024 pixels.

use super::Source;
use super::cifar::{self, CIFAR10, PLANE};
use super::images::{Description, ImageClassification, LabelledImages};
use crate::Result;

/// Opens Image from CIFAR10's files, with CIFAR10's split.
///
/// # Errors
/// As [`cifar::open_cifar10`]; [`Error::Argument`](crate::Error::Argument) if
/// augmentation is asked for.
pub fn open(source: &Source) -> Result<ImageClassification> {
    source.refuse_augmentation("image")?;
    source.refuse_bytes("image")?;
    let images = cifar::read(&CIFAR10, "image", source)?;
    let description = Description {
        name: "image",
        title: "Image (CIFAR10 as a grey sequence)",
        classes: CIFAR10.classes(),
        grid: &[PLANE],
        mean: &[122.6 / 255.0],
        deviation: &[61.0 / 255.0],
        complete: [45_000, 5_000, 10_000],
    };
    ImageClassification::new(
        description,
        &images.place,
        &grey(&images.train),
        &images.order,
        &grey(&images.test),
        source,
    )
}

fn grey(images: &LabelledImages) -> LabelledImages {
    let mut pixels = Vec::with_capacity(images.labels.len() * PLANE);
    for image in images.pixels.chunks_exact(3 * PLANE) {
        let (red, green, blue) = (
            &image[..PLANE],
            &image[PLANE..2 * PLANE],
            &image[2 * PLANE..],
        );
        pixels.extend((0..PLANE).map(|i| luma(red[i], green[i], blue[i])));
    }
    LabelledImages {
        pixels,
        labels: images.labels.clone(),
    }
}

/// The grey level of a colour by ITU-R 601-2 in 16-bit fixed point, rounded as Pillow's mode `L`.
fn luma(red: u8, green: u8, blue: u8) -> u8 {
    let (red, green, blue) = (u32::from(red), u32::from(green), u32::from(blue));
    ((19_595 * red + 38_470 * green + 7_471 * blue + 32_768) >> 16) as u8
}

#[cfg(test)]
mod tests {
    use super::luma;

    #[test]
    fn grey_colours_keep_their_level_and_primaries_have_pillows() {
        for level in 0..=255 {
            assert_eq!(luma(level, level, level), level);
        }
        assert_eq!(luma(255, 0, 0), 76);
        assert_eq!(luma(0, 255, 0), 150);
        assert_eq!(luma(0, 0, 255), 29);
    }
}
