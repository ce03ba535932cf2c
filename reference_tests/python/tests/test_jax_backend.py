"""The JAX backend against definitions and central differences of its own, without any fixture."""

import numpy as np
import pytest

pytest.importorskip("jax")

from backends.jax_backend import OPERATIONS, JaxBackend, JaxSingle
from backends.jax_backend.configuration import Configuration
from backends.jax_backend.network import parameter_shapes
from dnarch_fixtures.backend import Refused

BACKEND = JaxBackend()
random = np.random.default_rng(3)


def normal(*shape):
    return random.standard_normal(shape)


def network_attributes(grid, **changes):
    configuration = {
        "base": "ccnn-1-4",
        "components": "k,r,w,d",
        "variant": "gated",
        "gelu": "exact",
        "final_norm": True,
        "decoder": "classification",
        "grid": grid,
        "inputs": 2,
        "outputs": 3,
        "tau_resolution": 25.0,
        "tau_channel": 8.0,
        "tau_depth": 8.0,
        "threshold": 0.1,
    }
    return {"configuration": configuration | changes, "lambda": 0.5, "target_ratio": 0.9, "labels": [2, 0, 1]}


def network_inputs(attributes):
    configuration = Configuration.of(attributes)
    sizes = {"H": 5, "F": 6, "W": configuration.width, "inputs": configuration.inputs, "outputs": configuration.outputs}
    inputs = {}
    for name, shape in parameter_shapes(configuration).items():
        inputs[name] = 0.5 * normal(*(sizes[symbol] for symbol in shape.split()))
        if ".mask." in name or name == "mask.depth":
            inputs[name] = np.array(0.3 + 0.1 * random.random())
    points = configuration.positions
    inputs["x"] = normal(3, configuration.inputs, points)
    inputs["features"] = normal(6, int(np.prod(configuration.kernel_grid)))
    if configuration.decoder == "dense":
        inputs["target"] = normal(3, configuration.outputs, points)
    return inputs


def block_case(grid, variant):
    width, taps = 4, int(np.prod([n + 1 - n % 2 for n in grid]))
    attributes = {
        "grid": grid,
        "variant": variant,
        "gelu": "exact",
        "threshold": 0.1,
        "tau_resolution": 25.0,
        "tau_channel": 6.0,
    }
    inputs = {"x": normal(2, width, int(np.prod(grid))), "kernel": normal(width, taps)}
    inputs |= {name: normal(width) for name in ("gamma", "beta", "convolution_bias", "linear_1_bias", "linear_2_bias")}
    inputs |= {"linear_1_weight": normal(width, width), "linear_2_weight": normal(width, width)}
    inputs |= {"sigma": np.full(len(grid), 0.4), "mu_resolution": np.array([0.2, 0.4])[: len(grid)]}
    inputs |= {"mu_in": np.array(0.1), "mu_mid": np.array(0.5), "mu_out": np.array(-0.2), "depth": np.array(0.7)}
    return attributes, inputs


def mlp_inputs(points):
    shapes = {"features": (4, points), "weight_1": (3, 4), "bias_1": (3,), "weight_2": (3, 3), "bias_2": (3,)}
    shapes |= {"head_weight": (2, 3), "head_bias": (2,)}
    return {name: normal(*shape) for name, shape in shapes.items()}


def signal_and_kernel(grid, kernel_grid):
    return {"signal": normal(2, 3, int(np.prod(grid))), "kernel": normal(3, int(np.prod(kernel_grid)))}


def resolution_masks(lengths):
    return {f"mask_{axis}": random.random(length) for axis, length in enumerate(lengths)}


def differentiable_cases():
    mask = {"n": 9, "threshold": 0.1}
    yield "gaussian_mask", mask, {"mu": np.array(0.1), "sigma": np.array(0.37)}
    yield "sigmoid_mask", mask | {"tau": 6.0}, {"mu": np.array(0.13)}
    yield "gaussian_mask_nd", {"lengths": [5, 4], "threshold": 0.1}, {"sigma": np.array([0.5, 0.9])}
    yield "gaussian_x_t", {"threshold": 0.1}, {"mu": np.array(0.2), "sigma": np.array(0.4)}
    yield "sigmoid_x_t", {"tau": 9.0, "threshold": 0.1}, {"mu": np.array(0.2)}
    yield "gaussian_size", {"n_max": 12, "threshold": 0.1}, {"sigma": np.array(0.3)}
    yield "sigmoid_size", {"n_max": 12, "tau": 20.0, "threshold": 0.1}, {"mu": np.array(0.3)}
    yield "gaussian_length_ratio_size", {"x_t_initial": 0.4, "n_initial": 6.0}, {"x_t": np.array(0.3)}
    yield "sigmoid_length_ratio_size", {"x_t_initial": 0.4, "x_min": -1.0, "n_initial": 6.0}, {"x_t": np.array(0.3)}
    yield "kernel_mlp", {}, mlp_inputs(7)
    yield "masked_kernel", {"lengths": [3, 5], "threshold": 0.1}, mlp_inputs(15) | {"sigma": np.array([0.5, 0.6])}
    for grid, kernel_grid, reduced_grid in (([7], [5], [4]), ([6], [7], [6]), ([5, 4], [3, 5], [3, 4])):
        attributes = {"grid": grid, "kernel_grid": kernel_grid}
        resampled = {"grid": grid, "reduced_grid": reduced_grid}
        inputs = signal_and_kernel(grid, kernel_grid)
        yield "convolution", attributes, inputs
        yield "fourier_convolution", attributes | resampled, inputs | resolution_masks([n + 1 for n in grid])
        signal = {"signal": inputs["signal"]}
        yield "downsample", resampled, signal | resolution_masks([n // 2 + 1 for n in grid])
        yield "upsample", resampled, {"signal": normal(2, 3, int(np.prod(reduced_grid)))}
    yield "batch_norm", {}, {"x": normal(3, 2, 4), "gamma": normal(2), "beta": normal(2)}
    yield "linear", {}, {"x": normal(3, 2, 4), "weight": normal(5, 2), "bias": normal(5)}
    yield "global_average_pool", {}, {"x": normal(3, 2, 4)}
    yield "gelu", {}, {"x": 3.0 * normal(9)}
    yield "gelu_tanh", {}, {"x": 3.0 * normal(9)}
    yield "dropout", {"rate": 0.25}, {"x": normal(2, 3, 4), "keep": (normal(2, 3, 4) > 0).astype(float)}
    yield "cross_entropy", {"labels": [0, 3]}, {"logits": normal(2, 4)}
    yield "relative_l2", {}, {"prediction": normal(2, 3, 4), "target": normal(2, 3, 4)}
    yield "binary_cross_entropy", {}, {"logits": normal(2, 3, 4), "targets": random.random((2, 3, 4))}
    yield "complexity_loss", {"target": 3.0}, {"current": np.array(2.0)}
    yield "total_loss", {"lambda": 0.1}, {"objective": np.array(2.0), "complexity": np.array(0.3)}
    sizes = {"n_in": np.array(3.0), "n_mid": np.array(2.5), "n_out": np.array(4.5)}
    yield "block_cost", {}, sizes | {"resolution": np.array([3.3, 2.2])}
    layout = {"length": 12, "inputs": 2, "outputs": 3, "decoder": "dense"}
    widths = {name: 1.0 + 5.0 * random.random(3) for name in sizes}
    rest = {"resolution": 2.0 + random.random((3, 1)), "depth": np.array(1.7), "width_last": np.array(3.5)}
    yield "network_cost", layout, widths | rest
    for variant in ("gated", "stream", "branch"):
        yield "block", *block_case([7], variant)
        yield "block", *block_case([3, 4], variant)
    dense = {"decoder": "dense", "variant": "branch", "gelu": "tanh", "final_norm": False}
    for grid, changes in (([6], {}), ([3, 4], {"variant": "stream"}), ([3, 4], dense), ([5], {"components": "none"})):
        attributes = network_attributes(grid, **changes)
        yield "network", attributes, network_inputs(attributes)


@pytest.mark.parametrize("operation, attributes, inputs", list(differentiable_cases()))
def test_gradients_equal_central_differences(operation, attributes, inputs):
    """Directional derivatives along a random direction; the step 1e-6 leaves an error of about 1e-9."""
    outputs = BACKEND.forward(operation, attributes, inputs)
    names = ["loss"] if operation == "network" else list(outputs)
    cotangents = {name: normal(*outputs[name].shape) for name in names}
    gradients = BACKEND.gradients(operation, attributes, inputs, cotangents)
    assert set(gradients) == set(OPERATIONS[operation].differentiated(inputs))
    directions = {name: np.array(normal(*np.shape(inputs[name]))) for name in gradients}

    def along(step):
        moved = inputs | {name: inputs[name] + step * direction for name, direction in directions.items()}
        results = BACKEND.forward(operation, attributes, moved)
        return sum(np.sum(cotangents[name] * results[name]) for name in names)

    slope = (along(1e-6) - along(-1e-6)) / 2e-6
    total = sum(np.sum(gradients[name] * direction) for name, direction in directions.items())
    assert total == pytest.approx(slope, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(
    "grid, kernel_grid", [([1], [1]), ([2], [3]), ([7], [7]), ([8], [9]), ([3, 4], [3, 5]), ([5, 1], [3, 1])]
)
def test_open_masks_at_full_resolution_leave_the_correlation(grid, kernel_grid):
    """Equation 7 with M = N, and its three other forms, equal the sum over the taps."""
    inputs = signal_and_kernel(grid, kernel_grid)
    attributes = {"grid": grid, "kernel_grid": kernel_grid, "reduced_grid": grid}
    signal = inputs["signal"].reshape(2, 3, *grid)
    expected = np.zeros_like(signal)
    for place in np.ndindex(*grid):
        for tap in np.ndindex(*kernel_grid):
            source = tuple(n + j - (k - 1) // 2 for n, j, k in zip(place, tap, kernel_grid))
            if all(0 <= n < length for n, length in zip(source, grid)):
                kernel = inputs["kernel"].reshape(3, *kernel_grid)[(slice(None), *tap)]
                expected[(..., *place)] += signal[(..., *source)] * kernel
    expected = expected.reshape(2, 3, -1)
    for operation in ("fourier_convolution", "reduce_first", "spatial", "two_step"):
        bins = [n // 2 + 1 if operation == "two_step" else n + 1 for n in grid]
        masks = {f"mask_{axis}": np.ones(length) for axis, length in enumerate(bins)}
        np.testing.assert_allclose(BACKEND.forward(operation, attributes, inputs | masks)["y"], expected, atol=1e-13)


@pytest.mark.parametrize("n, m", [(16, 7), (16, 8), (17, 9), (17, 16), (5, 1), (6, 6)])
def test_resampling_a_band_limited_signal_is_exact(n, m):
    """Every wave that both grids hold is sampled on the other grid, and comes back."""
    half = (m - 1) // 2
    waves = np.array([normal(2) for _ in range(half + 1)])

    def sampled(length):
        x = 2 * np.pi * np.arange(length) / length
        return sum(a * np.cos(k * x) + b * np.sin(k * x) for k, (a, b) in enumerate(waves))[None, None]

    grids = {"grid": [n], "reduced_grid": [m]}
    reduced = BACKEND.forward("downsample", grids, {"signal": sampled(n), "mask_0": np.ones(n // 2 + 1)})["y"]
    np.testing.assert_allclose(reduced, sampled(m), atol=1e-13)
    np.testing.assert_allclose(BACKEND.forward("upsample", grids, {"signal": reduced})["y"], sampled(n), atol=1e-13)


def test_spatial_form_equals_equation_7_where_nothing_is_cut_off():
    """B.4 sees the convolution's N samples, Equation 7 also those beyond: a kernel of one tap has none."""
    attributes = {"grid": [7, 6], "kernel_grid": [1, 1], "reduced_grid": [5, 6]}
    inputs = signal_and_kernel([7, 6], [1, 1]) | resolution_masks([8, 7])
    forms = [BACKEND.forward(name, attributes, inputs)["y"] for name in ("fourier_convolution", "spatial")]
    np.testing.assert_allclose(forms[0], forms[1], atol=1e-13)


def test_gradients_that_are_no_slopes():
    """Straight-through clip, a perfect prediction, and whole depths."""
    clip = BACKEND.gradients("straight_through_clip", {"n_max": 4}, {"size": np.array(9.0)}, {"clipped": np.array(2.0)})
    assert clip["size"] == 2.0
    target = normal(2, 1, 3)
    perfect = BACKEND.gradients("relative_l2", {}, {"prediction": target, "target": target}, {"loss": np.array(1.0)})
    assert not perfect["prediction"].any()
    sizes = {name: np.array([1.0, 2.0]) for name in ("n_in", "n_mid", "n_out")}
    sizes |= {"resolution": np.array([[3.0], [4.0]]), "depth": np.array(1.0), "width_last": np.array(2.0)}
    layout = {"length": 5, "inputs": 1, "outputs": 1, "decoder": "dense"}
    first = {name: value[0] for name, value in sizes.items() if value.ndim}
    cost = BACKEND.forward("block_cost", {}, first)["cost"]
    assert BACKEND.gradients("network_cost", layout, sizes, {"cost": np.array(1.0)})["depth"] == cost


def test_saturated_masks_have_finite_slopes():
    """Far from the offset exp overflows; value and slope stay finite."""
    for mu in (-1e3, 1e3):
        inputs, attributes = {"mu": np.array(mu)}, {"n": 5, "tau": 100.0, "threshold": 0.1}
        slope = BACKEND.gradients("sigmoid_mask", attributes, inputs, {"mask": np.ones(5)})["mu"]
        assert np.isfinite(slope)


def train_case(**changes):
    attributes = network_attributes([6], **changes) | {
        "weight_decay": 0.1,
        "peak": 0.01,
        "warmup": 2,
        "total": 5,
        "steps": 4,
        "labels": [[0, 1, 2]] * 4,
    }
    inputs = network_inputs(attributes)
    inputs["batches"] = normal(4, *inputs.pop("x").shape)
    return attributes, inputs


def test_training_moves_used_entries_only():
    """Channels that the first block's mask drops stay where they were, even under decay; a mask is reset."""
    attributes, inputs = train_case()
    inputs["block_1.mask.n_in"] = np.array(-5.0)
    outputs = BACKEND.forward("train", attributes, inputs)
    assert set(outputs) == (set(inputs) - {"batches", "features", "encoder.bias"}) | {
        "losses",
        "objectives",
        "complexity_ratios",
    }
    moved = outputs["block_1.kernel.weight"] != inputs["block_1.kernel.weight"]
    assert moved[0].all() and not moved[-1].any()
    assert outputs["block_1.mask.n_in"] > -1.0


@pytest.mark.parametrize(
    "operation, attributes, inputs",
    [
        ("gaussian_mask", {"n": 3, "threshold": 0.1}, {"mu": 0.0, "sigma": 0.0}),
        ("gaussian_mask", {"n": 3, "threshold": 1.0}, {"mu": 0.0, "sigma": 1.0}),
        ("gaussian_mask", {"n": 0, "threshold": 0.1}, {"mu": 0.0, "sigma": 1.0}),
        ("sigmoid_mask", {"n": 3, "tau": -1.0, "threshold": 0.1}, {"mu": 0.0}),
        ("sigmoid_mask", {"n": 3, "tau": 1.0, "threshold": 0.1}, {"mu": np.nan}),
        ("mu_bounds", {"tau": 0.5}, {}),
        ("upsample", {"grid": [3], "reduced_grid": [4]}, {"signal": np.ones((1, 1, 4))}),
        ("convolution", {"grid": [3], "kernel_grid": [2]}, {"signal": np.ones((1, 1, 3)), "kernel": np.ones((1, 2))}),
        ("convolution", {"grid": [3], "kernel_grid": [3]}, {"signal": np.ones((1, 2, 3)), "kernel": np.ones((1, 3))}),
        ("dropout", {"rate": 1.0}, {"x": np.ones((1, 1, 1)), "keep": np.ones((1, 1, 1))}),
        ("cross_entropy", {"labels": [3]}, {"logits": np.ones((1, 3))}),
        ("cross_entropy", {"labels": [1, 1]}, {"logits": np.ones((1, 3))}),
        ("relative_l2", {}, {"prediction": np.ones((1, 1, 2)), "target": np.zeros((1, 1, 2))}),
        ("binary_cross_entropy", {}, {"logits": np.ones((1, 1, 1)), "targets": np.full((1, 1, 1), 1.5)}),
        ("complexity_loss", {"target": 0.0}, {"current": 1.0}),
        ("total_loss", {"lambda": -1.0}, {"objective": 1.0, "complexity": 1.0}),
        ("linear_cost", {}, {"length": 1.0, "n_in": 0.0, "n_out": 1.0}),
        ("depth_weight", {"block": 1}, {"depth": 0.0}),
    ],
)
def test_inputs_outside_the_domain_are_refused(operation, attributes, inputs):
    with pytest.raises(Refused):
        BACKEND.forward(operation, attributes, {name: np.asarray(value, float) for name, value in inputs.items()})


def test_float32_follows_float64():
    """A whole training run in float32 stays within 1e-3 of the one in float64."""
    attributes, inputs = train_case(decoder="classification", variant="stream")
    single, double = (backend.forward("train", attributes, inputs) for backend in (JaxSingle(), BACKEND))
    for name, value in double.items():
        assert single[name].dtype == np.float32
        np.testing.assert_allclose(single[name], value, rtol=1e-3, atol=1e-3, err_msg=name)
