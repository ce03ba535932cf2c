//! Retrieval, of the Long Range Arena (Tay et al. 2021): whether two papers of the ACL Anthology
//! Network (Radev et al. 2013) are related, each read as a sequence of at most 4000 characters.
//!
//! As in the S4 repository, every character of the training texts, each cut to 3999, has a symbol
//! of its own: 95 characters in the benchmark, 98 symbols. The paper counts 97. Without files, pairs
//! of texts of the same [topic](super::topics) or of two stand in for papers, to try a search with.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::marker::Marker;
use super::topics::Topics;
use super::vocabulary::{Counts, END, Vocabulary, push_padded};
use super::{
    Batch, Encoding, Goal, Inputs, Origin, Source, Split, Targets, Task, check_index, counts,
    hexadecimal, title_of_files,
};
use crate::random::Stream;
use crate::{Error, Result, files};
use pairs::{FILES, Pairs, Row};

mod pairs;

pub use pairs::{check, count};

/// Symbols of a sequence: longer texts are cut to one less, the end follows.
pub const LENGTH: usize = 4000;
/// Training samples where no number is asked for.
pub const DEFAULT_SAMPLES: usize = 400;

const COMPLETE: [usize; 3] = [147_086, 18_090, 17_437];
/// Training pairs that are generated at most: with those held out, 4 GB of text.
const MOST_SAMPLES: usize = 1_000_000;
/// Pairs that are made before they are written.
const CHUNK: usize = 1024;

/// The task.
pub struct Retrieval {
    title: String,
    goal: Goal,
    vocabulary: Vocabulary,
    splits: [Samples; 3],
}

/// The pairs of a split.
enum Samples {
    Read(Pairs),
    Generated(Vec<Pair>),
}

/// Two texts, and whether they are related.
struct Pair {
    related: bool,
    texts: [String; 2],
}

impl Pair {
    /// Without what is not served. The characters of toy texts are bytes.
    fn cut(mut self) -> Self {
        for text in &mut self.texts {
            text.truncate(LENGTH);
            text.shrink_to_fit();
        }
        self
    }

    fn row(&self) -> Row<'_> {
        Row {
            related: self.related,
            texts: [&self.texts[0], &self.texts[1]],
        }
    }
}

impl Samples {
    fn len(&self) -> usize {
        match self {
            Samples::Read(pairs) => pairs.len(),
            Samples::Generated(pairs) => pairs.len(),
        }
    }
}

/// The characters of a text that are served: the end follows.
fn characters(text: &str) -> impl Iterator<Item = char> {
    text.chars().take(LENGTH - 1)
}

/// Opens Retrieval: the Arena's files, or toy pairs of a seed.
///
/// # Errors
/// [`Error::Argument`] for a grid, augmentation, bytes, or a number of samples out of range;
/// [`Error::Io`] and [`Error::Data`] for the files.
pub fn open(source: &Source) -> Result<Retrieval> {
    source.refuse_grid("retrieval")?;
    source.refuse_augmentation("retrieval")?;
    source.refuse_bytes("retrieval")?;
    // The vocabulary is that of all the training samples, however few are served.
    let mut characters_found = Counts::new();
    let mut add = |row: &Row| {
        for text in row.texts {
            characters_found.add(characters(text));
        }
    };
    let (title, splits) = match &source.origin {
        Origin::Real(data) => {
            let limits = source.limits()?;
            let directory = pairs::directory(data);
            let [train, validation, test] = FILES.map(|name| directory.join(name));
            let mut splits = [
                Pairs::open(train, &mut add)?,
                Pairs::open(validation, &mut |_| {})?,
                Pairs::open(test, &mut |_| {})?,
            ];
            let found = splits.each_ref().map(Pairs::len);
            for (pairs, limit) in splits.iter_mut().zip(limits) {
                pairs.truncate(limit);
            }
            let served = splits.each_ref().map(Pairs::len);
            let title = match Marker::find(&directory, "retrieval")? {
                Some(marker) => marker.title("Retrieval's toy", served, "pairs"),
                None => title_of_files("Retrieval", found, served, COMPLETE, "pairs"),
            };
            (title, splits.map(Samples::Read))
        }
        Origin::Generated => {
            let seed = source.seed;
            let sizes = sizes(source.samples.unwrap_or(DEFAULT_SAMPLES))?;
            let topics = Topics::new(seed);
            let splits = [0, 1, 2].map(|split| {
                let indices = (0..sizes[split]).into_par_iter();
                let pairs = indices.map(|index| toy(&topics, seed, split, index).cut());
                pairs.collect::<Vec<Pair>>()
            });
            splits[0].iter().for_each(|pair| add(&pair.row()));
            let title = format!(
                "Retrieval's toy, generated from two Markov chains (not the benchmark's data), {} \
                 pairs (training/validation/test), seed {seed}",
                counts(sizes)
            );
            (title, splits.map(Samples::Generated))
        }
    };
    Ok(Retrieval {
        title,
        goal: Goal::Classification { classes: 2 },
        vocabulary: Vocabulary::new(&characters_found, 1),
        splits,
    })
}

/// Toy pairs of each split.
fn sizes(samples: usize) -> Result<[usize; 3]> {
    if samples == 0 || samples > MOST_SAMPLES {
        let expected = format!("1 to {MOST_SAMPLES}");
        return Err(Error::argument("samples of retrieval", samples, expected));
    }
    let held_out = samples.div_ceil(4);
    Ok([samples, held_out, held_out])
}

/// A pair: of the same topic for every other index, of two for the others.
fn toy(topics: &Topics, seed: u64, split: usize, index: usize) -> Pair {
    let purpose = format!("retrieval {}", FILES[split]);
    let mut stream = Stream::new(seed, &purpose, index as u64);
    let related = index % 2 == 1;
    let first = stream.below(2) as usize;
    let second = if related { first } else { 1 - first };
    Pair {
        related,
        texts: [first, second].map(|topic| topics.text(topic, &mut stream)),
    }
}

/// Writes the toy pairs of a seed into the directory `out`.
///
/// # Errors
/// [`Error::Argument`] for a number of samples out of range, [`Error::Configuration`] if `out` is
/// not empty, [`Error::Io`].
pub fn generate(out: &Path, samples: usize, seed: u64) -> Result<()> {
    let sizes = sizes(samples)?;
    let topics = Topics::new(seed);
    let marker = Marker {
        name: "retrieval".to_string(),
        seed,
        counts: sizes,
    };
    files::create_directory(out, |directory| {
        marker.write(directory)?;
        for (split, count) in sizes.into_iter().enumerate() {
            let path = directory.join(FILES[split]);
            let write = || -> io::Result<()> {
                let mut stream = BufWriter::new(File::create_new(&path)?);
                for start in (0..count).step_by(CHUNK) {
                    let indices = start..count.min(start + CHUNK);
                    let pairs = indices.into_par_iter();
                    let pairs: Vec<(usize, Pair)> = pairs
                        .map(|index| (index, toy(&topics, seed, split, index)))
                        .collect();
                    for (index, Pair { related, texts }) in pairs {
                        let label = if related { "1.0" } else { "0.0" };
                        let [first, second] = texts;
                        writeln!(stream, "{label}\t{index}-1\t{index}-2\t{first}\t{second}")?;
                    }
                }
                stream.into_inner()?.sync_all()
            };
            write().map_err(|error| Error::io(&path, "write", error))?;
        }
        Ok(())
    })
}

impl Task for Retrieval {
    fn name(&self) -> &str {
        "retrieval"
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn grid(&self) -> &[usize] {
        &[LENGTH]
    }

    fn encoding(&self) -> Encoding {
        Encoding::TokenPairs {
            vocabulary: self.vocabulary.size(),
        }
    }

    fn goal(&self) -> &Goal {
        &self.goal
    }

    fn len(&self, split: Split) -> usize {
        self.splits[split as usize].len()
    }

    fn batch(&self, split: Split, indices: &[usize], _epoch: u64) -> Result<Batch> {
        let samples = &self.splits[split as usize];
        for &index in indices {
            check_index(index, samples.len())?;
        }
        let mut sequences = [(); 2].map(|()| Vec::with_capacity(indices.len() * LENGTH));
        let mut lengths = [(); 2].map(|()| Vec::with_capacity(indices.len()));
        let mut classes = Vec::with_capacity(indices.len());
        let mut add = |row: &Row| {
            for (side, text) in row.texts.into_iter().enumerate() {
                let symbols = characters(text).map(|character| self.vocabulary.symbol(character));
                let length = push_padded(&mut sequences[side], symbols.chain([END]), LENGTH);
                lengths[side].push(length);
            }
            classes.push(usize::from(row.related));
        };
        match samples {
            Samples::Read(pairs) => pairs.read(indices, &mut add)?,
            Samples::Generated(pairs) => indices.iter().for_each(|&i| add(&pairs[i].row())),
        }
        Ok(Batch {
            inputs: Inputs::Tokens {
                symbols: sequences.concat(),
                lengths: lengths.concat(),
            },
            targets: Targets::Classes(classes),
            size: indices.len(),
        })
    }

    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.name());
        hash.update(self.vocabulary.characters());
        for samples in &self.splits {
            match samples {
                Samples::Read(pairs) => pairs.update(&mut hash),
                Samples::Generated(pairs) => {
                    hash.update((pairs.len() as u64).to_le_bytes());
                    for Pair { related, texts } in pairs {
                        hash.update([u8::from(*related)]);
                        for text in texts {
                            hash.update((text.len() as u64).to_le_bytes());
                            hash.update(text);
                        }
                    }
                }
            }
        }
        hexadecimal(hash)
    }
}
