"""Every operation of the fixtures: how attributes and named inputs reach its definition, and which shapes it takes."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import (
    activations,
    block,
    bounds,
    complexity,
    configuration,
    convolution,
    convolution_forms,
    fourier_convolution,
    kernels,
    layers,
    losses,
    masks,
    network_loss,
    resampling,
    sizes,
    training,
)
from .refusals import require, require_grid, require_kernel_grid, require_shapes

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Operation:
    """An operation on named arrays. `shapes` are those of its inputs; those in `constant`, or all if it is None, have no gradient."""

    forward: Callable[[dict, Arrays], Arrays]
    shapes: Callable[[dict], dict[str, tuple]]
    constant: tuple[str, ...] | None = ()

    def check(self, attributes: dict, inputs: Arrays) -> None:
        """Refuse inputs whose shapes do not fit together, and numbers that are not finite."""
        require_shapes(inputs, self.shapes(attributes))

    def differentiated(self, inputs: Arrays) -> list[str]:
        """The inputs with a gradient."""
        return [] if self.constant is None else [name for name in inputs if name not in self.constant]


def scalars(*names: str) -> Callable[[dict], dict[str, tuple]]:
    """Inputs that are all ()."""
    return lambda a: dict.fromkeys(names, ())


def points(grid: list[int]) -> int:
    """The number of points of a grid of one or two axes."""
    require_grid("grid", grid)
    return math.prod(grid)


def mask_list(a: dict, x: Arrays) -> list[np.ndarray]:
    """The masks of the axes, in order."""
    return [x[f"mask_{axis}"] for axis in range(len(a["grid"]))]


def mask_shapes(grid: list[int], length: Callable[[int], int]) -> dict[str, tuple]:
    """The shapes of the masks of the axes, by a formula for the length."""
    return {f"mask_{axis}": (length(n),) for axis, n in enumerate(grid)}


def trunk_shapes(heads: str) -> dict[str, tuple]:
    """The shapes of the kernel network's weights, with `heads` outputs."""
    return {
        "features": ("F", "P"),
        "weight_1": ("H", "F"),
        "bias_1": ("H",),
        "weight_2": ("H", "H"),
        "bias_2": ("H",),
        "head_weight": (heads, "H"),
        "head_bias": (heads,),
    }


def mlp_kernel(x: Arrays) -> np.ndarray:
    """`kernel_mlp` on named inputs."""
    return kernels.kernel_mlp(**{name: x[name] for name in trunk_shapes("C")})


def convolution_shapes(a: dict) -> dict[str, tuple]:
    """Signal and kernel of a depthwise convolution."""
    require_kernel_grid(a["grid"], a["kernel_grid"])
    return {"signal": ("B", "C", points(a["grid"])), "kernel": ("C", points(a["kernel_grid"]))}


def convolution_form(form: Callable, length: Callable[[int], int], constant: tuple[str, ...] | None) -> Operation:
    """A form of Eq. 7, with masks of the given length."""
    return Operation(
        lambda a, x: {"y": form()(x["signal"], x["kernel"], mask_list(a, x), a["grid"], a["kernel_grid"], a["reduced_grid"])},
        lambda a: convolution_shapes(a) | mask_shapes(a["grid"], length),
        constant,
    )


def cost_inputs(a: dict) -> dict:
    """The keyword arguments of the network's cost."""
    return {name: a[name] for name in ("length", "inputs", "outputs", "decoder")}


def cost_shapes(a: dict) -> dict[str, tuple]:
    """The inputs of the network's cost."""
    return dict.fromkeys(("n_in", "n_mid", "n_out"), ("blocks",)) | {
        "resolution": ("blocks", "D"),
        "depth": (),
        "width_last": (),
    }


def block_forward(a: dict, x: Arrays) -> Arrays:
    """A whole block from its parameters, masks included."""
    grid, width, threshold = a["grid"], x["gamma"].shape[-1], a["threshold"]
    require(a["variant"] in block.VARIANTS, f"variant is {a['variant']!r}")
    require(a["gelu"] in block.ACTIVATIONS, f"GELU is {a['gelu']!r}")
    mu = x["mu_resolution"]
    axes = [block.resolution_mask(n, mu[..., d], a["tau_resolution"], threshold) for d, n in enumerate(grid)]
    channels = [masks.sigmoid_mask(width, x[f"mu_{part}"], a["tau_channel"], threshold) for part in ("in", "mid", "out")]
    kernel_grid = [kernels.kernel_length(n) for n in grid]
    renamed = {"norm.gamma": "gamma", "norm.beta": "beta", "convolution.bias": "convolution_bias"}
    renamed |= {f"linear_{i}.{part}": f"linear_{i}_{part}" for i in (1, 2) for part in ("weight", "bias")}
    y = block.residual_block(
        x["x"],
        {name: x[given] for name, given in renamed.items()},
        kernels.masked(x["kernel"], kernel_grid, x["sigma"], threshold),
        block.BlockMasks(*channels, [mask for mask, _ in axes], [reduced for _, reduced in axes]),
        x["depth"],
        grid=grid,
        kernel_grid=kernel_grid,
        variant=a["variant"],
        activation=a["gelu"],
    )
    return {"y": y}


def block_shapes(a: dict) -> dict[str, tuple]:
    """The inputs of a block."""
    positions, taps = points(a["grid"]), math.prod(kernels.kernel_length(n) for n in a["grid"])
    shapes: dict[str, tuple] = {"x": ("B", "W", positions), "kernel": ("W", taps)}
    shapes |= dict.fromkeys(("gamma", "beta", "convolution_bias", "linear_1_bias", "linear_2_bias"), ("W",))
    shapes |= dict.fromkeys(("linear_1_weight", "linear_2_weight"), ("W", "W"))
    shapes |= {name: (len(a["grid"]),) for name in ("sigma", "mu_resolution")}
    return shapes | dict.fromkeys(("mu_in", "mu_mid", "mu_out", "depth"), ())


def network_forward(a: dict, x: Arrays) -> Arrays:
    """The network's loss and what leads to it."""
    return network_loss.network_loss(
        configuration.configuration_from(a), x, x["x"], x["features"], x.get("target"), a.get("labels")
    )


def network_shapes(a: dict) -> dict[str, tuple]:
    """The inputs of the network, with every parameter."""
    fixed = configuration.configuration_from(a)
    shapes: dict[str, tuple] = {
        "x": ("B", fixed.inputs, points(fixed.grid)),
        "features": ("F", points(fixed.kernel_grid)),
        **configuration.parameter_shapes(fixed),
    }
    dense = {"target": ("B", fixed.outputs, points(fixed.grid))}
    return shapes | dense if fixed.decoder == "dense" else shapes


def train_forward(a: dict, x: Arrays) -> Arrays:
    """Some steps of training."""
    fixed = configuration.configuration_from(a)
    parameters = {name: x[name] for name in configuration.parameter_shapes(fixed)}
    rates = {name: a[name] for name in ("weight_decay", "peak", "warmup", "total")}
    return training.train(fixed, parameters, x["batches"], x["features"], x.get("targets"), a.get("labels"), **rates)


def train_shapes(a: dict) -> dict[str, tuple]:
    """The inputs of training: those of the network, a batch for every step."""
    shapes = network_shapes(a)
    renamed = {"x": "batches", "target": "targets"}
    return {renamed.get(name, name): (a["steps"], *shape) if name in renamed else shape for name, shape in shapes.items()}


def no_inputs(a: dict) -> dict[str, tuple]:
    """The shapes of operations that have attributes alone."""
    return {}


NO_GRADIENTS = None
SIGNAL = ("B", "C", "P")

OPERATIONS: dict[str, Operation] = {
    # masks
    "axis": Operation(lambda a, x: {"x": masks.axis(a["n"])}, no_inputs, NO_GRADIENTS),
    "centred_axis": Operation(lambda a, x: {"x": masks.centred_axis(a["n"])}, no_inputs, NO_GRADIENTS),
    "gaussian_mask": Operation(
        lambda a, x: {"mask": masks.gaussian_mask(a["n"], x["mu"], x["sigma"], a["threshold"])}, scalars("mu", "sigma")
    ),
    "sigmoid_mask": Operation(lambda a, x: {"mask": masks.sigmoid_mask(a["n"], x["mu"], a["tau"], a["threshold"])}, scalars("mu")),
    "gaussian_mask_nd": Operation(
        lambda a, x: {"mask": masks.gaussian_mask_nd(a["lengths"], x["sigma"], a["threshold"])},
        lambda a: {"sigma": (len(a["lengths"]),)},
    ),
    # thresholds
    "gaussian_x_t": Operation(
        lambda a, x: dict(zip(("lower", "upper"), sizes.gaussian_x_t(x["mu"], x["sigma"], a["threshold"]))),
        scalars("mu", "sigma"),
    ),
    "sigmoid_x_t": Operation(lambda a, x: {"x_t": sizes.sigmoid_x_t(x["mu"], a["tau"], a["threshold"])}, scalars("mu")),
    # sizes
    "gaussian_size": Operation(
        lambda a, x: {"size": sizes.gaussian_size(x["sigma"], a["n_max"], a["threshold"])}, scalars("sigma")
    ),
    "sigmoid_size": Operation(
        lambda a, x: {"size": sizes.sigmoid_size(x["mu"], a["tau"], a["n_max"], a["threshold"])}, scalars("mu")
    ),
    "straight_through_clip": Operation(
        lambda a, x: {"clipped": sizes.straight_through_clip(x["size"], a["n_max"])}, scalars("size")
    ),
    "gaussian_length_ratio_size": Operation(
        lambda a, x: {"size": sizes.gaussian_length_ratio_size(x["x_t"], a["x_t_initial"], a["n_initial"])}, scalars("x_t")
    ),
    "sigmoid_length_ratio_size": Operation(
        lambda a, x: {"size": sizes.sigmoid_length_ratio_size(x["x_t"], a["x_t_initial"], a["x_min"], a["n_initial"])},
        scalars("x_t"),
    ),
    "gaussian_kept": Operation(
        lambda a, x: dict(zip(("start", "end"), sizes.gaussian_kept(x["sigma"], a["n_max"], a["threshold"]))),
        scalars("sigma"),
        NO_GRADIENTS,
    ),
    "sigmoid_kept": Operation(
        lambda a, x: {"count": sizes.sigmoid_kept(x["mu"], a["tau"], a["n_max"], a["threshold"])}, scalars("mu"), NO_GRADIENTS
    ),
    "resolution": Operation(lambda a, x: {"m": sizes.resolution(x["size"], a["n"])}, scalars("size"), NO_GRADIENTS),
    # bounds
    "mu_bounds": Operation(lambda a, x: dict(zip(("lowest", "highest"), bounds.mu_bounds(a["tau"]))), no_inputs, NO_GRADIENTS),
    "half_size_mu": Operation(lambda a, x: {"mu": bounds.half_size_mu(a["tau"], a["threshold"])}, no_inputs, NO_GRADIENTS),
    "sigma_min": Operation(lambda a, x: {"sigma": bounds.sigma_min(a["n_max"], a["threshold"])}, no_inputs, NO_GRADIENTS),
    "reset_mu": Operation(lambda a, x: {"mu": bounds.reset_mu(x["mu"], a["tau"])}, scalars("mu"), NO_GRADIENTS),
    "reset_sigma": Operation(
        lambda a, x: {"sigma": bounds.reset_sigma(x["sigma"], a["n_max"], a["threshold"])}, scalars("sigma"), NO_GRADIENTS
    ),
    # kernels
    "kernel_grid": Operation(lambda a, x: {"coordinates": kernels.kernel_grid(a["lengths"])}, no_inputs, NO_GRADIENTS),
    "kernel_length": Operation(lambda a, x: {"k": kernels.kernel_length(a["n"])}, no_inputs, NO_GRADIENTS),
    "fourier_encoding": Operation(
        lambda a, x: {"features": kernels.fourier_encoding(x["coordinates"], x["frequencies"], a["omega_0"])},
        lambda a: {"coordinates": ("P", "D"), "frequencies": ("F", "D")},
        NO_GRADIENTS,
    ),
    "kernel_mlp": Operation(lambda a, x: {"kernel": mlp_kernel(x)}, lambda a: trunk_shapes("C"), ("features",)),
    "masked_kernel": Operation(
        lambda a, x: {"kernel": kernels.masked(mlp_kernel(x), a["lengths"], x["sigma"], a["threshold"])},
        lambda a: trunk_shapes("C") | {"features": ("F", points(a["lengths"])), "sigma": (len(a["lengths"]),)},
        ("features",),
    ),
    # convolution, resampling and both at once
    "convolution": Operation(
        lambda a, x: {"y": convolution.convolution(x["signal"], x["kernel"], a["grid"], a["kernel_grid"])}, convolution_shapes
    ),
    "downsample": Operation(
        lambda a, x: {"y": resampling.downsample(x["signal"], mask_list(a, x), a["grid"], a["reduced_grid"])},
        lambda a: {"signal": ("B", "C", points(a["grid"]))} | mask_shapes(a["grid"], lambda n: n // 2 + 1),
    ),
    "upsample": Operation(
        lambda a, x: {"y": resampling.upsample(x["signal"], a["reduced_grid"], a["grid"])},
        lambda a: {"signal": ("B", "C", points(a["reduced_grid"]))},
    ),
    "fourier_convolution": convolution_form(lambda: fourier_convolution.fourier_convolution, lambda n: n + 1, ()),
    "two_step": convolution_form(lambda: convolution_forms.two_step, lambda n: n // 2 + 1, NO_GRADIENTS),
    "reduce_first": convolution_form(lambda: convolution_forms.reduce_first, lambda n: n + 1, NO_GRADIENTS),
    "spatial": convolution_form(lambda: convolution_forms.spatial, lambda n: n + 1, NO_GRADIENTS),
    # layers
    "batch_norm": Operation(
        lambda a, x: {"y": layers.batch_norm(x["x"], x["gamma"], x["beta"])},
        lambda a: {"x": SIGNAL, "gamma": ("C",), "beta": ("C",)},
    ),
    "gelu": Operation(lambda a, x: {"y": activations.gelu(x["x"])}, lambda a: {"x": (...,)}),
    "gelu_tanh": Operation(lambda a, x: {"y": activations.gelu_tanh(x["x"])}, lambda a: {"x": (...,)}),
    "dropout": Operation(
        lambda a, x: {"y": activations.dropout(x["x"], x["keep"], a["rate"])}, lambda a: {"x": SIGNAL, "keep": SIGNAL}, ("keep",)
    ),
    "linear": Operation(
        lambda a, x: {"y": layers.linear(x["x"], x["weight"], x["bias"])},
        lambda a: {"x": ("B", "I", "P"), "weight": ("O", "I"), "bias": ("O",)},
    ),
    "global_average_pool": Operation(lambda a, x: {"y": layers.global_average_pool(x["x"])}, lambda a: {"x": SIGNAL}),
    # losses
    "cross_entropy": Operation(
        lambda a, x: {"loss": losses.cross_entropy(x["logits"], a["labels"])}, lambda a: {"logits": ("B", "K")}
    ),
    "relative_l2": Operation(
        lambda a, x: {"loss": losses.relative_l2(x["prediction"], x["target"])},
        lambda a: {"prediction": SIGNAL, "target": SIGNAL},
        ("target",),
    ),
    "binary_cross_entropy": Operation(
        lambda a, x: {"loss": losses.binary_cross_entropy(x["logits"], x["targets"])},
        lambda a: {"logits": SIGNAL, "targets": SIGNAL},
        ("targets",),
    ),
    "complexity_loss": Operation(lambda a, x: {"loss": losses.complexity_loss(x["current"], a["target"])}, scalars("current")),
    "total_loss": Operation(
        lambda a, x: {"loss": losses.total_loss(x["objective"], x["complexity"], a["lambda"])},
        scalars("objective", "complexity"),
    ),
    # complexity
    "linear_cost": Operation(
        lambda a, x: {"cost": complexity.linear_cost(x["length"], x["n_in"], x["n_out"])}, scalars("length", "n_in", "n_out")
    ),
    "fourier_convolution_cost": Operation(
        lambda a, x: {"cost": complexity.fourier_convolution_cost(x["length"])}, scalars("length")
    ),
    "pointwise_cost": Operation(lambda a, x: {"cost": complexity.pointwise_cost(x["length"], x["n"])}, scalars("length", "n")),
    "depth_weight": Operation(
        lambda a, x: {"weight": complexity.depth_weight(x["depth"], a["block"])}, scalars("depth"), NO_GRADIENTS
    ),
    "block_cost": Operation(
        lambda a, x: {"cost": complexity.block_cost(x["resolution"], x["n_in"], x["n_mid"], x["n_out"])},
        lambda a: {"resolution": ("D",), "n_in": (), "n_mid": (), "n_out": ()},
    ),
    "network_cost": Operation(lambda a, x: {"cost": complexity.network_cost(**x, **cost_inputs(a))}, cost_shapes),
    # blocks, networks, training
    "block": Operation(block_forward, block_shapes),
    "network": Operation(network_forward, network_shapes, ("x", "features", "target")),
    "train": Operation(train_forward, train_shapes, NO_GRADIENTS),
}
