"""Training: AdamW with decoupled decay, warm-up and cosine schedule, frozen entries, masks reset (E.1, E.2)."""

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from .block import check_block_attributes
from .checks import check_labels, require
from .configuration import Architecture, Configuration
from .losses import check_target_norms
from .network import check_parameters, evaluate
from .operation import Operation, Tensors
from .sizes import mu_bounds, sigma_min

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8
DATA = ("batches", "features", "targets")


def learning_rate(step: int, peak: float, warmup: int, total: int) -> float:
    """The rate of a step, counted from 0: linear warm-up, then half a cosine."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak / 2 * (1 + math.cos(math.pi * (step - warmup) / (total - warmup)))


def _whole(shape: tuple) -> np.ndarray:
    return np.ones(shape, dtype=bool)


def _leading(shape: tuple, *counts: int) -> np.ndarray:
    """True in the first counts[axis] places along each leading axis."""
    used = np.zeros(shape, dtype=bool)
    used[tuple(slice(count) for count in counts)] = True
    return used


def _used_in_block(name: str, shape: tuple, n_in: int, n_mid: int, n_out: int) -> np.ndarray:
    if name.startswith("mask."):
        return _whole(shape)
    layer = {"linear_1": (n_mid, n_in), "linear_2": (n_out, n_mid)}.get(name.split(".")[0], (n_in,))
    return _leading(shape, *layer[: len(shape)])


def used_entries(architecture: Architecture, name: str, shape: tuple) -> np.ndarray:
    """Which entries of a parameter take part in a step; the others are frozen."""
    if name.startswith("block_"):
        block, rest = name.split(".", 1)
        index = int(block.removeprefix("block_")) - 1
        if index >= len(architecture.active):
            return ~_whole(shape)
        active = architecture.active[index]
        return _used_in_block(rest, shape, active.n_in, active.n_mid, active.n_out)
    if name.startswith("encoder."):
        return _leading(shape, architecture.encoder_channels)
    if name == "decoder.weight":
        return _leading(shape, shape[0], architecture.decoder_channels)
    if name.startswith("decoder.norm."):
        return _leading(shape, architecture.decoder_channels)
    return _whole(shape)


@jax.jit
def adamw(parameter, gradient, moments, used, step: int, rate: float, decay: float):
    """One update of the used entries: p -= lr (decay p + mhat / (sqrt(vhat) + eps)); returns parameter and moments."""
    first = BETA_1 * moments[0] + (1 - BETA_1) * gradient
    second = BETA_2 * moments[1] + (1 - BETA_2) * gradient * gradient
    first_unbiased = first / (1 - BETA_1 ** (step + 1))
    second_unbiased = second / (1 - BETA_2 ** (step + 1))
    update = decay * parameter + first_unbiased / (jnp.sqrt(second_unbiased) + EPSILON)
    moments = (jnp.where(used, first, moments[0]), jnp.where(used, second, moments[1]))
    return jnp.where(used, parameter - rate * update, parameter), moments


def reset(configuration: Configuration, name: str, value: jax.Array) -> jax.Array:
    """Mask parameters are put back into their bounds after each step (E.1)."""
    if ".mask.kernel." in name:
        length = configuration.kernel_grid[int(name.rsplit(".", 1)[1])]
        return jnp.maximum(value, sigma_min(length, configuration.threshold))
    if ".mask.resolution." in name:
        return jnp.clip(value, *mu_bounds(configuration.tau_resolution))
    if name == "mask.depth":
        return jnp.clip(value, *mu_bounds(configuration.tau_depth))
    if ".mask." in name:
        return jnp.clip(value, *mu_bounds(configuration.tau_channel))
    return value


@partial(jax.jit, static_argnames="architecture")
@partial(jax.grad, has_aux=True)
def _loss_gradients(parameters: Tensors, *batch, architecture: Architecture) -> tuple[jax.Array, Tensors]:
    results = evaluate(parameters, *batch, architecture)
    return results["loss"], results


def _train(attributes: dict, inputs: Tensors) -> Tensors:
    configuration = Configuration.of(attributes)
    parameters = {name: value for name, value in inputs.items() if name not in DATA}
    moments = {name: (jnp.zeros_like(value), jnp.zeros_like(value)) for name, value in parameters.items()}
    records = []
    for step in range(attributes["steps"]):
        architecture = Architecture.of(configuration, parameters)
        target = inputs["targets"][step] if "targets" in inputs else None
        labels = np.asarray(attributes["labels"][step]) if "labels" in attributes else None
        data = (inputs["batches"][step], inputs["features"], target, labels)
        gradients, results = _loss_gradients(
            parameters, *data, attributes["lambda"], attributes["target_ratio"], architecture=architecture
        )
        records.append(results)
        rate = learning_rate(step, attributes["peak"], attributes["warmup"], attributes["total"])
        for name, value in parameters.items():
            decay = attributes["weight_decay"] if name.endswith(".weight") else 0.0
            used = used_entries(architecture, name, value.shape)
            value, moments[name] = adamw(value, gradients[name], moments[name], used, step, rate, decay)
            parameters[name] = reset(configuration, name, value)
    outputs = {name: value for name, value in parameters.items() if name != "encoder.bias"}
    for output, name in (("losses", "loss"), ("objectives", "objective"), ("complexity_ratios", "complexity_ratio")):
        outputs[output] = jnp.stack([results[name] for results in records])
    return outputs


def _check_train(attributes: dict, inputs: dict) -> None:
    check_block_attributes(attributes["configuration"])
    configuration = Configuration.of(attributes)
    steps = attributes["steps"]
    require(1 <= steps <= 100, f"steps must lie in [1, 100], found {steps}")
    require(0 <= attributes["warmup"] < attributes["total"], "warmup must lie in [0, total)")
    require(steps <= attributes["total"], "steps exceed total")
    require(attributes["peak"] > 0, "peak must be positive")
    require(attributes["weight_decay"] >= 0, "weight_decay must not be negative")
    data = {"batches": "steps B inputs P", "features": "F K"}
    if configuration.decoder == "dense":
        data["targets"] = "steps B outputs P"
    sizes = check_parameters(configuration, inputs, data)
    require(sizes["steps"] == steps, f"{sizes['steps']} batches for {steps} steps")
    if configuration.decoder == "dense":
        for target in inputs["targets"]:
            check_target_norms(target)
    else:
        require(len(attributes["labels"]) == steps, f"labels of {len(attributes['labels'])} steps, expected {steps}")
        for labels in attributes["labels"]:
            check_labels(labels, sizes["B"], configuration.outputs)


OPERATIONS = {"train": Operation(_train, _check_train, constants=None, compiled=False)}
