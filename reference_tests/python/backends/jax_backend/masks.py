"""Differentiable masks and their thresholds: Equations 3 to 6, Appendix A."""

import math

import jax
import jax.numpy as jnp
import numpy as np

from .activations import logistic
from .checks import check_positive, check_shapes, require
from .operation import Operation, Tensors


def axis(n: int) -> np.ndarray:
    """n points from -1 to 1, both included; a single point lies at -1."""
    if n == 1:
        return np.array([-1.0])
    return (2.0 * np.arange(n) - (n - 1)) / (n - 1)


def centred_axis(n: int) -> np.ndarray:
    """As `axis`, but a single point lies at 0."""
    return np.array([0.0]) if n == 1 else axis(n)


def apply_threshold(values: jax.Array, threshold: float) -> jax.Array:
    """Values below the threshold become exactly 0 and get no gradient; a value equal to it is kept."""
    return jnp.where(values >= threshold, values, 0.0)


def gaussian_mask(mu, sigma: jax.Array, n: int, threshold: float) -> jax.Array:
    """Equation 3 on the centred axis."""
    x = jnp.asarray(centred_axis(n), dtype=sigma.dtype)
    z = (x - mu) / sigma
    return apply_threshold(jnp.exp(-0.5 * z * z), threshold)


def sigmoid_mask(mu: jax.Array, n: int, tau: float, threshold: float) -> jax.Array:
    """Equation 4; 1 - 1 / (1 + exp(-tau (x - mu))) is the logistic function of tau (mu - x)."""
    x = jnp.asarray(axis(n), dtype=mu.dtype)
    return apply_threshold(logistic(tau * (mu - x)), threshold)


def gaussian_mask_nd(sigma: jax.Array, lengths: list, threshold: float) -> jax.Array:
    """A.2: the product of one mask for each axis, each thresholded by itself, flattened row-major."""
    mask = jnp.ones(1, dtype=sigma.dtype)
    for index, length in enumerate(lengths):
        mask = jnp.outer(mask, gaussian_mask(0.0, sigma[index], length, threshold)).ravel()
    return mask


def gaussian_half_length(sigma, threshold: float):
    """The distance from mu at which the Gaussian mask equals the threshold (Equation 5)."""
    return sigma * math.sqrt(-2.0 * math.log(threshold))


def sigmoid_x_t(mu, tau: float, threshold: float):
    """The coordinate at which the sigmoid mask equals the threshold (Equation 6)."""
    return mu + math.log(1.0 / threshold - 1.0) / tau


def _check_gaussian(attributes: dict, inputs: dict) -> None:
    check_shapes(inputs, {"mu": "", "sigma": ""})
    check_positive(inputs, "sigma")


def _check_sigmoid(attributes: dict, inputs: dict) -> None:
    check_shapes(inputs, {"mu": ""})


def check_gaussian_nd(attributes: dict, inputs: dict) -> None:
    """One positive sigma for each axis."""
    check_shapes(inputs, {"sigma": "D"}, D=len(attributes["lengths"]))
    check_positive(inputs, "sigma")


def _no_inputs(attributes: dict, inputs: dict) -> None:
    require(not inputs, f"unexpected inputs {sorted(inputs)}")


def _gaussian_x_t(attributes: dict, inputs: Tensors) -> Tensors:
    half = gaussian_half_length(inputs["sigma"], attributes["threshold"])
    return {"lower": inputs["mu"] - half, "upper": inputs["mu"] + half}


OPERATIONS = {
    "axis": Operation(lambda attributes, inputs: {"x": axis(attributes["n"])}, _no_inputs, constants=None),
    "centred_axis": Operation(
        lambda attributes, inputs: {"x": centred_axis(attributes["n"])}, _no_inputs, constants=None
    ),
    "gaussian_mask": Operation(
        lambda attributes, inputs: {
            "mask": gaussian_mask(inputs["mu"], inputs["sigma"], attributes["n"], attributes["threshold"])
        },
        _check_gaussian,
    ),
    "sigmoid_mask": Operation(
        lambda attributes, inputs: {
            "mask": sigmoid_mask(inputs["mu"], attributes["n"], attributes["tau"], attributes["threshold"])
        },
        _check_sigmoid,
    ),
    "gaussian_mask_nd": Operation(
        lambda attributes, inputs: {
            "mask": gaussian_mask_nd(inputs["sigma"], attributes["lengths"], attributes["threshold"])
        },
        check_gaussian_nd,
    ),
    "gaussian_x_t": Operation(_gaussian_x_t, _check_gaussian),
    "sigmoid_x_t": Operation(
        lambda attributes, inputs: {"x_t": sigmoid_x_t(inputs["mu"], attributes["tau"], attributes["threshold"])},
        _check_sigmoid,
    ),
}
