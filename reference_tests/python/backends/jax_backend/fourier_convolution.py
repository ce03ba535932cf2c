"""Convolution and downsampling in one transform: Equation 7, and the forms it is compared with (B.2, B.4)."""

import jax
import jax.numpy as jnp
import numpy as np

from .checks import check_reduced_grid, require
from .convolution import check_signal_and_kernel, convolution
from .kernels import kernel_length
from .operation import Operation, Tensors
from .resampling import along, check_masks, downsample, masks_of, move_bins, signed_frequencies


def padded_spectrum(signal: jax.Array, grid: list) -> jax.Array:
    """The DFT of a signal (B, C, P), zero-padded to 2N on each axis."""
    batch, channels, _ = signal.shape
    axes = tuple(range(2, 2 + len(grid)))
    return jnp.fft.fftn(signal.reshape(batch, channels, *grid), s=[2 * length for length in grid], axes=axes)


def centred_places(kernel_grid: list, padded_grid: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """Where the taps of a kernel lie on a padded grid, its centre rolled to index 0."""
    pairs = zip(kernel_grid, padded_grid)
    return np.ix_(*((np.arange(taps) - (taps - 1) // 2) % length for taps, length in pairs))


def kernel_spectrum(kernel: jax.Array, kernel_grid: list, grid: list) -> jax.Array:
    """The DFT of a kernel (C, K), zero-padded to 2N on each axis, its centre rolled to index 0."""
    channels = kernel.shape[0]
    padded_grid = tuple(2 * length for length in grid)
    places = centred_places(kernel_grid, padded_grid)
    padded = jnp.zeros((channels, *padded_grid), kernel.dtype)
    padded = padded.at[(slice(None), *places)].set(kernel.reshape(channels, *kernel_grid))
    return jnp.fft.fftn(padded, axes=tuple(range(1, 1 + len(grid))))


def kept_frequencies(length: int, reduced: int) -> np.ndarray:
    """Signed bins of the 2N grid that the 2M grid keeps: |k| <= M - 1, and bin M only where M = N."""
    return signed_frequencies(2 * length) if reduced == length else np.arange(1 - reduced, reduced)


def low_pass(spectrum: jax.Array, masks: list, grid: list) -> jax.Array:
    """The spectrum on the 2N grid times the masks at |k| = 0..N of each axis."""
    for index, (mask, length) in enumerate(zip(masks, grid)):
        axis = index + spectrum.ndim - len(grid)
        spectrum = spectrum * along(mask[np.abs(signed_frequencies(2 * length))], axis, spectrum.ndim)
    return spectrum


def crop(spectrum: jax.Array, grid: list, reduced_grid: list) -> jax.Array:
    """From the bins of 2N to the bins of 2M on each axis."""
    for index, (length, reduced) in enumerate(zip(grid, reduced_grid)):
        axis = index + spectrum.ndim - len(grid)
        spectrum = move_bins(spectrum, axis, kept_frequencies(length, reduced), 2 * reduced)
    return spectrum


def first_samples(spectrum: jax.Array, reduced_grid: list) -> jax.Array:
    """The inverse DFT of length 2M on each axis, of which the first M samples are kept, flattened to (B, C, P')."""
    axes = tuple(range(2, 2 + len(reduced_grid)))
    y = jnp.fft.ifftn(spectrum, axes=axes).real
    y = y[(slice(None), slice(None), *(slice(0, reduced) for reduced in reduced_grid))]
    return y.reshape(*y.shape[:2], -1)


def amplitude(grid: list, reduced_grid: list) -> float:
    """M / N on each axis."""
    return float(np.prod(reduced_grid)) / float(np.prod(grid))


def fourier_convolution(
    signal: jax.Array, kernel: jax.Array, masks: list, grid: list, kernel_grid: list, reduced_grid: list
) -> jax.Array:
    """Equation 7: F^-1[crop(m F[f] conj(F[psi]))], the conjugate because the kernel correlates."""
    product = padded_spectrum(signal, grid) * jnp.conj(kernel_spectrum(kernel, kernel_grid, grid))
    cropped = crop(low_pass(product, masks, grid), grid, reduced_grid)
    return first_samples(cropped, reduced_grid) * amplitude(grid, reduced_grid)


def _fourier_convolution(attributes: dict, inputs: Tensors) -> Tensors:
    grid = attributes["grid"]
    y = fourier_convolution(
        inputs["signal"],
        inputs["kernel"],
        masks_of(inputs, grid),
        grid,
        attributes["kernel_grid"],
        attributes["reduced_grid"],
    )
    return {"y": y}


def _two_step(attributes: dict, inputs: Tensors) -> Tensors:
    """Convolution at full resolution, then Equation 1."""
    grid = attributes["grid"]
    full = convolution(inputs["signal"], inputs["kernel"], grid, attributes["kernel_grid"])
    return {"y": downsample(full, masks_of(inputs, grid), grid, attributes["reduced_grid"])}


def _centred_taps(spectrum: jax.Array, kernel_grid: list) -> jax.Array:
    """The taps (C, K) about the centre, which lies at index 0 of the inverse DFT."""
    kernel = jnp.fft.ifftn(spectrum, axes=tuple(range(1, spectrum.ndim))).real
    places = centred_places(kernel_grid, spectrum.shape[1:])
    return kernel[(slice(None), *places)].reshape(kernel.shape[0], -1)


def _reduce_first(attributes: dict, inputs: Tensors) -> Tensors:
    """B.2: the signal is low-passed to the reduced resolution, the kernel cropped to it, and they are convolved there.

    The kernel's taps stand N / M times as far apart, so each counts N / M times: no factor is left of M / N.
    """
    grid, reduced_grid = attributes["grid"], attributes["reduced_grid"]
    spectrum = low_pass(padded_spectrum(inputs["signal"], grid), masks_of(inputs, grid), grid)
    signal = first_samples(crop(spectrum, grid, reduced_grid), reduced_grid) * amplitude(grid, reduced_grid)
    reduced_kernel_grid = [kernel_length(length) for length in reduced_grid]
    spectrum = crop(kernel_spectrum(inputs["kernel"], attributes["kernel_grid"], grid), grid, reduced_grid)
    kernel = _centred_taps(spectrum, reduced_kernel_grid)
    return {"y": convolution(signal, kernel, reduced_grid, reduced_kernel_grid)}


def _spatial(attributes: dict, inputs: Tensors) -> Tensors:
    """B.4, Equation 8: the convolution, convolved with the inverse DFT of the cropped mask and sampled at m N / M."""
    grid, reduced_grid = attributes["grid"], attributes["reduced_grid"]
    y = convolution(inputs["signal"], inputs["kernel"], grid, attributes["kernel_grid"])
    y = y.reshape(*y.shape[:2], *grid)
    for index, (mask, length, reduced) in enumerate(zip(masks_of(inputs, grid), grid, reduced_grid)):
        frequencies = kept_frequencies(length, reduced)
        distances = np.arange(reduced)[:, None] * (length / reduced) - np.arange(length)
        waves = np.cos(np.pi / length * frequencies * distances[..., None]) / (2 * length)
        taps = jnp.asarray(waves, mask.dtype) @ mask[np.abs(frequencies)]
        y = jnp.moveaxis(jnp.tensordot(taps, y, axes=([1], [2 + index])), 0, 2 + index)
    return {"y": y.reshape(*y.shape[:2], -1)}


def _check(attributes: dict, inputs: dict, mask_lengths) -> None:
    grid = attributes["grid"]
    check_reduced_grid(grid, attributes["reduced_grid"])
    check_signal_and_kernel(attributes, inputs)
    for taps, length in zip(attributes["kernel_grid"], grid):
        require(taps <= length + 1, f"a kernel of {taps} taps is longer than {length} + 1")
    check_masks(inputs, [mask_lengths(length) for length in grid])


def _check_padded(attributes: dict, inputs: dict) -> None:
    _check(attributes, inputs, lambda length: length + 1)


def _check_unpadded(attributes: dict, inputs: dict) -> None:
    _check(attributes, inputs, lambda length: length // 2 + 1)


OPERATIONS = {
    "fourier_convolution": Operation(_fourier_convolution, _check_padded),
    "two_step": Operation(_two_step, _check_unpadded, constants=None),
    "reduce_first": Operation(_reduce_first, _check_padded, constants=None),
    "spatial": Operation(_spatial, _check_padded, constants=None),
}
