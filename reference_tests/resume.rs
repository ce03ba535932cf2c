//! A search that is stopped, saved and resumed ends with the bits of one that was not; a checkpoint
//! that is anything but whole and its own is refused, and changes nothing.

use std::fs;
use std::ops::ControlFlow;

use dfdx::prelude::{Cpu, Device};
use dnarch::Result;
use dnarch::autodiff::Element;
use dnarch::network::{Decoder, NetworkConfiguration};
use dnarch::search::{
    Evaluation, Observer, Plan, Search, StepReport, load, read_header, save, train,
};
use searches::{TinyTask, configuration, search, state};

#[path = "resume/corruption.rs"]
mod corruption;
#[path = "common/searches.rs"]
mod searches;

/// Three steps an epoch, evaluations after epochs 2 and 4: twelve steps.
const PLAN: Plan = Plan {
    epochs: 4,
    batch: 2,
    evaluate_every: 2,
    seed: 5,
};
const TOTAL: u64 = 12;

/// Stops after step `stop` and writes down what it hears.
struct Recorder {
    stop: u64,
    steps: Vec<StepReport>,
    evaluations: Vec<(u64, Evaluation)>,
}

impl<E: Element> Observer<E> for Recorder
where
    Cpu: Device<E>,
{
    fn step(&mut self, _search: &Search<E>, report: &StepReport) -> Result<ControlFlow<()>> {
        self.steps.push(*report);
        Ok(match report.step == self.stop {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        })
    }

    fn evaluation(&mut self, search: &Search<E>, evaluation: &Evaluation) -> Result<()> {
        self.evaluations
            .push((search.optimiser.steps, evaluation.clone()));
        Ok(())
    }
}

fn recorder(stop: u64) -> Recorder {
    Recorder {
        stop,
        steps: Vec::new(),
        evaluations: Vec::new(),
    }
}

fn settings() -> NetworkConfiguration {
    NetworkConfiguration {
        dropout: 0.2,
        ..configuration(&[6, 7], "k,r,w,d", Decoder::Classification)
    }
}

#[test]
fn a_search_resumed_from_any_step_ends_the_same() {
    let task = TinyTask::new(&[6, 7], Decoder::Classification, 1);
    let mut whole = search::<f32>(settings());
    let mut heard = recorder(u64::MAX);
    assert!(train(&mut whole, &task, &PLAN, &mut heard).unwrap());
    assert_eq!(heard.steps.len() as u64, TOTAL);
    let evaluated: Vec<u64> = heard.evaluations.iter().map(|(step, _)| *step).collect();
    assert_eq!(evaluated, [6, TOTAL]);
    for stop in 0..=TOTAL {
        let directory = tempfile::tempdir().unwrap();
        let mut first = search::<f32>(settings());
        let mut before = recorder(stop);
        if stop > 0 {
            let finished = train(&mut first, &task, &PLAN, &mut before).unwrap();
            assert_eq!(finished, stop == TOTAL);
        }
        save(&first, directory.path(), "settings", "data").unwrap();
        let mut second = search::<f32>(settings());
        load(&mut second, directory.path()).unwrap();
        assert!(state(&second) == state(&first), "step {stop}");
        let mut after = recorder(u64::MAX);
        assert!(train(&mut second, &task, &PLAN, &mut after).unwrap());
        assert_eq!([before.steps, after.steps].concat(), heard.steps);
        assert_eq!(
            [before.evaluations, after.evaluations].concat(),
            heard.evaluations
        );
        assert!(state(&second) == state(&whole), "resumed at step {stop}");
    }
}

#[test]
fn a_checkpoint_replaces_the_one_before() {
    let task = TinyTask::new(&[6, 7], Decoder::Classification, 1);
    let directory = tempfile::tempdir().unwrap();
    let mut search = search::<f32>(settings());
    for stop in 1..4 {
        train(&mut search, &task, &PLAN, &mut recorder(stop)).unwrap();
        save(&search, directory.path(), "settings", "data").unwrap();
        let mut names: Vec<_> = fs::read_dir(directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let values = format!("checkpoint-{stop}.safetensors");
        assert_eq!(names, [values.as_str(), "checkpoint.json"]);
    }
    let header = read_header(directory.path()).unwrap();
    assert_eq!((header.step, &*header.element), (3, "f32"));
    assert_eq!(
        (&*header.settings_digest, &*header.data_digest),
        ("settings", "data")
    );
}
