"""Wrong blocks, networks and training steps."""

import dataclasses

import numpy as np

from backends.numpy_backend import block, fourier_convolution, layers, network, network_loss, resampling, sizes, training
from backends.numpy_backend.block import BlockMasks, on_channels
from backends.numpy_backend.configuration import Configuration

from .kernels_and_layers import LOSSES, running_statistics
from .mutant import Arrays, Mutant
from .signals import loud_form, quiet_upsample


def ungated_normalisation(stream: np.ndarray, masks: BlockMasks, gamma: np.ndarray, beta: np.ndarray) -> np.ndarray:
    return layers.batch_norm(stream, gamma, beta)


def linear_branch_end(v: np.ndarray, masks: BlockMasks, grid: list[int], activation: str) -> np.ndarray:
    return resampling.upsample(v, masks.reduced_grid, grid)


BLOCKS = {
    "IDENTITY_NOT_GATED": Mutant({block.entering: lambda x, masks, variant: x}),
    "SHIFT_REVIVES_CHANNELS": Mutant({block.normalised: ungated_normalisation}),
    "BIAS_REVIVES_CHANNELS": Mutant({block.convolution_bias: lambda masks, bias: bias[..., None, :, None]}),
    "BRANCH_ACTIVATION_FORGOTTEN": Mutant({block.branch_end: linear_branch_end}),
    "DEPTH_FORGOTTEN": Mutant({block.residual_sum: lambda stream, branch, depth: stream + branch}),
    "RUNNING_STATISTICS": Mutant({layers.batch_statistics: running_statistics}),
    "AMPLITUDE_FORGOTTEN": Mutant({fourier_convolution.fourier_convolution: loud_form, resampling.upsample: quiet_upsample}),
}

RIGHT_DECODER = network.decoder


def gated_by_skipped_blocks(configuration: Configuration, parameters: Arrays, h: np.ndarray, live: int) -> np.ndarray:
    active = network.active_blocks(configuration, parameters)
    for i in range(1, configuration.max_depth + 1):
        if i not in active and configuration.variant != "branch":
            h = on_channels(network.block_masks(configuration, network.block_parameters(parameters, i)).n_in, h)
    return RIGHT_DECODER(configuration, parameters, h, live)


def decoder_without_norm(configuration: Configuration, parameters: Arrays, h: np.ndarray, live: int) -> np.ndarray:
    return RIGHT_DECODER(dataclasses.replace(configuration, final_norm=False), parameters, h, live)


def counted_size(mu: np.ndarray, tau: float, n_max: int, threshold: float) -> np.ndarray:
    return np.asarray(float(sizes.sigmoid_kept(np.max(np.real(mu)), tau, n_max, threshold)))


NETWORKS = {
    "LAMBDA_FORGOTTEN": LOSSES["LAMBDA_FORGOTTEN"],
    "SKIPPED_BLOCK_GATES": Mutant({network.decoder: gated_by_skipped_blocks}),
    "SHIFT_REVIVES_CHANNELS": Mutant({network.live_channels: lambda configuration, masks: configuration.max_width}),
    "SIZES_COUNTED": Mutant({sizes.sigmoid_size: counted_size}, only_in=network_loss),
    "RUNNING_STATISTICS": BLOCKS["RUNNING_STATISTICS"],
    "FINAL_NORM_FORGOTTEN": Mutant({network.decoder: decoder_without_norm}),
}

RIGHT_ADAM_W = training.AdamW


class CoupledDecay(RIGHT_ADAM_W):
    """Decay as a part of the gradient, which Adam then normalises."""

    def step(self, parameters: Arrays, gradients: Arrays, parts: dict[str, tuple], rate: float) -> Arrays:
        coupled = {name: g + self.weight_decay * parameters[name] if training.decays(name) else g for name, g in gradients.items()}
        return super().step(parameters, coupled, parts, rate)

    def decay(self, name: str, values: np.ndarray, rate: float) -> np.ndarray:
        return 0.0 * values


class WithoutBiasCorrection(RIGHT_ADAM_W):
    """Moments as they are."""

    def corrected(self, moment: np.ndarray, beta: float) -> np.ndarray:
        return moment


class FrozenEntriesDecay(RIGHT_ADAM_W):
    """Decay of every entry of every weight matrix, used or not."""

    def step(self, parameters: Arrays, gradients: Arrays, parts: dict[str, tuple], rate: float) -> Arrays:
        updated = super().step(parameters, gradients, parts, rate)
        for name, value in updated.items():
            frozen = np.ones(value.shape, bool)
            if name in parts:
                frozen[parts[name]] = False
            value[frozen] -= self.decay(name, value, rate)[frozen]
        return updated


class DecayNotScaled(RIGHT_ADAM_W):
    """Decay without the learning rate."""

    def decay(self, name: str, values: np.ndarray, rate: float) -> np.ndarray:
        return super().decay(name, values, 1.0)


def warmup_from_zero(step: int, peak: float, warmup: int, total: int) -> float:
    return peak * step / warmup if step < warmup else RIGHT_LEARNING_RATE(step, peak, warmup, total)


RIGHT_LEARNING_RATE = training.learning_rate
TRAINING = {
    "DECAY_ON_EVERYTHING": Mutant({training.decays: lambda name: True}),
    "COUPLED_DECAY": Mutant({training.AdamW: CoupledDecay}),
    "BIAS_CORRECTION_FORGOTTEN": Mutant({training.AdamW: WithoutBiasCorrection}),
    "RESET_FORGOTTEN": Mutant({training.reset: lambda configuration, name, value: value}),
    "FROZEN_ENTRIES_DECAY": Mutant({training.AdamW: FrozenEntriesDecay}),
    "WARMUP_FROM_ZERO": Mutant({training.learning_rate: warmup_from_zero}),
    "DECAY_NOT_SCALED": Mutant({training.AdamW: DecayNotScaled}),
}
