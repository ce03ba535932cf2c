//! Text, of the Long Range Arena (Tay et al. 2021): whether a review of the IMDB (Maas et al. 2011)
//! is positive, read as a sequence of at most 4096 characters or bytes.
//!
//! As in the S4 repository, a character has a symbol of its own if the training reviews, each cut
//! to 4095 characters, hold it at least 15 times: 131 characters of the real reviews, 134 symbols.
//! The paper counts 129. Bytes are the Arena's: 256 symbols after padding, no end.
//!
//! There are no validation reviews. As in both repositories, all training reviews train and the
//! test reviews validate too: they may be watched, but nothing may be chosen by them. Without files,
//! texts of two [topics](super::topics) stand in for reviews, to try a search with.

use std::fs;
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
use reviews::{CLASSES, PARTS, RATINGS, Review};

mod reviews;

pub use reviews::{check, read_archive};

/// Symbols of a sequence.
pub const LENGTH: usize = 4096;
/// Training samples where no number is asked for.
pub const DEFAULT_SAMPLES: usize = 400;

/// Occurrences that give a character a symbol of its own.
const FEWEST: u64 = 15;
/// The bytes, and padding.
const BYTES: usize = 257;
const COMPLETE: [usize; 3] = [25_000; 3];
/// Training texts that are generated at most: 2 GB of them.
const MOST_SAMPLES: usize = 1_000_000;

/// The task.
pub struct Text {
    title: String,
    goal: Goal,
    encoding: Symbols,
    train: Vec<Sample>,
    test: Vec<Sample>,
}

/// What stands for a text's characters.
enum Symbols {
    Characters(Vocabulary),
    Bytes,
}

/// A text, cut to [`LENGTH`] characters, and its class.
struct Sample {
    text: Box<str>,
    class: usize,
}

impl Sample {
    fn new(text: &str, class: usize) -> Self {
        let end = text.char_indices().nth(LENGTH);
        let text = &text[..end.map_or(text.len(), |(end, _)| end)];
        Sample {
            text: text.into(),
            class,
        }
    }

    /// The characters that are served: the end follows.
    fn characters(&self) -> impl Iterator<Item = char> {
        self.text.chars().take(LENGTH - 1)
    }
}

/// Opens Text: the reviews in a directory or archive, or toy texts of a seed.
///
/// # Errors
/// [`Error::Argument`] for a grid, augmentation, or a number of samples out of range;
/// [`Error::Io`] and [`Error::Data`] for the files.
pub fn open(source: &Source) -> Result<Text> {
    source.refuse_grid("text")?;
    source.refuse_augmentation("text")?;
    let as_what = if source.bytes { ", as bytes" } else { "" };
    let note = format!("; the test set validates{as_what}");
    let (title, encoding, train, test) = match &source.origin {
        Origin::Real(data) => {
            let limits = source.limits()?;
            let mut parts = reviews::read(data)?.map(samples);
            let found = parts.each_ref().map(Vec::len);
            let encoding = Symbols::of(&parts[0], source.bytes);
            parts[0].truncate(limits[0]);
            parts[1].truncate(limits[2]);
            let [train, test] = parts;
            let found = [found[0], found[1], found[1]];
            let served = [train.len(), test.len(), test.len()];
            let directory = reviews::directory(data);
            let directory = directory.as_deref().unwrap_or(data);
            let title = match Marker::find(directory, "text")? {
                Some(marker) => marker.title("Text's toy", served, "texts"),
                None => title_of_files("Text (IMDB)", found, served, COMPLETE, "reviews"),
            };
            (format!("{title}{note}"), encoding, train, test)
        }
        Origin::Generated => {
            let seed = source.seed;
            let [train, test] = generated(source.samples.unwrap_or(DEFAULT_SAMPLES), seed)?;
            let encoding = Symbols::of(&train, source.bytes);
            let sizes = counts([train.len(), test.len(), test.len()]);
            let title = format!(
                "Text's toy, generated from two Markov chains (not the benchmark's data), {sizes} \
                 texts (training/validation/test){note}, seed {seed}"
            );
            (title, encoding, train, test)
        }
    };
    Ok(Text {
        title,
        goal: Goal::Classification {
            classes: CLASSES.len(),
        },
        encoding,
        train,
        test,
    })
}

impl Text {
    fn samples(&self, split: Split) -> &[Sample] {
        match split {
            Split::Train => &self.train,
            Split::Validation | Split::Test => &self.test,
        }
    }
}

impl Symbols {
    /// The vocabulary is that of all the training samples, however few are served.
    fn of(train: &[Sample], bytes: bool) -> Self {
        if bytes {
            return Symbols::Bytes;
        }
        let mut counts = Counts::new();
        for sample in train {
            counts.add(sample.characters());
        }
        Symbols::Characters(Vocabulary::new(&counts, FEWEST))
    }

    /// Appends the symbols of a text. Returns how many there are without padding.
    fn push(&self, symbols: &mut Vec<u16>, sample: &Sample) -> usize {
        match self {
            Symbols::Characters(vocabulary) => {
                let characters = sample.characters();
                let text = characters.map(|character| vocabulary.symbol(character));
                push_padded(symbols, text.chain([END]), LENGTH)
            }
            Symbols::Bytes => {
                let bytes = sample.text.bytes();
                push_padded(symbols, bytes.map(|byte| u16::from(byte) + 1), LENGTH)
            }
        }
    }
}

/// In an order in which the classes alternate, so that also the first few have both.
fn samples(mut reviews: Vec<Review>) -> Vec<Sample> {
    reviews.sort_by_key(|review| (review.number, review.sample.class));
    let samples = reviews.into_iter();
    samples.map(|review| review.sample).collect()
}

/// Toy texts for training and testing, of alternating topics.
fn generated(samples: usize, seed: u64) -> Result<[Vec<Sample>; 2]> {
    let [train, test] = sizes(samples)?;
    let topics = Topics::new(seed);
    Ok([(PARTS[0], train), (PARTS[1], test)].map(|(part, count)| {
        let texts = (0..count).into_par_iter();
        let samples =
            texts.map(|index| Sample::new(&toy(&topics, seed, part, index), index % CLASSES.len()));
        samples.collect()
    }))
}

/// Toy texts for training and testing.
fn sizes(samples: usize) -> Result<[usize; 2]> {
    if samples == 0 || samples > MOST_SAMPLES {
        let expected = format!("1 to {MOST_SAMPLES}");
        return Err(Error::argument("samples of text", samples, expected));
    }
    Ok([samples, samples.div_ceil(4)])
}

/// A text of topic `index % 2`.
fn toy(topics: &Topics, seed: u64, part: &str, index: usize) -> String {
    let purpose = format!("text {part}");
    topics.text(index % 2, &mut Stream::new(seed, &purpose, index as u64))
}

/// Writes the toy texts of a seed as reviews into the directory `out`: topic 0 as negative ones,
/// topic 1 as positive ones.
///
/// # Errors
/// [`Error::Argument`] for a number of samples out of range, [`Error::Configuration`] if `out` is
/// not empty, [`Error::Io`].
pub fn generate(out: &Path, samples: usize, seed: u64) -> Result<()> {
    let parts = sizes(samples)?;
    let topics = Topics::new(seed);
    let marker = Marker {
        name: "text".to_string(),
        seed,
        counts: [parts[0], parts[1], parts[1]],
    };
    files::create_directory(out, |directory| {
        marker.write(directory)?;
        for (part, count) in PARTS.iter().zip(parts) {
            for class in CLASSES {
                let path = directory.join(part).join(class);
                fs::create_dir_all(&path).map_err(|error| Error::io(&path, "create", error))?;
            }
            (0..count).into_par_iter().try_for_each(|index| {
                let class = index % CLASSES.len();
                let rating = RATINGS[class].start();
                let name = format!("{}_{rating}.txt", index / CLASSES.len());
                let path = directory.join(part).join(CLASSES[class]).join(name);
                fs::write(&path, toy(&topics, seed, part, index))
                    .map_err(|error| Error::io(&path, "write", error))
            })?;
        }
        Ok(())
    })
}

impl Task for Text {
    fn name(&self) -> &str {
        "text"
    }

    fn title(&self) -> String {
        self.title.clone()
    }

    fn grid(&self) -> &[usize] {
        &[LENGTH]
    }

    fn encoding(&self) -> Encoding {
        Encoding::Tokens {
            vocabulary: match &self.encoding {
                Symbols::Characters(vocabulary) => vocabulary.size(),
                Symbols::Bytes => BYTES,
            },
        }
    }

    fn goal(&self) -> &Goal {
        &self.goal
    }

    fn len(&self, split: Split) -> usize {
        self.samples(split).len()
    }

    fn batch(&self, split: Split, indices: &[usize], _epoch: u64) -> Result<Batch> {
        let samples = self.samples(split);
        let mut symbols = Vec::with_capacity(indices.len() * LENGTH);
        let mut lengths = Vec::with_capacity(indices.len());
        let mut classes = Vec::with_capacity(indices.len());
        for &index in indices {
            check_index(index, samples.len())?;
            lengths.push(self.encoding.push(&mut symbols, &samples[index]));
            classes.push(samples[index].class);
        }
        Ok(Batch {
            inputs: Inputs::Tokens { symbols, lengths },
            targets: Targets::Classes(classes),
            size: indices.len(),
        })
    }

    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.name());
        match &self.encoding {
            Symbols::Characters(vocabulary) => hash.update(vocabulary.characters()),
            Symbols::Bytes => hash.update("bytes"),
        }
        for samples in [&self.train, &self.test] {
            hash.update((samples.len() as u64).to_le_bytes());
            for Sample { text, class } in samples {
                hash.update((text.len() as u64).to_le_bytes());
                hash.update(text.as_bytes());
                hash.update((*class as u64).to_le_bytes());
            }
        }
        hexadecimal(hash)
    }
}
