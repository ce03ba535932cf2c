"""Other orders of convolution and downsampling (Sections 3.1 and 3.2, Appendix B.2, B.4)."""

import itertools

import numpy as np

from .convolution import convolution
from .fourier import along, flattened, on_grid, turns
from .fourier_convolution import kept_bins
from .refusals import require_kernel_grid, require_reduced
from .resampling import downsample


def two_step(
    signal: np.ndarray,
    kernel: np.ndarray,
    masks: list[np.ndarray],
    grid: list[int],
    kernel_grid: list[int],
    reduced_grid: list[int],
) -> np.ndarray:
    """Section 3.2 after Section 3.1: the zero-padded convolution, then Eq. 1 on its N samples. Masks over |k| = 0..floor(N / 2)."""
    return downsample(convolution(signal, kernel, grid, kernel_grid), masks, grid, reduced_grid)


def reduce_first(
    signal: np.ndarray,
    kernel: np.ndarray,
    masks: list[np.ndarray],
    grid: list[int],
    kernel_grid: list[int],
    reduced_grid: list[int],
) -> np.ndarray:
    """Appendix B.2: signal and kernel downsampled first, then convolved at the reduced resolution."""
    require_reduced(grid, reduced_grid)
    bins = [kept_bins(n, m) for n, m in zip(grid, reduced_grid)]
    return signal[..., : math.prod(reduced_grid)]


def spatial(
    signal: np.ndarray,
    kernel: np.ndarray,
    masks: list[np.ndarray],
    grid: list[int],
    kernel_grid: list[int],
    reduced_grid: list[int],
) -> np.ndarray:
    """Appendix B.4, Eq. 8: the padded correlation convolved with the mask's inverse transform, read at the M positions m N / M."""
    require_reduced(grid, reduced_grid)
    y = circular_correlation(signal, kernel, grid, kernel_grid)
    for d, (mask, n, m) in enumerate(zip(masks, grid, reduced_grid)):
        y = along(low_pass(mask, n, m), y, d - len(grid))
    return flattened(y, len(grid))


def circular_correlation(signal: np.ndarray, kernel: np.ndarray, grid: list[int], kernel_grid: list[int]) -> np.ndarray:
    """Depthwise correlation of a signal padded with zeros to 2 N on every axis: (B, C, P) -> (B, C, 2 N_0[, 2 N_1])."""
    require_kernel_grid(grid, kernel_grid)
    axes = tuple(range(-len(grid), 0))
    padded = np.pad(on_grid(signal, grid), [(0, 0), (0, 0), *((0, n) for n in grid)])
    y = np.zeros_like(padded)
    for tap, offsets in enumerate(itertools.product(*(range(length) for length in kernel_grid))):
        shifts = [length // 2 - offset for offset, length in zip(offsets, kernel_grid)]
        y += kernel[:, tap].reshape(-1, *(1 for _ in grid)) * np.roll(padded, shifts, axes)
    return y


def low_pass(mask: np.ndarray, n: int, m: int) -> np.ndarray:
    """Convolution with the inverse transform of a mask over |k| = 0..N, period 2 N, read every N / M samples: (M, 2 N)."""
    bins = kept_bins(n, m)
    # 2 pi k (j N / M - l) / (2 N) = 2 pi k (j N - l M) / (2 N M).
    distances = np.subtract.outer(np.arange(m) * n, np.arange(2 * n) * m)
    cosine, _ = turns(bins, distances, 2 * n * m)
    return np.tensordot(mask[np.abs(bins)], cosine, axes=1) / (2 * n)
