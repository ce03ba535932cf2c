"""The masked residual block (Figures 5 and 8)."""

from dataclasses import dataclass

import numpy as np

from .activations import gelu, gelu_tanh
from .fourier_convolution import fourier_convolution
from .layers import batch_norm, linear
from .masks import sigmoid_mask
from .resampling import upsample
from .sizes import resolution, sigmoid_size

VARIANTS = ("gated", "stream", "branch")
ACTIVATIONS = {"exact": gelu, "tanh": gelu_tanh}


@dataclass(frozen=True)
class BlockMasks:
    """The masks of one block: of the channels, (W) each, of the frequencies |k| = 0..N of each axis, and the reduced lengths."""

    n_in: np.ndarray
    n_mid: np.ndarray
    n_out: np.ndarray
    resolution: list[np.ndarray]
    reduced_grid: list[int]


def on_channels(mask: np.ndarray, x: np.ndarray) -> np.ndarray:
    """A mask over channels applied to (B, C, P)."""
    return mask[..., None, :, None] * x


def resolution_mask(n: int, mu: np.ndarray, tau: float, threshold: float) -> tuple[np.ndarray, int]:
    """The mask over |k| = 0..N of one axis and the length M that the axis is reduced to; M has no gradient."""
    reduced = resolution(np.max(np.real(sigmoid_size(mu, tau, n, threshold))), n)
    return sigmoid_mask(n + 1, mu, tau, threshold), reduced


def entering(x: np.ndarray, masks: BlockMasks, variant: str) -> np.ndarray:
    """What identity and branch start from: gated by N_in, except where only the branch is."""
    return x if variant == "branch" else on_channels(masks.n_in, x)


def normalised(stream: np.ndarray, masks: BlockMasks, gamma: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """BatchNorm, gated by N_in again: an empty channel would leave it as beta."""
    return on_channels(masks.n_in, batch_norm(stream, gamma, beta))


def convolution_bias(masks: BlockMasks, bias: np.ndarray) -> np.ndarray:
    """The convolution's bias in the channels that N_in keeps, whatever their weight: (W) -> (1, W, 1)."""
    live = (np.real(masks.n_in) > 0).astype(float)
    return on_channels(live, bias[..., None, :, None])


def branch_end(v: np.ndarray, masks: BlockMasks, grid: list[int], activation: str) -> np.ndarray:
    """The branch's second GELU, and back to the resolution of the stream."""
    return upsample(ACTIVATIONS[activation](v), masks.reduced_grid, grid)


def residual_sum(stream: np.ndarray, branch: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """The depth mask weighs the branch alone (Section 3.4)."""
    return stream + np.asarray(depth)[..., None, None, None] * branch


def residual_block(
    x: np.ndarray,
    parameters: dict[str, np.ndarray],
    kernel: np.ndarray,
    masks: BlockMasks,
    depth: np.ndarray,
    *,
    grid: list[int],
    kernel_grid: list[int],
    variant: str,
    activation: str,
) -> np.ndarray:
    """One block: (B, W, P) -> (B, W, P). `kernel` is already masked; `depth` is the depth mask's value for this block."""
    stream = entering(x, masks, variant)
    h = normalised(stream, masks, parameters["norm.gamma"], parameters["norm.beta"])
    d = fourier_convolution(h, kernel, masks.resolution, grid, kernel_grid, masks.reduced_grid)
    d = d + convolution_bias(masks, parameters["convolution.bias"])
    c = on_channels(masks.n_mid, linear(d, parameters["linear_1.weight"], parameters["linear_1.bias"]))
    v = linear(ACTIVATIONS[activation](c), parameters["linear_2.weight"], parameters["linear_2.bias"])
    if variant != "stream":
        v = on_channels(masks.n_out, v)
    y = residual_sum(stream, branch_end(v, masks, grid, activation), depth)
    return on_channels(masks.n_out, y) if variant == "stream" else y
