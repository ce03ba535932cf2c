//! What a Pathfinder image is made of.

use crate::{Error, Result};

/// The settings of the image generator of Linsley et al. (2018). Lengths are in pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// Side of the image.
    pub window: usize,
    /// Width of the frame that snakes stay out of.
    pub padding: usize,
    pub paddle_length: usize,
    /// Times `antialiasing` a whole number.
    pub paddle_thickness: f64,
    /// Gap between paddles: one of these is drawn for each image.
    pub margins: Vec<usize>,
    pub marker_radius: f64,
    /// Paddles of each of the two target snakes.
    pub contour_length: usize,
    /// Paddles of each distractor snake.
    pub distractor_length: usize,
    /// Distractor snakes that are tried.
    pub distractors: usize,
    /// Distance between the starts of the two target snakes.
    pub seed_distance: usize,
    /// Paddles turn by at most a right angle divided by this.
    pub continuity: f64,
    /// Points per pixel and axis of the grid that paddles and markers are drawn on.
    pub antialiasing: usize,
    /// Brightness of the snakes; markers have 1.
    pub snake_contrast: f64,
    /// Brightness of a target snake's paddles relative to `snake_contrast`.
    pub paddle_contrast: f64,
}

impl Parameters {
    /// Long Range Arena's 32 x 32 images of level "hard", as its documentation gives them.
    pub fn pathfinder() -> Self {
        Parameters {
            window: 32,
            padding: 1,
            paddle_length: 2,
            paddle_thickness: 0.5,
            margins: vec![1],
            marker_radius: 1.5,
            contour_length: 14,
            distractor_length: 4,
            distractors: 5,
            seed_distance: 7,
            continuity: 1.0,
            antialiasing: 2,
            snake_contrast: 2.0,
            paddle_contrast: 0.75,
        }
    }

    /// Long Range Arena's 128 x 128 images of level "hard", as its documentation gives them. Others
    /// hold that the released images have 17 distractors and a contrast nearer to 0.7.
    pub fn path_x() -> Self {
        Parameters {
            window: 128,
            padding: 1,
            paddle_length: 5,
            paddle_thickness: 1.5,
            margins: vec![2, 3],
            marker_radius: 3.0,
            contour_length: 14,
            distractor_length: 4,
            distractors: 8,
            seed_distance: 20,
            continuity: 1.8,
            antialiasing: 2,
            snake_contrast: 0.9,
            paddle_contrast: 1.0,
        }
    }

    /// # Errors
    /// [`Error::Argument`] for a value out of range.
    pub(super) fn validate(&self) -> Result<()> {
        let within = |what: &str, value: usize, least: usize, most: usize| {
            if (least..=most).contains(&value) {
                Ok(())
            } else {
                let expected = format!("{least} to {most}");
                Err(Error::argument(
                    format!("{what} of pathfinder"),
                    value,
                    expected,
                ))
            }
        };
        let positive = |what: &str, value: f64| {
            if value > 0.0 && value <= 100.0 {
                Ok(())
            } else {
                Err(Error::argument(
                    format!("{what} of pathfinder"),
                    value,
                    "above 0 and at most 100",
                ))
            }
        };
        within("window", self.window, 16, 1024)?;
        within("padding", self.padding, 1, self.window / 4)?;
        within("paddle length", self.paddle_length, 1, 64)?;
        within("number of margins", self.margins.len(), 1, 16)?;
        for &margin in &self.margins {
            within("margin", margin, 1, 16)?;
            // Then no second paddle leaves the image, whatever its direction, as it starts two seed
            // distances inside it, give or take one.
            let least = self.paddle_length + margin + 3;
            within("seed distance", self.seed_distance, least, self.window / 4)?;
        }
        within("contour length", self.contour_length, 2, 1024)?;
        within("distractor length", self.distractor_length, 1, 1024)?;
        within("number of distractors", self.distractors, 0, 1024)?;
        within("antialiasing", self.antialiasing, 1, 8)?;
        positive("paddle thickness", self.paddle_thickness)?;
        positive("marker radius", self.marker_radius)?;
        positive("continuity", self.continuity)?;
        positive("snake contrast", self.snake_contrast)?;
        positive("paddle contrast", self.paddle_contrast)?;
        let width = self.paddle_thickness * self.antialiasing as f64;
        if width != width.round() {
            return Err(Error::argument(
                "paddle thickness of pathfinder",
                self.paddle_thickness,
                format!("a multiple of 1/{}", self.antialiasing),
            ));
        }
        Ok(())
    }
}
