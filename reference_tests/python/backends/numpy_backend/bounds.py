"""The allowed range of the masks' parameters, and the reset into it (Appendix E.1)."""

import math

import numpy as np

from .refusals import require, require_length, require_positive
from .sizes import gaussian_reach, sigmoid_reach


def mu_bounds(tau: float) -> tuple[float, float]:
    """The offsets for which a sigmoid mask is 0.95 at -1, and 0.85 at 1."""
    require_positive("tau", tau)
    lowest = -1.0 + math.log(0.95 / 0.05) / tau
    highest = 1.0 + math.log(0.85 / 0.15) / tau
    require(lowest <= highest, f"tau {tau} leaves no offset between {lowest} and {highest}")
    return lowest, highest


def half_size_mu(tau: float, threshold: float) -> float:
    """The offset for which a sigmoid mask ends at 0, half way: -ln(1 / T_m - 1) / tau."""
    return -sigmoid_reach(tau, threshold)


def sigma_min(n_max: int, threshold: float) -> float:
    """The sigma whose mask reaches just beyond the point next to the centre: 1.001 steps of the axis."""
    require_length("n_max", n_max)
    return 1.001 * (2.0 / (max(n_max, 2) - 1)) / gaussian_reach(threshold)


def reset_mu(mu: np.ndarray, tau: float) -> np.ndarray:
    """An offset moved into its bounds."""
    lowest, highest = mu_bounds(tau)
    return np.clip(mu, lowest, highest)


def reset_sigma(sigma: np.ndarray, n_max: int, threshold: float) -> np.ndarray:
    """A sigma moved up to its minimum; a negative one, too."""
    return np.maximum(sigma, sigma_min(n_max, threshold))
