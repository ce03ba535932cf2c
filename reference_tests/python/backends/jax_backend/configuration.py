"""The configuration of a network, and what its masks' current offsets make of it."""

import math
from dataclasses import dataclass

import jax
import numpy as np

from .block import BlockShape, reduced_length
from .checks import require
from .kernels import kernel_length
from .masks import sigmoid_mask


@dataclass(frozen=True)
class Configuration:
    """A base network, the components that are learned, and the temperatures of their masks."""

    base_blocks: int
    base_width: int
    components: frozenset[str]
    variant: str
    gelu: str
    final_norm: bool
    decoder: str
    grid: tuple[int, ...]
    inputs: int
    outputs: int
    tau_resolution: float
    tau_channel: float
    tau_depth: float
    threshold: float

    @classmethod
    def of(cls, attributes: dict) -> "Configuration":
        """The attribute `configuration`: "ccnn-B-N", the components "k,r,w,d" or "none", and the rest by name."""
        configuration = attributes["configuration"]
        _, blocks, width = configuration["base"].split("-")
        components = configuration["components"]
        plain = ("variant", "gelu", "final_norm", "decoder", "inputs", "outputs")
        plain += ("tau_resolution", "tau_channel", "tau_depth", "threshold")
        return cls(
            base_blocks=int(blocks),
            base_width=int(width),
            components=frozenset(components.split(",") if components != "none" else ()),
            grid=tuple(configuration["grid"]),
            **{name: configuration[name] for name in plain},
        )

    @property
    def blocks(self) -> int:
        """D_max: twice the base's blocks if depth is learned."""
        return self.base_blocks * (2 if "d" in self.components else 1)

    @property
    def width(self) -> int:
        """W: twice the base's width if width is learned."""
        return self.base_width * (2 if "w" in self.components else 1)

    @property
    def positions(self) -> int:
        """P, the product of the grid."""
        return math.prod(self.grid)

    @property
    def kernel_grid(self) -> list[int]:
        """Kernels span the whole grid."""
        return [kernel_length(length) for length in self.grid]

    def channel_mask(self, mu: jax.Array) -> jax.Array:
        """A channel mask (W)."""
        return sigmoid_mask(mu, self.width, self.tau_channel, self.threshold)

    def depth_mask(self, mu: jax.Array) -> jax.Array:
        """The depth mask (D_max)."""
        return sigmoid_mask(mu, self.blocks, self.tau_depth, self.threshold)


@dataclass(frozen=True)
class ActiveBlock:
    """An active block's kept channels and its reduced grid."""

    n_in: int
    n_mid: int
    n_out: int
    reduced_grid: tuple[int, ...]


@dataclass(frozen=True)
class Architecture:
    """The discrete part of a network for given mask offsets: no gradient goes through it."""

    configuration: Configuration
    active: tuple[ActiveBlock, ...]

    @classmethod
    def of(cls, configuration: Configuration, parameters: dict) -> "Architecture":
        """Counts what the masks keep."""
        blocks = configuration.blocks
        if "d" in configuration.components:
            blocks = int(np.sum(np.asarray(configuration.depth_mask(parameters["mask.depth"])) > 0))
        require(blocks >= 1, "the depth mask keeps no block")
        return cls(configuration, tuple(_active_block(configuration, parameters, i + 1) for i in range(blocks)))

    def block_shape(self, index: int) -> BlockShape:
        """The fixed part of active block `index`, from 0."""
        configuration = self.configuration
        reduced_grid = self.active[index].reduced_grid
        return BlockShape(configuration.grid, reduced_grid, configuration.variant, configuration.gelu)

    @property
    def encoder_channels(self) -> int:
        """Channels that the first block reads."""
        return self.configuration.width if self.configuration.variant == "branch" else self.active[0].n_in

    @property
    def decoder_channels(self) -> int:
        """Channels that the last active block leaves live."""
        last = self.active[-1]
        live = {"gated": max(last.n_in, last.n_out), "stream": last.n_out, "branch": self.configuration.width}
        return live[self.configuration.variant]


def _active_block(configuration: Configuration, parameters: dict, number: int) -> ActiveBlock:
    prefix = f"block_{number}.mask"
    widths = [configuration.width] * 3
    if "w" in configuration.components:
        masks = (configuration.channel_mask(parameters[f"{prefix}.{name}"]) for name in ("n_in", "n_mid", "n_out"))
        widths = [int(np.sum(np.asarray(mask) > 0)) for mask in masks]
    reduced_grid = configuration.grid
    if "r" in configuration.components:
        reduced_grid = tuple(
            reduced_length(
                parameters[f"{prefix}.resolution.{axis}"],
                length,
                configuration.tau_resolution,
                configuration.threshold,
            )
            for axis, length in enumerate(configuration.grid)
        )
    return ActiveBlock(*widths, reduced_grid)
