"""Convolution and learned downsampling in one pass through the Fourier domain (Eq. 7)."""

import math

import numpy as np

from .fourier import (
    Spectrum,
    all_bins,
    analyse,
    flattened,
    low_bins,
    mask_on_bins,
    on_grid,
    scaled,
    synthesise,
    times_conjugate,
)
from .refusals import require_padded_kernel, require_reduced


def kept_bins(full: int, reduced: int) -> np.ndarray:
    """The bins of the padded spectra that the reduced resolution keeps: |k| < M, and all of them where M = N."""
    return all_bins(2 * full) if full == reduced else low_bins(reduced - 1)


def kernel_positions(length: int) -> np.ndarray:
    """The positions of a kernel's samples, its centre at 0."""
    return np.arange(length) - length // 2


def padded_signal_spectrum(signal: np.ndarray, grid: list[int], bins: list[np.ndarray]) -> Spectrum:
    """F[f], padded with zeros to 2 N on every axis."""
    return analyse(on_grid(signal, grid), bins, [np.arange(n) for n in grid], [2 * n for n in grid])


def padded_kernel_spectrum(kernel: np.ndarray, grid: list[int], kernel_grid: list[int], bins: list[np.ndarray]) -> Spectrum:
    """F[psi], padded with zeros to 2 N on every axis, the centre at index 0; with room for the batch."""
    for_batch = on_grid(kernel, kernel_grid)[..., None, :, *(slice(None) for _ in grid)]
    return analyse(for_batch, bins, [kernel_positions(k) for k in kernel_grid], [2 * n for n in grid])


def fourier_convolution(
    signal: np.ndarray,
    kernel: np.ndarray,
    masks: list[np.ndarray],
    grid: list[int],
    kernel_grid: list[int],
    reduced_grid: list[int],
) -> np.ndarray:
    """Eq. 7 with amplitudes kept: (B, C, P), (C, K), masks over |k| = 0..N -> (B, C, P')."""
    require_reduced(grid, reduced_grid)
    require_padded_kernel(grid, kernel_grid)
    bins = [kept_bins(n, m) for n, m in zip(grid, reduced_grid)]
    spectrum = times_conjugate(padded_signal_spectrum(signal, grid, bins), padded_kernel_spectrum(kernel, grid, kernel_grid, bins))
    low_passed = scaled(spectrum, mask_on_bins(masks, bins))
    positions = [np.arange(m) for m in reduced_grid]
    # 1 / (2 M) of the inverse transform times M / N.
    y = synthesise(low_passed, bins, positions, [2 * m for m in reduced_grid]) / math.prod(2 * n for n in grid)
    return flattened(y, len(grid))
