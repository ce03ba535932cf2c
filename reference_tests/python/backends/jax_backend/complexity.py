"""Operations counted: Appendix C.2, and the depth mask's effect (C.1)."""

import jax
import jax.numpy as jnp
import numpy as np

from .checks import check_positive, check_shapes, require
from .operation import Operation, Tensors


def linear_cost(length, n_in, n_out):
    """L N_in N_out."""
    return length * n_in * n_out


def fourier_convolution_cost(length):
    """L ln L."""
    return length * jnp.log(length)


def pointwise_cost(length, n):
    """L N."""
    return length * n


def block_cost(resolution: jax.Array, n_in, n_mid, n_out) -> jax.Array:
    """One residual block at the reduced resolution: transform, two linear layers, pointwise operations.

    Batch norm and the convolution's bias act on N_in, GELU and dropout on N_mid, the last GELU on N_out.
    """
    length = jnp.prod(resolution)
    linear = linear_cost(length, n_in, n_mid) + linear_cost(length, n_mid, n_out)
    pointwise = 2 * pointwise_cost(length, n_in) + 2 * pointwise_cost(length, n_mid) + pointwise_cost(length, n_out)
    return fourier_convolution_cost(length) + linear + pointwise


def depth_weights(depth: jax.Array, blocks: int) -> jax.Array:
    """clip(depth - (i - 1), 0, 1) for blocks i = 1..; at a whole depth the slope is the left one."""
    before = jnp.arange(blocks, dtype=depth.dtype)
    inside = (depth > before) & (depth <= before + 1)
    return jnp.where(inside, depth - before, jnp.where(depth > before, 1.0, 0.0))


def network_cost(sizes: Tensors, length: int, inputs: int, outputs: int, decoder: str) -> jax.Array:
    """Encoder, blocks weighted by depth, decoder.

    `sizes` holds resolution (blocks, D), n_in, n_mid, n_out (blocks), depth () and width_last ().
    """
    first, last = sizes["n_in"][0], sizes["width_last"]
    encoder = linear_cost(length, inputs, first) + 2 * pointwise_cost(length, first)
    blocks = jax.vmap(block_cost)(sizes["resolution"], sizes["n_in"], sizes["n_mid"], sizes["n_out"])
    if decoder == "classification":
        head = 2 * pointwise_cost(length, last) + linear_cost(1, last, outputs)
    else:
        head = pointwise_cost(length, last) + linear_cost(length, last, outputs)
    return encoder + jnp.sum(depth_weights(sizes["depth"], blocks.shape[0]) * blocks) + head


def _network_cost(attributes: dict, inputs: Tensors) -> Tensors:
    cost = network_cost(
        inputs, attributes["length"], attributes["inputs"], attributes["outputs"], attributes["decoder"]
    )
    return {"cost": cost}


def _depth_weight(attributes: dict, inputs: Tensors) -> Tensors:
    block = attributes["block"]
    return {"weight": depth_weights(inputs["depth"], block)[block - 1]}


def _check_sizes(shapes: dict[str, str]):
    """The named sizes have these shapes and are positive."""

    def check(attributes: dict, inputs: dict) -> None:
        check_shapes(inputs, shapes)
        check_positive(inputs, *shapes)

    return check


def _check_network_cost(attributes: dict, inputs: dict) -> None:
    shapes = {"resolution": "blocks D", "n_in": "blocks", "n_mid": "blocks", "n_out": "blocks"}
    shapes |= {"depth": "", "width_last": ""}
    blocks = check_shapes(inputs, shapes)["blocks"]
    check_positive(inputs, *shapes)
    require(bool(inputs["depth"] <= blocks), f"depth must lie in (0, {blocks}]")
    require(np.shape(inputs["resolution"])[1] <= 2, "resolution has one or two axes")
    require(attributes["decoder"] in ("dense", "classification"), f"unknown decoder {attributes['decoder']}")
    require(attributes["inputs"] >= 1 and attributes["outputs"] >= 1, "inputs and outputs must be positive")


OPERATIONS = {
    "linear_cost": Operation(
        lambda attributes, inputs: {"cost": linear_cost(inputs["length"], inputs["n_in"], inputs["n_out"])},
        _check_sizes({"length": "", "n_in": "", "n_out": ""}),
    ),
    "fourier_convolution_cost": Operation(
        lambda attributes, inputs: {"cost": fourier_convolution_cost(inputs["length"])},
        _check_sizes({"length": ""}),
    ),
    "pointwise_cost": Operation(
        lambda attributes, inputs: {"cost": pointwise_cost(inputs["length"], inputs["n"])},
        _check_sizes({"length": "", "n": ""}),
    ),
    "depth_weight": Operation(_depth_weight, _check_sizes({"depth": ""}), constants=None),
    "block_cost": Operation(
        lambda attributes, inputs: {
            "cost": block_cost(inputs["resolution"], inputs["n_in"], inputs["n_mid"], inputs["n_out"])
        },
        _check_sizes({"resolution": "D", "n_in": "", "n_mid": "", "n_out": ""}),
    ),
    "network_cost": Operation(_network_cost, _check_network_cost),
}
