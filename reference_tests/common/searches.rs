//! A tiny task, tiny networks, and searches over them.
#![allow(dead_code)] // Each test target uses its own part.

use dfdx::prelude::{Cpu, Device};
use dnarch::autodiff::{Element, Gelu};
use dnarch::network::{Decoder, Encoder, Network, NetworkConfiguration, Variant};
use dnarch::random::Stream;
use dnarch::search::{Schedule, Search};
use dnarch::tasks::{Batch, Encoding, Goal, Inputs, Split, Targets, Task};
use dnarch::{Error, Result};

pub const CHANNELS: usize = 2;
pub const CLASSES: usize = 3;
/// Predicted fields of the dense task.
pub const FIELDS: usize = 2;
/// Samples of training, validation and test.
pub const SAMPLES: [usize; 3] = [7, 3, 4];

/// Random signals whose labels or fields are functions of them.
pub struct TinyTask {
    grid: Vec<usize>,
    encoding: Encoding,
    goal: Goal,
    seed: u64,
}

impl TinyTask {
    /// What a network of this configuration can be trained on.
    pub fn of(configuration: &NetworkConfiguration, seed: u64) -> Self {
        let vocabulary = configuration.inputs;
        let encoding = match (configuration.encoder, configuration.decoder) {
            (Encoder::Linear, _) => Encoding::Values { channels: CHANNELS },
            (Encoder::Embedding, Decoder::Pair) => Encoding::TokenPairs { vocabulary },
            (Encoder::Embedding, _) => Encoding::Tokens { vocabulary },
        };
        TinyTask {
            encoding,
            ..Self::new(&configuration.grid, configuration.decoder, seed)
        }
    }

    pub fn new(grid: &[usize], decoder: Decoder, seed: u64) -> Self {
        let values = FIELDS * grid.iter().product::<usize>();
        let goal = match decoder {
            Decoder::Classification | Decoder::Pair => Goal::Classification { classes: CLASSES },
            Decoder::Dense => Goal::Regression {
                channels: FIELDS,
                mean: (0..values).map(|i| 0.01 * i as f32).collect(),
                deviation: (0..values).map(|i| 1.0 + 0.02 * i as f32).collect(),
            },
        };
        TinyTask {
            grid: grid.to_vec(),
            encoding: Encoding::Values { channels: CHANNELS },
            goal,
            seed,
        }
    }

    /// Sequences of symbols, and lengths from one position to all.
    fn symbols(&self, split: Split, indices: &[usize], vocabulary: usize) -> Inputs {
        let positions: usize = self.grid.iter().product();
        let towers = match self.encoding {
            Encoding::TokenPairs { .. } => 2,
            _ => 1,
        };
        let (mut symbols, mut lengths) = (Vec::new(), Vec::new());
        for tower in 0..towers {
            for index in indices {
                let number = (split as u64) << 32 | (tower * 1000 + index) as u64;
                let mut stream = Stream::new(self.seed, "tiny symbols", number);
                symbols.extend((0..positions).map(|_| stream.below(vocabulary as u64) as u16));
                lengths.push(1 + stream.below(positions as u64) as usize);
            }
        }
        Inputs::Tokens { symbols, lengths }
    }

    fn sample(&self, split: Split, index: usize) -> Vec<f32> {
        let number = (split as u64) << 32 | index as u64;
        let mut stream = Stream::new(self.seed, "tiny samples", number);
        let values = CHANNELS * self.grid.iter().product::<usize>();
        (0..values).map(|_| stream.normal() as f32).collect()
    }
}

impl Task for TinyTask {
    fn name(&self) -> &str {
        "tiny"
    }

    fn title(&self) -> String {
        "Tiny".to_string()
    }

    fn grid(&self) -> &[usize] {
        &self.grid
    }

    fn encoding(&self) -> Encoding {
        self.encoding
    }

    fn goal(&self) -> &Goal {
        &self.goal
    }

    fn len(&self, split: Split) -> usize {
        SAMPLES[split as usize]
    }

    fn batch(&self, split: Split, indices: &[usize], _epoch: u64) -> Result<Batch> {
        let samples = indices.iter().map(|index| self.sample(split, *index));
        let samples: Vec<Vec<f32>> = samples.collect();
        let targets = match &self.goal {
            Goal::Classification { .. } => {
                let class = |sample: &Vec<f32>| sample[0].to_bits() as usize % CLASSES;
                Targets::Classes(samples.iter().map(class).collect())
            }
            // As many fields as channels: each is the channel's square, and never zero.
            Goal::Segmentation => panic!("there is no tiny segmentation"),
            Goal::Regression { .. } => Targets::Fields(
                samples
                    .iter()
                    .flatten()
                    .map(|value| 0.5 + value * value)
                    .collect(),
            ),
        };
        Ok(Batch {
            inputs: match self.encoding {
                Encoding::Values { .. } => Inputs::Values(samples.concat()),
                Encoding::Tokens { vocabulary } | Encoding::TokenPairs { vocabulary } => {
                    self.symbols(split, indices, vocabulary)
                }
            },
            targets,
            size: indices.len(),
        })
    }

    fn digest(&self) -> String {
        format!("tiny-{}", self.seed)
    }
}

/// A base of 2 blocks and 3 channels, with masks that fall over a few positions of a tiny grid.
pub fn configuration(grid: &[usize], components: &str, decoder: Decoder) -> NetworkConfiguration {
    NetworkConfiguration {
        base: "ccnn-2-3".parse().unwrap(),
        components: components.parse().unwrap(),
        variant: Variant::Gated,
        gelu: Gelu::Exact,
        final_norm: true,
        encoder: Encoder::Linear,
        decoder,
        masked_pooling: false,
        grid: grid.to_vec(),
        inputs: CHANNELS,
        outputs: match decoder {
            Decoder::Classification | Decoder::Pair => CLASSES,
            Decoder::Dense => FIELDS,
        },
        tau_resolution: 12.0,
        tau_channel: 10.0,
        tau_depth: 8.0,
        threshold: 0.1,
        sigma_initial: 0.5,
        omega_0: 10.0,
        dropout: 0.0,
        seed: 3,
    }
}

/// The same for symbols of a vocabulary of 5, whose padding is not pooled.
pub fn of_symbols(configuration: NetworkConfiguration) -> NetworkConfiguration {
    NetworkConfiguration {
        encoder: Encoder::Embedding,
        inputs: 5,
        masked_pooling: true,
        ..configuration
    }
}

/// A search that warms up for two of its twelve steps.
pub fn search<E: Element>(configuration: NetworkConfiguration) -> Search<E>
where
    Cpu: Device<E>,
{
    let schedule = Schedule {
        peak: 0.02,
        warmup: 2,
        total: 12,
    };
    Search::new(
        Network::new(configuration).unwrap(),
        schedule,
        0.1,
        0.5,
        1.0,
    )
    .unwrap()
}

/// The `mu` of a sigmoid mask that keeps the fraction `size` of its axis, as its continuous size.
pub fn mu(size: f64, tau: f64) -> f64 {
    2.0 * size - 1.0 - 9f64.ln() / tau
}

/// The `sigma` of a Gaussian mask that keeps the fraction `size` of its axis.
pub fn sigma(size: f64) -> f64 {
    size / (-2.0 * 0.1f64.ln()).sqrt()
}

/// Sets the masks whose names end with `suffix` to continuous sizes of this fraction of their axes.
/// Those of components that are not learned are not there.
pub fn resize<E: Element>(network: &mut Network<E>, suffix: &str, size: f64)
where
    Cpu: Device<E>,
{
    use dnarch::network::Kind::{Mu, Offset, Sigma, Weight};
    for parameter in network.parameters_mut() {
        if parameter.name.contains("mask.") && parameter.name.ends_with(suffix) {
            let value = match parameter.kind {
                Mu { tau } => mu(size, tau),
                Sigma { .. } => sigma(size),
                Weight | Offset => panic!("{} is no mask", parameter.name),
            };
            parameter.variable.values_mut()[0] = E::of(value);
        }
    }
}

/// The bits of every parameter and moment, and the steps taken.
pub fn state<E: Element>(search: &Search<E>) -> (u64, Vec<u8>)
where
    Cpu: Device<E>,
{
    let mut bytes = Vec::new();
    let moments = &search.optimiser.moments;
    for (parameter, moments) in search.network.parameters().iter().zip(moments) {
        bytes.extend(E::write(parameter.variable.values()));
        moments
            .iter()
            .for_each(|moment| bytes.extend(E::write(moment)));
    }
    (search.optimiser.steps, bytes)
}

/// The largest absolute difference; NaN anywhere gives NaN, which fails every comparison.
pub fn difference<E: Element>(left: &[E], right: &[E]) -> f64 {
    assert_eq!(left.len(), right.len());
    let pairs = left.iter().zip(right);
    pairs
        .map(|(a, b)| (a.wide() - b.wide()).abs())
        .fold(
            0.0,
            |most: f64, d| if most.is_nan() || d <= most { most } else { d },
        )
}

/// The largest absolute value.
pub fn largest<E: Element>(values: &[E]) -> f64 {
    values.iter().fold(0.0, |most, v| v.wide().abs().max(most))
}

/// What an error says.
pub fn message<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => one_line(&error),
    }
}

fn one_line(error: &Error) -> String {
    let text = error.to_string();
    assert!(!text.contains('\n'), "{text}");
    text
}
