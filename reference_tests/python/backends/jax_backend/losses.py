"""Objectives and the complexity loss: Equations 2 and 12."""

import jax
import jax.numpy as jnp
import numpy as np

from .checks import check_labels, check_shapes, require
from .operation import Operation


def cross_entropy(logits: jax.Array, labels: list) -> jax.Array:
    """The mean over the batch of -log softmax(logits)[label], in nats."""
    log_probabilities = jax.nn.log_softmax(logits, axis=1)
    return -jnp.mean(log_probabilities[np.arange(len(labels)), jnp.asarray(labels)])


def _item_norms(x: jax.Array) -> jax.Array:
    """The l2 norm of each item, with gradient 0 where the norm is 0."""
    squares = jnp.sum(x * x, axis=(1, 2))
    positive = squares > 0
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, squares, 1.0)), 0.0)


def relative_l2(prediction: jax.Array, target: jax.Array) -> jax.Array:
    """The mean over the batch of ||p - t|| / ||t||."""
    return jnp.mean(_item_norms(prediction - target) / _item_norms(target))


def binary_cross_entropy(logits: jax.Array, targets: jax.Array) -> jax.Array:
    """The mean over all elements of -t log s(z) - (1 - t) log s(-z), s the logistic function."""
    return jnp.mean(targets * jnp.logaddexp(-logits, 0.0) + (1.0 - targets) * jnp.logaddexp(logits, 0.0))


def complexity_loss(current: jax.Array, target) -> jax.Array:
    """Equation 12."""
    return (current / target - 1.0) ** 2


def total_loss(objective: jax.Array, complexity: jax.Array, weight: float) -> jax.Array:
    """Equation 2; `weight` is lambda."""
    return objective + weight * complexity


def _check_cross_entropy(attributes: dict, inputs: dict) -> None:
    sizes = check_shapes(inputs, {"logits": "B K"})
    check_labels(attributes["labels"], sizes["B"], sizes["K"])


def check_target_norms(target: np.ndarray) -> None:
    """No item of a target (B, C, P) has norm 0."""
    require(bool(np.all(np.any(target != 0, axis=(1, 2)))), "the target holds an item of norm 0")


def _check_relative_l2(attributes: dict, inputs: dict) -> None:
    check_shapes(inputs, {"prediction": "B C P", "target": "B C P"})
    check_target_norms(inputs["target"])


def _check_binary_cross_entropy(attributes: dict, inputs: dict) -> None:
    check_shapes(inputs, {"logits": "B C P", "targets": "B C P"})
    targets = inputs["targets"]
    require(bool(np.all((targets >= 0) & (targets <= 1))), "targets must lie in [0, 1]")


OPERATIONS = {
    "cross_entropy": Operation(
        lambda attributes, inputs: {"loss": cross_entropy(inputs["logits"], attributes["labels"])},
        _check_cross_entropy,
    ),
    "relative_l2": Operation(
        lambda attributes, inputs: {"loss": relative_l2(inputs["prediction"], inputs["target"])},
        _check_relative_l2,
        constants=("target",),
    ),
    "binary_cross_entropy": Operation(
        lambda attributes, inputs: {"loss": binary_cross_entropy(inputs["logits"], inputs["targets"])},
        _check_binary_cross_entropy,
        constants=("targets",),
    ),
    "complexity_loss": Operation(
        lambda attributes, inputs: {"loss": complexity_loss(inputs["current"], attributes["target"])},
        lambda attributes, inputs: check_shapes(inputs, {"current": ""}),
    ),
    "total_loss": Operation(
        lambda attributes, inputs: {
            "loss": total_loss(inputs["objective"], inputs["complexity"], attributes["lambda"])
        },
        lambda attributes, inputs: check_shapes(inputs, {"objective": "", "complexity": ""}),
    ),
}
