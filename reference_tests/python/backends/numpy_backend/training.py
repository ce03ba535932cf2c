"""Training steps: AdamW on what is active, warm-up and cosine decay, and the masks' reset (Section 3.5, Appendix E)."""

import math

import numpy as np

from .bounds import reset_mu, reset_sigma
from .complex_step import gradient
from .configuration import Configuration
from .network import active_blocks, block_masks, block_parameters, kept, live_channels
from .network_loss import network_loss

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


def learning_rate(step: int, peak: float, warmup: int, total: int) -> float:
    """Linear warm-up over `warmup` steps, then half a cosine down to 0 at `total`. Steps count from 0."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak / 2.0 * (1.0 + math.cos(math.pi * (step - warmup) / (total - warmup)))


def decays(name: str) -> bool:
    """Weight decay is for weight matrices alone."""
    return name.endswith(".weight")


def active_part(configuration: Configuration, parameters: dict[str, np.ndarray]) -> dict[str, tuple[slice, ...]]:
    """The entries of every parameter that a step uses; parameters of skipped blocks are absent."""
    whole = (...,)
    used: dict[str, tuple] = {name: whole for name in parameters if not name.startswith("block_")}
    active = active_blocks(configuration, parameters)
    for i in active:
        block = block_parameters(parameters, i)
        masks = block_masks(configuration, block)
        a, b, c = (slice(kept(mask)) for mask in (masks.n_in, masks.n_mid, masks.n_out))
        if i == active[0] and configuration.variant != "branch":
            used |= {f"encoder.{name}": (a,) for name in ("weight", "bias", "norm.gamma", "norm.beta")}
        parts = {
            "norm.gamma": (a,),
            "norm.beta": (a,),
            "kernel.weight": (a,),
            "kernel.bias": (a,),
            "convolution.bias": (a,),
            "linear_1.weight": (b, a),
            "linear_1.bias": (b,),
            "linear_2.weight": (c, b),
            "linear_2.bias": (c,),
        }
        used |= {f"block_{i}.{name}": parts.get(name, whole) for name in block}
    live = slice(live_channels(configuration, masks))
    used["decoder.weight"] = (slice(None), live)
    return used | {name: (live,) for name in parameters if name.startswith("decoder.norm.")}


def reset(configuration: Configuration, name: str, value: np.ndarray) -> np.ndarray:
    """A mask's parameter moved back into its allowed range; anything else as it is (Appendix E.1)."""
    if ".mask.kernel." in name:
        return reset_sigma(value, configuration.kernel_grid[int(name[-1])], configuration.threshold)
    if ".mask.resolution." in name:
        return reset_mu(value, configuration.tau_resolution)
    if ".mask.n_" in name:
        return reset_mu(value, configuration.tau_channel)
    return reset_mu(value, configuration.tau_depth) if name == "mask.depth" else value


class AdamW:
    """AdamW with decoupled decay, on parts of the parameters; the bias correction counts every step."""

    def __init__(self, parameters: dict[str, np.ndarray], weight_decay: float) -> None:
        self.weight_decay = weight_decay
        self.first = {name: np.zeros(np.shape(value)) for name, value in parameters.items()}
        self.second = {name: np.zeros(np.shape(value)) for name, value in parameters.items()}
        self.steps = 0

    def step(self, parameters: dict, gradients: dict, parts: dict[str, tuple], rate: float) -> dict[str, np.ndarray]:
        """The parameters after one step; entries outside `parts` keep value and moments."""
        self.steps += 1
        updated = {name: np.array(value) for name, value in parameters.items()}
        for name, part in parts.items():
            g = gradients[name][part]
            self.first[name][part] = BETA_1 * self.first[name][part] + (1.0 - BETA_1) * g
            self.second[name][part] = BETA_2 * self.second[name][part] + (1.0 - BETA_2) * g * g
            first = self.corrected(self.first[name][part], BETA_1)
            second = self.corrected(self.second[name][part], BETA_2)
            decay = self.decay(name, updated[name][part], rate)
            updated[name][part] -= decay + rate * first / (np.sqrt(second) + EPSILON)
        return updated

    def corrected(self, moment: np.ndarray, beta: float) -> np.ndarray:
        """A moment without its bias towards its start at 0."""
        return moment / (1.0 - beta**self.steps)

    def decay(self, name: str, values: np.ndarray, rate: float) -> np.ndarray:
        """What the decoupled decay takes off, scaled by the learning rate."""
        return rate * self.weight_decay * values if decays(name) else 0.0 * values


def train(
    configuration: Configuration,
    parameters: dict[str, np.ndarray],
    batches: np.ndarray,
    features: np.ndarray,
    targets: np.ndarray | None,
    labels: list[list[int]] | None,
    *,
    weight_decay: float,
    peak: float,
    warmup: int,
    total: int,
) -> dict[str, np.ndarray]:
    """One step for each batch; losses and ratios are those before the step's update, parameters those after the last."""
    optimiser = AdamW(parameters, weight_decay)
    history: dict[str, list] = {"losses": [], "objectives": [], "complexity_ratios": []}
    for step, x in enumerate(batches):
        target = None if targets is None else targets[step]
        wanted = None if labels is None else labels[step]

        def loss_of(values: dict) -> dict[str, np.ndarray]:
            return network_loss(configuration, values, x, features, target, wanted)

        found = loss_of(parameters)
        for series, name in zip(history.values(), ("loss", "objective", "complexity_ratio")):
            series.append(found[name])
        parts = active_part(configuration, parameters)
        gradients = {name: gradient(loss_of, parameters, name, {"loss": np.ones(())}) for name in parts}
        updated = optimiser.step(parameters, gradients, parts, learning_rate(step, peak, warmup, total))
        parameters = {name: reset(configuration, name, value) for name, value in updated.items()}
    shown = {name: value for name, value in parameters.items() if name != "encoder.bias"}
    return {name: np.array(series) for name, series in history.items()} | shown
