"""Continuous kernels: coordinates, Fourier encoding, kernel network, kernel mask (Section 2.2, Appendix E.1)."""

import jax
import numpy as np

from .activations import gelu
from .checks import check_positive, check_shapes, require
from .masks import centred_axis, gaussian_mask_nd
from .operation import Operation, Tensors


def kernel_length(n: int) -> int:
    """The odd length of a kernel that spans an axis of n points."""
    return n if n % 2 == 1 else n + 1


def kernel_grid(lengths: list) -> np.ndarray:
    """Coordinates (P, D) of a kernel's taps, row-major."""
    axes = np.meshgrid(*(centred_axis(length) for length in lengths), indexing="ij")
    return np.stack([coordinates.ravel() for coordinates in axes], axis=1)


def fourier_encoding(coordinates: np.ndarray, frequencies: np.ndarray, omega_0: float) -> np.ndarray:
    """gamma(x) = [cos(2 pi omega_0 W x), sin(2 pi omega_0 W x)], rows (2F, P).

    omega_0 W x reaches thousands of turns: phases are float64 on the host, and whole turns go before 2 pi.
    """
    turns = omega_0 * (np.asarray(frequencies, np.float64) @ np.asarray(coordinates, np.float64).T)
    phases = 2.0 * np.pi * (turns - np.round(turns))
    return np.concatenate([np.cos(phases), np.sin(phases)])


def kernel_trunk(features: jax.Array, hidden_1: tuple, hidden_2: tuple) -> jax.Array:
    """The hidden layers of the kernel network, (weight, bias) each, with exact GELU, on features (F, P)."""
    for weight, bias in (hidden_1, hidden_2):
        features = gelu(weight @ features + bias[:, None])
    return features


def _kernel_mlp(inputs: Tensors) -> jax.Array:
    hidden = kernel_trunk(
        inputs["features"], (inputs["weight_1"], inputs["bias_1"]), (inputs["weight_2"], inputs["bias_2"])
    )
    return inputs["head_weight"] @ hidden + inputs["head_bias"][:, None]


def _masked_kernel(attributes: dict, inputs: Tensors) -> Tensors:
    """psi(c) = MLP(c) m(c) (Section 3.1)."""
    mask = gaussian_mask_nd(inputs["sigma"], attributes["lengths"], attributes["threshold"])
    return {"kernel": _kernel_mlp(inputs) * mask}


_MLP_SHAPES = {
    "features": "F P",
    "weight_1": "H F",
    "bias_1": "H",
    "weight_2": "H H",
    "bias_2": "H",
    "head_weight": "C H",
    "head_bias": "C",
}


def _check_odd(attributes: dict, inputs: dict) -> None:
    for length in attributes["lengths"]:
        require(length % 2 == 1, f"a kernel's length must be odd, found {length}")


def _check_masked_kernel(attributes: dict, inputs: dict) -> None:
    _check_odd(attributes, inputs)
    lengths = attributes["lengths"]
    check_shapes(inputs, _MLP_SHAPES | {"sigma": "D"}, P=int(np.prod(lengths)), D=len(lengths))
    check_positive(inputs, "sigma")


OPERATIONS = {
    "kernel_grid": Operation(
        lambda attributes, inputs: {"coordinates": kernel_grid(attributes["lengths"])}, _check_odd, constants=None
    ),
    "kernel_length": Operation(
        lambda attributes, inputs: {"k": np.array(float(kernel_length(attributes["n"])))},
        lambda attributes, inputs: None,
        constants=None,
    ),
    "fourier_encoding": Operation(
        lambda attributes, inputs: {
            "features": fourier_encoding(inputs["coordinates"], inputs["frequencies"], attributes["omega_0"])
        },
        lambda attributes, inputs: check_shapes(inputs, {"coordinates": "P D", "frequencies": "F D"}),
        constants=None,
        compiled=False,
    ),
    "kernel_mlp": Operation(
        lambda attributes, inputs: {"kernel": _kernel_mlp(inputs)},
        lambda attributes, inputs: check_shapes(inputs, _MLP_SHAPES),
        constants=("features",),
    ),
    "masked_kernel": Operation(_masked_kernel, _check_masked_kernel, constants=("features",)),
}
