"""The whole network, its objective and its complexity: Figure 5, Sections 3.4 and 3.5, Appendix C."""

import jax
import jax.numpy as jnp
import numpy as np

from .activations import GELU
from .block import BlockMasks, check_block_attributes, residual_block
from .checks import check_labels, check_positive, check_shapes, require
from .complexity import network_cost
from .configuration import Architecture, Configuration
from .kernels import kernel_trunk
from .layers import batch_norm, global_average_pool, linear
from .losses import check_target_norms, complexity_loss, cross_entropy, relative_l2, total_loss
from .masks import gaussian_mask_nd, sigmoid_mask
from .operation import Operation, Tensors
from .sizes import sigmoid_size

DATA = ("x", "features", "target")


def _block_parameters(parameters: Tensors, prefix: str) -> Tensors:
    return {
        "gamma": parameters[f"{prefix}.norm.gamma"],
        "beta": parameters[f"{prefix}.norm.beta"],
        "convolution_bias": parameters[f"{prefix}.convolution.bias"],
        "linear_1_weight": parameters[f"{prefix}.linear_1.weight"],
        "linear_1_bias": parameters[f"{prefix}.linear_1.bias"],
        "linear_2_weight": parameters[f"{prefix}.linear_2.weight"],
        "linear_2_bias": parameters[f"{prefix}.linear_2.bias"],
    }


def _block_masks(configuration: Configuration, parameters: Tensors, prefix: str, depth: jax.Array) -> BlockMasks:
    """The masks of one block; a component that is not learned has an open one."""
    if "w" in configuration.components:
        names = ("n_in", "n_mid", "n_out")
        channels = [configuration.channel_mask(parameters[f"{prefix}.mask.{name}"]) for name in names]
    else:
        channels = [jnp.ones(configuration.width, depth.dtype)] * 3
    resolution = []
    for axis, length in enumerate(configuration.grid):
        if "r" in configuration.components:
            mu = parameters[f"{prefix}.mask.resolution.{axis}"]
            tau, threshold = configuration.tau_resolution, configuration.threshold
            resolution.append(sigmoid_mask(mu, length + 1, tau, threshold))
        else:
            resolution.append(jnp.ones(length + 1, depth.dtype))
    return BlockMasks(*channels, resolution, depth)


def _block_kernel(configuration: Configuration, parameters: Tensors, prefix: str, hidden: jax.Array) -> jax.Array:
    """The block's head on the kernel network's hidden layer, masked if kernel sizes are learned."""
    kernel = parameters[f"{prefix}.kernel.weight"] @ hidden + parameters[f"{prefix}.kernel.bias"][:, None]
    if "k" not in configuration.components:
        return kernel
    sigma = jnp.stack([parameters[f"{prefix}.mask.kernel.{axis}"] for axis in range(len(configuration.grid))])
    return kernel * gaussian_mask_nd(sigma, configuration.kernel_grid, configuration.threshold)


def network_output(architecture: Architecture, parameters: Tensors, x: jax.Array, features: jax.Array) -> jax.Array:
    """Encoder, active blocks, decoder. An inactive block is left out whole."""
    configuration = architecture.configuration
    x = linear(x, parameters["encoder.weight"], parameters["encoder.bias"])
    x = GELU[configuration.gelu](batch_norm(x, parameters["encoder.norm.gamma"], parameters["encoder.norm.beta"]))
    layers = ("kernel.hidden_1", "kernel.hidden_2")
    hidden = kernel_trunk(features, *((parameters[f"{name}.weight"], parameters[f"{name}.bias"]) for name in layers))
    depth = jnp.ones(configuration.blocks, x.dtype)
    if "d" in configuration.components:
        depth = configuration.depth_mask(parameters["mask.depth"])
    for index in range(len(architecture.active)):
        prefix = f"block_{index + 1}"
        x = residual_block(
            x,
            _block_kernel(configuration, parameters, prefix, hidden),
            _block_parameters(parameters, prefix),
            _block_masks(configuration, parameters, prefix, depth[index]),
            architecture.block_shape(index),
        )
    if configuration.final_norm:
        live = (np.arange(configuration.width) < architecture.decoder_channels)[:, None]
        normalised = batch_norm(x, parameters["decoder.norm.gamma"], parameters["decoder.norm.beta"])
        x = jnp.where(live, normalised, 0.0)
    if configuration.decoder == "classification":
        x = global_average_pool(x)[:, :, None]
    output = linear(x, parameters["decoder.weight"], parameters["decoder.bias"])
    return output[:, :, 0] if configuration.decoder == "classification" else output


def network_sizes(architecture: Architecture, parameters: Tensors, dtype) -> Tensors:
    """The continuous sizes of all masks; a component that is not learned counts in full."""
    configuration = architecture.configuration
    blocks, threshold = configuration.blocks, configuration.threshold

    def sizes(component: str, name: str, n_max: int, tau: float) -> jax.Array:
        if component not in configuration.components:
            return jnp.full(blocks, float(n_max), dtype)
        offsets = [parameters[f"block_{number + 1}.mask.{name}"] for number in range(blocks)]
        return jnp.stack([sigmoid_size(mu, n_max, tau, threshold) for mu in offsets])

    n_in, n_mid, n_out = (
        sizes("w", name, configuration.width, configuration.tau_channel) for name in ("n_in", "n_mid", "n_out")
    )
    resolution = [
        sizes("r", f"resolution.{axis}", length, configuration.tau_resolution)
        for axis, length in enumerate(configuration.grid)
    ]
    depth = jnp.asarray(float(blocks), dtype)
    if "d" in configuration.components:
        depth = sigmoid_size(parameters["mask.depth"], blocks, configuration.tau_depth, threshold)
    last = len(architecture.active) - 1
    width_last = jnp.where(n_in[last] >= n_out[last], n_in[last], n_out[last])
    return {
        "resolution": jnp.stack(resolution, axis=1),
        "n_in": n_in,
        "n_mid": n_mid,
        "n_out": n_out,
        "depth": depth,
        "width_last": width_last,
    }


def base_sizes(configuration: Configuration, dtype) -> Tensors:
    """The sizes of the base network."""
    blocks, width = configuration.base_blocks, jnp.asarray(float(configuration.base_width), dtype)
    widths = jnp.full(blocks, width)
    return {
        "resolution": jnp.tile(jnp.asarray(configuration.grid, dtype), (blocks, 1)),
        "n_in": widths,
        "n_mid": widths,
        "n_out": widths,
        "depth": jnp.asarray(float(blocks), dtype),
        "width_last": width,
    }


def complexity_ratio(architecture: Architecture, parameters: Tensors, target_ratio: float, dtype) -> jax.Array:
    """C_curr / C_target, the target in units of the base network's cost."""
    configuration = architecture.configuration
    layout = (configuration.positions, configuration.inputs, configuration.outputs, configuration.decoder)
    base = network_cost(base_sizes(configuration, dtype), *layout)
    return network_cost(network_sizes(architecture, parameters, dtype), *layout) / (target_ratio * base)


def evaluate(
    parameters: Tensors, x, features, target, labels, weight, target_ratio, architecture: Architecture
) -> Tensors:
    """Output, objective, complexity and loss (Equations 2 and 12) of one batch; `weight` is lambda."""
    output = network_output(architecture, parameters, x, features)
    if architecture.configuration.decoder == "classification":
        objective = cross_entropy(output, labels)
    else:
        objective = relative_l2(output, target)
    ratio = complexity_ratio(architecture, parameters, target_ratio, x.dtype)
    complexity = complexity_loss(ratio, 1.0)
    return {
        "output": output,
        "objective": objective,
        "complexity_ratio": ratio,
        "complexity_loss": complexity,
        "loss": total_loss(objective, complexity, weight),
    }


def _architecture(attributes: dict, inputs: Tensors) -> dict:
    return {"architecture": Architecture.of(Configuration.of(attributes), inputs)}


def _network(attributes: dict, inputs: Tensors) -> Tensors:
    data = (inputs["x"], inputs["features"], inputs.get("target"), attributes.get("labels"))
    return evaluate(inputs, *data, attributes["lambda"], attributes["target_ratio"], attributes["architecture"])


def parameter_shapes(configuration: Configuration) -> dict[str, str]:
    """The parameters of a network by name, with their shapes."""
    shapes = {"kernel.hidden_1.weight": "H F", "kernel.hidden_1.bias": "H"}
    shapes |= {"kernel.hidden_2.weight": "H H", "kernel.hidden_2.bias": "H"}
    shapes |= {"encoder.weight": "W inputs", "encoder.bias": "W", "encoder.norm.gamma": "W", "encoder.norm.beta": "W"}
    axes = range(len(configuration.grid))
    for number in range(1, configuration.blocks + 1):
        block = {"norm.gamma": "W", "norm.beta": "W", "kernel.weight": "W H", "kernel.bias": "W"}
        block |= {"convolution.bias": "W", "linear_1.weight": "W W", "linear_1.bias": "W"}
        block |= {"linear_2.weight": "W W", "linear_2.bias": "W"}
        if "k" in configuration.components:
            block |= {f"mask.kernel.{axis}": "" for axis in axes}
        if "r" in configuration.components:
            block |= {f"mask.resolution.{axis}": "" for axis in axes}
        if "w" in configuration.components:
            block |= {f"mask.{name}": "" for name in ("n_in", "n_mid", "n_out")}
        shapes |= {f"block_{number}.{name}": shape for name, shape in block.items()}
    if "d" in configuration.components:
        shapes["mask.depth"] = ""
    if configuration.final_norm:
        shapes |= {"decoder.norm.gamma": "W", "decoder.norm.beta": "W"}
    return shapes | {"decoder.weight": "outputs W", "decoder.bias": "outputs"}


def check_parameters(configuration: Configuration, inputs: dict, data: dict[str, str]) -> dict[str, int]:
    """Parameters and data are exactly those of the configuration, and every sigma is positive."""
    shapes = parameter_shapes(configuration) | data
    require(set(inputs) == set(shapes), f"unexpected or missing inputs {sorted(set(inputs) ^ set(shapes))}")
    check_positive(inputs, *(name for name in inputs if ".mask.kernel." in name))
    sizes = {"W": configuration.width, "inputs": configuration.inputs, "outputs": configuration.outputs}
    return check_shapes(inputs, shapes, P=configuration.positions, K=int(np.prod(configuration.kernel_grid)), **sizes)


def _check_network(attributes: dict, inputs: dict) -> None:
    check_block_attributes(attributes["configuration"])
    configuration = Configuration.of(attributes)
    data = {"x": "B inputs P", "features": "F K"}
    if configuration.decoder == "dense":
        data["target"] = "B outputs P"
    sizes = check_parameters(configuration, inputs, data)
    if configuration.decoder == "dense":
        check_target_norms(inputs["target"])
    else:
        check_labels(attributes["labels"], sizes["B"], configuration.outputs)


OPERATIONS = {"network": Operation(_network, _check_network, constants=DATA, discrete=_architecture)}
