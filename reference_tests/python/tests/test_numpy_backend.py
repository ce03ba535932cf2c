"""The NumPy backend against other ways to the same values: central differences, numpy.fft, and forms that must agree."""

import math

import numpy as np
import pytest

from backends.numpy_backend import NumpyBackend, fourier
from backends.numpy_backend.configuration import configuration_from, parameter_shapes

RANDOM = np.random.default_rng(7)
BACKEND = NumpyBackend()
CONFIGURATION = {
    "base": "ccnn-2-3",
    "components": "k,r,w,d",
    "variant": "gated",
    "gelu": "exact",
    "final_norm": True,
    "decoder": "classification",
    "grid": [6],
    "inputs": 2,
    "outputs": 3,
    "tau_resolution": 6.0,
    "tau_channel": 6.0,
    "tau_depth": 6.0,
    "threshold": 0.1,
}
DENSE = {"decoder": "dense", "grid": [3, 4], "variant": "branch"}


def network(**changed: object) -> dict:
    """The attributes of a network, with parts of its configuration changed."""
    return {"configuration": CONFIGURATION | changed, "lambda": 0.5, "target_ratio": 0.8, "labels": [0, 2]}


def normal(*shape: int) -> np.ndarray:
    """Random numbers."""
    return RANDOM.normal(size=shape)


def network_inputs(attributes: dict) -> dict[str, np.ndarray]:
    """Random inputs and parameters of a network, no size at its clip."""
    configuration = configuration_from(attributes)
    lengths = {"F": 4, "H": 5, "K": 6}
    inputs = {}
    for name, shape in parameter_shapes(configuration).items():
        value = normal(*(lengths.get(length, length) for length in shape))
        inputs[name] = np.array(RANDOM.uniform(0.1, 0.3)) if ".mask." in name or name == "mask.depth" else value
    points, taps = math.prod(configuration.grid), math.prod(configuration.kernel_grid)
    inputs |= {"x": normal(2, configuration.inputs, points), "features": normal(4, taps)}
    return inputs | ({"target": normal(2, configuration.outputs, points)} if configuration.decoder == "dense" else {})


def block_inputs(grid: list[int], width: int) -> dict[str, np.ndarray]:
    """Random inputs of a block."""
    points, taps = math.prod(grid), math.prod(n + 1 - n % 2 for n in grid)
    vectors = ("gamma", "beta", "convolution_bias", "linear_1_bias", "linear_2_bias")
    inputs = {"x": normal(2, width, points), "kernel": normal(width, taps)} | {name: normal(width) for name in vectors}
    inputs |= {f"linear_{i}_weight": normal(width, width) for i in (1, 2)}
    inputs |= {"sigma": np.full(len(grid), 0.4), "mu_resolution": np.full(len(grid), 0.1)}
    return (
        inputs | {f"mu_{part}": np.array(mu) for part, mu in (("in", 0.2), ("mid", 0.5), ("out", -0.1))} | {"depth": np.array(0.7)}
    )


TRUNK = {
    "features": normal(4, 15),
    "weight_1": normal(5, 4),
    "bias_1": normal(5),
    "weight_2": normal(5, 5),
    "bias_2": normal(5),
    "head_weight": normal(2, 5),
    "head_bias": normal(2),
}
SIGNAL = {"signal": normal(2, 3, 20), "kernel": normal(3, 15)}
BLOCK = {"tau_resolution": 5.0, "tau_channel": 4.0, "threshold": 0.1, "grid": [4, 3]}
EXAMPLES = [
    ("gaussian_mask", {"n": 9, "threshold": 0.1}, {"mu": np.array(0.1), "sigma": np.array(0.3)}),
    ("sigmoid_mask", {"n": 8, "tau": 5.0, "threshold": 0.1}, {"mu": np.array(0.1)}),
    ("gaussian_mask_nd", {"lengths": [5, 4], "threshold": 0.1}, {"sigma": np.array([0.3, 0.6])}),
    ("gaussian_x_t", {"threshold": 0.1}, {"mu": np.array(0.1), "sigma": np.array(0.3)}),
    ("sigmoid_x_t", {"tau": 5.0, "threshold": 0.1}, {"mu": np.array(0.1)}),
    ("gaussian_size", {"n_max": 9, "threshold": 0.1}, {"sigma": np.array(0.3)}),
    ("sigmoid_size", {"n_max": 9, "tau": 5.0, "threshold": 0.1}, {"mu": np.array(0.1)}),
    ("kernel_mlp", {}, TRUNK),
    ("masked_kernel", {"lengths": [3, 5], "threshold": 0.1}, TRUNK | {"sigma": np.array([0.5, 0.4])}),
    ("convolution", {"grid": [5, 4], "kernel_grid": [3, 5]}, SIGNAL),
    (
        "downsample",
        {"grid": [5, 4], "reduced_grid": [3, 4]},
        {"signal": normal(2, 3, 20), "mask_0": normal(3), "mask_1": normal(3)},
    ),
    ("upsample", {"grid": [5, 5], "reduced_grid": [5, 4]}, {"signal": normal(2, 3, 20)}),
    (
        "fourier_convolution",
        {"grid": [5, 4], "kernel_grid": [3, 5], "reduced_grid": [4, 4]},
        SIGNAL | {"mask_0": normal(6), "mask_1": normal(5)},
    ),
    ("batch_norm", {}, {"x": normal(2, 3, 5), "gamma": normal(3), "beta": normal(3)}),
    ("gelu", {}, {"x": normal(4, 5)}),
    ("gelu_tanh", {}, {"x": normal(4, 5)}),
    ("dropout", {"rate": 0.25}, {"x": normal(2, 3, 4), "keep": RANDOM.integers(0, 2, (2, 3, 4)).astype(float)}),
    ("linear", {}, {"x": normal(2, 3, 4), "weight": normal(5, 3), "bias": normal(5)}),
    ("global_average_pool", {}, {"x": normal(2, 3, 4)}),
    ("cross_entropy", {"labels": [0, 3, 1]}, {"logits": normal(3, 4)}),
    ("relative_l2", {}, {"prediction": normal(2, 3, 4), "target": normal(2, 3, 4)}),
    ("binary_cross_entropy", {}, {"logits": normal(2, 3, 4), "targets": RANDOM.uniform(size=(2, 3, 4))}),
    ("complexity_loss", {"target": 3.0}, {"current": np.array(2.0)}),
    ("total_loss", {"lambda": 0.5}, {"objective": np.array(2.0), "complexity": np.array(0.5)}),
    ("block_cost", {}, {"resolution": np.array([5.5, 3.0]), "n_in": np.array(3.0), "n_mid": np.array(4.0), "n_out": np.array(5.0)}),
    (
        "network_cost",
        {"length": 12, "inputs": 3, "outputs": 2, "decoder": "classification"},
        {"resolution": RANDOM.uniform(3, 5, (3, 2)), "depth": np.array(1.5), "width_last": np.array(4.0)}
        | {name: RANDOM.uniform(3, 5, 3) for name in ("n_in", "n_mid", "n_out")},
    ),
    *(
        ("block", BLOCK | {"variant": variant, "gelu": "tanh"}, block_inputs([4, 3], 4))
        for variant in ("gated", "stream", "branch")
    ),
    *(("network", a, network_inputs(a)) for a in (network(), network(**DENSE), network(components="none"))),
]


@pytest.mark.parametrize(("operation", "attributes", "inputs"), EXAMPLES, ids=[name for name, _, _ in EXAMPLES])
def test_complex_step_equals_central_differences(operation: str, attributes: dict, inputs: dict) -> None:
    """Along one random unit direction; the difference of fourth order at h = 1e-4 is off by about h^4 + roundoff / h = 1e-12."""
    outputs = BACKEND.forward(operation, attributes, inputs)
    cotangents = {name: normal(*value.shape) for name, value in outputs.items()}
    gradients = BACKEND.gradients(operation, attributes, inputs, cotangents)
    direction = {name: normal(*np.shape(inputs[name])) for name in gradients}
    length = math.sqrt(sum(float(np.sum(value**2)) for value in direction.values()))

    def along(step: float) -> float:
        moved = inputs | {name: inputs[name] + step / length * direction[name] for name in gradients}
        found = BACKEND.forward(operation, attributes, moved)
        return sum(float(np.sum(found[name] * cotangent)) for name, cotangent in cotangents.items())

    h = 1e-4
    expected = (8 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12 * h)
    found = sum(float(np.sum(gradients[name] * direction[name])) for name in gradients) / length
    assert found == pytest.approx(expected, rel=1e-8, abs=1e-9)


@pytest.mark.parametrize("n", [1, 2, 5, 8, 13])
def test_analysis_is_the_discrete_fourier_transform(n: int) -> None:
    x = normal(3, n)
    real, imaginary = fourier.analyse(x, [np.arange(n)], [np.arange(n)], [n])
    np.testing.assert_allclose(real + 1j * imaginary, np.fft.fft(x), rtol=0, atol=1e-13)


@pytest.mark.parametrize(("grid", "kernel_grid"), [([1], [1]), ([6], [7]), ([7], [3]), ([5, 4], [5, 5])])
def test_open_masks_leave_the_plain_convolution(grid: list[int], kernel_grid: list[int]) -> None:
    inputs = {"signal": normal(2, 3, math.prod(grid)), "kernel": normal(3, math.prod(kernel_grid))}
    attributes = {"grid": grid, "kernel_grid": kernel_grid, "reduced_grid": grid}
    whole = inputs | {f"mask_{axis}": np.ones(n + 1) for axis, n in enumerate(grid)}
    plain = BACKEND.forward("convolution", attributes, inputs)["y"]
    for form in ("fourier_convolution", "reduce_first", "spatial"):
        np.testing.assert_allclose(BACKEND.forward(form, attributes, whole)["y"], plain, rtol=0, atol=1e-13)


@pytest.mark.parametrize("reduced", [1, 2, 5, 8, 9])
def test_upsampled_signals_survive_downsampling(reduced: int) -> None:
    """What has no Nyquist bin of the reduced grid comes back."""
    grid = {"grid": [9], "reduced_grid": [reduced]}
    once = BACKEND.forward("upsample", grid, {"signal": normal(1, 1, reduced)})["y"]
    again = BACKEND.forward("downsample", grid, {"signal": once, "mask_0": np.ones(5)})["y"]
    np.testing.assert_allclose(BACKEND.forward("upsample", grid, {"signal": again})["y"], once, rtol=0, atol=1e-13)
