"""Layers: batch normalisation with batch statistics, pointwise linear layer, global average pooling."""

import jax
import jax.numpy as jnp

from .checks import check_shapes
from .operation import Operation

EPSILON = 1e-5


def batch_norm(x: jax.Array, gamma: jax.Array, beta: jax.Array) -> jax.Array:
    """Statistics of the batch over items and positions, biased variance, epsilon inside the root (E.1)."""
    centred = x - jnp.mean(x, axis=(0, 2), keepdims=True)
    variance = jnp.mean(centred * centred, axis=(0, 2), keepdims=True)
    return gamma[:, None] * (centred / jnp.sqrt(variance + EPSILON)) + beta[:, None]


def linear(x: jax.Array, weight: jax.Array, bias: jax.Array) -> jax.Array:
    """y[b, o, p] = sum_i weight[o, i] x[b, i, p] + bias[o]."""
    return jnp.einsum("oi,bip->bop", weight, x) + bias[:, None]


def global_average_pool(x: jax.Array) -> jax.Array:
    """The mean over the positions."""
    return jnp.mean(x, axis=2)


OPERATIONS = {
    "batch_norm": Operation(
        lambda attributes, inputs: {"y": batch_norm(inputs["x"], inputs["gamma"], inputs["beta"])},
        lambda attributes, inputs: check_shapes(inputs, {"x": "B C P", "gamma": "C", "beta": "C"}),
    ),
    "linear": Operation(
        lambda attributes, inputs: {"y": linear(inputs["x"], inputs["weight"], inputs["bias"])},
        lambda attributes, inputs: check_shapes(inputs, {"x": "B I P", "weight": "O I", "bias": "O"}),
    ),
    "global_average_pool": Operation(
        lambda attributes, inputs: {"y": global_average_pool(inputs["x"])},
        lambda attributes, inputs: check_shapes(inputs, {"x": "B C P"}),
    ),
}
