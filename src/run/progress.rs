//! Progress of a run on stderr: a bar on a terminal, elsewhere a plain line now and then.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Time between two plain lines.
const INTERVAL: Duration = Duration::from_secs(5);

/// Reports how a search is getting on.
pub struct Progress {
    metric: String,
    latest: Option<f64>,
    /// `None` where stderr is no terminal.
    bar: Option<ProgressBar>,
    /// When the first step was reported, and which.
    first: Option<(Instant, usize)>,
    printed: Option<Instant>,
}

impl Progress {
    /// Reports on stderr; `metric` names what the evaluations measure.
    pub fn new(metric: &str) -> Self {
        Self::on(metric, std::io::stderr().is_terminal())
    }

    fn on(metric: &str, terminal: bool) -> Self {
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        Progress {
            metric: metric.to_string(),
            latest: None,
            bar: terminal.then(|| ProgressBar::new(0).with_style(style)),
            first: None,
            printed: None,
        }
    }

    /// Step number `step` of `total` is done, with this loss and `ratio = C_curr/C_target`.
    pub fn step(&mut self, step: usize, total: usize, loss: f64, ratio: f64) {
        let now = Instant::now();
        let (start, first) = *self.first.get_or_insert((now, step));
        let left = remaining(
            now - start,
            step.saturating_sub(first),
            total.saturating_sub(step),
        );
        let state = state(loss, ratio, &self.metric, self.latest, left);
        if let Some(bar) = &self.bar {
            bar.set_length(total as u64);
            bar.set_position(step as u64);
            bar.set_message(state);
        } else if self.printed.is_none_or(|last| now - last >= INTERVAL) || step == total {
            eprintln!("step {step}/{total}  {state}");
            self.printed = Some(now);
        }
    }

    /// An evaluation after step number `step` gave `value`.
    pub fn evaluated(&mut self, step: usize, value: f64) {
        self.latest = Some(value);
        self.print(&format!("step {step}: {} {value:.5}", self.metric));
    }

    /// Prints a line without disturbing the bar.
    pub fn print(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    /// Removes the bar and prints a last line.
    pub fn finish(self, line: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        eprintln!("{line}");
    }
}

fn state(
    loss: f64,
    ratio: f64,
    metric: &str,
    latest: Option<f64>,
    left: Option<Duration>,
) -> String {
    let metric = latest.map_or(String::new(), |value| format!("  {metric} {value:.5}"));
    let left = left.map_or(String::new(), |left| format!("  {} left", clock(left)));
    format!("loss {loss:.5}{metric}  complexity {ratio:.3}x{left}")
}

/// The time that `left` more steps take if they are as fast as the `done` ones.
fn remaining(elapsed: Duration, done: usize, left: usize) -> Option<Duration> {
    let seconds = elapsed.as_secs_f64() / done as f64 * left as f64;
    Duration::try_from_secs_f64(seconds).ok()
}

fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}h {minutes:02}m")
    } else {
        format!("{minutes}m {seconds:02}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_loss_metric_complexity_and_time_left() {
        let left = remaining(Duration::from_secs(10), 5, 50);
        assert_eq!(left, Some(Duration::from_secs(100)));
        assert_eq!(
            state(0.25, 1.0123, "accuracy", Some(0.5), left),
            "loss 0.25000  accuracy 0.50000  complexity 1.012x  1m 40s left"
        );
    }

    #[test]
    fn before_the_first_step_the_time_left_is_unknown() {
        assert_eq!(remaining(Duration::ZERO, 0, 50), None);
        assert_eq!(remaining(Duration::from_secs(1), 0, 50), None);
        assert_eq!(
            state(1.0, 1.0, "accuracy", None, None),
            "loss 1.00000  complexity 1.000x"
        );
    }

    #[test]
    fn hours_are_shown_without_seconds() {
        assert_eq!(clock(Duration::from_secs(2 * 3600 + 5 * 60 + 9)), "2h 05m");
    }

    #[test]
    fn plain_lines_are_rationed() {
        let mut progress = Progress::on("accuracy", false);
        progress.step(1, 1000, 1.0, 1.0);
        let printed = progress.printed;
        progress.step(2, 1000, 1.0, 1.0);
        assert!(printed.is_some() && progress.printed == printed);
        progress.step(1000, 1000, 1.0, 1.0);
        assert!(progress.printed != printed);
    }
}
