//! A directory with a suite and a candidate for it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use dnarch::fixtures::cases::Size;
use dnarch::fixtures::check;
use dnarch::fixtures::format::{
    Case, CaseDescription, FlagDescription, OperationDescription, Precision, Reproducible, SCHEMA,
    Suite, SuiteDescription, Tensors,
};
use dnarch::fixtures::report::Report;
use dnarch::fixtures::skips::Skips;
use dnarch::fixtures::suites::CATALOGUE;
use dnarch::fixtures::{generate, store};
use half::{bf16, f16};
use ndarray::{ArrayD, IxDyn, arr0, arr1};
use safetensors::tensor::{Dtype, TensorView, serialize};
use tempfile::TempDir;

pub struct Place {
    directory: TempDir,
    pub suite: Suite,
}

impl Place {
    /// With the suite `toy` of five cases.
    pub fn new() -> Self {
        Self::with(toy())
    }

    /// With a suite of the catalogue.
    pub fn of(name: &str) -> Self {
        let entry = CATALOGUE.iter().find(|entry| entry.name == name).unwrap();
        Self::with(generate::suite(entry, Size::Small).unwrap())
    }

    fn with(suite: Suite) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("candidate")).unwrap();
        let place = Place { directory, suite };
        place.store();
        place
    }

    pub fn store(&self) {
        store::write(&self.fixtures(), std::slice::from_ref(&self.suite)).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn fixtures(&self) -> PathBuf {
        self.path("fixtures/v1")
    }

    pub fn candidate(&self) -> PathBuf {
        self.path("candidate")
    }

    /// The candidate's file.
    pub fn file(&self) -> PathBuf {
        let name = &self.suite.description.suite;
        self.candidate().join(format!("{name}.safetensors"))
    }

    pub fn give(&self, candidate: &Candidate) {
        fs::write(self.file(), candidate.bytes()).unwrap();
    }

    pub fn check(&self) -> Report {
        let skips = Skips::default();
        check::check(&self.fixtures(), &self.candidate(), &skips, |_| {}).unwrap()
    }
}

/// What a backend gives: type, shape and values of each tensor by its name.
#[derive(Clone, Default)]
pub struct Candidate {
    pub tensors: BTreeMap<String, (Dtype, Vec<usize>, Vec<f64>)>,
}

impl Candidate {
    /// The reference's own values; those that a case is not exact in, in double precision.
    pub fn of(suite: &Suite, precision: Precision) -> Self {
        let mut candidate = Candidate::default();
        let dtype = match precision {
            Precision::F64 => Dtype::F64,
            Precision::F32 => Dtype::F32,
            Precision::F16 => Dtype::F16,
            Precision::Bf16 => Dtype::BF16,
        };
        for case in &suite.cases {
            let id = &case.description.id;
            if case.description.refused.is_some() {
                candidate.give(&format!("{id}/refused"), Dtype::U8, &[0], &[]);
            }
            for (part, tensors) in [("out", &case.outputs), ("grad", &case.gradients)] {
                for (name, array) in tensors {
                    let values: Vec<f64> = array.iter().copied().collect();
                    candidate.give(
                        &format!("{id}/{part}/{name}"),
                        dtype,
                        array.shape(),
                        &values,
                    );
                }
            }
        }
        candidate
    }

    pub fn give(&mut self, name: &str, dtype: Dtype, shape: &[usize], values: &[f64]) {
        let tensor = (dtype, shape.to_vec(), values.to_vec());
        self.tensors.insert(name.to_string(), tensor);
    }

    pub fn values(&mut self, name: &str) -> &mut [f64] {
        &mut self.tensors.get_mut(name).unwrap().2
    }

    pub fn bytes(&self) -> Vec<u8> {
        let data: Vec<(&String, Vec<u8>)> = (self.tensors.iter())
            .map(|(name, (dtype, _, values))| {
                let bytes = |value: &f64| match dtype {
                    Dtype::F64 => value.to_le_bytes().to_vec(),
                    Dtype::F32 => (*value as f32).to_le_bytes().to_vec(),
                    Dtype::F16 => f16::from_f64(*value).to_le_bytes().to_vec(),
                    Dtype::BF16 => bf16::from_f64(*value).to_le_bytes().to_vec(),
                    Dtype::U8 => vec![*value as u8],
                    other => panic!("{other:?}"),
                };
                (name, values.iter().flat_map(bytes).collect())
            })
            .collect();
        let views = data.iter().map(|(name, data)| {
            let (dtype, shape, _) = &self.tensors[*name];
            (*name, TensorView::new(*dtype, shape.clone(), data).unwrap())
        });
        serialize(views, None).unwrap()
    }
}

/// `y = 2 x`, exact in every precision, with gauges 2 and, for the gradient, 4.
pub fn toy() -> Suite {
    let flag = |number: &str| FlagDescription {
        catches: format!("The {number} mistake."),
        effect: format!("The {number} effect."),
    };
    let operation = OperationDescription {
        equation: "Eq. 0".to_string(),
        formula: "y = 2 x".to_string(),
        k: 16.0,
        attributes: BTreeMap::new(),
        inputs: BTreeMap::from([("x".to_string(), "(n) above 0".to_string())]),
        outputs: BTreeMap::from([("y".to_string(), "(n)".to_string())]),
        gradients: vec!["x".to_string()],
    };
    let description = SuiteDescription {
        schema: SCHEMA.to_string(),
        suite: "toy".to_string(),
        title: "Doubling".to_string(),
        reproducible: Reproducible::Bytes,
        operations: BTreeMap::from([("double".to_string(), operation)]),
        flags: BTreeMap::from([
            ("MISTAKE_A".to_string(), flag("first")),
            ("MISTAKE_B".to_string(), flag("second")),
        ]),
        cases: Vec::new(),
    };
    let cases = vec![
        case("one", &["MISTAKE_A", "MISTAKE_B"], false),
        case("two", &["MISTAKE_A"], false),
        case("three", &["MISTAKE_B"], false),
        case("four", &[], false),
        case("negative", &[], true),
    ];
    Suite { description, cases }
}

fn case(name: &str, flags: &[&str], refused: bool) -> Case {
    let description = CaseDescription {
        id: format!("double.{name}"),
        operation: "double".to_string(),
        comment: format!("The case {name}."),
        flags: flags.iter().map(|flag| flag.to_string()).collect(),
        exact_in: Precision::ALL.to_vec(),
        attributes: serde_json::Map::new(),
        refused: refused.then(|| "x must be above 0".to_string()),
    };
    let tensor = |name: &str, array: ArrayD<f64>| Tensors::from([(name.to_string(), array)]);
    let x = arr1(&[0.5, 1.0, 1.5]).into_dyn();
    let mut case = Case {
        description,
        inputs: tensor("x", if refused { -&x } else { x.clone() }),
        cotangents: Tensors::new(),
        outputs: Tensors::new(),
        gradients: Tensors::new(),
        output_gauges: Tensors::new(),
        gradient_gauges: Tensors::new(),
    };
    if !refused {
        case.cotangents = tensor("y", ArrayD::from_elem(IxDyn(&[3]), 2.0));
        case.outputs = tensor("y", 2.0 * &x);
        case.gradients = tensor("x", ArrayD::from_elem(IxDyn(&[3]), 4.0));
        case.output_gauges = tensor("y", arr0(2.0).into_dyn());
        case.gradient_gauges = tensor("x", ArrayD::from_elem(IxDyn(&[3]), 4.0));
    }
    case
}
