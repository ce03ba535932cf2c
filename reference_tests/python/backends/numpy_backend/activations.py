"""GELU, exact and by tanh, and dropout (Section 3, Figure 5)."""

import math

import numpy as np
from scipy import special

from .masks import logistic
from .refusals import require


def normal_distribution(x: np.ndarray) -> np.ndarray:
    """Phi(x) = (1 + erf(x / sqrt 2)) / 2, by erfc, which keeps its digits where Phi is small.

    SciPy's erfc of a complex number loses them, so the imaginary part is taken along the derivative exp(-x^2 / 2) / sqrt(2 pi).
    """
    real = np.real(x)
    value = 0.5 * special.erfc(-real / math.sqrt(2.0))
    if not np.iscomplexobj(x):
        return value
    return value + 1j * np.imag(x) * np.exp(-0.5 * real**2) / math.sqrt(2.0 * math.pi)


def gelu(x: np.ndarray) -> np.ndarray:
    """x Phi(x)."""
    return x * normal_distribution(x)


def gelu_tanh(x: np.ndarray) -> np.ndarray:
    """x (1 + tanh(z)) / 2 = x logistic(2 z) with z = sqrt(2 / pi) (x + 0.044715 x^3)."""
    return x * logistic(2.0 * math.sqrt(2.0 / math.pi) * (x + 0.044715 * x * x * x))


def dropout(x: np.ndarray, keep: np.ndarray, rate: float) -> np.ndarray:
    """Kept entries divided by 1 - rate, dropped ones 0."""
    require(0.0 <= rate < 1.0, f"rate {rate} is not in [0, 1)")
    require(np.all((keep == 0) | (keep == 1)), "keep has entries other than 0 and 1")
    return x * keep / (1.0 - rate)
