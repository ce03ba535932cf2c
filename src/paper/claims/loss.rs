//! Appendix C.1: what the relative form of the complexity loss is for.

use half::{bf16, f16};

use crate::Result;
use crate::equations::loss::complexity_loss;
use crate::paper::claim::Source::Paper;
use crate::paper::claim::{Claim, Finding, Row, Verdict, agreeing, every, readings};

/// The claims about the complexity loss.
pub const CLAIMS: &[Claim] = &[
    Claim {
        id: "loss-overflow",
        source: Paper("C.1, Eq. 12"),
        title: "the alternative to Eq. 12, squared differences of complexities of order 1e10, overflows",
        formula: "(1e10)^2 beyond the largest number of f32, bf16, f16, 32-bit integers; some: cannot be told",
        recorded: Verdict::CannotBeTold,
        evaluate: || overflow(1e10),
    },
    Claim {
        id: "loss-scale",
        source: Paper("C.1, Eq. 12"),
        title: "Eq. 12 does not depend on the scale of the complexities, so that lambda need not either",
        formula: "(s C_curr / s C_target - 1)^2 = (C_curr / C_target - 1)^2 for s = 1e-10, 1, 1e4, 1e10, to 1e-14",
        recorded: Verdict::Confirmed,
        evaluate: || scale(complexity_loss),
    },
];

/// Whether the square of `complexity` overflows the formats of the paper's hardware; it does not say
/// which it uses.
pub fn overflow(complexity: f64) -> Result<Finding> {
    let square = complexity * complexity;
    let formats = [
        ("f32", f64::from(f32::MAX)),
        ("bf16", f64::from(bf16::MAX)),
        ("f16", f64::from(f16::MAX)),
        ("32-bit integers", f64::from(i32::MAX)),
    ];
    let rows = formats.map(|(name, largest)| {
        Row::new(
            format!("{name}, at most {largest:.1e}"),
            format!("{square:.0e}"),
            "overflow",
            square > largest,
        )
    });
    let overflowing: Vec<&str> = formats
        .iter()
        .filter(|(_, largest)| square > *largest)
        .map(|(name, _)| *name)
        .collect();
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        readings(&rows),
        format!("in {holds} of {all} formats: {}", overflowing.join(", ")),
        "prevents overflow that might occur",
        format!(
            "The square {square:.0e} overflows {holds} of {all} formats; the paper does not name its \
             own."
        ),
        rows.to_vec(),
    ))
}

/// `loss` of complexities of several scales and the same ratio, 1.05.
pub fn scale(loss: fn(f64, f64) -> Result<f64>) -> Result<Finding> {
    let expected = loss(1.05, 1.0)?;
    let mut rows = Vec::new();
    for scale in [1e-10, 1.0, 1e4, 1e10] {
        let ours = loss(1.05 * scale, scale)?;
        rows.push(Row::new(
            format!("C_target {scale:e}, C_curr 1.05 times that"),
            format!("{ours:.6}"),
            format!("{expected:.6}"),
            // The ratio of order 1 rounds twice.
            (ours - expected).abs() <= 1e-14,
        ));
    }
    let (holds, all) = (agreeing(&rows), rows.len());
    Ok(Finding::new(
        every(&rows),
        format!("{holds} of {all} scales"),
        "consistent tuning of lambda",
        format!("The loss is the same at {holds} of {all} scales."),
        rows,
    ))
}
