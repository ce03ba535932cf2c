"""Operations needed for one sample, from continuous sizes (Appendix C.1, C.2)."""

import numpy as np

from .refusals import require, require_positive


def linear_cost(length: np.ndarray, n_in: np.ndarray, n_out: np.ndarray) -> np.ndarray:
    """A pointwise linear layer: L N_in N_out."""
    for name, size in (("length", length), ("n_in", n_in), ("n_out", n_out)):
        require_positive(name, size)
    return length * n_in * n_out


def fourier_convolution_cost(length: np.ndarray) -> np.ndarray:
    """A Fourier convolution: L ln L."""
    require_positive("length", length)
    return length * np.log(length)


def pointwise_cost(length: np.ndarray, n: np.ndarray) -> np.ndarray:
    """An operation on each value: L N."""
    require_positive("length", length)
    require_positive("n", n)
    return length * n


def depth_weight(depth: np.ndarray, block: np.ndarray) -> np.ndarray:
    """How much of a block, numbered from 1, counts: clip(depth - (block - 1), 0, 1), with its derivative from the left."""
    share = depth - (block - 1)
    return np.where(np.real(share) <= 0, 0.0, np.where(np.real(share) > 1, 1.0, share))


def block_cost(resolution: np.ndarray, n_in: np.ndarray, n_mid: np.ndarray, n_out: np.ndarray) -> np.ndarray:
    """A residual block: transform, two linear layers, BatchNorm and bias at N_in, GELU and dropout at N_mid, GELU at N_out."""
    require_positive("resolution", resolution)
    positions = np.prod(resolution, axis=-1)
    return (
        fourier_convolution_cost(positions)
        + linear_cost(positions, n_in, n_mid)
        + linear_cost(positions, n_mid, n_out)
        + 2.0 * pointwise_cost(positions, n_in)
        + 2.0 * pointwise_cost(positions, n_mid)
        + pointwise_cost(positions, n_out)
    )


def network_cost(
    resolution: np.ndarray,
    n_in: np.ndarray,
    n_mid: np.ndarray,
    n_out: np.ndarray,
    depth: np.ndarray,
    width_last: np.ndarray,
    *,
    length: float,
    inputs: float,
    outputs: float,
    decoder: str,
) -> np.ndarray:
    """Encoder, every block times its share of the depth, and decoder. Resolution is (blocks, D), widths are (blocks)."""
    blocks = n_in.shape[-1]
    require_positive("depth", depth)
    require(np.all(np.real(depth) <= blocks), f"depth exceeds {blocks} blocks")
    first = n_in[..., 0]
    encoder = linear_cost(length, inputs, first) + 2.0 * pointwise_cost(length, first)
    shares = depth_weight(np.asarray(depth)[..., None], np.arange(1, blocks + 1))
    encoder_and_blocks = encoder + (shares * block_cost(resolution, n_in, n_mid, n_out)).sum(axis=-1)
    return encoder_and_blocks + decoder_cost(width_last, length, outputs, decoder)


def decoder_cost(width: np.ndarray, length: float, outputs: float, decoder: str) -> np.ndarray:
    """BatchNorm, then a linear layer at every position, or pooling and one linear layer."""
    require(decoder in ("dense", "classification"), f"decoder is {decoder!r}")
    normalisation = pointwise_cost(length, width)
    if decoder == "dense":
        return normalisation + linear_cost(length, width, outputs)
    return normalisation + pointwise_cost(length, width) + linear_cost(1.0, width, outputs)
