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
    """One block: (B, W, P) -> (B, W, P). `kernel` is already masked; `depth` is the depth mask's value for this block.

    N_in gates the block's input, and again what BatchNorm makes of it, which would otherwise be beta in an empty channel; the bias of
    the convolution is gated for the same reason. N_mid masks the first linear layer, N_out the second.
    """
    act = ACTIVATIONS[activation]
    stream = x if variant == "branch" else on_channels(masks.n_in, x)
    h = on_channels(masks.n_in, batch_norm(stream, parameters["norm.gamma"], parameters["norm.beta"]))
    live = (np.real(masks.n_in) > 0).astype(float)
    bias = on_channels(live * parameters["convolution.bias"], 1.0)
    d = fourier_convolution(h, kernel, masks.resolution, grid, kernel_grid, masks.reduced_grid) + bias
    c = on_channels(masks.n_mid, linear(d, parameters["linear_1.weight"], parameters["linear_1.bias"]))
    v = linear(act(c), parameters["linear_2.weight"], parameters["linear_2.bias"])
    if variant != "stream":
        v = on_channels(masks.n_out, v)
    branch = upsample(act(v), masks.reduced_grid, grid)
    y = stream + np.asarray(depth)[..., None, None, None] * branch
    return on_channels(masks.n_out, y) if variant == "stream" else y
