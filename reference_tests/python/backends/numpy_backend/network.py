"""The searchable network (Figures 5 and 8, Section 3)."""

import numpy as np

from .block import ACTIVATIONS, BlockMasks, on_channels, residual_block, resolution_mask
from .configuration import Configuration
from .kernels import kernel_trunk, masked, pointwise
from .layers import batch_norm, global_average_pool, linear
from .masks import sigmoid_mask
from .refusals import require


def block_parameters(parameters: dict[str, np.ndarray], i: int) -> dict[str, np.ndarray]:
    """The parameters of block i, without the prefix."""
    prefix = f"block_{i}."
    return {name.removeprefix(prefix): value for name, value in parameters.items() if name.startswith(prefix)}


def depth_mask(configuration: Configuration, parameters: dict[str, np.ndarray]) -> np.ndarray:
    """The weight of every block (Section 3.4): (D_max)."""
    if "d" not in configuration.components:
        return np.ones(configuration.max_depth)
    return sigmoid_mask(configuration.max_depth, parameters["mask.depth"], configuration.tau_depth, configuration.threshold)


def active_blocks(configuration: Configuration, parameters: dict[str, np.ndarray]) -> list[int]:
    """The blocks, numbered from 1, that the depth mask keeps."""
    kept = np.real(depth_mask(configuration, parameters)).reshape(-1, configuration.max_depth)[0] > 0
    require(kept.any(), "the depth mask keeps no block")
    return [i for i in range(1, configuration.max_depth + 1) if kept[i - 1]]


def block_masks(configuration: Configuration, block: dict[str, np.ndarray]) -> BlockMasks:
    """The masks of one block; those of components that are not learned are open."""
    width = configuration.max_width
    channels = [
        sigmoid_mask(width, block[f"mask.{part}"], configuration.tau_channel, configuration.threshold)
        if "w" in configuration.components
        else np.ones(width)
        for part in ("n_in", "n_mid", "n_out")
    ]
    axes = [
        resolution_mask(n, block[f"mask.resolution.{axis}"], configuration.tau_resolution, configuration.threshold)
        if "r" in configuration.components
        else (np.ones(n + 1), n)
        for axis, n in enumerate(configuration.grid)
    ]
    return BlockMasks(*channels, [mask for mask, _ in axes], [reduced for _, reduced in axes])


def kept(mask: np.ndarray) -> int:
    """How many channels a mask keeps."""
    return int(np.sum(np.real(mask).reshape(-1, mask.shape[-1])[0] > 0))


def live_channels(configuration: Configuration, masks: BlockMasks) -> int:
    """The channels that the last active block leaves to the decoder."""
    return {
        "gated": max(kept(masks.n_in), kept(masks.n_out)),
        "stream": kept(masks.n_out),
        "branch": configuration.max_width,
    }[configuration.variant]


def block_kernel(configuration: Configuration, block: dict[str, np.ndarray], trunk: np.ndarray) -> np.ndarray:
    """The kernels of one block, (W, K): its head on the trunk that all blocks share, masked where kernel sizes are learned."""
    kernel = pointwise(block["kernel.weight"], block["kernel.bias"], trunk)
    if "k" not in configuration.components:
        return kernel
    sigmas = np.broadcast_arrays(*(block[f"mask.kernel.{axis}"] for axis in range(len(configuration.grid))))
    return masked(kernel, configuration.kernel_grid, np.stack(sigmas, axis=-1), configuration.threshold)


def decoder(configuration: Configuration, parameters: dict[str, np.ndarray], h: np.ndarray, live: int) -> np.ndarray:
    """Final BatchNorm, in which empty channels stay empty, then pooling for classification, then the last linear layer."""
    weight, bias = parameters["decoder.weight"], parameters["decoder.bias"]
    if configuration.final_norm:
        normed = batch_norm(h, parameters["decoder.norm.gamma"], parameters["decoder.norm.beta"])
        h = on_channels(np.arange(configuration.max_width) < live, normed)
    if configuration.decoder == "classification":
        return linear(global_average_pool(h)[..., None], weight, bias)[..., 0]
    return linear(h, weight, bias)


def network_output(
    configuration: Configuration, parameters: dict[str, np.ndarray], x: np.ndarray, features: np.ndarray
) -> np.ndarray:
    """The network: (B, inputs, P) -> (B, outputs[, P]). `features` are the encoded coordinates of the kernel grid."""
    trunk = kernel_trunk(
        features, *(parameters[f"kernel.hidden_{layer}.{part}"] for layer in (1, 2) for part in ("weight", "bias"))
    )
    h = linear(x, parameters["encoder.weight"], parameters["encoder.bias"])
    h = ACTIVATIONS[configuration.gelu](batch_norm(h, parameters["encoder.norm.gamma"], parameters["encoder.norm.beta"]))
    depths = depth_mask(configuration, parameters)
    active = active_blocks(configuration, parameters)
    for i in active:
        block = block_parameters(parameters, i)
        masks = block_masks(configuration, block)
        h = residual_block(
            h,
            block,
            block_kernel(configuration, block, trunk),
            masks,
            depths[..., i - 1],
            grid=configuration.grid,
            kernel_grid=configuration.kernel_grid,
            variant=configuration.variant,
            activation=configuration.gelu,
        )
    return decoder(configuration, parameters, h, live_channels(configuration, masks))
