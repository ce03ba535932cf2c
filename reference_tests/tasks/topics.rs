//! The toy texts of two topics.

use dnarch::random::Stream;
use dnarch::tasks::topics::{ALPHABET, LONGEST, TOPICS, Topics};

const CHARACTERS: usize = ALPHABET.len();

fn texts(topics: &Topics, topic: usize, count: u64) -> Vec<String> {
    let stream = |index| Stream::new(5, "texts", index);
    (0..count)
        .map(|index| topics.text(topic, &mut stream(index)))
        .collect()
}

fn places(text: &str) -> Vec<usize> {
    let place = |byte| ALPHABET.iter().position(|&known| known == byte).unwrap();
    text.bytes().map(place).collect()
}

#[test]
fn lengths_have_the_median_and_mean_of_the_reviews() {
    let texts = texts(&Topics::new(1), 0, 2_000);
    let mut lengths: Vec<f64> = texts.iter().map(|text| text.len() as f64).collect();
    lengths.sort_by(f64::total_cmp);
    let logarithms = lengths.iter().map(|length| length.ln());
    // Of the logarithm, the standard deviation is sqrt(2 ln(1325 / 979)) = 0.778, the standard
    // error a 2000^(-1/2) of it.
    let mean = logarithms.sum::<f64>() / 2_000.0;
    approx::assert_abs_diff_eq!(
        mean,
        979.0_f64.ln(),
        epsilon = 4.0 * 0.778 / 2_000_f64.sqrt()
    );
    // Of the length itself, the deviation is 1325 sqrt(exp(0.778^2) - 1) = 1207.
    let mean = lengths.iter().sum::<f64>() / 2_000.0;
    approx::assert_abs_diff_eq!(mean, 1325.0, epsilon = 4.0 * 1207.0 / 2_000_f64.sqrt());
    assert!(lengths[0] >= 1.0 && lengths[1_999] <= LONGEST as f64);
}

#[test]
fn characters_follow_each_other_as_their_topic_says() {
    let topics = Topics::new(2);
    for topic in 0..TOPICS {
        let mut counts = [[0.0; CHARACTERS]; CHARACTERS];
        for text in texts(&topics, topic, 200) {
            for pair in places(&text).windows(2) {
                counts[pair[0]][pair[1]] += 1.0;
            }
        }
        for (previous, counts) in counts.iter().enumerate() {
            let total: f64 = counts.iter().sum();
            let mut chances = 0.0;
            for (next, count) in counts.iter().enumerate() {
                let chance = topics.chance(topic, previous, next);
                chances += chance;
                // 1568 comparisons: five standard errors, and one count where few are expected.
                let error = (total * chance * (1.0 - chance)).sqrt();
                let difference = (count - total * chance).abs();
                assert!(difference <= 5.0 * error + 1.0, "{previous} {next}");
            }
            approx::assert_abs_diff_eq!(chances, 1.0, epsilon = 1e-12);
        }
    }
}

/// The logarithm of how much likelier a text is of topic 1 than of topic 0.
fn evidence(topics: &Topics, text: &str) -> f64 {
    let pairs = places(text);
    let of_pair = |pair: &[usize]| {
        let [zero, one] = [0, 1].map(|topic| topics.chance(topic, pair[0], pair[1]));
        (one / zero).ln()
    };
    pairs.windows(2).map(of_pair).sum()
}

#[test]
fn the_topic_can_be_told_from_a_text() {
    for seed in 0..4 {
        let topics = Topics::new(seed);
        for topic in 0..TOPICS {
            let texts = texts(&topics, topic, 200);
            let right = |text: &&String| (evidence(&topics, text) > 0.0) == (topic == 1);
            // The best guess is wrong on very short texts only.
            assert!(texts.iter().filter(right).count() >= 198);
        }
    }
}

#[test]
fn seeds_have_their_own_topics() {
    let [one, same, other] = [1, 1, 2].map(|seed| texts(&Topics::new(seed), 0, 3));
    assert_eq!(one, same);
    assert_ne!(one, other);
}
