"""Depthwise convolution at full resolution (Section 3.1)."""

import itertools

import numpy as np

from .fourier import flattened, on_grid
from .refusals import require_kernel_grid


def convolution(signal: np.ndarray, kernel: np.ndarray, grid: list[int], kernel_grid: list[int]) -> np.ndarray:
    """y[n] = sum_j kernel[j] signal[n + j - (k - 1) / 2], zero outside: (B, C, P), (C, K) -> (B, C, P)."""
    require_kernel_grid(grid, kernel_grid)
    halves = [length // 2 for length in kernel_grid]
    signal = on_grid(signal, grid)
    untouched = [(0, 0)] * (signal.ndim - len(grid))
    padded = np.pad(signal, untouched + [(half, half) for half in halves])
    y = 0.0
    for tap, offsets in enumerate(itertools.product(*(range(length) for length in kernel_grid))):
        window = tuple(slice(offset, offset + n) for offset, n in zip(offsets, grid))
        weight = kernel[..., None, :, tap].reshape(*kernel.shape[:-2], 1, kernel.shape[-2], *(1 for _ in grid))
        y = y + weight * padded[(..., *window)]
    return flattened(y, len(grid))
