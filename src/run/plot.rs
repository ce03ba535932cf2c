//! The curves of a search over its steps: loss, metric, and relative complexity (Figure 9).

use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

use crate::run::svg::short;
use crate::{Error, Result};

/// Width and height of one panel. Plotters writes a font of 1.24 pixels as one of 1 pixel.
const SIZE: (u32, u32) = (900, 250);
/// Height of the title.
const TITLE: u32 = 44;
/// More points than these would lie on the same pixel.
const POINTS: usize = 600;

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// One curve and how it is shown.
struct Curve<'a> {
    name: &'a str,
    colour: RGBColor,
    points: Vec<(f64, f64)>,
    /// Whether each point is marked.
    marked: bool,
    /// The height of a dashed line, and its name.
    reference: Option<(f64, &'a str)>,
    last_step: f64,
}

/// An SVG picture of `loss` and `ratio = C_curr/C_target` at `steps`, and of the `evaluations`, if
/// any, as step and metric. Values that are not finite leave no mark; long series are averaged.
///
/// # Errors
/// [`Error::Argument`] unless there is one loss and one ratio for each step, and at least one of
/// each is finite.
pub fn curves(
    steps: &[usize],
    loss: &[f64],
    evaluations: &[(usize, f64)],
    metric_name: &str,
    ratio: &[f64],
    title: &str,
) -> Result<String> {
    for (name, values) in [("losses", loss), ("complexity ratios", ratio)] {
        if values.len() != steps.len() || !values.iter().any(|value| value.is_finite()) {
            let given = format!("{} for {} steps", values.len(), steps.len());
            return Err(Error::argument(
                name,
                given,
                "one a step, one of them finite",
            ));
        }
    }
    let evaluated: Vec<(f64, f64)> = evaluations
        .iter()
        .map(|(step, value)| (*step as f64, *value))
        .filter(|(_, value)| value.is_finite())
        .collect();
    let last = steps
        .iter()
        .chain(evaluations.iter().map(|(step, _)| step))
        .max();
    let last_step = last.map_or(1.0, |step| (*step as f64).max(1.0));

    let mut all = vec![Curve {
        name: "training loss",
        colour: RGBColor(0x1f, 0x5f, 0xa8),
        points: averaged(steps, loss),
        marked: false,
        reference: None,
        last_step,
    }];
    if !evaluated.is_empty() {
        all.push(Curve {
            name: metric_name,
            colour: RGBColor(0x2a, 0x7f, 0x3e),
            points: evaluated,
            marked: true,
            reference: None,
            last_step,
        });
    }
    all.push(Curve {
        name: "C_curr / C_target",
        colour: RGBColor(0xb8, 0x4a, 0x0c),
        points: averaged(steps, ratio),
        marked: false,
        reference: Some((1.0, "target")),
        last_step,
    });

    let mut picture = String::new();
    draw(&mut picture, &all, title).map_err(|error| {
        let path = std::path::Path::new("curves.svg");
        Error::io(path, "draw", std::io::Error::other(error.to_string()))
    })?;
    Ok(picture)
}

fn draw(
    picture: &mut String,
    curves: &[Curve],
    title: &str,
) -> std::result::Result<(), Box<dyn std::error::Error>> {
    let height = TITLE + SIZE.1 * curves.len() as u32;
    let root = SVGBackend::with_string(picture, (SIZE.0, height)).into_drawing_area();
    root.fill(&WHITE)?;
    let panels = root
        .titled(title, ("sans-serif", 22))?
        .split_evenly((curves.len(), 1));
    for (panel, curve) in panels.iter().zip(curves) {
        let values = || {
            let reference = curve.reference.map(|(value, _)| value);
            curve
                .points
                .iter()
                .map(|(_, value)| *value)
                .chain(reference)
        };
        let least = values().fold(f64::INFINITY, f64::min);
        let most = values().fold(f64::NEG_INFINITY, f64::max);
        // A range of more than a decade reads better in decades.
        if least > 0.0 && most > 10.0 * least {
            draw_curve(panel, curve, (least / 1.2..most * 1.2).log_scale())?;
        } else {
            let margin = (0.06 * (most - least))
                .max(0.01 * most.abs())
                .max(f64::MIN_POSITIVE);
            draw_curve(panel, curve, least - margin..most + margin)?;
        }
    }
    root.present()?;
    Ok(())
}

fn draw_curve<Y>(
    area: &Area,
    curve: &Curve,
    heights: Y,
) -> std::result::Result<(), Box<dyn std::error::Error>>
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    let mut chart = ChartBuilder::on(area)
        .margin(8)
        .margin_right(64)
        .x_label_area_size(44)
        .y_label_area_size(80)
        .build_cartesian_2d(0.0..curve.last_step, heights)?;
    chart
        .configure_mesh()
        .x_desc("step")
        .y_desc(curve.name)
        .x_labels(8)
        .y_labels(5)
        .x_label_formatter(&|step| format!("{step:.0}"))
        .y_label_formatter(&|value| short(*value))
        .label_style(("sans-serif", 15))
        .axis_desc_style(("sans-serif", 17))
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.12))
        .draw()?;
    if let Some((value, name)) = curve.reference {
        let ends = [(0.0, value), (curve.last_step, value)];
        chart.draw_series(DashedLineSeries::new(ends, 6, 4, BLACK.mix(0.7).into()))?;
        let (x, y) = chart.backend_coord(&ends[1]);
        let (left, top) = area.get_base_pixel();
        let place = (x - left + 6, y - top - 8);
        area.draw_text(name, &("sans-serif", 15).into_text_style(area), place)?;
    }
    chart.draw_series(LineSeries::new(
        curve.points.clone(),
        curve.colour.stroke_width(2),
    ))?;
    if curve.marked {
        let marks = curve.points.iter();
        chart.draw_series(marks.map(|point| Circle::new(*point, 3, curve.colour.filled())))?;
    }
    Ok(())
}

/// The finite `values` over their `steps`, at most [`POINTS`] of them, each the mean of as many
/// neighbours.
fn averaged(steps: &[usize], values: &[f64]) -> Vec<(f64, f64)> {
    let finite: Vec<(f64, f64)> = steps
        .iter()
        .zip(values)
        .filter(|(_, value)| value.is_finite())
        .map(|(step, value)| (*step as f64, *value))
        .collect();
    let together = finite.len().div_ceil(POINTS).max(1);
    let mean = |points: &[(f64, f64)]| {
        let count = points.len() as f64;
        let sum = points
            .iter()
            .fold((0.0, 0.0), |sum, point| (sum.0 + point.0, sum.1 + point.1));
        (sum.0 / count, sum.1 / count)
    };
    finite.chunks(together).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_has_its_labels() {
        let picture = curves(
            &[1, 2, 3],
            &[3.0, 0.1, f64::NAN],
            &[(2, 0.5)],
            "accuracy",
            &[1.0, 1.1, 0.9],
            "a & b",
        )
        .unwrap();
        for label in [
            "training loss",
            "accuracy",
            "C_curr / C_target",
            "target",
            "a &amp; b",
        ] {
            assert!(picture.contains(label), "{label}");
        }
    }

    #[test]
    fn one_step_and_equal_values_are_drawn() {
        for value in [0.0, 1.0, -3.0, 1e300, 1e-300] {
            let picture = curves(&[0], &[value], &[], "accuracy", &[1.0], "").unwrap();
            assert!(!picture.contains("accuracy") && !picture.contains("NaN"));
        }
    }

    #[test]
    fn series_of_unequal_length_are_refused() {
        let error = curves(&[1, 2], &[1.0], &[], "accuracy", &[1.0, 1.0], "").unwrap_err();
        assert_eq!(
            error.to_string(),
            "losses: got 1 for 2 steps, expected one a step, one of them finite"
        );
        assert!(curves(&[], &[], &[], "accuracy", &[], "").is_err());
    }

    #[test]
    fn long_series_are_averaged() {
        let steps: Vec<usize> = (0..1200).collect();
        let values: Vec<f64> = steps.iter().map(|step| 2.0 * *step as f64).collect();
        let points = averaged(&steps, &values);
        assert_eq!(points.len(), 600);
        assert_eq!(points[..2], [(0.5, 1.0), (2.5, 5.0)]);
    }
}
