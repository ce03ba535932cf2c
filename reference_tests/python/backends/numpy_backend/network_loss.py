"""The loss of the network: objective, relative complexity and their sum (Eq. 2, Appendix C)."""

import numpy as np

from .complexity import network_cost
from .configuration import Configuration
from .losses import complexity_loss, cross_entropy, relative_l2, total_loss
from .network import active_blocks, network_output
from .sizes import sigmoid_size


def stacked(values: list[np.ndarray]) -> np.ndarray:
    """Scalars on a new last axis, whichever of them carry leading axes."""
    return np.stack(np.broadcast_arrays(*values), axis=-1)


def current_cost(configuration: Configuration, parameters: dict[str, np.ndarray]) -> np.ndarray:
    """C_curr: the cost at the masks' continuous sizes, whole where a component is not learned."""
    blocks = range(1, configuration.max_depth + 1)
    threshold = configuration.threshold

    def width(i: int, part: str) -> np.ndarray:
        if "w" not in configuration.components:
            return np.asarray(float(configuration.max_width))
        mu = parameters[f"block_{i}.mask.{part}"]
        return sigmoid_size(mu, configuration.tau_channel, configuration.max_width, threshold)

    def lengths(i: int) -> np.ndarray:
        if "r" not in configuration.components:
            return np.array(configuration.grid, float)
        mus = [parameters[f"block_{i}.mask.resolution.{axis}"] for axis in range(len(configuration.grid))]
        return stacked([sigmoid_size(mu, configuration.tau_resolution, n, threshold) for mu, n in zip(mus, configuration.grid)])

    depth = np.asarray(float(configuration.max_depth))
    if "d" in configuration.components:
        depth = sigmoid_size(parameters["mask.depth"], configuration.tau_depth, configuration.max_depth, threshold)
    last = active_blocks(configuration, parameters)[-1]
    n_in, n_out = width(last, "n_in"), width(last, "n_out")
    widths = [stacked([width(i, part) for i in blocks]) for part in ("n_in", "n_mid", "n_out")]
    resolutions = np.stack(np.broadcast_arrays(*(lengths(i) for i in blocks)), axis=-2)
    width_last = np.where(np.real(n_in) >= np.real(n_out), n_in, n_out)
    return network_cost(resolutions, *widths, depth, width_last, **ends(configuration))


def target_cost(configuration: Configuration) -> float:
    """C_target: a share of the cost of the base network, every mask open."""
    widths = np.full(configuration.blocks, float(configuration.width))
    resolutions = np.tile(np.array(configuration.grid, float), (configuration.blocks, 1))
    base = network_cost(resolutions, widths, widths, widths, configuration.blocks, configuration.width, **ends(configuration))
    return configuration.target_ratio * float(base)


def ends(configuration: Configuration) -> dict:
    """What the encoder's and the decoder's costs need besides widths."""
    return {
        "length": float(np.prod(configuration.grid)),
        "inputs": configuration.inputs,
        "outputs": configuration.outputs,
        "decoder": configuration.decoder,
    }


def network_loss(
    configuration: Configuration,
    parameters: dict[str, np.ndarray],
    x: np.ndarray,
    features: np.ndarray,
    target: np.ndarray | None,
    labels: list[int] | None,
) -> dict[str, np.ndarray]:
    """Output, objective, relative complexity, its loss (Eq. 12) and the whole loss (Eq. 2)."""
    output = network_output(configuration, parameters, x, features)
    objective = relative_l2(output, target) if configuration.decoder == "dense" else cross_entropy(output, labels)
    goal = target_cost(configuration)
    current = current_cost(configuration, parameters)
    complexity = complexity_loss(current, goal)
    return {
        "output": output,
        "objective": objective,
        "complexity_ratio": current / goal,
        "complexity_loss": complexity,
        "loss": total_loss(objective, complexity, configuration.weight),
    }
