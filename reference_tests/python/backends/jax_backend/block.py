"""The masked CCNN residual block: Figures 5 and 8."""

from dataclasses import dataclass

import jax
import numpy as np

from .activations import GELU
from .checks import check_positive, check_shapes, require
from .fourier_convolution import fourier_convolution
from .kernels import kernel_length
from .layers import batch_norm, linear
from .masks import gaussian_mask_nd, sigmoid_mask
from .operation import Operation, Tensors
from .resampling import upsample
from .sizes import resolution, sigmoid_size

VARIANTS = ("gated", "stream", "branch")


@dataclass(frozen=True)
class BlockMasks:
    """The masks of one block: channels (W) each, resolution (N + 1) for each axis, and the depth mask's value."""

    n_in: jax.Array
    n_mid: jax.Array
    n_out: jax.Array
    resolution: list[jax.Array]
    depth: jax.Array


@dataclass(frozen=True)
class BlockShape:
    """What of a block is fixed: its grid, the reduced grid that it computes on, the variant, the form of GELU."""

    grid: tuple[int, ...]
    reduced_grid: tuple[int, ...]
    variant: str
    gelu: str

    @property
    def kernel_grid(self) -> list[int]:
        """Kernels span the whole grid."""
        return [kernel_length(length) for length in self.grid]


def residual_block(
    x: jax.Array, kernel: jax.Array, parameters: Tensors, masks: BlockMasks, shape: BlockShape
) -> jax.Array:
    """y = u + m_depth Up(GELU(m_out Linear_2(GELU(m_mid Linear_1(Down(h * psi) + bias))))), h = m_in BatchNorm(u).

    The input mask gates u = m_in x, except in the variant "branch"; the output mask gates the branch, or in the
    variant "stream" the sum. BatchNorm's shift and the bias would revive masked channels, so both are gated again.
    """
    activation = GELU[shape.gelu]
    n_in, n_mid, n_out = (mask[:, None] for mask in (masks.n_in, masks.n_mid, masks.n_out))
    u = x if shape.variant == "branch" else n_in * x
    h = n_in * batch_norm(u, parameters["gamma"], parameters["beta"])
    d = fourier_convolution(h, kernel, masks.resolution, shape.grid, shape.kernel_grid, shape.reduced_grid)
    d = d + (n_in > 0) * parameters["convolution_bias"][:, None]
    c = n_mid * linear(d, parameters["linear_1_weight"], parameters["linear_1_bias"])
    v = linear(activation(c), parameters["linear_2_weight"], parameters["linear_2_bias"])
    if shape.variant != "stream":
        v = n_out * v
    y = u + masks.depth * upsample(activation(v), shape.reduced_grid, shape.grid)
    return n_out * y if shape.variant == "stream" else y


def reduced_length(mu, n: int, tau: float, threshold: float) -> int:
    """M = min(N, ceil(size)) of one axis; a mask that keeps nothing is refused."""
    reduced = int(resolution(sigmoid_size(mu, n, tau, threshold), n))
    require(reduced >= 1, f"the resolution mask with offset {float(mu)} is empty")
    return reduced


def _reduced_grid(attributes: dict, inputs: Tensors) -> dict:
    pairs = zip(inputs["mu_resolution"], attributes["grid"])
    tau, threshold = attributes["tau_resolution"], attributes["threshold"]
    return {"reduced_grid": tuple(reduced_length(mu, length, tau, threshold) for mu, length in pairs)}


def _block(attributes: dict, inputs: Tensors) -> Tensors:
    grid, threshold, width = attributes["grid"], attributes["threshold"], inputs["gamma"].shape[0]
    channels = (
        sigmoid_mask(inputs[mu], width, attributes["tau_channel"], threshold) for mu in ("mu_in", "mu_mid", "mu_out")
    )
    resolution_masks = [
        sigmoid_mask(inputs["mu_resolution"][axis], length + 1, attributes["tau_resolution"], threshold)
        for axis, length in enumerate(grid)
    ]
    masks = BlockMasks(*channels, resolution_masks, inputs["depth"])
    shape = BlockShape(tuple(grid), attributes["reduced_grid"], attributes["variant"], attributes["gelu"])
    kernel = inputs["kernel"] * gaussian_mask_nd(inputs["sigma"], shape.kernel_grid, threshold)
    return {"y": residual_block(inputs["x"], kernel, inputs, masks, shape)}


def check_block_attributes(attributes: dict) -> None:
    """A variant and a form of GELU that exist."""
    require(attributes["variant"] in VARIANTS, f"unknown variant {attributes['variant']}")
    require(attributes["gelu"] in GELU, f"unknown gelu {attributes['gelu']}")


def _check_block(attributes: dict, inputs: dict) -> None:
    check_block_attributes(attributes)
    grid = attributes["grid"]
    vectors = ("gamma", "beta", "convolution_bias", "linear_1_bias", "linear_2_bias")
    shapes = {"x": "B W P", "kernel": "W K", "linear_1_weight": "W W", "linear_2_weight": "W W"}
    shapes |= {name: "W" for name in vectors} | {"sigma": "D", "mu_resolution": "D"}
    shapes |= {name: "" for name in ("mu_in", "mu_mid", "mu_out", "depth")}
    taps = int(np.prod([kernel_length(length) for length in grid]))
    check_shapes(inputs, shapes, P=int(np.prod(grid)), K=taps, D=len(grid))
    check_positive(inputs, "sigma")


OPERATIONS = {"block": Operation(_block, _check_block, discrete=_reduced_grid)}
