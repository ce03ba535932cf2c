//! Checks of arguments that several definitions share.

use crate::{Error, Result};

pub(super) fn finite(what: &str, value: f64) -> Result<()> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(Error::argument(what, value, "a finite number"))
    }
}

pub(super) fn positive(what: &str, value: f64) -> Result<()> {
    if value.is_finite() && value > 0.0 {
        Ok(())
    } else {
        Err(Error::argument(what, value, "a finite number above 0"))
    }
}

/// A mask's threshold T lies strictly between 0 and 1.
pub(super) fn threshold(value: f64) -> Result<()> {
    if value > 0.0 && value < 1.0 {
        Ok(())
    } else {
        Err(Error::argument(
            "threshold",
            value,
            "a number strictly between 0 and 1",
        ))
    }
}

pub(super) fn at_least_one(what: &str, count: usize) -> Result<()> {
    if count > 0 {
        Ok(())
    } else {
        Err(Error::argument(what, count, "at least 1"))
    }
}

pub(super) fn shape(what: &str, given: &[usize], expected: &[usize]) -> Result<()> {
    if given == expected {
        Ok(())
    } else {
        Err(Error::argument(
            what,
            format!("{given:?}"),
            format!("{expected:?}"),
        ))
    }
}
