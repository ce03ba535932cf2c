"""Learned downsampling (Eq. 1) and upsampling back to the input's resolution (Appendix B.3)."""

import math

import numpy as np

from .fourier import all_bins, analyse, flattened, low_bins, mask_on_bins, on_grid, scaled, synthesise
from .refusals import require_reduced


def shared_bins(full: int, reduced: int) -> np.ndarray:
    """The frequencies that both resolutions represent without the reduced one's Nyquist bin; all of them where they are equal."""
    return all_bins(full) if full == reduced else low_bins((reduced - 1) // 2)


def downsample(signal: np.ndarray, masks: list[np.ndarray], grid: list[int], reduced_grid: list[int]) -> np.ndarray:
    """Eq. 1 with the factor M / N that keeps amplitudes: (B, C, P), masks over |k| = 0..floor(N / 2) -> (B, C, P')."""
    require_reduced(grid, reduced_grid)
    bins = [shared_bins(n, m) for n, m in zip(grid, reduced_grid)]
    spectrum = analyse(on_grid(signal, grid), bins, [np.arange(n) for n in grid], grid)
    low_passed = scaled(spectrum, mask_on_bins(masks, bins))
    # 1 / M of the inverse transform times M / N.
    reduced = synthesise(low_passed, bins, [np.arange(m) for m in reduced_grid], reduced_grid) / math.prod(grid)
    return flattened(reduced, len(grid))


def upsample(signal: np.ndarray, reduced_grid: list[int], grid: list[int]) -> np.ndarray:
    """The same spectrum at a higher resolution, zero above: (B, C, P') -> (B, C, P)."""
    require_reduced(grid, reduced_grid)
    if grid == reduced_grid:
        return signal
    bins = [shared_bins(n, m) for n, m in zip(grid, reduced_grid)]
    spectrum = analyse(on_grid(signal, reduced_grid), bins, [np.arange(m) for m in reduced_grid], reduced_grid)
    # 1 / N of the inverse transform times N / M.
    full = synthesise(spectrum, bins, [np.arange(n) for n in grid], grid) / math.prod(reduced_grid)
    return flattened(full, len(grid))
