"""Continuous kernels: coordinates, Fourier encoding, kernel network and its mask (Section 3.1, Appendix E.1)."""

import math

import numpy as np

from .activations import gelu
from .masks import centred_axis, gaussian_mask_nd
from .refusals import require_grid, require_length, require_positive


def kernel_length(n: int) -> int:
    """The longest kernel for a signal of n samples: odd, so that it has a centre."""
    require_length("n", n)
    return n if n % 2 == 1 else n + 1


def kernel_grid(lengths: list[int]) -> np.ndarray:
    """The coordinates of a kernel's points, row-major: (P, D)."""
    require_grid("lengths", lengths)
    axes = np.meshgrid(*(centred_axis(n) for n in lengths), indexing="ij")
    return np.stack([coordinate.ravel() for coordinate in axes], axis=-1)


def fourier_encoding(coordinates: np.ndarray, frequencies: np.ndarray, omega_0: float) -> np.ndarray:
    """gamma(x) = [cos(2 pi omega_0 W x), sin(2 pi omega_0 W x)]: (P, D), (F, D) -> (2F, P). Whole turns are removed exactly."""
    require_positive("omega_0", omega_0)
    turns = omega_0 * (frequencies @ coordinates.T)
    phase = 2.0 * math.pi * (turns - np.rint(turns))
    return np.concatenate([np.cos(phase), np.sin(phase)])


def pointwise(weight: np.ndarray, bias: np.ndarray, features: np.ndarray) -> np.ndarray:
    """A linear layer on features without a batch: (O, I), (O), (I, P) -> (O, P)."""
    return weight @ features + bias[..., :, None]


def kernel_trunk(
    features: np.ndarray, weight_1: np.ndarray, bias_1: np.ndarray, weight_2: np.ndarray, bias_2: np.ndarray
) -> np.ndarray:
    """The hidden layers of MLP_psi, which all blocks share: (F, P) -> (H, P)."""
    return gelu(pointwise(weight_2, bias_2, gelu(pointwise(weight_1, bias_1, features))))


def kernel_mlp(
    features: np.ndarray,
    weight_1: np.ndarray,
    bias_1: np.ndarray,
    weight_2: np.ndarray,
    bias_2: np.ndarray,
    head_weight: np.ndarray,
    head_bias: np.ndarray,
) -> np.ndarray:
    """MLP_psi of encoded coordinates: (F, P) -> (C, P)."""
    return pointwise(head_weight, head_bias, kernel_trunk(features, weight_1, bias_1, weight_2, bias_2))


def masked(kernel: np.ndarray, lengths: list[int], sigma: np.ndarray, threshold: float) -> np.ndarray:
    """psi(c) = MLP_psi(c) m(c; sigma) (Section 3.1): (C, P), (D) -> (C, P)."""
    return kernel * gaussian_mask_nd(lengths, sigma, threshold)[..., None, :]
