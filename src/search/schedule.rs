//! The learning rate: linear warm-up, then a cosine to zero (Appendix E.2), per step.

/// Warm-up and cosine annealing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// The learning rate at the end of the warm-up.
    pub peak: f64,
    /// Steps of the warm-up, at most `total`.
    pub warmup: u64,
    /// Steps of the whole training.
    pub total: u64,
}

impl Schedule {
    /// The learning rate of step `step`, counted from zero.
    ///
    /// In the warm-up step t has `peak (t + 1) / warmup`; after it
    /// `peak / 2 (1 + cos(pi (t - warmup) / (total - warmup)))`, zero at `total`.
    pub fn learning_rate(&self, step: u64) -> f64 {
        if step < self.warmup {
            return self.peak * (step + 1) as f64 / self.warmup as f64;
        }
        let span = self.total.saturating_sub(self.warmup).max(1) as f64;
        let progress = ((step - self.warmup) as f64 / span).min(1.0);
        0.5 * self.peak * (1.0 + libm::cos(std::f64::consts::PI * progress))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEDULE: Schedule = Schedule {
        peak: 0.02,
        warmup: 10,
        total: 110,
    };

    #[test]
    fn warm_up_is_linear_and_reaches_the_peak() {
        assert_eq!(SCHEDULE.learning_rate(0), 0.002);
        assert_eq!(SCHEDULE.learning_rate(9), 0.02);
        assert_eq!(SCHEDULE.learning_rate(10), 0.02);
    }

    #[test]
    fn the_cosine_is_half_way_at_half_time_and_zero_at_the_end() {
        assert!((SCHEDULE.learning_rate(60) - 0.01).abs() < 1e-17);
        assert!(SCHEDULE.learning_rate(109) > 0.0);
        assert_eq!(SCHEDULE.learning_rate(110), 0.0);
    }

    #[test]
    fn no_warm_up_and_no_steps_are_finite() {
        let schedule = Schedule {
            peak: 1.0,
            warmup: 0,
            total: 0,
        };
        assert_eq!(schedule.learning_rate(0), 1.0);
    }
}
