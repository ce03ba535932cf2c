"""Depthwise correlation with zero padding, computed directly."""

import jax
import numpy as np

from .checks import check_shapes, require
from .operation import Operation


def convolution(signal: jax.Array, kernel: jax.Array, grid: list, kernel_grid: list) -> jax.Array:
    """y[n] = sum_j kernel[j] signal[n + j - (k - 1) / 2] on every axis; signal (B, C, P), kernel (C, K)."""
    batch, channels, points = signal.shape
    y = jax.lax.conv_general_dilated(
        signal.reshape(batch, channels, *grid),
        kernel.reshape(channels, 1, *kernel_grid),
        window_strides=[1] * len(grid),
        padding=[((length - 1) // 2, (length - 1) // 2) for length in kernel_grid],
        feature_group_count=channels,
    )
    return y.reshape(batch, channels, points)


def check_signal_and_kernel(attributes: dict, inputs: dict) -> None:
    """Signal and kernel fit their grids and each other."""
    grid, kernel_grid = attributes["grid"], attributes["kernel_grid"]
    require(len(grid) == len(kernel_grid), f"grid {grid} and kernel_grid {kernel_grid} differ in their axes")
    check_shapes(inputs, {"signal": "B C P", "kernel": "C K"}, P=int(np.prod(grid)), K=int(np.prod(kernel_grid)))


OPERATIONS = {
    "convolution": Operation(
        lambda attributes, inputs: {
            "y": convolution(inputs["signal"], inputs["kernel"], attributes["grid"], attributes["kernel_grid"])
        },
        check_signal_and_kernel,
    ),
}
