//! Random crop and horizontal flip, the augmentation of the CCNN repository's CIFAR10 runs.

use crate::random::Stream;

/// Pixels added on each side before cropping.
pub const PADDING: usize = 4;

/// Mirrors `image`, channel planes of `side` x `side` pixels, outwards by [`PADDING`] (edge pixels
/// repeated), crops a `side` x `side` window at a uniformly random place and flips it left to right
/// with probability 1/2.
pub fn crop_and_flip(image: &[u8], side: usize, stream: &mut Stream) -> Vec<u8> {
    let offsets = 2 * PADDING as u64 + 1;
    let top = stream.below(offsets) as usize;
    let left = stream.below(offsets) as usize;
    let flip = stream.below(2) == 1;
    image
        .chunks_exact(side * side)
        .flat_map(|plane| window(plane, side, top, left, flip))
        .collect()
}

/// The window of the padded `plane` whose corner is at (`top`, `left`).
fn window(plane: &[u8], side: usize, top: usize, left: usize, flip: bool) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(side * side);
    for row in 0..side {
        for column in 0..side {
            let column = if flip { side - 1 - column } else { column };
            pixels.push(plane[mirror(top + row, side) * side + mirror(left + column, side)]);
        }
    }
    pixels
}

/// The pixel that stands at `position` of the padded axis.
fn mirror(position: usize, side: usize) -> usize {
    if position < PADDING {
        PADDING - 1 - position
    } else if position < PADDING + side {
        position - PADDING
    } else {
        2 * side + PADDING - 1 - position
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_padding_mirrors_with_the_edge_repeated() {
        let axis: Vec<usize> = (0..5 + 2 * PADDING).map(|p| mirror(p, 5)).collect();
        assert_eq!(axis, [3, 2, 1, 0, 0, 1, 2, 3, 4, 4, 3, 2, 1]);
    }

    #[test]
    fn the_centre_window_is_the_image_and_the_flip_reverses_its_rows() {
        let plane: Vec<u8> = (0..25).collect();
        assert_eq!(window(&plane, 5, PADDING, PADDING, false), plane);
        let flipped: Vec<u8> = plane
            .chunks(5)
            .flat_map(|row| row.iter().rev().copied())
            .collect();
        assert_eq!(window(&plane, 5, PADDING, PADDING, true), flipped);
    }

    #[test]
    fn a_corner_window_starts_in_the_mirrored_corner() {
        let plane: Vec<u8> = (0..25).collect();
        assert_eq!(window(&plane, 5, 0, 0, false)[..5], [18, 17, 16, 15, 15]);
    }

    #[test]
    fn every_offset_and_both_orientations_occur() {
        // Pixel (4, 4) of the result names its window: all values below 81 are distinct places.
        let plane: Vec<u8> = (0..=255).collect();
        let mut seen = std::collections::BTreeSet::new();
        for index in 0..4000 {
            seen.insert(crop_and_flip(
                &plane,
                16,
                &mut Stream::new(1, "test", index),
            ));
        }
        // 4000 draws miss one of the 162 windows with probability below 162 exp(-4000/162) = 3e-9.
        assert_eq!(seen.len(), 162);
    }
}
