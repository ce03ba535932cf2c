"""Discrete Fourier transforms as products with cosine and sine matrices.

A spectrum is a pair (real part, imaginary part) of arrays over the bins, so that the complex step's imaginary parts stay apart. The
period may be longer than the signal, which is padding with zeros, and only the bins that are wanted are computed, which is cropping.
"""

import math

import numpy as np

Spectrum = tuple[np.ndarray, np.ndarray]


def low_bins(highest: int) -> np.ndarray:
    """The signed frequencies with |k| <= highest."""
    return np.arange(-highest, highest + 1)


def all_bins(period: int) -> np.ndarray:
    """Every frequency of a period, once: -ceil(period / 2) + 1 to floor(period / 2)."""
    return np.arange(-((period - 1) // 2), period // 2 + 1)


def turns(bins: np.ndarray, positions: np.ndarray, period: int) -> tuple[np.ndarray, np.ndarray]:
    """cos and sin of 2 pi k n / period, with k n reduced to less than a period first: (bins, positions)."""
    angle = 2.0 * math.pi * (np.multiply.outer(bins, positions) % period) / period
    return np.cos(angle), np.sin(angle)


def along(matrix: np.ndarray, values: np.ndarray, axis: int) -> np.ndarray:
    """The matrix applied to one axis of an array, as a single product."""
    last = np.swapaxes(values, axis, -1)
    product = last.reshape(-1, last.shape[-1]) @ matrix.T
    return np.swapaxes(product.reshape(*last.shape[:-1], len(matrix)), axis, -1)


def analyse(values: np.ndarray, bins: list[np.ndarray], positions: list[np.ndarray], periods: list[int]) -> Spectrum:
    """sum_n x[n] exp(-2 pi i k n / period) on every one of the last D axes, at the given bins and positions."""
    real, imaginary = values, np.zeros_like(values)
    for d, period in enumerate(periods):
        axis = d - len(periods)
        cosine, sine = turns(bins[d], positions[d], period)
        real, imaginary = (
            along(cosine, real, axis) + along(sine, imaginary, axis),
            along(cosine, imaginary, axis) - along(sine, real, axis),
        )
    return real, imaginary


def synthesise(spectrum: Spectrum, bins: list[np.ndarray], positions: list[np.ndarray], periods: list[int]) -> np.ndarray:
    """The real part of sum_k X[k] exp(2 pi i k n / period) on every one of the last D axes; no factor 1 / period."""
    real, imaginary = spectrum
    for d, period in enumerate(periods):
        axis = d - len(periods)
        cosine, sine = (matrix.T for matrix in turns(bins[d], positions[d], period))
        real, imaginary = (
            along(cosine, real, axis) - along(sine, imaginary, axis),
            along(cosine, imaginary, axis) + along(sine, real, axis),
        )
    return real


def scaled(spectrum: Spectrum, factor: np.ndarray) -> Spectrum:
    """A spectrum times a real factor."""
    return spectrum[0] * factor, spectrum[1] * factor


def times_conjugate(left: Spectrum, right: Spectrum) -> Spectrum:
    """left times the conjugate of right: the spectrum of their correlation."""
    return left[0] * right[0] + left[1] * right[1], left[1] * right[0] - left[0] * right[1]


def on_grid(values: np.ndarray, grid: list[int]) -> np.ndarray:
    """(..., P) with P row-major over the grid -> (..., N_0[, N_1])."""
    return values.reshape(*values.shape[:-1], *grid)


def flattened(values: np.ndarray, axes: int) -> np.ndarray:
    """(..., N_0[, N_1]) -> (..., P)."""
    return values.reshape(*values.shape[: values.ndim - axes], -1)


def mask_on_bins(masks: list[np.ndarray], bins: list[np.ndarray]) -> np.ndarray:
    """The product of the axes' masks at |k|: (bins_0[, bins_1]), with room for batch and channels before it."""
    factors = [mask[..., np.abs(k)] for mask, k in zip(masks, bins)]
    product = factors[0] if len(factors) == 1 else factors[0][..., :, None] * factors[1][..., None, :]
    leading = product.shape[: product.ndim - len(bins)]
    return product.reshape(*leading, 1, 1, *product.shape[len(leading) :])
