"""Wrong kernels, activations, layers, losses and costs."""

import math

import numpy as np

from backends.numpy_backend import activations, complexity, kernels, layers, losses

from .masks_and_sizes import MASKS
from .mutant import Arrays, Mutant

RIGHT_KERNEL_LENGTH, RIGHT_KERNEL_GRID = kernels.kernel_length, kernels.kernel_grid
RIGHT_ENCODING = kernels.fourier_encoding


def even_length(n: int) -> int:
    return n


def sine_first(coordinates: np.ndarray, frequencies: np.ndarray, omega_0: float) -> np.ndarray:
    cosine, sine = np.split(RIGHT_ENCODING(coordinates, frequencies, omega_0), 2)
    return np.concatenate([sine, cosine])


def without_two_pi(coordinates: np.ndarray, frequencies: np.ndarray, omega_0: float) -> np.ndarray:
    return RIGHT_ENCODING(coordinates, frequencies, omega_0 / (2.0 * math.pi))


def single_phase(coordinates: np.ndarray, frequencies: np.ndarray, omega_0: float) -> np.ndarray:
    turns = np.float32(omega_0) * (frequencies.astype(np.float32) @ coordinates.astype(np.float32).T)
    phase = (np.float32(2.0 * math.pi) * turns).astype(np.float64)
    return np.concatenate([np.cos(phase), np.sin(phase)])


def unmasked(kernel: np.ndarray, lengths: list[int], sigma: np.ndarray, threshold: float) -> np.ndarray:
    return kernel


KERNELS = {
    "EVEN_KERNEL": Mutant({kernels.kernel_length: even_length}),
    "COORDINATES_SWAPPED": Mutant({kernels.kernel_grid: lambda lengths: RIGHT_KERNEL_GRID(lengths)[:, ::-1]}),
    "SINE_BEFORE_COSINE": Mutant({kernels.fourier_encoding: sine_first}),
    "TWO_PI_FORGOTTEN": Mutant({kernels.fourier_encoding: without_two_pi}),
    "PHASE_IN_SINGLE": Mutant({kernels.fourier_encoding: single_phase}),
    "KERNEL_TANH_GELU": Mutant({activations.gelu: activations.gelu_tanh}),
    "KERNEL_NOT_MASKED": Mutant({kernels.masked: unmasked}),
    **{flag: MASKS[flag] for flag in ("ONE_SIGMA_FOR_ALL_AXES", "GRID_WITHOUT_END_POINT", "SINGLE_TAP_OFF_CENTRE")},
}


def unbiased_statistics(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean, variance = RIGHT_STATISTICS(x)
    count = x.shape[-3] * x.shape[-1]
    return mean, variance * count / (count - 1) if count > 1 else variance * math.nan


def running_statistics(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros_like(x[..., :1, :, :1]), np.ones_like(x[..., :1, :, :1])


def statistics_per_item(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean = x.mean(axis=-1, keepdims=True)
    return mean, ((x - mean) ** 2).mean(axis=-1, keepdims=True)


def detached_statistics(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return RIGHT_STATISTICS(np.real(x))


def epsilon_outside(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray) -> np.ndarray:
    mean, variance = RIGHT_STATISTICS(x)
    deviation = np.sqrt(variance)
    if np.iscomplexobj(variance):
        # The root's derivative is infinite at 0, and infinity times 0 is NaN.
        deviation.imag = np.imag(variance) / (2.0 * np.sqrt(np.real(variance)))
    return gamma[..., None, :, None] * (x - mean) / (deviation + layers.EPSILON) + beta[..., None, :, None]


RIGHT_STATISTICS = layers.batch_statistics
NORMALISATION = {
    "UNBIASED_VARIANCE": Mutant({layers.batch_statistics: unbiased_statistics}),
    "RUNNING_STATISTICS": Mutant({layers.batch_statistics: running_statistics}),
    "STATISTICS_PER_ITEM": Mutant({layers.batch_statistics: statistics_per_item}),
    "EPSILON_OUTSIDE_ROOT": Mutant({layers.batch_norm: epsilon_outside}),
    "STATISTICS_DETACHED": Mutant({layers.batch_statistics: detached_statistics}),
}


def sigmoid_form(x: np.ndarray) -> np.ndarray:
    return x * activations.logistic(1.702 * x)


RIGHT_DROPOUT = activations.dropout


def unscaled_dropout(x: np.ndarray, keep: np.ndarray, rate: float) -> np.ndarray:
    return x * keep


def unmasked_dropout_gradient(x: np.ndarray, keep: np.ndarray, rate: float) -> np.ndarray:
    right = RIGHT_DROPOUT(x, keep, rate)
    return np.real(right) + 1j * np.imag(x) / (1.0 - rate) if np.iscomplexobj(x) else right


ACTIVATIONS = {
    "TANH_FORM": Mutant({activations.gelu: activations.gelu_tanh}),
    "EXACT_FORM": Mutant({activations.gelu_tanh: activations.gelu}),
    "SIGMOID_FORM": Mutant({activations.gelu: sigmoid_form, activations.gelu_tanh: sigmoid_form}),
    "DROPOUT_UNSCALED": Mutant({activations.dropout: unscaled_dropout}),
    "DROPOUT_GRADIENT_UNMASKED": Mutant({activations.dropout: unmasked_dropout_gradient}),
}


def transposed_weight(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    square = weight.shape[-1] == weight.shape[-2]
    return RIGHT_LINEAR(x, np.swapaxes(weight, -1, -2) if square else weight, bias)


def mean_bias_gradient(attributes: dict, inputs: Arrays, gradients: Arrays) -> Arrays:
    return gradients | {"bias": gradients["bias"] / inputs["x"].shape[-1]}


RIGHT_LINEAR = layers.linear
LINEAR = {
    "WEIGHT_TRANSPOSED": Mutant({layers.linear: transposed_weight}),
    "BIAS_FORGOTTEN": Mutant({layers.linear: lambda x, weight, bias: RIGHT_LINEAR(x, weight, 0.0 * bias)}),
    "BIAS_GRADIENT_MEAN": Mutant(gradients=mean_bias_gradient, operation="linear"),
    "POOL_SUM": Mutant({layers.global_average_pool: lambda x: x.sum(axis=-1)}),
}

RIGHT_CROSS_ENTROPY, RIGHT_RELATIVE_L2 = losses.cross_entropy, losses.relative_l2
RIGHT_BINARY, RIGHT_NORM, RIGHT_COMPLEXITY_LOSS = losses.binary_cross_entropy, losses.norm, losses.complexity_loss


def overflowing_cross_entropy(logits: np.ndarray, labels: list[int]) -> np.ndarray:
    chances = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    return -np.log(chances[..., np.arange(len(labels)), labels]).mean(axis=-1)


def whole_batch_ratio(prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
    RIGHT_RELATIVE_L2(prediction, target)

    def whole(values: np.ndarray) -> np.ndarray:
        return RIGHT_NORM(values.reshape(*values.shape[:-3], 1, 1, -1))[..., 0]

    return whole(prediction - target) / whole(target)


def squared_ratio(prediction: np.ndarray, target: np.ndarray) -> np.ndarray:
    return (((prediction - target) ** 2).sum(axis=(-2, -1)) / (target**2).sum(axis=(-2, -1))).mean(axis=-1)


def overflowing_logistic_loss(logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return (np.log(1.0 + np.exp(logits)) - targets * logits).mean(axis=(-3, -2, -1))


def one_sided(current: np.ndarray, target: float) -> np.ndarray:
    return np.where(np.real(current) < target, 0.0, RIGHT_COMPLEXITY_LOSS(current, target))


def absolute(current: np.ndarray, target: float) -> np.ndarray:
    difference = current / target - 1.0
    return difference * np.sign(np.real(difference))


def norm_without_convention(values: np.ndarray) -> np.ndarray:
    right = RIGHT_NORM(values)
    return np.where(np.real(right) == 0, right + 1j * math.nan, right) if np.iscomplexobj(values) else right


LOSSES = {
    "SUMMED_OVER_BATCH": Mutant(
        {
            losses.cross_entropy: lambda logits, labels: len(labels) * RIGHT_CROSS_ENTROPY(logits, labels),
            losses.relative_l2: lambda prediction, target: len(target) * RIGHT_RELATIVE_L2(prediction, target),
            losses.binary_cross_entropy: lambda logits, targets: len(targets) * RIGHT_BINARY(logits, targets),
        }
    ),
    "SOFTMAX_OVERFLOW": Mutant({losses.cross_entropy: overflowing_cross_entropy}),
    "NORM_OF_WHOLE_BATCH": Mutant({losses.relative_l2: whole_batch_ratio}),
    "SQUARED_NORM": Mutant({losses.relative_l2: squared_ratio}),
    "LOGISTIC_OVERFLOW": Mutant({losses.binary_cross_entropy: overflowing_logistic_loss}),
    "ONE_SIDED_COMPLEXITY": Mutant({losses.complexity_loss: one_sided}),
    "ABSOLUTE_COMPLEXITY": Mutant({losses.complexity_loss: absolute}),
    "LAMBDA_FORGOTTEN": Mutant({losses.total_loss: lambda objective, complexity, weight: objective + complexity}),
    "GRADIENT_AT_PERFECT_PREDICTION": Mutant({losses.norm: norm_without_convention}),
}

RIGHT_FOURIER_COST, RIGHT_BLOCK_COST, RIGHT_DECODER = (
    complexity.fourier_convolution_cost,
    complexity.block_cost,
    complexity.decoder_cost,
)


def summed_positions(resolution: np.ndarray, n_in: np.ndarray, n_mid: np.ndarray, n_out: np.ndarray) -> np.ndarray:
    return RIGHT_BLOCK_COST(resolution.sum(axis=-1, keepdims=True), n_in, n_mid, n_out)


def hard_depth(depth: np.ndarray, block: np.ndarray) -> np.ndarray:
    return np.where(np.real(depth) > block - 1, 1.0, 0.0)


def right_derivative(depth: np.ndarray, block: np.ndarray) -> np.ndarray:
    share = depth - (block - 1)
    return np.where(np.real(share) < 0, 0.0, np.where(np.real(share) >= 1, 1.0, share))


def without_pool(width: np.ndarray, length: float, outputs: float, decoder: str) -> np.ndarray:
    return RIGHT_DECODER(width, length, outputs, "dense")


def with_logarithm_of_base_2(length: np.ndarray) -> np.ndarray:
    return length * np.log2(length)


COMPLEXITY = {
    "LOG_BASE_2": Mutant({complexity.fourier_convolution_cost: with_logarithm_of_base_2}),
    "POSITIONS_SUMMED": Mutant({complexity.block_cost: summed_positions}),
    "DEPTH_HARD": Mutant({complexity.depth_weight: hard_depth}),
    "DEPTH_RIGHT_DERIVATIVE": Mutant({complexity.depth_weight: right_derivative}),
    "DECODER_POOL_FORGOTTEN": Mutant({complexity.decoder_cost: without_pool}),
}
