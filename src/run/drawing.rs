//! The found architecture drawn to scale, so that its U-shapes are seen.
//!
//! Each block is three slabs, for N_in, N_mid and N_out: as tall as its resolution and as wide as
//! its channels, beside a bar as tall as its kernel. Blocks that the depth mask has removed are
//! outlines.

use crate::network::{Architecture, BlockArchitecture};
use crate::run::svg::{Anchor, INK, document, line, rectangle, text};
use crate::{Error, Result};

const LEFT: f64 = 112.0;
const PITCH: f64 = 112.0;
/// Height of the full input resolution.
const FULL: f64 = 200.0;
/// Width of a slab of all channels.
const SLAB: f64 = 30.0;
const MIDDLE: f64 = 210.0;
const TABLE: f64 = MIDDLE + 0.5 * FULL + 30.0;
const ROW: f64 = 20.0;
const SLAB_COLOURS: [&str; 3] = ["#9ecae1", "#4292c6", "#9ecae1"];
const KERNEL_COLOUR: &str = "#e6761a";
const GHOST: &str = "fill=\"none\" stroke=\"#a0a0a0\" stroke-dasharray=\"3 3\"";

/// An SVG picture of `architecture`.
///
/// # Errors
/// [`Error::Argument`] if it has more blocks than its maximum depth or than 2000, or sizes on
/// another number of axes than its input grid.
pub fn drawing(architecture: &Architecture) -> Result<String> {
    check(architecture)?;
    let count = architecture.maximum_depth;
    let mut body = heading(architecture);

    let right = LEFT + PITCH * count as f64;
    let guide = "stroke=\"#c8c8c8\" stroke-dasharray=\"6 4\"";
    for y in [MIDDLE - 0.5 * FULL, MIDDLE + 0.5 * FULL] {
        body += &line((LEFT - 8.0, y), (right, y), guide);
    }
    body += &text(
        LEFT - 14.0,
        MIDDLE - 0.5 * FULL + 14.0,
        12.0,
        Anchor::End,
        "input grid",
    );
    let grid = product(&architecture.input_grid);
    body += &text(
        LEFT - 14.0,
        MIDDLE - 0.5 * FULL + 30.0,
        12.0,
        Anchor::End,
        &grid,
    );
    let stream = format!("stroke=\"{INK}\" stroke-width=\"1.5\"");
    body += &line((LEFT - 8.0, MIDDLE), (right, MIDDLE), &stream);
    body += &format!("<path d=\"M{right:.1} {MIDDLE:.1}l-8 -4v8z\" fill=\"{INK}\"/>\n");

    for (i, label) in [
        "block",
        "resolution",
        "kernel",
        "N_in",
        "N_mid",
        "N_out",
        "depth mask",
    ]
    .into_iter()
    .enumerate()
    {
        body += &text(
            LEFT - 14.0,
            TABLE + ROW * i as f64,
            12.0,
            Anchor::End,
            label,
        );
    }
    for index in 0..count {
        let centre = LEFT + PITCH * (index as f64 + 0.5);
        body += &match architecture.blocks.get(index) {
            Some(block) => slabs(architecture, block, centre),
            None => ghost(centre),
        };
        for (i, entry) in entries(architecture.blocks.get(index), index)
            .iter()
            .enumerate()
        {
            body += &text(centre, TABLE + ROW * i as f64, 12.0, Anchor::Middle, entry);
        }
    }
    body += &legend(architecture);
    let width = (right + 24.0).max(900.0);
    Ok(document(width, TABLE + 7.0 * ROW + 84.0, &body))
}

fn check(architecture: &Architecture) -> Result<()> {
    const MOST: usize = 2000;
    let blocks = architecture.blocks.len();
    if architecture.maximum_depth > MOST || blocks > architecture.maximum_depth {
        let given = format!("{blocks} of {}", architecture.maximum_depth);
        let expected = format!("at most the maximum depth, and that at most {MOST}");
        return Err(Error::argument(
            "blocks of the architecture",
            given,
            expected,
        ));
    }
    let axes = architecture.input_grid.len();
    for (index, block) in architecture.blocks.iter().enumerate() {
        for given in [block.kernel_taps.len(), block.resolution_samples.len()] {
            if given != axes {
                let what = format!("axes of block {}", index + 1);
                return Err(Error::argument(
                    what,
                    given,
                    format!("{axes} as the input grid"),
                ));
            }
        }
    }
    Ok(())
}

fn heading(architecture: &Architecture) -> String {
    let title = format!(
        "{} with {} learned: complexity {:.2} × target",
        architecture.base, architecture.components, architecture.complexity_ratio
    );
    let details = format!(
        "C_curr = {:.3e}, C_target = {:.3e}; {} of {} blocks (depth {:.2}); {} of {} parameters active",
        architecture.complexity,
        architecture.target_complexity,
        architecture.active_blocks,
        architecture.maximum_depth,
        architecture.depth,
        grouped(architecture.active_parameters),
        grouped(architecture.stored_parameters)
    );
    text(16.0, 30.0, 18.0, Anchor::Start, &title) + &text(16.0, 54.0, 13.0, Anchor::Start, &details)
}

fn slabs(architecture: &Architecture, block: &BlockArchitecture, centre: f64) -> String {
    let height = (FULL * share(&block.resolution_samples, &architecture.input_grid)).max(2.0);
    let top = MIDDLE - 0.5 * height;
    let maximum = architecture.maximum_width.max(1) as f64;
    let widths = block
        .channels
        .map(|channels| SLAB * (channels as f64 / maximum).min(1.0));
    let total: f64 = widths.iter().sum();
    let mut drawn = String::new();

    let mut x = centre - 0.5 * total + 5.0;
    let kernel = (FULL * share(&block.kernel_taps, &architecture.input_grid)).max(2.0);
    let fill = format!("fill=\"{KERNEL_COLOUR}\"");
    drawn += &rectangle(x - 10.0, MIDDLE - 0.5 * kernel, 6.0, kernel, &fill);
    for (width, colour) in widths.into_iter().zip(SLAB_COLOURS) {
        let style = format!("fill=\"{colour}\" stroke=\"{INK}\"");
        drawn += &rectangle(x, top, width.max(1.0), height, &style);
        x += width;
    }
    drawn
}

fn ghost(centre: f64) -> String {
    let width = 0.5 * SLAB;
    let slab = |i: usize| {
        let x = centre + width * (i as f64 - 1.5);
        rectangle(x, MIDDLE - 0.5 * FULL, width, FULL, GHOST)
    };
    (0..3).map(slab).collect()
}

/// The column under a block.
fn entries(block: Option<&BlockArchitecture>, index: usize) -> Vec<String> {
    let number = (index + 1).to_string();
    match block {
        None => vec![number, "inactive".to_string()],
        Some(block) => vec![
            number,
            product(&block.resolution_samples),
            product(&block.kernel_taps),
            block.channels[0].to_string(),
            block.channels[1].to_string(),
            block.channels[2].to_string(),
            format!("{:.2}", block.depth_mask),
        ],
    }
}

fn legend(architecture: &Architecture) -> String {
    let y = TABLE + 7.0 * ROW + 14.0;
    let outline = format!("stroke=\"{INK}\"");
    let mut drawn = String::new();
    for (i, colour) in SLAB_COLOURS.into_iter().enumerate() {
        let style = format!("fill=\"{colour}\" {outline}");
        drawn += &rectangle(16.0 + 10.0 * i as f64, y, 10.0, 24.0, &style);
    }
    let slabs = format!(
        "N_in, N_mid, N_out: width = channels (of {}), height = resolution",
        architecture.maximum_width
    );
    drawn += &text(54.0, y + 17.0, 12.0, Anchor::Start, &slabs);
    drawn += &rectangle(480.0, y, 6.0, 24.0, &format!("fill=\"{KERNEL_COLOUR}\""));
    drawn += &text(
        494.0,
        y + 17.0,
        12.0,
        Anchor::Start,
        "height = kernel size on the input grid",
    );
    drawn += &rectangle(760.0, y, 18.0, 24.0, GHOST);
    drawn += &text(786.0, y + 17.0, 12.0, Anchor::Start, "inactive block");
    if architecture.input_grid.len() > 1 {
        let note = "Heights are geometric means over the axes.";
        drawn += &text(16.0, y + 48.0, 12.0, Anchor::Start, note);
    }
    drawn
}

/// The geometric mean over the axes of `sizes` relative to `grid`, at most 1.
fn share(sizes: &[usize], grid: &[usize]) -> f64 {
    let ratio = |(size, points): (&usize, &usize)| *size as f64 / (*points).max(1) as f64;
    let product: f64 = sizes.iter().zip(grid).map(ratio).product();
    product.powf(1.0 / grid.len().max(1) as f64).min(1.0)
}

fn product(sizes: &[usize]) -> String {
    let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
    sizes.join(" × ")
}

/// `number` with its thousands apart.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(resolution: usize, kernel: usize, channels: [usize; 3]) -> BlockArchitecture {
        BlockArchitecture {
            kernel: vec![kernel as f64],
            kernel_taps: vec![kernel],
            resolution: vec![resolution as f64],
            resolution_samples: vec![resolution],
            width: channels.map(|count| count as f64),
            channels,
            depth_mask: 0.5,
        }
    }

    fn architecture(blocks: Vec<BlockArchitecture>) -> Architecture {
        Architecture {
            schema: "dnarch-architecture/1".to_string(),
            base: "ccnn-1-13".to_string(),
            components: "k,r,w,d".to_string(),
            variant: "gated".to_string(),
            input_grid: vec![100],
            maximum_width: 30,
            maximum_depth: 2,
            depth: 1.0,
            active_blocks: blocks.len(),
            complexity: 1.0,
            target_complexity: 1.0,
            complexity_ratio: 1.0,
            active_parameters: 1234567,
            stored_parameters: 12,
            blocks,
        }
    }

    #[test]
    fn boxes_are_to_scale_and_numbered() {
        let picture = drawing(&architecture(vec![block(50, 20, [30, 13, 2])])).unwrap();
        // Half the resolution is half the height; channels are as many pixels as there are.
        for (width, height) in [
            ("30.0", "100.0"),
            ("13.0", "100.0"),
            ("2.0", "100.0"),
            ("6.0", "40.0"),
        ] {
            assert!(picture.contains(&format!("width=\"{width}\" height=\"{height}\"")));
        }
        for number in [
            ">50<",
            ">20<",
            ">30<",
            ">13<",
            ">2<",
            ">0.50<",
            ">inactive<",
        ] {
            assert!(picture.contains(number), "{number}");
        }
        assert!(picture.contains("1,234,567 of 12 parameters"));
    }

    #[test]
    fn more_blocks_than_the_depth_allows_are_refused() {
        let error = drawing(&architecture(vec![block(1, 1, [1; 3]); 3])).unwrap_err();
        assert!(error.to_string().contains("got 3 of 2"), "{error}");
        let mut deep = architecture(vec![]);
        deep.maximum_depth = usize::MAX;
        assert!(drawing(&deep).is_err());
    }

    #[test]
    fn sizes_on_other_axes_are_refused() {
        let mut flat = block(1, 1, [1; 3]);
        flat.kernel_taps = vec![1, 1];
        let error = drawing(&architecture(vec![flat])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "axes of block 1: got 2, expected 1 as the input grid"
        );
    }

    #[test]
    fn the_share_is_a_geometric_mean() {
        assert_eq!(share(&[16, 4], &[16, 16]), 0.5);
        assert_eq!(share(&[33], &[32]), 1.0);
    }
}
