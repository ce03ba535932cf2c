//! Toy texts of two topics, for trying a search on text without files.
//!
//! A topic is a Markov chain over 28 characters. The weight of going from one to another is a
//! random one that both topics share, times `exp(0.25 z)` with a normal `z` of the topic's own. The
//! number of characters is log-normal with the median and mean of the IMDB reviews, 979 and 1325.

use crate::random::Stream;

/// What texts are made of.
pub const ALPHABET: &[u8; 28] = b"abcdefghijklmnopqrstuvwxyz .";
/// Number of topics.
pub const TOPICS: usize = 2;
/// Characters of the longest text, as of the reviews.
pub const LONGEST: usize = 13_704;

const CHARACTERS: usize = ALPHABET.len();
const CONTRAST: f64 = 0.25;
const MEDIAN: f64 = 979.0;
const MEAN: f64 = 1325.0;

/// Two chains.
pub struct Topics {
    /// Of each topic, from each character: the chance of going to that many first characters.
    cumulative: [Vec<[f64; CHARACTERS]>; TOPICS],
}

impl Topics {
    /// The topics of `seed`.
    pub fn new(seed: u64) -> Self {
        let mut shared = Stream::new(seed, "topics in common", 0);
        let weights: Vec<[f64; CHARACTERS]> = (0..CHARACTERS)
            .map(|_| std::array::from_fn(|_| -libm::log(1.0 - shared.uniform())))
            .collect();
        let cumulative = std::array::from_fn(|topic| {
            let mut own = Stream::new(seed, "topic", topic as u64);
            let rows = weights.iter().map(|row| {
                let weights = row.map(|weight| weight * libm::exp(CONTRAST * own.normal()));
                let total: f64 = weights.iter().sum();
                let mut sum = 0.0;
                weights.map(|weight| {
                    sum += weight;
                    sum / total
                })
            });
            rows.collect()
        });
        Topics { cumulative }
    }

    /// The chance that `next` follows `previous`, both places in [`ALPHABET`].
    pub fn chance(&self, topic: usize, previous: usize, next: usize) -> f64 {
        let row = &self.cumulative[topic][previous];
        let before = if next == 0 { 0.0 } else { row[next - 1] };
        row[next] - before
    }

    /// A text, from at least 1 to [`LONGEST`] characters.
    pub fn text(&self, topic: usize, stream: &mut Stream) -> String {
        // The mean of a log-normal is its median times exp(sigma^2 / 2).
        let sigma = libm::sqrt(2.0 * libm::log(MEAN / MEDIAN));
        let length = MEDIAN * libm::exp(sigma * stream.normal());
        let length = (length.round() as usize).clamp(1, LONGEST);
        let mut place = stream.below(CHARACTERS as u64) as usize;
        let mut text = String::with_capacity(length);
        for _ in 0..length {
            text.push(char::from(ALPHABET[place]));
            let draw = stream.uniform();
            let row = &self.cumulative[topic][place];
            place = row
                .partition_point(|&chance| chance <= draw)
                .min(CHARACTERS - 1);
        }
        text
    }
}
