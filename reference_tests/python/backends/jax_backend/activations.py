"""Pointwise functions: the logistic function, both forms of GELU, dropout."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import erfc

from .checks import check_shapes, require
from .operation import Operation


def logistic(z: jax.Array) -> jax.Array:
    """1 / (1 + exp(-z)), written so that neither it nor its slope overflows, on either side."""
    negative = z < 0
    falling = jnp.exp(-jnp.where(negative, 0.0, z))
    rising = jnp.exp(jnp.where(negative, z, 0.0))
    return jnp.where(negative, rising / (1.0 + rising), 1.0 / (1.0 + falling))


def gelu(x: jax.Array) -> jax.Array:
    """x Phi(x); Phi by the complementary error function, which keeps its digits where x is very negative."""
    return 0.5 * x * erfc(-x * math.sqrt(0.5))


def gelu_tanh(x: jax.Array) -> jax.Array:
    """0.5 x (1 + tanh(z)), z = sqrt(2 / pi) (x + 0.044715 x^3); 0.5 (1 + tanh(z)) is the logistic function of 2 z."""
    return x * logistic(2.0 * math.sqrt(2.0 / math.pi) * (x + 0.044715 * x**3))


GELU = {"exact": gelu, "tanh": gelu_tanh}


def dropout(x: jax.Array, keep: jax.Array, rate: float) -> jax.Array:
    """Inverted dropout: what is kept grows by 1 / (1 - rate)."""
    return x * keep / (1.0 - rate)


def _check_pointwise(attributes: dict, inputs: dict) -> None:
    require(np.size(inputs["x"]) > 0, "x is empty")


def _check_dropout(attributes: dict, inputs: dict) -> None:
    check_shapes(inputs, {"x": "B C P", "keep": "B C P"})
    require(bool(np.all(np.isin(inputs["keep"], (0, 1)))), "keep must hold 0 and 1")


OPERATIONS = {
    "gelu": Operation(lambda attributes, inputs: {"y": gelu(inputs["x"])}, _check_pointwise),
    "gelu_tanh": Operation(lambda attributes, inputs: {"y": gelu_tanh(inputs["x"])}, _check_pointwise),
    "dropout": Operation(
        lambda attributes, inputs: {"y": dropout(inputs["x"], inputs["keep"], attributes["rate"])},
        _check_dropout,
        constants=("keep",),
    ),
}
