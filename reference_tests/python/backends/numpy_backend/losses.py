"""Objectives and the complexity loss (Eq. 2, Eq. 12, Section 4)."""

import numpy as np

from .refusals import require, require_positive


def cross_entropy(logits: np.ndarray, labels: list[int]) -> np.ndarray:
    """Mean over the batch of -ln softmax(logits)[label], in nats: (B, K) -> ()."""
    batch, classes = logits.shape[-2:]
    require(len(labels) == batch, f"{len(labels)} labels for {batch} items")
    require(
        all(isinstance(label, int) and 0 <= label < classes for label in labels), f"a label of {labels} is no class of {classes}"
    )
    shifted = logits - np.real(logits).max(axis=-1, keepdims=True)
    of_label = shifted[..., np.arange(batch), labels]
    return (np.log(np.exp(shifted).sum(axis=-1)) - of_label).mean(axis=-1)


def norm(values: np.ndarray) -> np.ndarray:
    """The Euclidean norm over channels and positions, with gradient 0 at 0: (B, C, P) -> (B)."""
    squares = (values**2).sum(axis=(-2, -1))
    at_zero = np.all(np.real(values) == 0, axis=(-2, -1))
    return np.where(at_zero, 0.0, np.sqrt(np.where(at_zero, 1.0, squares)))


def relative_l2(prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Mean over the batch of ||p - t|| / ||t||: (B, C, P) twice -> ()."""
    length = norm(target)
    require_positive("norm of a target", length)
    return (norm(prediction - target) / length).mean(axis=-1)


def binary_cross_entropy(logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Mean over all elements of ln(1 + exp(z)) - t z, without overflow: (B, C, P) twice -> ()."""
    require(np.all((targets >= 0) & (targets <= 1)), "a target is not in [0, 1]")
    positive = np.real(logits) > 0
    softplus = np.where(positive, logits, 0.0) + np.log1p(np.exp(np.where(positive, -logits, logits)))
    return (softplus - targets * logits).mean(axis=(-3, -2, -1))


def complexity_loss(current: np.ndarray, target: float) -> np.ndarray:
    """Eq. 12: (C_curr / C_target - 1)^2."""
    require_positive("target complexity", target)
    return (current / target - 1.0) ** 2


def total_loss(objective: np.ndarray, complexity: np.ndarray, weight: float) -> np.ndarray:
    """Eq. 2: L_obj + lambda L_comp."""
    require(weight >= 0, f"lambda is {weight}")
    return objective + weight * complexity
