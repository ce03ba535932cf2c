//! The claims: each one evaluates to its recorded verdict, and a broken formula changes it.

use std::collections::HashSet;

use dnarch::Result;
use dnarch::equations::complexity::{BlockSizes, block_cost};
use dnarch::equations::convolution_forms::spatial;
use dnarch::equations::threshold::{gaussian_x_t, mu_bounds, sigmoid_x_t};
use dnarch::paper::Claim;
use dnarch::paper::claims::complexity::{PrintedBy, attainable, last_block, ratio, ratios};
use dnarch::paper::claims::{
    appendix_b, bounds, claims, complexity, conventions, forms, hyperparameters, minima, results,
    shapes, thresholds,
};
use dnarch::paper::tables::{ARCHITECTURES, PERFORMANCE};
use ndarray::{Array2, Array3};

fn claim(id: &str) -> &'static Claim {
    claims().find(|claim| claim.id == id).expect(id)
}

#[test]
fn every_claim_has_its_recorded_verdict() {
    for claim in claims() {
        let finding = (claim.evaluate)().unwrap();
        assert!(claim.matches(&finding), "{}: {finding:#?}", claim.id);
    }
}

#[test]
fn claims_are_complete_and_distinct() {
    let mut ids = HashSet::new();
    for claim in claims() {
        assert!(ids.insert(claim.id), "{} twice", claim.id);
        assert!(!claim.place.is_empty() && !claim.title.is_empty());
        let finding = (claim.evaluate)().unwrap();
        assert!(
            !finding.sentence.is_empty() && finding.sentence.ends_with('.'),
            "{}",
            claim.id
        );
    }
}

/// `broken` must have another verdict than the recorded one.
fn changes(id: &str, broken: Result<dnarch::paper::Finding>) {
    assert_ne!(broken.unwrap().verdict, claim(id).recorded, "{id}");
}

#[test]
fn broken_thresholds_are_found() {
    changes(
        "thresholds-gaussian",
        thresholds::gaussian(|mu, sigma, threshold| {
            let (lower, upper) = gaussian_x_t(mu, sigma, threshold)?;
            Ok((lower, upper * 1.001))
        }),
    );
    changes(
        "thresholds-sigmoid",
        thresholds::sigmoid(|mu, tau, threshold| Ok(2.0 * mu - sigmoid_x_t(mu, tau, threshold)?)),
    );
}

/// The length of the axis taken as 1 instead of 2.
fn doubled(tau: f64) -> Result<f64> {
    Ok(2.0 * bounds::minimum_fraction(tau)?)
}

#[test]
fn broken_bounds_are_found() {
    changes("bounds-minimum-size", bounds::minimum_size(doubled, 0.003));
    changes(
        "bounds-minimum-size-from-initial",
        bounds::minimum_size(doubled, 0.005),
    );
    // The largest mu from the smallest one.
    changes(
        "bounds-beyond-maximum",
        bounds::beyond_maximum(|tau| {
            let (lowest, _) = mu_bounds(tau)?;
            Ok((lowest, -lowest - 0.5))
        }),
    );
    changes("minima-widths-8", minima::widths(8, doubled));
    changes("minima-resolutions-7", minima::resolutions(7, doubled));
    changes(
        "minima-widths-6",
        minima::widths(6, |tau| Ok(0.9 * bounds::minimum_fraction(tau)?)),
    );
}

/// The first linear layer left out.
fn one_linear(block: &BlockSizes) -> Result<f64> {
    let positions: f64 = block.resolution.iter().product();
    Ok(block_cost(block)? - positions * block.n_in * block.n_mid)
}

/// Blocks without their resolution.
fn without_resolution(block: &BlockSizes) -> Result<f64> {
    Ok(block.n_in * block.n_mid + block.n_mid * block.n_out)
}

#[test]
fn broken_costs_are_found() {
    changes(
        "complexity-ratios-lra",
        ratios(|found| found.table == 6, one_linear),
    );
    changes(
        "complexity-ratios-lra",
        ratios(|found| found.table == 6, without_resolution),
    );
    changes(
        "complexity-ratios-dense",
        ratios(
            |found| matches!(found.task, "darcyflow" | "cosmic"),
            one_linear,
        ),
    );
    // Without the other readings there is nothing to tell the first from.
    let others = &conventions::LINEARS[1..];
    changes("conventions-linears", conventions::told(others));
}

#[test]
fn the_readings_of_this_crate_are_block_cost() {
    for found in ARCHITECTURES {
        let ours = ratio(found, 0.0, block_cost).unwrap();
        let read = conventions::reading_ratio(found, conventions::LINEARS[0].cost);
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
            let (least, most) = complexity::interval(found, printed, block_cost).unwrap();
            assert!(
                least <= ours && ours <= most && least < most,
                "{}",
                found.name()
            );
        }
    }
    assert!(
        attainable(PrintedBy::Floor, block_cost)
            .unwrap()
            .details
            .len()
            == 14
    );
    assert!(last_block(block_cost).unwrap().details.len() == 14);
}

#[test]
fn broken_results_are_found() {
    changes("results-averages", results::averages(|_| true, 0.0));
    let swapped: Vec<_> = PERFORMANCE
        .iter()
        .map(|table| {
            let mut table = *table;
            table.higher_is_better = !table.higher_is_better;
            table
        })
        .collect();
    let pairs = [("CCNN_4,140 (Global Kernels)", "DNArch_K,R,W,D(CCNN_4,140)")];
    changes(
        "results-all-components-improve",
        results::improvement(&pairs, &swapped),
    );
}

#[test]
fn broken_shapes_and_grids_are_found() {
    changes(
        "shapes-diverse-blocks",
        shapes::diverse_blocks(|_| "expanded"),
    );
    changes("shapes-dense-u", shapes::dense_u(|_| vec![false, true]));
    changes(
        "shapes-cosmic-u",
        shapes::cosmic_u(|_| vec![false, true, false]),
    );
    changes(
        "hyperparameters-grids",
        hyperparameters::grids(|| vec![1.0]),
    );
    changes(
        "hyperparameters-lambda",
        hyperparameters::by_row(|row| row.lambda, |row| row.lambda),
    );
}

/// The spatial form with its result off by a thousandth.
fn scaled(
    signal: &Array3<f64>,
    grid: &[usize],
    kernel: &Array2<f64>,
    kernel_grid: &[usize],
    reduced_grid: &[usize],
    masks: &[Vec<f64>],
) -> Result<Array3<f64>> {
    Ok(1.001 * spatial(signal, grid, kernel, kernel_grid, reduced_grid, masks)?)
}

#[test]
fn broken_forms_are_found() {
    let form = forms::Form {
        name: "scaled",
        function: scaled,
        highest: 64,
    };
    changes(
        "appendix-b-full-resolution",
        appendix_b::full_resolution(&[form]),
    );
    changes("appendix-b-4-inside", appendix_b::inside(form));
}
