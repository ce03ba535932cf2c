//! Fields on two axes as heat maps: input, truth, prediction and error of held-out samples.

use std::fmt::Write;

use crate::run::svg::{Anchor, INK, document, rectangle, short, text};
use crate::{Error, Result};

/// Nine points of the perceptually even colour map viridis, from low to high.
const STOPS: [[f64; 3]; 9] = [
    [68.0, 1.0, 84.0],
    [71.0, 45.0, 123.0],
    [59.0, 82.0, 139.0],
    [44.0, 114.0, 142.0],
    [33.0, 145.0, 140.0],
    [40.0, 174.0, 128.0],
    [94.0, 201.0, 98.0],
    [173.0, 220.0, 48.0],
    [253.0, 231.0, 37.0],
];
/// Colours that are told apart.
const LEVELS: usize = 64;
/// Cells that a picture draws, so that it stays under about 1 MB.
const CELLS: usize = 90_000;

const SIDE: f64 = 160.0;
const PITCH: (f64, f64) = (240.0, 206.0);
const MARGIN: f64 = 16.0;
const TITLE: f64 = 40.0;

/// One heat map.
#[derive(Clone, Debug)]
pub struct Panel {
    pub title: String,
    pub rows: usize,
    pub columns: usize,
    /// Row by row.
    pub values: Vec<f64>,
    /// The values of the lowest and the highest colour.
    pub range: (f64, f64),
}

impl Panel {
    /// A heat map whose colours span its values.
    ///
    /// # Errors
    /// [`Error::Argument`] unless there is a value for each of `rows` times `columns` cells.
    pub fn new(title: &str, rows: usize, columns: usize, values: Vec<f64>) -> Result<Self> {
        let panel = Panel {
            title: title.to_string(),
            rows,
            columns,
            range: span(&values),
            values,
        };
        panel.check()?;
        Ok(panel)
    }

    fn check(&self) -> Result<()> {
        let (rows, columns, given) = (self.rows, self.columns, self.values.len());
        if given == 0 || rows.checked_mul(columns) != Some(given) {
            let expected = format!("{rows} x {columns} values, at least one");
            return Err(Error::argument(
                format!("field {}", self.title),
                given,
                expected,
            ));
        }
        Ok(())
    }

    /// The row of a sample: input, truth and prediction, these two in the same colours, and the
    /// absolute error.
    ///
    /// # Errors
    /// Those of [`Panel::new`].
    pub fn sample(
        rows: usize,
        columns: usize,
        input: Vec<f64>,
        truth: Vec<f64>,
        prediction: Vec<f64>,
    ) -> Result<Vec<Self>> {
        let pairs = truth.iter().zip(&prediction);
        let error = pairs
            .map(|(truth, prediction)| (prediction - truth).abs())
            .collect();
        let input = Panel::new("input", rows, columns, input)?;
        let mut truth = Panel::new("truth", rows, columns, truth)?;
        let mut prediction = Panel::new("prediction", rows, columns, prediction)?;
        let mut error = Panel::new("|prediction − truth|", rows, columns, error)?;
        let range = (
            truth.range.0.min(prediction.range.0),
            truth.range.1.max(prediction.range.1),
        );
        (truth.range, prediction.range) = (range, range);
        error.range.0 = 0.0;
        Ok(vec![input, truth, prediction, error])
    }
}

/// An SVG picture of rows of heat maps, each with its colour scale. Cells without a finite value
/// are grey. Above 90,000 cells altogether, blocks of cells are averaged.
///
/// # Errors
/// [`Error::Argument`] if a panel has not a value for each cell.
pub fn fields(panels: &[Vec<Panel>], title: &str) -> Result<String> {
    for panel in panels.iter().flatten() {
        panel.check()?;
    }
    let cells = |block: usize| -> usize {
        let count = |panel: &Panel| panel.rows.div_ceil(block) * panel.columns.div_ceil(block);
        panels.iter().flatten().map(count).sum()
    };
    let mut block = 1;
    // A single cell a panel is the least there is.
    while cells(block) > CELLS && cells(block) > panels.iter().map(Vec::len).sum() {
        block += 1;
    }

    let widest = panels.iter().map(Vec::len).max().unwrap_or(0);
    let mut body = text(MARGIN, 26.0, 12.0, Anchor::Start, title);
    for (i, row) in panels.iter().enumerate() {
        for (j, panel) in row.iter().enumerate() {
            let x = MARGIN + PITCH.0 * j as f64;
            let y = TITLE + PITCH.1 * i as f64;
            body += &draw(panel, block, x, y);
        }
    }
    let width = (2.0 * MARGIN + PITCH.0 * widest as f64).max(400.0);
    let height = TITLE + PITCH.1 * panels.len() as f64 + MARGIN;
    Ok(document(width, height, &body))
}

fn draw(panel: &Panel, block: usize, x: f64, y: f64) -> String {
    let (rows, columns) = (panel.rows.div_ceil(block), panel.columns.div_ceil(block));
    let cell = SIDE / rows.max(columns) as f64;
    let (width, height) = (cell * columns as f64, cell * rows as f64);
    let top = y + 20.0;
    let mut drawn = text(x, y + 13.0, 13.0, Anchor::Start, &panel.title);

    // One path for each colour, of strokes one cell thick along runs of equal cells.
    let mut paths = vec![String::new(); LEVELS + 1];
    for row in 0..rows {
        let levels: Vec<usize> = (0..columns)
            .map(|column| level(mean(panel, block, row, column), panel.range))
            .collect();
        let mut start = 0;
        for run in levels.chunk_by(|a, b| a == b) {
            // Writing to a string cannot fail.
            let _ = write!(paths[run[0]], "M{start} {row}h{}", run.len());
            start += run.len();
        }
    }
    let _ = writeln!(
        drawn,
        "<g transform=\"translate({x:.1} {top:.1}) scale({cell:.4}) translate(0 .5)\" \
         fill=\"none\" shape-rendering=\"crispEdges\">"
    );
    for (level, path) in paths
        .iter()
        .enumerate()
        .filter(|(_, path)| !path.is_empty())
    {
        let _ = writeln!(drawn, "<path stroke=\"{}\" d=\"{path}\"/>", colour(level));
    }
    drawn += "</g>\n";
    let outline = format!("fill=\"none\" stroke=\"{INK}\"");
    drawn += &rectangle(x, top, width, height, &outline);

    let (scale, step) = (x + width + 8.0, height / LEVELS as f64);
    for level in 0..LEVELS {
        let y = top + height - step * (level + 1) as f64;
        let fill = format!("fill=\"{}\" shape-rendering=\"crispEdges\"", colour(level));
        drawn += &rectangle(scale, y, 10.0, step + 0.3, &fill);
    }
    drawn += &rectangle(scale, top, 10.0, height, &outline);
    let (low, high) = panel.range;
    let middle = low + 0.5 * (high - low);
    for (value, y) in [
        (high, top + 9.0),
        (middle, top + 0.5 * height + 4.0),
        (low, top + height),
    ] {
        drawn += &text(scale + 14.0, y, 11.0, Anchor::Start, &short(value));
    }
    drawn
}

/// The mean of a block of cells.
fn mean(panel: &Panel, block: usize, row: usize, column: usize) -> f64 {
    let within = |index: usize, count: usize| index * block..count.min((index + 1) * block);
    let (mut sum, mut count) = (0.0, 0.0);
    for i in within(row, panel.rows) {
        for j in within(column, panel.columns) {
            sum += panel.values[i * panel.columns + j];
            count += 1.0;
        }
    }
    sum / count
}

/// The least and the greatest finite value; `(0, 1)` without any.
fn span(values: &[f64]) -> (f64, f64) {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    finite
        .map(|value| (value, value))
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        .unwrap_or((0.0, 1.0))
}

/// The index of the colour of `value`, or of grey if it is not finite.
fn level(value: f64, (low, high): (f64, f64)) -> usize {
    if !value.is_finite() {
        return LEVELS;
    }
    let height = if high > low {
        (value - low) / (high - low)
    } else {
        0.0
    };
    ((height * LEVELS as f64) as usize).min(LEVELS - 1)
}

fn colour(level: usize) -> String {
    if level == LEVELS {
        return "#bbbbbb".to_string();
    }
    let position = level as f64 / (LEVELS - 1) as f64 * (STOPS.len() - 1) as f64;
    let below = (position as usize).min(STOPS.len() - 2);
    let weight = position - below as f64;
    let mix = |channel: usize| {
        let (low, high) = (STOPS[below][channel], STOPS[below + 1][channel]);
        (low + weight * (high - low)).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_run_from_low_to_high() {
        assert_eq!(colour(0), "#440154");
        assert_eq!(colour(LEVELS - 1), "#fde725");
        assert_eq!(level(0.0, (0.0, 1.0)), 0);
        assert_eq!(level(1.0, (0.0, 1.0)), LEVELS - 1);
        assert_eq!(level(0.5, (0.0, 1.0)), LEVELS / 2);
        assert_eq!(level(5.0, (5.0, 5.0)), 0);
        assert_eq!(level(f64::NAN, (0.0, 1.0)), LEVELS);
    }

    #[test]
    fn truth_and_prediction_share_their_colours() {
        let panels = Panel::sample(1, 2, vec![9.0, 9.0], vec![1.0, 2.0], vec![0.0, 2.5]).unwrap();
        assert_eq!(panels[1].range, (0.0, 2.5));
        assert_eq!(panels[2].range, (0.0, 2.5));
        assert_eq!(panels[3].values, [1.0, 0.5]);
        assert_eq!(panels[3].range, (0.0, 1.0));
    }

    #[test]
    fn equal_neighbours_are_one_stroke() {
        let panel = Panel::new("", 2, 3, vec![0.0, 0.0, 1.0, 1.0, 1.0, f64::NAN]).unwrap();
        let picture = fields(&[vec![panel]], "").unwrap();
        assert!(picture.contains("<path stroke=\"#440154\" d=\"M0 0h2\"/>"));
        assert!(picture.contains("<path stroke=\"#fde725\" d=\"M2 0h1M0 1h2\"/>"));
        assert!(picture.contains("<path stroke=\"#bbbbbb\" d=\"M2 1h1\"/>"));
    }

    #[test]
    fn blocks_are_averaged_also_at_the_edge() {
        let panel = Panel::new("", 1, 3, vec![1.0, 3.0, 7.0]).unwrap();
        assert_eq!(mean(&panel, 2, 0, 0), 2.0);
        assert_eq!(mean(&panel, 2, 0, 1), 7.0);
    }

    #[test]
    fn a_large_picture_stays_under_a_megabyte() {
        // Noise has no runs: the worst there is.
        let mut random = crate::random::Stream::new(0, "fields", 0);
        let noise: Vec<f64> = (0..421 * 421).map(|_| random.uniform()).collect();
        let panel = Panel::new("noise", 421, 421, noise).unwrap();
        let picture = fields(&vec![vec![panel; 4]; 3], "").unwrap();
        assert!(picture.len() < 1_100_000, "{}", picture.len());
    }

    #[test]
    fn missing_values_are_refused() {
        let error = Panel::new("u", 2, 2, vec![0.0; 3]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "field u: got 3, expected 2 x 2 values, at least one"
        );
        assert!(Panel::new("u", 0, 0, vec![]).is_err());
        assert!(Panel::sample(1, 2, vec![0.0; 2], vec![0.0; 2], vec![0.0]).is_err());
    }
}
