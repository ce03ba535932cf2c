"""Derivatives by the complex step: f'(x) = Im f(x + i h) / h, without the cancellation of a difference quotient.

It needs functions that are analytic in their inputs and never mix real and imaginary parts: decisions (thresholds, clips, maxima) look
at the real part alone, and a spectrum is a pair of arrays. All definitions here accept leading axes before the named ones; the
perturbed input brings one such axis, an entry for every number of the input that is moved.
"""

from collections.abc import Callable

import numpy as np

# A power of two, so that scaling by it is exact; its square is far below the rounding error of anything.
STEP = 2.0**-100
# Perturbations evaluated together; bounds the memory of a network's activations.
CHUNK = 256


def gradient(
    function: Callable[[dict], dict], inputs: dict[str, np.ndarray], name: str, cotangents: dict[str, np.ndarray]
) -> np.ndarray:
    """Sum over the outputs of <cotangent, d output / d inputs[name]>, shaped like the input."""
    value = np.asarray(inputs[name])
    found = np.zeros(value.size)
    for first in range(0, value.size, CHUNK):
        moved = np.arange(first, min(first + CHUNK, value.size))
        perturbation = np.zeros((len(moved), value.size), complex)
        perturbation[np.arange(len(moved)), moved] = 1j * STEP
        perturbed = value + perturbation.reshape(len(moved), *value.shape)
        outputs = function({**inputs, name: perturbed})
        for output, cotangent in cotangents.items():
            derivative = np.imag(outputs[output]) / STEP
            found[moved] += np.sum(derivative * cotangent, axis=tuple(range(-np.ndim(cotangent), 0)))
    return found.reshape(value.shape)
