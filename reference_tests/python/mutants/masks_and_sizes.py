"""Wrong masks, thresholds, sizes and bounds."""

import math

import numpy as np

from backends.numpy_backend import bounds, masks, sizes

from .mutant import Mutant


def grid_without_end_point(n: int) -> np.ndarray:
    return -1.0 + 2.0 * np.arange(n) / n


def open_threshold(values: np.ndarray, threshold: float) -> np.ndarray:
    return np.where(np.real(values) > threshold, values, 0.0)


def no_threshold(values: np.ndarray, threshold: float) -> np.ndarray:
    return values


def gradient_through_threshold(values: np.ndarray, threshold: float) -> np.ndarray:
    kept = np.where(np.real(values) >= threshold, np.real(values), 0.0)
    return kept + 1j * np.imag(values) if np.iscomplexobj(values) else kept


def reversed_sigmoid(n: int, mu: np.ndarray, tau: float, threshold: float) -> np.ndarray:
    return masks.thresholded(masks.logistic(tau * (masks.axis(n) - np.asarray(mu)[..., None])), threshold)


def gaussian_without_half(x: np.ndarray, mu: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    return np.exp(-(((x - np.asarray(mu)[..., None]) / np.asarray(sigma)[..., None]) ** 2))


def one_sigma(lengths: list[int], sigma: np.ndarray, threshold: float) -> np.ndarray:
    return masks.outer([masks.gaussian_mask(n, 0.0, np.asarray(sigma)[..., 0], threshold) for n in lengths])


def threshold_on_product(lengths: list[int], sigma: np.ndarray, threshold: float) -> np.ndarray:
    factors = [masks.gaussian_values(masks.centred_axis(n), 0.0, np.asarray(sigma)[..., d]) for d, n in enumerate(lengths)]
    return masks.thresholded(masks.outer(factors), threshold)


def overflowing_logistic(z: np.ndarray) -> np.ndarray:
    """The right value, with the slope exp(z) / (1 + exp(z))^2."""
    found = RIGHT_LOGISTIC(z)
    if np.iscomplexobj(z):
        found.imag = np.imag(z) * np.exp(np.real(z)) / (1.0 + np.exp(np.real(z))) ** 2
    return found


RIGHT_LOGISTIC = masks.logistic
RIGHT_GAUSSIAN_REACH, RIGHT_SIGMOID_REACH = sizes.gaussian_reach, sizes.sigmoid_reach

MASKS = {
    "GRID_WITHOUT_END_POINT": Mutant({masks.axis: grid_without_end_point}),
    "THRESHOLD_OPEN": Mutant({masks.thresholded: open_threshold}),
    "THRESHOLD_FORGOTTEN": Mutant({masks.thresholded: no_threshold}),
    "GRADIENT_THROUGH_THRESHOLD": Mutant({masks.thresholded: gradient_through_threshold}),
    "SIGMOID_REVERSED": Mutant({masks.sigmoid_mask: reversed_sigmoid}),
    "GAUSSIAN_WITHOUT_HALF": Mutant({masks.gaussian_values: gaussian_without_half}),
    "ONE_SIGMA_FOR_ALL_AXES": Mutant({masks.gaussian_mask_nd: one_sigma}),
    "THRESHOLD_ON_PRODUCT": Mutant({masks.gaussian_mask_nd: threshold_on_product}),
    "SINGLE_TAP_OFF_CENTRE": Mutant({masks.centred_axis: masks.axis}),
    "SATURATED_SLOPE": Mutant({masks.logistic: overflowing_logistic}),
}


def gaussian_log_10(threshold: float) -> float:
    return math.sqrt(-2.0 * math.log10(threshold))


def sigmoid_log_10(tau: float, threshold: float) -> float:
    return math.log10(1.0 / threshold - 1.0) / tau


def without_square_root(threshold: float) -> float:
    return RIGHT_GAUSSIAN_REACH(threshold) ** 2


def without_tau(tau: float, threshold: float) -> float:
    return tau * RIGHT_SIGMOID_REACH(tau, threshold)


THRESHOLDS = {
    "LOG_BASE_10": Mutant({sizes.gaussian_reach: gaussian_log_10, sizes.sigmoid_reach: sigmoid_log_10}),
    "SQUARE_ROOT_FORGOTTEN": Mutant({sizes.gaussian_reach: without_square_root}),
    "TAU_FORGOTTEN": Mutant({sizes.sigmoid_reach: without_tau}),
}


def blocking_clip(size: np.ndarray, n_max: int) -> np.ndarray:
    return np.where(np.real(size) > n_max, float(n_max), size)


def no_clip(size: np.ndarray, n_max: int) -> np.ndarray:
    return size


def whole_axis(mu: np.ndarray, tau: float, n_max: int, threshold: float) -> np.ndarray:
    return sizes.straight_through_clip(sizes.sigmoid_x_t(mu, tau, threshold) * n_max, n_max)


def rounded(size: np.ndarray) -> int:
    return math.floor(float(size) + 0.5)


def rounded_gaussian(sigma: np.ndarray, n_max: int, threshold: float) -> tuple[int, int]:
    count = rounded(sizes.gaussian_size(sigma, n_max, threshold))
    start = (n_max - count) // 2
    return start, start + count


def rounded_sigmoid(mu: np.ndarray, tau: float, n_max: int, threshold: float) -> int:
    return rounded(sizes.sigmoid_size(mu, tau, n_max, threshold))


def floor_resolution(size: np.ndarray, n: int) -> int:
    return min(n, math.floor(float(size)))


def round_resolution(size: np.ndarray, n: int) -> int:
    return min(n, rounded(size))


def unclipped_resolution(size: np.ndarray, n: int) -> int:
    return math.ceil(float(size))


SIZES = {
    "CLIP_BLOCKS_GRADIENT": Mutant({sizes.straight_through_clip: blocking_clip}),
    "CLIP_FORGOTTEN": Mutant({sizes.straight_through_clip: no_clip}),
    "SIZE_OF_WHOLE_AXIS": Mutant({sizes.sigmoid_size: whole_axis}),
    "KEPT_BY_ROUNDING": Mutant({sizes.gaussian_kept: rounded_gaussian, sizes.sigmoid_kept: rounded_sigmoid}),
    "RESOLUTION_FLOOR": Mutant({sizes.resolution: floor_resolution}),
    "RESOLUTION_ROUND": Mutant({sizes.resolution: round_resolution}),
    "RESOLUTION_UNCLIPPED": Mutant({sizes.resolution: unclipped_resolution}),
    "GRID_WITHOUT_END_POINT": MASKS["GRID_WITHOUT_END_POINT"],
    "THRESHOLD_OPEN": MASKS["THRESHOLD_OPEN"],
    **THRESHOLDS,
}


def swapped_levels(tau: float) -> tuple[float, float]:
    return -1.0 + math.log(0.85 / 0.15) / tau, 1.0 + math.log(19.0) / tau


def open_axis_step(n_max: int, threshold: float) -> float:
    return 1.001 * (2.0 / n_max) / sizes.gaussian_reach(threshold)


def reset_by_absolute_value(sigma: np.ndarray, n_max: int, threshold: float) -> np.ndarray:
    return np.maximum(np.abs(sigma), bounds.sigma_min(n_max, threshold))


def forgotten_mu(mu: np.ndarray, tau: float) -> np.ndarray:
    return mu


def forgotten_sigma(sigma: np.ndarray, n_max: int, threshold: float) -> np.ndarray:
    return sigma


BOUNDS = {
    "MU_LEVELS_SWAPPED": Mutant({bounds.mu_bounds: swapped_levels}),
    "SIGMA_STEP_OPEN_AXIS": Mutant({bounds.sigma_min: open_axis_step}),
    "SIGMA_RESET_BY_ABS": Mutant({bounds.reset_sigma: reset_by_absolute_value}),
    "RESET_FORGOTTEN": Mutant({bounds.reset_mu: forgotten_mu, bounds.reset_sigma: forgotten_sigma}),
    **THRESHOLDS,
}
