//! The claims: each one evaluates to its recorded verdict; their formulas agree with each other.

use std::collections::HashSet;

use dnarch::equations::complexity::block_cost;
use dnarch::paper::claims::complexity::{PrintedBy, attainable, interval, last_block, ratio};
use dnarch::paper::claims::readings::{Reading, Shape};
use dnarch::paper::claims::{claims, convention_search, conventions, edits, parameters, readings};
use dnarch::paper::tables::ARCHITECTURES;
use dnarch::paper::tables::base::{LARGE, SMALL};

#[test]
fn every_claim_has_its_recorded_verdict() {
    let mut others = Vec::new();
    for claim in claims() {
        let finding = (claim.evaluate)().unwrap();
        if !claim.matches(&finding) {
            others.push(format!(
                "{}: {:?}, recorded {:?}: {}",
                claim.id, finding.verdict, claim.recorded, finding.sentence
            ));
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn claims_are_complete_and_distinct() {
    let (mut ids, mut titles) = (HashSet::new(), HashSet::new());
    for claim in claims() {
        assert!(ids.insert(claim.id), "{} twice", claim.id);
        let title = claim.title;
        assert!(!title.is_empty() && titles.insert(title), "{title} twice");
        assert!(!title.starts_with("the same"), "{title}");
        assert!(!claim.source.place().is_empty());
        // Short enough for one line of a report beside its label.
        let length = claim.formula.chars().count();
        assert!((1..=110).contains(&length), "{}: {length}", claim.id);
        let finding = (claim.evaluate)().unwrap();
        assert!(
            !finding.sentence.is_empty() && finding.sentence.ends_with('.'),
            "{}",
            claim.id
        );
    }
}

#[test]
fn the_readings_of_this_crate_are_block_cost() {
    for found in ARCHITECTURES {
        let ours = ratio(found, 0.0, block_cost).unwrap();
        let read = conventions::reading_ratio(found, readings::CHANNELS[0].cost);
        // The same few hundred products and sums in another order.
        assert!(
            (ours - read).abs() <= 1e-12 * ours,
            "{}: {ours}, {read}",
            found.name()
        );
    }
}

#[test]
fn the_base_network_has_ratio_1() {
    for found in ARCHITECTURES {
        let widths = [found.base.channels; 3];
        let mut same = *found;
        let block = dnarch::paper::tables::Block {
            resolution: found.grid,
            width: widths,
            ..found.blocks[0]
        };
        let blocks = vec![block; found.base.blocks];
        same.blocks = Box::leak(blocks.into_boxed_slice());
        let one = ratio(&same, 0.0, block_cost).unwrap();
        assert!((one - 1.0).abs() <= 1e-12, "{one}");
    }
}

#[test]
fn intervals_contain_the_ratio() {
    for found in ARCHITECTURES {
        let ours = ratio(found, 0.0, block_cost).unwrap();
        for printed in [PrintedBy::Floor, PrintedBy::Round, PrintedBy::Ceil] {
            let (least, most) = interval(found, printed.shifts(), block_cost).unwrap();
            assert!(
                least <= ours && ours <= most && least < most,
                "{}",
                found.name()
            );
        }
    }
    assert!(
        attainable(PrintedBy::Floor.shifts(), block_cost)
            .unwrap()
            .details
            .len()
            == 14
    );
    assert!(
        last_block(PrintedBy::Floor.shifts(), block_cost)
            .unwrap()
            .details
            .len()
            == 14
    );
}

#[test]
fn edits_of_a_number_are_those_of_its_digits() {
    // 9 changed, 9 with a digit before or behind; never 0 or a leading 0; up to 99.
    let of_9 = edits::edits(9, 99);
    let expected: Vec<usize> = (1..=99)
        .filter(|n| n % 10 == 9 || n / 10 == 9 || *n < 9)
        .filter(|n| *n != 9)
        .collect();
    assert_eq!(of_9, expected);
    let of_32 = edits::edits(32, 32);
    assert_eq!(of_32, [2, 3, 12, 22, 30, 31]);
}

/// The counts by hand: E.1's encoder, blocks, decoder and MLP_psi on Image, biases included.
#[test]
fn parameters_of_the_small_base_network_by_hand() {
    let encoder = (140 + 140) + 2 * 140;
    let block = 2 * 140 + 140 + 2 * (140 * 140 + 140);
    let decoder = 140 * 10 + 10;
    let mlp = 128 + (256 * 128 + 128) + 2 * (128 * 128 + 128) + (128 * 560 + 560);
    let count = parameters::described_count(&parameters::TASKS[0], SMALL, 4);
    assert_eq!(count, encoder + 4 * block + decoder + mlp);
    assert!(parameters::described_count(&parameters::TASKS[0], LARGE, 4) > count);
}

/// An architecture with the base network's sizes has its count.
#[test]
fn found_parameters_of_the_base_network_are_its_own() {
    let image = ARCHITECTURES.iter().find(|found| found.task == "image");
    let mut same = *image.unwrap();
    let block = dnarch::paper::tables::Block {
        width: [140; 3],
        ..same.blocks[0]
    };
    same.blocks = Box::leak(vec![block; 4].into_boxed_slice());
    let base = parameters::described_count(&parameters::TASKS[0], SMALL, 4);
    assert_eq!(parameters::found_count(&same), base);
}

/// Table 7's DarcyFlow by hand: three blocks, at 80 x 72, 22 x 22 and 85 x 85 positions.
#[test]
fn ratio_of_darcyflow_by_hand() {
    let block = |s: f64, n_in: f64, n_mid: f64, n_out: f64| {
        s * s.ln() + s * (n_in * n_mid + n_mid * n_out + 2.0 * n_in + 2.0 * n_mid + n_out)
    };
    let found = block(5760.0, 156.0, 280.0, 107.0)
        + block(484.0, 180.0, 204.0, 78.0)
        + block(7225.0, 280.0, 280.0, 50.0);
    let base = 4.0 * block(7225.0, 140.0, 140.0, 140.0);
    let darcyflow = ARCHITECTURES.iter().find(|found| found.task == "darcyflow");
    let ours = ratio(darcyflow.unwrap(), 0.0, block_cost).unwrap();
    // A few dozen operations, each rounded to 1e-16.
    assert!((ours - found / base).abs() <= 1e-14, "{ours}");
}

/// C.2 as this crate reads it fits, and the bound is no wider than rounding makes it.
#[test]
fn the_literal_combination_fits() {
    let ten = ARCHITECTURES
        .iter()
        .filter(|found| !found.task.starts_with("cifar"));
    let squares = ten.map(|found| {
        let difference = ratio(found, 0.0, block_cost).unwrap() - found.printed_ratio();
        difference * difference
    });
    let error = (squares.sum::<f64>() / 10.0).sqrt();
    let fit = convention_search::FIT;
    assert!(error <= fit && fit - error < 0.001, "{error}");
}

/// With linear layers so dear that nothing else counts, every combination is the linear layers'
/// own reading.
#[test]
fn the_search_is_the_readings_one_by_one() {
    type Cost = fn(&Shape) -> f64;
    let readings: [(Cost, Cost, usize); 2] = [
        (
            readings::linears,
            |s| 1e15 * readings::linears(s),
            44_064, // every combination
        ),
        (
            |s| s.reduced * s.n_in * s.n_out,
            |s| 1e15 * s.reduced * s.n_in * s.n_out,
            0,
        ),
    ];
    for (cost, dear, fits) in readings {
        let ten = ARCHITECTURES
            .iter()
            .filter(|found| !found.task.starts_with("cifar"));
        let squares = ten.map(|found| {
            let difference = conventions::reading_ratio(found, cost) - found.printed_ratio();
            difference * difference
        });
        let error = (squares.sum::<f64>() / 10.0).sqrt();
        let name = "linear layers alone";
        let found = convention_search::core(&[Reading { name, cost: dear }]).unwrap();
        assert_eq!(
            found.details[0].ours,
            format!("{fits} of 44064 combinations fit, the best {error:.3}")
        );
    }
}

/// Numbers counted or computed by hand from the printed tables and E.1, so that a mistake that
/// leaves a verdict as it is shows too, such as a tie taken for an improvement.
#[test]
fn findings_have_the_values_found_by_hand() {
    let expected = [
        ("results-kernels-improve", "8 of 10"),
        ("results-downsampling-improves", "9 of 10"),
        ("results-downsampling-slight", "at most 1.22 points"),
        ("results-downsampling-and-base", "8 of 10"),
        ("results-all-components-improve", "14 of 14"),
        ("results-more-components", "27 of 30"),
        ("results-width-and-depth", "10 of 10"),
        ("results-larger-learned", "4 of 4"),
        ("results-larger-base", "2 of 4"),
        ("results-fno", "2 of 2"),
        ("results-dash", "5 of 6"),
        ("results-earlier-ccnn", "3 of 4"),
        ("results-s4-kernels", "2 of 7 above, 2 on par"),
        ("results-s4-whole", "4 of 7 above, 1 on par"),
        ("results-cheaper", "10 of 10"),
        (
            "complexity-ratios-cifar",
            "largest difference 0.210, root mean square 0.121",
        ),
        ("complexity-fractional-depth", "7 of 14 inside"),
        (
            "scaling-target",
            "factor 1.017, root mean square difference 0.011 without CIFAR, 0.058 of all",
        ),
        (
            "scaling-shift",
            "1.7 samples and 1.1 channels, root mean square difference 0.009 without CIFAR",
        ),
        ("scaling-cifar-33", "largest difference 0.157"),
        ("scaling-direct-global", "ratios from 0.09 to 0.74"),
        ("scaling-direct-small", "ratios from 1.01 to 22.36"),
        ("scaling-direct-cifar", "ratios from 1.01 to 1.18"),
        (
            "search-cifar",
            "0.973 at the closest, 0.883 at the closest, 0.946 at the closest, 0.970 at the closest",
        ),
        (
            "cells-shared-row",
            "1.047 (0.936 before), 0.847 (0.954 before)",
        ),
        ("kernels-within-input", "2 blocks larger"),
        ("loss-overflow", "in 2 of 4 formats: f16, 32-bit integers"),
        (
            "initial-resolution",
            "1 by 2 of 3 readings, else up to 1.08 on each axis",
        ),
        ("kernels-never-one", "9 blocks with a printed 1"),
        ("kernels-resolution-within-input", "3 blocks larger"),
        ("hyperparameters-lambda", "13 of 14 rows"),
        ("hyperparameters-tau-channel-table-5", "2 of 4 rows"),
        ("hyperparameters-tau-depth", "13 of 14 rows"),
        ("bounds-minimum-size", "10.28 %, 5.14 %, 2.57 %"),
        ("bounds-minimum-size-from-initial", "9.53 %, 4.95 %, 2.52 %"),
        ("bounds-beyond-maximum", "302.0 and 291.0 of 280"),
        ("bounds-sigma", "6.97 % and 107.3 % of the axis"),
        ("minima-width-29", "28.79 before rounding"),
        ("minima-cifar-4", "3.29 before rounding"),
        ("parameters-small-published", "198769, 201042"),
        ("parameters-large-published", "1993091, 1999366"),
        ("shapes-dense-u", "4 of 4"),
    ];
    for (id, ours) in expected {
        let claim = claims().find(|claim| claim.id == id).expect(id);
        assert_eq!((claim.evaluate)().unwrap().ours, ours, "{id}");
    }
    let shapes = claims().find(|claim| claim.id == "shapes-diverse-blocks");
    let shapes = (shapes.unwrap().evaluate)().unwrap();
    let counts: Vec<&str> = shapes.details.iter().map(|row| row.ours.as_str()).collect();
    assert_eq!(counts, ["38", "30", "22", "22", "1"]);
}
