"""Batch normalisation, pointwise linear layers and pooling (Figure 5, Appendix E.1)."""

import numpy as np

EPSILON = 1e-5


def batch_statistics(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and biased variance of each channel over batch and positions: (B, C, P) -> (1, C, 1) twice."""
    mean = x.mean(axis=(-3, -1), keepdims=True)
    return mean, ((x - mean) ** 2).mean(axis=(-3, -1), keepdims=True)


def batch_norm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """Batch normalisation by the batch's own statistics, always (Appendix E.1). gamma, beta are (C)."""
    mean, variance = batch_statistics(x)
    return gamma[..., None, :, None] * (x - mean) / np.sqrt(variance + EPSILON) + beta[..., None, :, None]


def linear(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The same matrix at every position: (B, I, P), (O, I), (O) -> (B, O, P)."""
    return weight[..., None, :, :] @ x + bias[..., None, :, None]


def global_average_pool(x: np.ndarray) -> np.ndarray:
    """The mean over positions: (B, C, P) -> (B, C)."""
    return x.mean(axis=-1)
