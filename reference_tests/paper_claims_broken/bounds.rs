//! Appendices A, B and E: thresholds, forms of convolution, bounds, minimum sizes.

use dnarch::Result;
use dnarch::equations::convolution_forms::spatial;
use dnarch::equations::fourier_convolution::fourier_convolution;
use dnarch::equations::threshold::{gaussian_x_t, mu_bounds, sigmoid_x_t};
use dnarch::paper::claims::bounds::{self, minimum_fraction, minimum_fraction_of_initial};
use dnarch::paper::claims::forms::{Form, REDUCE_FIRST, SPATIAL, TWO_STEP};
use dnarch::paper::claims::{appendix_b, initial, minima, periodic, roundings, thresholds};
use dnarch::paper::tables::base::{LARGE, SMALL};
use ndarray::{Array2, Array3};

use super::{Break, broken};

/// The length of the axis taken as 1 instead of 2.
fn doubled(tau: f64) -> Result<f64> {
    Ok(2.0 * minimum_fraction(tau)?)
}

/// The initial length at the smallest mu.
fn all_of_initial(tau: f64) -> Result<f64> {
    Ok(minimum_fraction_of_initial(tau)? / minimum_fraction(tau)?)
}

/// tau read as its half.
fn half_as_steep(tau: f64) -> Result<f64> {
    minimum_fraction(tau / 2.0)
}

/// tau read as its double.
fn twice_as_steep(tau: f64) -> Result<f64> {
    minimum_fraction(2.0 * tau)
}

/// ln 19 left out: the mask is 1/2, not 0.95, at the lowest position.
fn without_level(tau: f64) -> Result<f64> {
    Ok((sigmoid_x_t(-1.0, tau, 0.1)? + 1.0) / 2.0)
}

/// The factor 2 under the square root left out.
fn without_two(mu: f64, sigma: f64, threshold: f64) -> Result<(f64, f64)> {
    gaussian_x_t(mu, sigma / std::f64::consts::SQRT_2, threshold)
}

/// mu left out.
fn centred(_: f64, sigma: f64, threshold: f64) -> Result<(f64, f64)> {
    gaussian_x_t(0.0, sigma, threshold)
}

/// The sign of the logarithm swapped.
fn swapped_sign(mu: f64, tau: f64, threshold: f64) -> Result<f64> {
    Ok(2.0 * mu - sigmoid_x_t(mu, tau, threshold)?)
}

/// tau left out.
fn without_tau(mu: f64, _: f64, threshold: f64) -> Result<f64> {
    sigmoid_x_t(mu, 1.0, threshold)
}

/// Eq. 6 with T for 1 - T.
fn with_threshold(mu: f64, tau: f64, threshold: f64) -> Result<f64> {
    Ok(mu - libm::log(1.0 / threshold - 1.0) / tau)
}

/// The spatial form with its result off by a hundredth.
fn scaled(
    signal: &Array3<f64>,
    grid: &[usize],
    kernel: &Array2<f64>,
    kernel_grid: &[usize],
    reduced_grid: &[usize],
    masks: &[Vec<f64>],
) -> Result<Array3<f64>> {
    Ok(1.01 * spatial(signal, grid, kernel, kernel_grid, reduced_grid, masks)?)
}

const SCALED: Form = Form {
    name: "scaled",
    function: scaled,
    highest: 64,
};

/// Eq. 7 beside itself.
const EQ_7: Form = Form {
    name: "Eq. 7",
    function: fourier_convolution,
    highest: 64,
};

#[rustfmt::skip]
pub const BREAKS: &[Break] = &[
    broken("thresholds-gaussian", "the factor 2 left out", || thresholds::gaussian(without_two)),
    broken("thresholds-gaussian", "mu left out", || thresholds::gaussian(centred)),
    broken("thresholds-sigmoid", "sign swapped", || thresholds::sigmoid(swapped_sign)),
    broken("thresholds-sigmoid", "tau left out", || thresholds::sigmoid(without_tau)),
    broken("thresholds-sigmoid-form", "T for 1 - T", || thresholds::printed_form(with_threshold)),
    broken("thresholds-gaussian-range", "mu left out", || thresholds::symmetric_range(centred)),
    broken("thresholds-cutoff", "the coordinate of B.2", || thresholds::cutoff(sigmoid_x_t)),
    broken("appendix-b-periodic", "frequencies that M samples do not have kept", || periodic::periodic(|_| 1.0)),
    broken("appendix-b-full-resolution", "one form scaled", || appendix_b::full_resolution(&[TWO_STEP, REDUCE_FIRST, SCALED])),
    broken("appendix-b-eq-1-smooth", "scaled form", || appendix_b::middle(SCALED, 0.003)),
    broken("appendix-b-eq-1-noise", "Eq. 7 beside itself", || appendix_b::everywhere(EQ_7)),
    broken("appendix-b-2-smooth", "the spatial form for the reduced one", || appendix_b::middle(SPATIAL, 0.0001)),
    broken("appendix-b-2-noise", "Eq. 7 beside itself", || appendix_b::everywhere(EQ_7)),
    broken("appendix-b-4-inside", "scaled form", || appendix_b::inside(SCALED)),
    broken("appendix-b-4-inside", "the reduced form for the spatial one", || appendix_b::inside(REDUCE_FIRST)),
    broken("appendix-b-4-noise", "Eq. 7 beside itself", || appendix_b::everywhere(EQ_7)),
    broken("appendix-b-eq-8", "the function for its spectrum", || appendix_b::eq_8("", appendix_b::masked_function)),
    broken("appendix-b-eq-8-printed", "the spectrum for the function", || appendix_b::eq_8("", appendix_b::masked_spectrum)),
    broken("bounds-minimum-size", "axis of length 1", || bounds::minimum_size(doubled, 0.003)),
    broken("bounds-minimum-size", "0.95 left out", || bounds::minimum_size(without_level, 0.003)),
    broken("bounds-minimum-size-from-initial", "axis of length 1", || bounds::minimum_size(doubled, 0.005)),
    broken("bounds-minimum-size-from-initial", "smallest length left out", || bounds::minimum_size(all_of_initial, 0.005)),
    broken("bounds-minimum-depth-small", "axis of length 1", || bounds::minimum_depth(SMALL.maximum_depth(), doubled)),
    broken("bounds-minimum-depth-large", "blocks of the base network", || bounds::minimum_depth(LARGE.blocks, minimum_fraction)),
    broken("bounds-beyond-maximum", "largest mu from the smallest", || bounds::beyond_maximum(|tau| { let (lowest, _) = mu_bounds(tau)?; Ok((lowest, -lowest - 0.5)) })),
    broken("bounds-sigma", "the factor 2 left out", || bounds::sigma_range(without_two)),
    broken("initial-mu-bounds", "bounds of the double tau", || initial::bounds(|tau| mu_bounds(2.0 * tau))),
    broken("initial-mu-bounds", "0.85 and 0.95 swapped", || initial::bounds(|tau| { let (lowest, highest) = mu_bounds(tau)?; Ok((-highest, -lowest)) })),
    broken("initial-base-size", "mu = 0 for x_T = 0", || initial::base_size(|_, _| Ok(0.0))),
    broken("initial-base-size", "sign swapped", || initial::base_size(|tau, threshold| sigmoid_x_t(0.0, tau, threshold))),
    broken("initial-resolution", "the mask cut off at the end of the axis", || initial::resolution(|tau| Ok((0.0, 1.0 - sigmoid_x_t(0.0, tau, 0.1)?)))),
    broken("minima-widths-6", "tau read as its double", || minima::widths(6, twice_as_steep)),
    broken("minima-widths-7", "tau read as its double", || minima::widths(7, twice_as_steep)),
    broken("minima-widths-8", "axis of length 1", || minima::widths(8, doubled)),
    broken("minima-resolutions-6", "tau read as its double", || minima::resolutions(6, twice_as_steep)),
    broken("minima-resolutions-7", "axis of length 1", || minima::resolutions(7, doubled)),
    broken("minima-resolutions-8", "tau read as its half", || minima::resolutions(8, half_as_steep)),
    broken("minima-width-29", "axis of length 1", || roundings::width_29(doubled)),
    broken("minima-width-29", "0.95 left out", || roundings::width_29(without_level)),
    broken("minima-one-rounding", "axis of length 1", || roundings::one_rounding(doubled)),
    broken("minima-depths", "axis of length 1", || minima::depths(doubled)),
    broken("minima-cifar-4", "axis of length 1", || roundings::cifar_4(doubled)),
];
