"""Spectral downsampling and upsampling: Equation 1 and Appendix B.3."""

import jax
import jax.numpy as jnp
import numpy as np

from .checks import check_reduced_grid, check_shapes
from .operation import Operation, Tensors


def signed_frequencies(length: int) -> np.ndarray:
    """The signed frequency of each bin of a DFT, in its order; bin N / 2 of an even length counts as -N / 2."""
    return np.fft.fftfreq(length, 1.0 / length).round().astype(int)


def shared_frequencies(length: int, reduced: int) -> np.ndarray:
    """Signed frequencies that both lengths represent without ambiguity: |k| <= floor((M - 1) / 2), all if M = N."""
    if reduced == length:
        return signed_frequencies(length)
    half = (reduced - 1) // 2
    return np.arange(-half, half + 1)


def move_bins(spectrum: jax.Array, axis: int, frequencies: np.ndarray, length: int) -> jax.Array:
    """A spectrum of `length` bins along the axis that holds the given frequencies of `spectrum` and is 0 elsewhere."""
    taken = jnp.take(spectrum, frequencies % spectrum.shape[axis], axis=axis)
    shape = spectrum.shape[:axis] + (length,) + spectrum.shape[axis + 1 :]
    index = (slice(None),) * axis + (frequencies % length,)
    return jnp.zeros(shape, spectrum.dtype).at[index].set(taken)


def along(values: jax.Array, axis: int, rank: int) -> jax.Array:
    """A vector shaped to multiply a tensor along one of its axes."""
    return values.reshape((1,) * axis + (-1,) + (1,) * (rank - axis - 1))


def resample(signal: jax.Array, grid: list, new_grid: list, masks: list | None = None) -> jax.Array:
    """From `grid` to `new_grid` by the spectrum, times the masks at |k|; factor (new length / length) on each axis."""
    batch, channels, _ = signal.shape
    axes = tuple(range(2, 2 + len(grid)))
    spectrum = jnp.fft.fftn(signal.reshape(batch, channels, *grid), axes=axes)
    for index, (axis, length, new_length) in enumerate(zip(axes, grid, new_grid)):
        if masks is not None:
            low_pass = masks[index][np.abs(signed_frequencies(length))]
            spectrum = spectrum * along(low_pass, axis, spectrum.ndim)
        frequencies = shared_frequencies(max(length, new_length), min(length, new_length))
        spectrum = move_bins(spectrum, axis, frequencies, new_length) * (new_length / length)
    return jnp.fft.ifftn(spectrum, axes=axes).real.reshape(batch, channels, -1)


def downsample(signal: jax.Array, masks: list, grid: list, reduced_grid: list) -> jax.Array:
    """Equation 1: mask, crop, inverse transform."""
    return resample(signal, grid, reduced_grid, masks)


def upsample(signal: jax.Array, reduced_grid: list, grid: list) -> jax.Array:
    """B.3: the spectrum zero-padded to the resolution of the block's input; the identity where M = N."""
    return signal if list(reduced_grid) == list(grid) else resample(signal, reduced_grid, grid)


def masks_of(inputs: Tensors, grid: list) -> list[jax.Array]:
    """The inputs mask_0 [, mask_1]."""
    return [inputs[f"mask_{axis}"] for axis in range(len(grid))]


def check_masks(inputs: dict, lengths: list) -> None:
    """One mask for each axis, of the given lengths."""
    for axis, length in enumerate(lengths):
        check_shapes(inputs, {f"mask_{axis}": "bins"}, bins=length)


def _check_downsample(attributes: dict, inputs: dict) -> None:
    grid = attributes["grid"]
    check_reduced_grid(grid, attributes["reduced_grid"])
    check_shapes(inputs, {"signal": "B C P"}, P=int(np.prod(grid)))
    check_masks(inputs, [length // 2 + 1 for length in grid])


def _check_upsample(attributes: dict, inputs: dict) -> None:
    reduced_grid = attributes["reduced_grid"]
    check_reduced_grid(attributes["grid"], reduced_grid)
    check_shapes(inputs, {"signal": "B C P"}, P=int(np.prod(reduced_grid)))


OPERATIONS = {
    "downsample": Operation(
        lambda attributes, inputs: {
            "y": downsample(
                inputs["signal"],
                masks_of(inputs, attributes["grid"]),
                attributes["grid"],
                attributes["reduced_grid"],
            )
        },
        _check_downsample,
    ),
    "upsample": Operation(
        lambda attributes, inputs: {"y": upsample(inputs["signal"], attributes["reduced_grid"], attributes["grid"])},
        _check_upsample,
    ),
}
