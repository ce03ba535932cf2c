"""Sizes of masks: Equations 10 and 11, the straight-through clip, the points kept, and the bounds of Appendix E.1."""

import math

import jax
import jax.numpy as jnp
import numpy as np

from .checks import check_positive, check_shapes, require
from .masks import gaussian_half_length, gaussian_mask, sigmoid_mask, sigmoid_x_t
from .operation import Operation, Tensors


def straight_through_clip(size: jax.Array, n_max) -> jax.Array:
    """min(size, n_max), with the gradient of the unclipped size (E.1)."""
    clipped = jax.lax.stop_gradient(jnp.minimum(size, n_max))
    return clipped + (size - jax.lax.stop_gradient(size))


def gaussian_size(sigma: jax.Array, n_max: int, threshold: float) -> jax.Array:
    """The part of the centred axis inside +-x_T, in points."""
    return straight_through_clip(gaussian_half_length(sigma, threshold) * n_max, n_max)


def sigmoid_size(mu: jax.Array, n_max: int, tau: float, threshold: float) -> jax.Array:
    """The part of the axis below x_T, in points (Equation 11 with the whole axis as the initial length)."""
    return straight_through_clip((sigmoid_x_t(mu, tau, threshold) + 1.0) / 2.0 * n_max, n_max)


def resolution(size, n: int):
    """M = min(N, ceil(size)); without a gradient."""
    return jnp.minimum(n, jnp.ceil(jax.lax.stop_gradient(size)))


def mu_bounds(tau: float) -> tuple[float, float]:
    """The offsets at which the mask is 0.95 at the lowest and 0.85 at the highest position (E.1)."""
    return -1.0 + math.log(0.95 / 0.05) / tau, 1.0 + math.log(0.85 / 0.15) / tau


def half_size_mu(tau: float, threshold: float) -> float:
    """The offset at which half the axis is kept: x_T = 0."""
    return -math.log(1.0 / threshold - 1.0) / tau


def sigma_min(n_max: int, threshold: float) -> float:
    """The sigma whose x_T lies just above one step of the axis, so that the length never collapses to 1 (E.1)."""
    step = 2.0 / (max(n_max, 2) - 1)
    return 1.001 * step / math.sqrt(-2.0 * math.log(threshold))


def _gaussian_kept(attributes: dict, inputs: Tensors) -> Tensors:
    """The range of points of the centred axis with a mask of at least the threshold."""
    n_max = attributes["n_max"]
    kept = jnp.sum(gaussian_mask(0.0, inputs["sigma"], n_max, attributes["threshold"]) > 0)
    start = (n_max - kept) // 2
    return {"start": start, "end": start + kept}


def _sigmoid_kept(attributes: dict, inputs: Tensors) -> Tensors:
    """The number of points of the axis with a mask of at least the threshold."""
    mask = sigmoid_mask(inputs["mu"], attributes["n_max"], attributes["tau"], attributes["threshold"])
    return {"count": jnp.sum(mask > 0)}


def _gaussian_length_ratio_size(attributes: dict, inputs: Tensors) -> Tensors:
    """Equation 10."""
    return {"size": inputs["x_t"] / attributes["x_t_initial"] * attributes["n_initial"]}


def _sigmoid_length_ratio_size(attributes: dict, inputs: Tensors) -> Tensors:
    """Equation 11."""
    lowest = attributes["x_min"]
    initial_length = attributes["x_t_initial"] - lowest
    return {"size": (inputs["x_t"] - lowest) / initial_length * attributes["n_initial"]}


def _mu_bounds(attributes: dict, inputs: Tensors) -> Tensors:
    lowest, highest = mu_bounds(attributes["tau"])
    return {"lowest": np.array(lowest), "highest": np.array(highest)}


def _check_sigma(attributes: dict, inputs: dict) -> None:
    check_shapes(inputs, {"sigma": ""})
    check_positive(inputs, "sigma")


def _check_mu(attributes: dict, inputs: dict) -> None:
    check_shapes(inputs, {"mu": ""})


def _check_size(attributes: dict, inputs: dict) -> None:
    check_shapes(inputs, {"size": ""})
    check_positive(inputs, "size")


def _check_gaussian_ratio(attributes: dict, inputs: dict) -> None:
    check_shapes(inputs, {"x_t": ""})
    require(attributes["x_t_initial"] > 0, "x_t_initial must be positive")


def _check_sigmoid_ratio(attributes: dict, inputs: dict) -> None:
    check_shapes(inputs, {"x_t": ""})
    require(attributes["x_t_initial"] > attributes["x_min"], "x_t_initial must exceed x_min")


def _check_tau(attributes: dict, inputs: dict) -> None:
    lowest, highest = mu_bounds(attributes["tau"])
    require(lowest <= highest, f"tau {attributes['tau']} leaves no offset between its bounds")


def _check_reset_mu(attributes: dict, inputs: dict) -> None:
    _check_mu(attributes, inputs)
    _check_tau(attributes, inputs)


OPERATIONS = {
    "gaussian_size": Operation(
        lambda attributes, inputs: {
            "size": gaussian_size(inputs["sigma"], attributes["n_max"], attributes["threshold"])
        },
        _check_sigma,
    ),
    "sigmoid_size": Operation(
        lambda attributes, inputs: {
            "size": sigmoid_size(inputs["mu"], attributes["n_max"], attributes["tau"], attributes["threshold"])
        },
        _check_mu,
    ),
    "straight_through_clip": Operation(
        lambda attributes, inputs: {"clipped": straight_through_clip(inputs["size"], attributes["n_max"])},
        _check_size,
    ),
    "gaussian_length_ratio_size": Operation(_gaussian_length_ratio_size, _check_gaussian_ratio),
    "sigmoid_length_ratio_size": Operation(_sigmoid_length_ratio_size, _check_sigmoid_ratio),
    "gaussian_kept": Operation(_gaussian_kept, _check_sigma, constants=None),
    "sigmoid_kept": Operation(_sigmoid_kept, _check_mu, constants=None),
    "resolution": Operation(
        lambda attributes, inputs: {"m": resolution(inputs["size"], attributes["n"])}, _check_size, constants=None
    ),
    "mu_bounds": Operation(_mu_bounds, _check_tau, constants=None),
    "half_size_mu": Operation(
        lambda attributes, inputs: {"mu": np.array(half_size_mu(attributes["tau"], attributes["threshold"]))},
        lambda attributes, inputs: None,
        constants=None,
    ),
    "sigma_min": Operation(
        lambda attributes, inputs: {"sigma": np.array(sigma_min(attributes["n_max"], attributes["threshold"]))},
        lambda attributes, inputs: None,
        constants=None,
    ),
    "reset_mu": Operation(
        lambda attributes, inputs: {"mu": jnp.clip(inputs["mu"], *mu_bounds(attributes["tau"]))},
        _check_reset_mu,
        constants=None,
    ),
    "reset_sigma": Operation(
        lambda attributes, inputs: {
            "sigma": jnp.maximum(inputs["sigma"], sigma_min(attributes["n_max"], attributes["threshold"]))
        },
        lambda attributes, inputs: check_shapes(inputs, {"sigma": ""}),
        constants=None,
    ),
}
