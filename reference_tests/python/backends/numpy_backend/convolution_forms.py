"""Other orders of convolution and downsampling (Sections 3.1 and 3.2, Appendix B.2, B.4)."""

import math

import numpy as np

from .convolution import convolution
from .fourier import along, flattened, mask_on_bins, on_grid, scaled, synthesise, turns
from .fourier_convolution import kept_bins, kernel_positions, padded_kernel_spectrum, padded_signal_spectrum
from .kernels import kernel_length
from .refusals import require_padded_kernel, require_reduced
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
    require_padded_kernel(grid, kernel_grid)
    return downsample(convolution(signal, kernel, grid, kernel_grid), masks, grid, reduced_grid)


def reduce_first(
    signal: np.ndarray,
    kernel: np.ndarray,
    masks: list[np.ndarray],
    grid: list[int],
    kernel_grid: list[int],
    reduced_grid: list[int],
) -> np.ndarray:
    """Appendix B.2: signal and kernel low-passed and read at M samples, then convolved there. Masks over |k| = 0..N.

    Both keep their amplitudes; a sum over the fewer taps is N / M times smaller, which the kernel makes up for.
    """
    require_reduced(grid, reduced_grid)
    require_padded_kernel(grid, kernel_grid)
    bins = [kept_bins(n, m) for n, m in zip(grid, reduced_grid)]
    periods = [2 * m for m in reduced_grid]
    reduced_kernel_grid = [kernel_length(m) for m in reduced_grid]
    low_passed = scaled(padded_signal_spectrum(signal, grid, bins), mask_on_bins(masks, bins))
    reduced_signal = synthesise(low_passed, bins, [np.arange(m) for m in reduced_grid], periods)
    taps = [kernel_positions(k) for k in reduced_kernel_grid]
    reduced_kernel = synthesise(padded_kernel_spectrum(kernel, grid, kernel_grid, bins), bins, taps, periods)
    # 1 / (2 M) of the inverse transform times M / N; for the kernel again times N / M.
    signal_at_m = flattened(reduced_signal, len(grid)) / math.prod(2 * n for n in grid)
    kernel_at_m = flattened(reduced_kernel, len(grid))[..., 0, :, :] / math.prod(periods)
    return convolution(signal_at_m, kernel_at_m, reduced_grid, reduced_kernel_grid)


def spatial(
    signal: np.ndarray,
    kernel: np.ndarray,
    masks: list[np.ndarray],
    grid: list[int],
    kernel_grid: list[int],
    reduced_grid: list[int],
) -> np.ndarray:
    """Appendix B.4, Eq. 8: the N samples of the convolution, convolved with the mask's inverse transform, read every N / M samples."""
    require_reduced(grid, reduced_grid)
    require_padded_kernel(grid, kernel_grid)
    y = on_grid(convolution(signal, kernel, grid, kernel_grid), grid)
    for d, (mask, n, m) in enumerate(zip(masks, grid, reduced_grid)):
        y = along(low_pass(mask, n, m), y, d - len(grid))
    return flattened(y, len(grid))


def low_pass(mask: np.ndarray, n: int, m: int) -> np.ndarray:
    """g(j N / M - l), the inverse transform of a mask over |k| = 0..N with period 2 N: (M, N)."""
    bins = kept_bins(n, m)
    # 2 pi k (j N / M - l) / (2 N) = 2 pi k (j N - l M) / (2 N M).
    distances = np.subtract.outer(np.arange(m) * n, np.arange(n) * m)
    cosine, _ = turns(bins, distances, 2 * n * m)
    return np.tensordot(mask[..., np.abs(bins)], cosine, axes=1) / (2 * n)
