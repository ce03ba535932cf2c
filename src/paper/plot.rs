//! Printed against recomputed complexity of the fourteen architectures, as a picture.

use plotters::prelude::*;

use super::claims::complexity::{PRINTED as HALF_DIGIT, PrintedBy, interval, ratio};
use super::tables::{ARCHITECTURES, PrintedArchitecture};
use crate::equations::complexity::block_cost;
use crate::{Error, Result};

const SIZE: (u32, u32) = (900, 560);
const OURS: RGBColor = RGBColor(0x1f, 0x5f, 0xa8);
const PRINTED: RGBColor = RGBColor(0xb8, 0x4a, 0x0c);

/// What is drawn of one architecture.
struct Line {
    name: String,
    ours: f64,
    /// The ratios that printed sizes rounded down leave open.
    floor: (f64, f64),
    /// The same for sizes rounded to the nearest.
    round: (f64, f64),
    printed: f64,
}

impl Line {
    fn of(found: &PrintedArchitecture) -> Result<Self> {
        Ok(Line {
            name: found.name(),
            ours: ratio(found, 0.0, block_cost)?,
            floor: interval(found, PrintedBy::Floor.shifts(), block_cost)?,
            round: interval(found, PrintedBy::Round.shifts(), block_cost)?,
            printed: found.printed_ratio(),
        })
    }
}

/// An SVG picture: for each architecture of Tables 6 to 8 the relative complexity by Appendix C
/// of the printed sizes, the intervals that their rounding leaves open, and the ratio that Tables 1
/// to 3 print.
///
/// # Errors
/// As [`block_cost`].
pub fn complexity_ratios() -> Result<String> {
    let lines = ARCHITECTURES
        .iter()
        .map(Line::of)
        .collect::<Result<Vec<_>>>()?;
    let mut picture = String::new();
    draw(&mut picture, &lines).map_err(|error| {
        let path = std::path::Path::new("complexity ratios");
        Error::io(path, "draw", std::io::Error::other(error.to_string()))
    })?;
    Ok(picture)
}

fn draw(
    picture: &mut String,
    lines: &[Line],
) -> std::result::Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::with_string(picture, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let values = || {
        lines
            .iter()
            .flat_map(|l| [l.floor.0, l.floor.1, l.round.0, l.ours, l.printed])
    };
    let least = values().fold(f64::INFINITY, f64::min) - 0.01;
    let most = values().fold(f64::NEG_INFINITY, f64::max) + 0.01;
    let rows = lines.len() as f64;
    let mut chart = ChartBuilder::on(&root)
        .caption(
            "Complexity relative to the base network",
            ("sans-serif", 22),
        )
        .margin(10)
        .x_label_area_size(44)
        .y_label_area_size(150)
        .build_cartesian_2d(least..most, -0.5..rows - 0.5)?;
    // The first architecture stands at the top.
    let height = |index: usize| rows - 1.0 - index as f64;
    let name = |y: &f64| {
        let index = rows - 1.0 - y;
        let line = (index.fract() == 0.0)
            .then(|| lines.get(index as usize))
            .flatten();
        line.map_or(String::new(), |line| line.name.clone())
    };
    chart
        .configure_mesh()
        .x_desc("C / C of the base network")
        .x_label_formatter(&|x| format!("{x:.2}"))
        .y_labels(lines.len())
        .y_label_formatter(&name)
        .label_style(("sans-serif", 15))
        .axis_desc_style(("sans-serif", 17))
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.12))
        .draw()?;

    let band = |(from, to): (f64, f64), index: usize, half: f64, style: ShapeStyle| {
        let y = height(index);
        Rectangle::new([(from, y - half), (to, y + half)], style)
    };
    let rows = || lines.iter().enumerate();
    chart
        .draw_series(rows().map(|(i, line)| band(line.floor, i, 0.24, OURS.mix(0.2).filled())))?
        .label("printed sizes were rounded down")
        .legend(|(x, y)| Rectangle::new([(x, y - 5), (x + 18, y + 5)], OURS.mix(0.2).filled()));
    chart
        .draw_series(rows().map(|(i, line)| band(line.round, i, 0.10, OURS.mix(0.45).filled())))?
        .label("printed sizes were rounded to the nearest")
        .legend(|(x, y)| Rectangle::new([(x, y - 3), (x + 18, y + 3)], OURS.mix(0.45).filled()));
    chart
        .draw_series(rows().map(|(i, line)| Circle::new((line.ours, height(i)), 4, OURS.filled())))?
        .label("recomputed from the printed sizes (C.2)")
        .legend(|(x, y)| Circle::new((x + 9, y), 4, OURS.filled()));
    chart
        .draw_series(rows().map(|(i, line)| {
            let ends = (line.printed - HALF_DIGIT, line.printed + HALF_DIGIT);
            band(ends, i, 0.34, PRINTED.stroke_width(2))
        }))?
        .label("printed in Tables 1 to 3, to half a digit")
        .legend(|(x, y)| {
            Rectangle::new([(x + 5, y - 6), (x + 13, y + 6)], PRINTED.stroke_width(2))
        });
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .margin(12)
        .background_style(WHITE.mix(0.9))
        .border_style(BLACK.mix(0.3))
        .label_font(("sans-serif", 14))
        .draw()?;
    root.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_architecture_is_drawn() {
        let picture = complexity_ratios().unwrap();
        for found in ARCHITECTURES {
            assert!(picture.contains(&found.name()), "{}", found.name());
        }
        assert!(!picture.contains("NaN"));
        // The printed ratios, one rectangle each and one in the legend.
        let outline = "stroke=\"#B84A0C\"";
        assert_eq!(picture.matches(outline).count(), ARCHITECTURES.len() + 1);
    }
}
