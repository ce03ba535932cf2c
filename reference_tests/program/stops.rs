//! A run that is stopped or killed, and resumed, ends with the files of one that was not.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use dnarch::random::Stream;

use super::{Place, said};

/// What must not depend on interruptions.
const FILES: &[&str] = &[
    "results.json",
    "architecture.json",
    "metrics.jsonl",
    "curves.svg",
    "samples.svg",
    "architecture.svg",
];

fn assert_same(place: &Place, run: &str) {
    for file in FILES {
        let [whole, resumed] = ["whole", run].map(|run| place.text(&format!("{run}/{file}")));
        assert!(whole == resumed, "{file} of {run} differs");
    }
}

fn step(place: &Place, run: &str) -> Option<u64> {
    let text = fs::read(place.path(run).join("checkpoints/checkpoint.json")).ok()?;
    serde_json::from_slice::<serde_json::Value>(&text).ok()?["step"].as_u64()
}

/// Waits until the checkpoint of `run` is of step `least` at least.
fn wait_for(place: &Place, run: &str, least: u64) {
    let start = Instant::now();
    while step(place, run).is_none_or(|step| step < least) {
        assert!(start.elapsed() < Duration::from_secs(60), "no step {least}");
        sleep(Duration::from_millis(1));
    }
}

fn interrupt(child: &Child) {
    let status = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

/// A second of work, so that a signal finds it at work.
const LONG: &[&str] = &["--epochs", "70", "--set", "checkpoint_every=1"];

#[test]
fn an_interrupted_run_says_how_to_go_on() {
    let place = Place::new();
    let out = "it's mine";
    let baseline = |out| [LONG, &["--baseline", "--out", out]].concat();
    place.search(&baseline("whole")).assert_success();
    let mut printed: Option<String> = None;
    // In the search, then in the baseline, then not any more.
    for (run, least) in [(out, 5), (&*format!("{out}/baseline"), 3)] {
        let mut command = match &printed {
            None => place.program(&[super::TINY, &baseline(out)].concat()),
            Some(text) => shell(&place, text),
        };
        let child = command.spawn().unwrap();
        wait_for(&place, run, least);
        interrupt(&child);
        let said = said(child.wait_with_output().unwrap());
        assert_eq!(said.status, Some(0), "{}", said.stderr);
        assert!(
            said.stderr.contains("stopping after this step"),
            "{}",
            said.stderr
        );
        assert!(step(&place, run).unwrap() < 140, "it was not stopped");
        assert!(!place.path(out).join("results.json").exists());
        let hint = "Stopped; the state is saved. Go on with:\n  ";
        let text = said.stdout.strip_prefix(hint).unwrap();
        assert_eq!(text, "dnarch search --resume 'it'\\''s mine' --baseline\n");
        printed = Some(text.to_string());
    }
    let resumed = said(shell(&place, &printed.unwrap()).output().unwrap());
    resumed.assert_success();
    assert_same(&place, out);
}

/// A line as a shell runs it, `dnarch` being the program.
fn shell(place: &Place, line: &str) -> Command {
    let program = env!("CARGO_BIN_EXE_dnarch");
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(format!("dnarch() {{ exec '{program}' \"$@\"; }}\n{line}"))
        .current_dir(place.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    shell
}

#[test]
fn a_killed_run_goes_on_from_its_last_checkpoint() {
    let place = Place::new();
    let arguments = |out| {
        let settings = ["--epochs", "30", "--set", "checkpoint_every=3"];
        [super::TINY, &settings, &["--baseline", "--out", out]].concat()
    };
    let start = Instant::now();
    place.run(&arguments("whole")).assert_success();
    let whole = start.elapsed();
    let mut stream = Stream::new(1, "kills", 0);
    for run in ["one", "two", "three"] {
        let mut killed = 0;
        for _ in 0..6 {
            let resume = ["search", "--resume", run, "--baseline"];
            // Before its settings are written there is no run to go on with.
            let mut command = match place.path(run).join("settings.toml").exists() {
                true => place.program(&resume),
                false => place.program(&arguments(run)),
            };
            let mut child = command.spawn().unwrap();
            sleep(whole.mul_f64(0.6 * stream.uniform()));
            child.kill().unwrap();
            killed += usize::from(child.wait().unwrap().code().is_none());
        }
        assert!(killed > 0);
        let end = match place.path(run).join("settings.toml").exists() {
            true => place.run(&["search", "--resume", run, "--baseline"]),
            false => place.run(&arguments(run)),
        };
        end.assert_success();
        assert_same(&place, run);
    }
}
