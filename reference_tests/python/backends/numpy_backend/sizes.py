"""Where a mask ends, how long it is, and how many points it keeps (Appendix A.3, C.1)."""

import math

import numpy as np

from .masks import gaussian_mask, sigmoid_mask
from .refusals import require_length, require_positive, require_threshold


def gaussian_reach(threshold: float) -> float:
    """How many sigmas from its centre a Gaussian mask equals T_m: sqrt(-2 ln T_m)."""
    require_threshold(threshold)
    return math.sqrt(-2.0 * math.log(threshold))


def sigmoid_reach(tau: float, threshold: float) -> float:
    """How far beyond mu a sigmoid mask equals T_m: ln(1 / T_m - 1) / tau, which is -ln(1 / (1 - T_m) - 1) / tau."""
    require_threshold(threshold)
    require_positive("tau", tau)
    return math.log(1.0 / threshold - 1.0) / tau


def gaussian_x_t(mu: np.ndarray, sigma: np.ndarray, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Eq. 5: the two coordinates where a Gaussian mask equals T_m, mu -+ sigma sqrt(-2 ln T_m)."""
    require_positive("sigma", sigma)
    reach = sigma * gaussian_reach(threshold)
    return mu - reach, mu + reach


def sigmoid_x_t(mu: np.ndarray, tau: float, threshold: float) -> np.ndarray:
    """Eq. 6: the coordinate where a sigmoid mask equals T_m."""
    return mu + sigmoid_reach(tau, threshold)


def straight_through_clip(size: np.ndarray, n_max: int) -> np.ndarray:
    """min(size, n_max), with the gradient of `size` itself (Appendix E.1)."""
    require_length("n_max", n_max)
    clipped = np.minimum(np.real(size), n_max)
    return clipped + 1j * np.imag(size) if np.iscomplexobj(size) else clipped


def gaussian_size(sigma: np.ndarray, n_max: int, threshold: float) -> np.ndarray:
    """The share x_T of the half axis that a centred Gaussian mask reaches, times n_max, clipped straight through."""
    return straight_through_clip(gaussian_x_t(0.0, sigma, threshold)[1] * n_max, n_max)


def sigmoid_size(mu: np.ndarray, tau: float, n_max: int, threshold: float) -> np.ndarray:
    """The share (x_T + 1) / 2 of the axis that a sigmoid mask reaches, times n_max, clipped straight through."""
    return straight_through_clip((sigmoid_x_t(mu, tau, threshold) + 1.0) / 2.0 * n_max, n_max)


def gaussian_length_ratio_size(x_t: np.ndarray, x_t_initial: float, n_initial: float) -> np.ndarray:
    """Eq. 10: the size relative to an initial length."""
    require_positive("x_t_initial", x_t_initial)
    require_positive("n_initial", n_initial)
    return x_t / x_t_initial * n_initial


def sigmoid_length_ratio_size(x_t: np.ndarray, x_t_initial: float, x_min: float, n_initial: float) -> np.ndarray:
    """Eq. 11: the size relative to an initial length, both measured from x_min."""
    require_positive("x_t_initial - x_min", x_t_initial - x_min)
    require_positive("n_initial", n_initial)
    return (x_t - x_min) / (x_t_initial - x_min) * n_initial


def gaussian_kept(sigma: np.ndarray, n_max: int, threshold: float) -> tuple[int, int]:
    """The points of the centred axis with mask >= T_m: the first, and one past the last."""
    kept = np.flatnonzero(gaussian_mask(n_max, 0.0, sigma, threshold))
    return (int(kept[0]), int(kept[-1]) + 1) if kept.size else (n_max // 2, n_max // 2)


def sigmoid_kept(mu: np.ndarray, tau: float, n_max: int, threshold: float) -> int:
    """How many points of the axis have mask >= T_m."""
    return int(np.count_nonzero(sigmoid_mask(n_max, mu, tau, threshold)))


def resolution(size: np.ndarray, n: int) -> int:
    """The length that a signal of n samples is reduced to: min(n, ceil(size)). It has no gradient."""
    require_length("n", n)
    require_positive("size", size)
    return min(n, math.ceil(float(np.real(size))))
