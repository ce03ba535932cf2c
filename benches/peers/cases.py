"""What the peers share: the measured cases, the masks' initial values, the
initial parameters and the report.

Nothing here is timed except `architecture`, which counts the active entries
of every mask once per step. Equation and section numbers are those of
Romero & Zeghidour, "DNArch: Learning Convolutional Neural Architectures by
Backpropagation" (2023).
"""

import argparse
import json
import math
import resource
import statistics
from dataclasses import dataclass

import numpy as np

THRESHOLD = 0.1
LN9 = math.log(1 / THRESHOLD - 1)
GAUSSIAN_REACH = math.sqrt(-2 * math.log(THRESHOLD))  # x_T = sigma * reach
TAU_RESOLUTION, TAU_CHANNEL, TAU_DEPTH = 25.0, 25.0, 8.0
OMEGA_0 = 10.0
FREQUENCIES, HIDDEN = 64, 128
INPUT_CHANNELS, CLASSES = 3, 10
NORM_EPSILON = 1e-5
LAMBDA = 0.1
LEARNING_RATE, DECAY, BETAS, EPSILON = 1e-3, 1e-2, (0.9, 0.999), 1e-8
# Mask parameters go through AdamW with learning rate 0, so that the shapes
# under measurement stay put: see README.md.
MASK_LEARNING_RATE = 0.0

MASKS = ("width", "resolution", "kernel", "depth")
MATRICES = (
    "encoder_weight",
    "linear1_weight",
    "linear2_weight",
    "hidden1_weight",
    "hidden2_weight",
    "head_weight",
    "decoder_weight",
)


@dataclass(frozen=True)
class Case:
    """A base network CCNN_{blocks, width} on a grid; masks start from twice its size."""

    name: str
    blocks: int
    width: int
    grid: tuple
    batch: int

    @property
    def max_blocks(self):
        return 2 * self.blocks

    @property
    def max_width(self):
        return 2 * self.width

    @property
    def kernel_grid(self):
        return tuple(n if n % 2 else n + 1 for n in self.grid)


CASES = {
    "a": Case("ccnn-4-140, length 1024, batch 8", 4, 140, (1024,), 8),
    "b": Case("ccnn-4-32, 32 x 32, batch 16", 4, 32, (32, 32), 16),
    "c": Case("ccnn-2-32, length 2048, batch 16", 2, 32, (2048,), 16),
}


def bounds(tau):
    """Range of a sigmoid mask's mu: weight 0.95 at the lowest, 0.85 at the highest coordinate."""
    return -1 + math.log(19) / tau, 1 + math.log(0.85 / 0.15) / tau


def kernel_minimum(case):
    """Smallest sigma per axis: x_T just above one step of the kernel's grid."""
    return [1.001 * 2 / (k - 1) / GAUSSIAN_REACH for k in case.kernel_grid]


def initial_masks(case, masks, dtype):
    """`full`: the base network's sizes. `half`: half of them, within the bounds.

    The half sizes lie a hair below the count (resolution) or above the last
    tap (kernel), so that rounding to f32 cannot change what is active.
    """
    d, axes = case.max_blocks, len(case.grid)
    if masks == "full":
        width, depth = 0.5, 0.5
        resolution = [bounds(TAU_RESOLUTION)[1]] * axes
        sigma = 0.5
    else:
        width, depth = 0.25, 0.25
        resolution = [2 * (n / 2 - 1e-3) / n - 1 - LN9 / TAU_RESOLUTION for n in case.grid]
        sigma = 0.5 * (1 + 1e-5) / GAUSSIAN_REACH

    def mu(fraction, tau):
        return np.clip(2 * fraction - 1 - LN9 / tau, *bounds(tau))

    return {
        "width": np.full((3, d), mu(width, TAU_CHANNEL), dtype),  # in, mid, out
        "resolution": np.tile(np.array(resolution, dtype), (d, 1)),
        "kernel": np.full((d, axes), sigma, dtype),
        "depth": np.array(mu(depth, TAU_DEPTH), dtype),
    }


@dataclass(frozen=True)
class Architecture:
    """Active sizes of the first `depth` blocks."""

    depth: int
    width: tuple  # per block (in, mid, out)
    resolution: tuple  # per block, per axis
    taps: tuple  # per block, per axis


def architecture(case, masks):
    """Counts the grid points with mask >= T; M = min(N, ceil(s)) for the resolution."""

    def count(mu, tau, n):
        mask = 1 - 1 / (1 + np.exp(-tau * (np.linspace(-1, 1, n) - np.float64(mu)[..., None])))
        return np.count_nonzero(mask >= THRESHOLD, axis=-1)

    depth = int(count(masks["depth"], TAU_DEPTH, case.max_blocks))
    width = count(masks["width"][:, :depth], TAU_CHANNEL, case.max_width)
    grid = np.array(case.grid)
    reach = np.float64(masks["resolution"][:depth]) + LN9 / TAU_RESOLUTION
    resolution = np.minimum(grid, np.ceil((reach + 1) / 2 * grid)).astype(int)
    half = (np.array(case.kernel_grid) - 1) // 2
    radius = np.floor(np.float64(masks["kernel"][:depth]) * GAUSSIAN_REACH * half)
    taps = 2 * np.minimum(radius, half).astype(int) + 1
    rows = lambda a: tuple(map(tuple, a.tolist()))
    return Architecture(depth, rows(width.T), rows(resolution), rows(taps))


def initial_parameters(case, dtype, seed=0, masks=None):
    """Parameters at maximum size; blocks are stacked on the leading axis."""
    random = np.random.default_rng(seed)
    d, w = case.max_blocks, case.max_width

    def normal(*shape, variance):
        return (random.standard_normal(shape) * math.sqrt(variance)).astype(dtype)

    def uniform(*shape):
        bound = math.sqrt(6 / shape[-1])
        return random.uniform(-bound, bound, shape).astype(dtype)

    sizes = architecture(case, initial_masks(case, "full", np.float64) if masks is None else masks)
    taps = math.prod(sizes.taps[0])
    # Fan-in of the base network: the channels that are active at the start.
    return {
        "encoder_weight": normal(w, INPUT_CHANNELS, variance=2 / INPUT_CHANNELS),
        "encoder_bias": np.zeros(w, dtype),
        "encoder_norm_scale": np.ones(w, dtype),
        "encoder_norm_bias": np.zeros(w, dtype),
        "norm_scale": np.ones((d, w), dtype),
        "norm_bias": np.zeros((d, w), dtype),
        "convolution_bias": np.zeros((d, w), dtype),
        "linear1_weight": normal(d, w, w, variance=2 / case.width),
        "linear1_bias": np.zeros((d, w), dtype),
        "linear2_weight": normal(d, w, w, variance=2 / case.width),
        "linear2_bias": np.zeros((d, w), dtype),
        "hidden1_weight": uniform(HIDDEN, 2 * FREQUENCIES),
        "hidden1_bias": np.zeros(HIDDEN, dtype),
        "hidden2_weight": uniform(HIDDEN, HIDDEN),
        "hidden2_bias": np.zeros(HIDDEN, dtype),
        "head_weight": normal(d, w, HIDDEN, variance=1 / (HIDDEN * taps)),
        "head_bias": np.zeros((d, w), dtype),
        "final_norm_scale": np.ones(w, dtype),
        "final_norm_bias": np.zeros(w, dtype),
        "decoder_weight": normal(CLASSES, w, variance=2 / case.width),
        "decoder_bias": np.zeros(CLASSES, dtype),
    }


def fourier_features(case, dtype, seed=1):
    """[cos, sin](2 pi omega_0 W x) on the whole kernel grid, phases reduced modulo 1 in f64."""
    frequencies = np.random.default_rng(seed).standard_normal((FREQUENCIES, len(case.grid)))
    axes = [np.linspace(-1, 1, k) for k in case.kernel_grid]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    phase = 2 * np.pi * np.mod(OMEGA_0 * (points @ frequencies.T), 1)
    return np.concatenate([np.cos(phase), np.sin(phase)], axis=-1).astype(dtype)


def batch(case, dtype, seed=2):
    """One batch of noise, laid out (channel, sample, grid...), and its labels."""
    random = np.random.default_rng(seed)
    inputs = random.standard_normal((INPUT_CHANNELS, case.batch, *case.grid)).astype(dtype)
    return inputs, random.integers(0, CLASSES, case.batch)


def target_complexity(case):
    """The cost (Appendix C.2) of the unmasked base network."""
    s, n = math.prod(case.grid), case.width
    block = 2 * s * n * n + s * math.log(s) + 5 * s * n
    return case.blocks * block + s * (INPUT_CHANNELS + 2) * n + CLASSES * n


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--case", choices=CASES, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--masks", choices=("full", "half"), default="full")
    options = parser.parse_args()
    if min(options.steps, options.warmup, options.threads) < 1:
        parser.error("--steps, --warmup and --threads must be at least 1")
    return options


def peak_rss_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(options, framework, versions, times, losses, ratio, sizes, import_rss, extra=None):
    """The one JSON line every measured program prints; times in milliseconds."""
    print(
        json.dumps(
            {
                "framework": framework,
                "case": options.case,
                "masks": options.masks,
                "threads": options.threads,
                "warmup": options.warmup,
                "steps": options.steps,
                "median_ms": statistics.median(times),
                "min_ms": min(times),
                "times_ms": [round(t, 4) for t in times],
                "peak_rss_mib": round(peak_rss_mib(), 1),
                "import_rss_mib": round(import_rss, 1),
                "loss_first": losses[0],
                "loss_last": losses[-1],
                "complexity_ratio": ratio,
                "depth": sizes.depth,
                "width": sizes.width,
                "resolution": sizes.resolution,
                "taps": sizes.taps,
                "versions": versions,
                **(extra or {}),
            }
        )
    )
