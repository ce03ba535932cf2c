//! Paddles and markers, level by level.

use std::f64::consts::PI;

use dnarch::tasks::pathfinder::paddle::Paddle;
use dnarch::tasks::pathfinder::parameters::Parameters;
use dnarch::tasks::pathfinder::raster::Drawing;
use sha2::{Digest, Sha256};

fn digest(hash: Sha256) -> String {
    let digest = hash.finalize();
    digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn parameters(paddle_length: usize, paddle_thickness: f64) -> Parameters {
    Parameters {
        paddle_length,
        paddle_thickness,
        ..Parameters::pathfinder()
    }
}

#[test]
fn a_paddle_has_the_levels_of_pillow() {
    // ImageDraw.line from (8, 8) to (12, 8) on 17 x 17 points, cv2.dilate by a disc of radius 2,
    // Image.resize to 9 x 9 with LANCZOS; Pillow 13.0.0, OpenCV 5.0.0.
    let paddle = Paddle::new(&parameters(2, 0.5), 1, 0.0);
    let rows = |levels: &[u8]| levels.chunks(9).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let picture = rows(&paddle.picture.levels);
    assert_eq!(picture[3], [0; 9]);
    assert_eq!(picture[4], [0, 0, 2, 0, 102, 135, 116, 0, 0]);
    let mask = rows(&paddle.mask.levels);
    assert_eq!(mask[1], [0, 0, 0, 1, 2, 2, 2, 1, 0]);
    assert_eq!(mask[3], [0, 1, 2, 20, 173, 204, 186, 28, 0]);
    assert_eq!(mask[4], [0, 3, 0, 155, 255, 255, 255, 183, 3]);
    assert_eq!(mask[5], mask[3]);
}

#[test]
fn paddles_of_every_degree_have_the_levels_of_pillow() {
    // Digests of pictures and masks made as above.
    for (length, thickness, margin, expected) in [
        (2, 0.5, 1, "a1c924d5271d22fe"),
        (5, 1.5, 2, "1de878d285720fce"),
        (5, 1.5, 3, "f35a25b02555ae82"),
        (5, 1.0, 1, "679e8f2cb49219d2"),
        (5, 2.0, 3, "37c07b371530bb56"),
        (5, 2.5, 3, "0cb26c5786a844da"),
    ] {
        let mut hash = Sha256::new();
        for degree in -180..180 {
            let direction = f64::from(degree) * PI / 180.0;
            let paddle = Paddle::new(&parameters(length, thickness), margin, direction);
            hash.update(&paddle.picture.levels);
            hash.update(&paddle.mask.levels);
        }
        assert_eq!(digest(hash), expected, "{length} {thickness} {margin}");
    }
}

#[test]
fn markers_have_the_levels_of_pillow_also_at_the_border() {
    // Digests of discs on twice the grid, reduced with LANCZOS; Pillow 13.0.0.
    for (side, radius, expected) in [
        (32, 1.5, "b30f74c266aa4b46"),
        (128, 3.0, "e242fa59b60baea1"),
    ] {
        let mut hash = Sha256::new();
        for row in (0..side).step_by(3) {
            for column in (0..side).step_by(5) {
                let mut drawing = Drawing::black(2 * side);
                drawing.disc([2 * row as i64, 2 * column as i64], 2.0 * radius);
                hash.update(drawing.reduced(side));
            }
        }
        assert_eq!(digest(hash), expected, "{side}");
    }
}
