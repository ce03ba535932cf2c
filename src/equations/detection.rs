//! How well an object is found position by position: error rates at one threshold and over all.
//!
//! A position is called object where its logit is above 0, its probability above 1/2. The
//! benchmark behind Table 2 (NAS-Bench-360) prints as "1 - AUROC" of Cosmic the
//! [`Pool::balanced_error`], which is 1 - AUROC of the predictions after that threshold, over all
//! positions of the split, those left out of the loss too. Appendix D speaks of the
//! [`Pool::false_negative_rate`]. The AUROC of the logits themselves is [`auroc`].

use super::arguments;
use crate::{Error, Result};

/// Bins of a histogram of logits.
pub const BINS: usize = 4096;
/// Bins per unit of logit: they cover -32 to 32, and the outermost all beyond.
const PER_UNIT: f64 = 64.0;
/// The first bin above logit 0.
const MIDDLE: usize = BINS / 2;

/// Positions by what they are and what they were called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub true_positives: u64,
    pub true_negatives: u64,
    pub false_positives: u64,
    pub false_negatives: u64,
}

/// The logits of many positions as two histograms, so that no position has to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    object: Vec<u64>,
    background: Vec<u64>,
}

impl Pool {
    fn new() -> Self {
        Pool {
            object: vec![0; BINS],
            background: vec![0; BINS],
        }
    }

    /// The counts at logit 0, which is the edge of a bin.
    pub fn counts(&self) -> Counts {
        let sum = |bins: &[u64]| bins.iter().sum();
        Counts {
            true_positives: sum(&self.object[MIDDLE..]),
            true_negatives: sum(&self.background[..MIDDLE]),
            false_positives: sum(&self.background[MIDDLE..]),
            false_negatives: sum(&self.object[..MIDDLE]),
        }
    }

    /// `FNR = FN / (FN + TP)`, or nothing without an object.
    pub fn false_negative_rate(&self) -> Option<f64> {
        let counts = self.counts();
        rate(counts.false_negatives, counts.true_positives)
    }

    /// `FPR = FP / (FP + TN)`, or nothing without background.
    pub fn false_positive_rate(&self) -> Option<f64> {
        let counts = self.counts();
        rate(counts.false_positives, counts.true_negatives)
    }

    /// `(FNR + FPR) / 2`: 0.5 for one answer everywhere.
    pub fn balanced_error(&self) -> Option<f64> {
        Some((self.false_negative_rate()? + self.false_positive_rate()?) / 2.0)
    }

    /// `1 -` [`auroc`] with logits of the same bin taken as equal. It differs from the exact value
    /// by at most [`Pool::one_minus_auroc_bound`].
    pub fn one_minus_auroc(&self) -> Option<f64> {
        let mut above = 0;
        // Twice the number of pairs in which the background's logit is the higher one.
        let mut doubled: u128 = 0;
        for (&object, &background) in self.object.iter().zip(&self.background).rev() {
            doubled += u128::from(object) * u128::from(2 * above + background);
            above += background;
        }
        Some(doubled as f64 / (2.0 * self.pairs()?))
    }

    /// Half the share of the pairs that fall into one bin.
    pub fn one_minus_auroc_bound(&self) -> Option<f64> {
        let bins = self.object.iter().zip(&self.background);
        let equal: u128 = bins.map(|(o, b)| u128::from(*o) * u128::from(*b)).sum();
        Some(equal as f64 / (2.0 * self.pairs()?))
    }

    /// Pairs of an object's and a background's position.
    fn pairs(&self) -> Option<f64> {
        let [object, background] =
            [&self.object, &self.background].map(|bins| bins.iter().sum::<u64>() as f64);
        (object > 0.0 && background > 0.0).then_some(object * background)
    }
}

fn rate(wrong: u64, right: u64) -> Option<f64> {
    (wrong + right > 0).then(|| wrong as f64 / (wrong + right) as f64)
}

/// All positions seen so far. The order in which they were added changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detection {
    /// Every position.
    pub all: Pool,
    /// Those that are not ignored.
    pub kept: Pool,
}

impl Default for Detection {
    fn default() -> Self {
        Detection {
            all: Pool::new(),
            kept: Pool::new(),
        }
    }
}

impl Detection {
    /// Counts so many positions: their logits, whether they belong to the object, and whether they
    /// are ignored.
    ///
    /// # Errors
    /// The lengths differ or a logit is not a number; nothing is then counted.
    pub fn add(&mut self, logits: &[f64], object: &[bool], ignored: &[bool]) -> Result<()> {
        check(logits, object)?;
        arguments::shape("detection: ignored", &[ignored.len()], &[logits.len()])?;
        for ((&logit, &object), &ignored) in logits.iter().zip(object).zip(ignored) {
            let bin = bin(logit);
            let count = |pool: &mut Pool| match object {
                true => pool.object[bin] += 1,
                false => pool.background[bin] += 1,
            };
            count(&mut self.all);
            if !ignored {
                count(&mut self.kept);
            }
        }
        Ok(())
    }
}

/// Bins are open below and closed above.
fn bin(logit: f64) -> usize {
    let bin = libm::ceil(logit * PER_UNIT) + MIDDLE as f64 - 1.0;
    bin.clamp(0.0, (BINS - 1) as f64) as usize
}

fn check(logits: &[f64], object: &[bool]) -> Result<()> {
    arguments::shape("detection: object", &[object.len()], &[logits.len()])?;
    match logits.iter().position(|logit| logit.is_nan()) {
        None => Ok(()),
        Some(index) => Err(Error::argument(
            format!("detection: logit {index}"),
            "NaN",
            "a number",
        )),
    }
}

/// The area under the receiver operating characteristic: the probability that the logit of an
/// object's position is above that of a background's, where equal ones count one half. From the
/// sum R of the objects' ranks, `(R - m (m + 1) / 2) / (m n)` for m objects and n others.
///
/// # Errors
/// The lengths differ, a logit is not a number, or there are not both kinds of position.
pub fn auroc(logits: &[f64], object: &[bool]) -> Result<f64> {
    check(logits, object)?;
    let objects = object.iter().filter(|&&object| object).count();
    arguments::at_least_one("detection: positions of the object", objects)?;
    let others = object.len() - objects;
    arguments::at_least_one("detection: positions of the background", others)?;
    let mut order: Vec<usize> = (0..logits.len()).collect();
    // Not `total_cmp`, which tells -0 from 0.
    order.sort_by(|&i, &j| logits[i].partial_cmp(&logits[j]).expect("no NaN"));
    let mut ranks = 0.0;
    let mut before = 0;
    for equal in order.chunk_by(|&i, &j| logits[i] == logits[j]) {
        // Of equal logits, each has the mean of their ranks.
        let rank = before as f64 + (equal.len() + 1) as f64 / 2.0;
        ranks += rank * equal.iter().filter(|&&i| object[i]).count() as f64;
        before += equal.len();
    }
    let (m, n) = (objects as f64, others as f64);
    Ok((ranks - m * (m + 1.0) / 2.0) / (m * n))
}
