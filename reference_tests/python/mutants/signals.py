"""Wrong convolutions, resampling and Fourier convolutions."""

import functools
import itertools
import math

import numpy as np

from backends.numpy_backend import convolution, convolution_forms, fourier, fourier_convolution, resampling

from .mutant import Arrays, Mutant

RIGHT_CONVOLUTION = convolution.convolution


def flipped(signal: np.ndarray, kernel: np.ndarray, grid: list[int], kernel_grid: list[int]) -> np.ndarray:
    return RIGHT_CONVOLUTION(signal, kernel[..., ::-1], grid, kernel_grid)


def swapped(signal: np.ndarray, kernel: np.ndarray, grid: list[int], kernel_grid: list[int]) -> np.ndarray:
    if len(grid) == 1:
        return RIGHT_CONVOLUTION(signal, kernel, grid, kernel_grid)
    transposed = np.swapaxes(fourier.on_grid(kernel, kernel_grid), -1, -2)
    return RIGHT_CONVOLUTION(signal, fourier.flattened(transposed, 2), grid, kernel_grid[::-1])


def shifted_taps(signal: np.ndarray, kernel: np.ndarray, grid: list[int], kernel_grid: list[int], causal: bool) -> np.ndarray:
    """Each tap times the signal rolled by its offset: circular on the grid, or, padded in front, causal."""
    padding = [length - 1 if causal else 0 for length in kernel_grid]
    x = fourier.on_grid(signal, grid)
    x = np.pad(x, [(0, 0)] * (x.ndim - len(grid)) + [(p, 0) for p in padding])
    y = 0.0
    for tap, offsets in enumerate(itertools.product(*(range(length) for length in kernel_grid))):
        origin = [length - 1 if causal else length // 2 for length in kernel_grid]
        rolled = np.roll(x, [at - offset for at, offset in zip(origin, offsets)], tuple(range(-len(grid), 0)))
        y = y + kernel[..., None, :, tap].reshape(*kernel.shape[:-2], 1, -1, *(1 for _ in grid)) * rolled
    return fourier.flattened(y[(..., *(slice(p, None) for p in padding))], len(grid))


def circular(signal: np.ndarray, kernel: np.ndarray, grid: list[int], kernel_grid: list[int]) -> np.ndarray:
    return shifted_taps(signal, kernel, grid, kernel_grid, causal=False)


def causal(signal: np.ndarray, kernel: np.ndarray, grid: list[int], kernel_grid: list[int]) -> np.ndarray:
    return shifted_taps(signal, kernel, grid, kernel_grid, causal=True)


def mean_kernel_gradient(attributes: dict, inputs: Arrays, gradients: Arrays) -> Arrays:
    return gradients | {"kernel": gradients["kernel"] / len(inputs["signal"])}


CONVOLUTION = {
    "CONVOLUTION_NOT_CORRELATION": Mutant({convolution.convolution: flipped}),
    "CAUSAL_KERNEL": Mutant({convolution.convolution: causal}),
    "CIRCULAR": Mutant({convolution.convolution: circular}),
    "KERNEL_GRADIENT_MEAN": Mutant(gradients=mean_kernel_gradient),
    "AXES_SWAPPED": Mutant({convolution.convolution: swapped}),
}

RIGHT_DOWNSAMPLE, RIGHT_UPSAMPLE = resampling.downsample, resampling.upsample


def loud_downsample(signal: np.ndarray, masks: list[np.ndarray], grid: list[int], reduced_grid: list[int]) -> np.ndarray:
    return RIGHT_DOWNSAMPLE(signal, masks, grid, reduced_grid) * (math.prod(grid) / math.prod(reduced_grid))


def quiet_upsample(signal: np.ndarray, reduced_grid: list[int], grid: list[int]) -> np.ndarray:
    return RIGHT_UPSAMPLE(signal, reduced_grid, grid) * (math.prod(reduced_grid) / math.prod(grid))


def bins_with_nyquist(full: int, reduced: int) -> np.ndarray:
    return fourier.all_bins(full) if full == reduced else fourier.low_bins(reduced // 2)


def decimation(signal: np.ndarray, masks: list[np.ndarray], grid: list[int], reduced_grid: list[int]) -> np.ndarray:
    x = fourier.on_grid(signal, grid)
    for d, (n, m) in enumerate(zip(grid, reduced_grid)):
        x = np.take(x, np.arange(m) * n // m, axis=d - len(grid))
    return fourier.flattened(x, len(grid))


def downsample_without_mask(signal: np.ndarray, masks: list[np.ndarray], grid: list[int], reduced_grid: list[int]) -> np.ndarray:
    return RIGHT_DOWNSAMPLE(signal, [1.0 + 0.0 * mask for mask in masks], grid, reduced_grid)


def one_sided(attributes: dict, inputs: Arrays, gradients: Arrays, padding: int) -> Arrays:
    """Of two bins k and -k of the padded period, one."""

    def halved(gradient: np.ndarray, period: int) -> np.ndarray:
        paired = [0 < k and 2 * k < period for k in range(len(gradient))]
        return np.where(paired, gradient / 2.0, gradient)

    masks = {f"mask_{axis}": halved(gradients[f"mask_{axis}"], padding * n) for axis, n in enumerate(attributes["grid"])}
    return gradients | masks


def swapped_masks(signal: np.ndarray, masks: list[np.ndarray], grid: list[int], reduced_grid: list[int]) -> np.ndarray:
    return RIGHT_DOWNSAMPLE(signal, masks[::-1], grid, reduced_grid)


RESAMPLING = {
    "AMPLITUDE_FORGOTTEN": Mutant({resampling.downsample: loud_downsample, resampling.upsample: quiet_upsample}),
    "NYQUIST_KEPT": Mutant({resampling.shared_bins: bins_with_nyquist}),
    "DECIMATION": Mutant({resampling.downsample: decimation}),
    "MASK_FORGOTTEN": Mutant({resampling.downsample: downsample_without_mask}),
    "MASK_GRADIENT_ONE_SIDED": Mutant(gradients=functools.partial(one_sided, padding=1), operation="downsample"),
    "MASK_AXES_SWAPPED": Mutant({resampling.downsample: swapped_masks}),
}

RIGHT_FOURIER = fourier_convolution.fourier_convolution


def loud_form(
    signal: np.ndarray,
    kernel: np.ndarray,
    masks: list[np.ndarray],
    grid: list[int],
    kernel_grid: list[int],
    reduced_grid: list[int],
) -> np.ndarray:
    y = RIGHT_FOURIER(signal, kernel, masks, grid, kernel_grid, reduced_grid)
    return y * (math.prod(grid) / math.prod(reduced_grid))


def padded_bins_with_nyquist(full: int, reduced: int) -> np.ndarray:
    return fourier.all_bins(2 * full) if full == reduced else fourier.low_bins(reduced)


def flipped_form(signal: np.ndarray, kernel: np.ndarray, *rest: object) -> np.ndarray:
    return RIGHT_FOURIER(signal, kernel[..., ::-1], *rest)


def circular_form(
    signal: np.ndarray,
    kernel: np.ndarray,
    masks: list[np.ndarray],
    grid: list[int],
    kernel_grid: list[int],
    reduced_grid: list[int],
) -> np.ndarray:
    """Eq. 7 on N samples: bin k of N lies at |k| / N of the frequencies, where bin 2 k of 2 N lies."""
    y = circular(signal, kernel, grid, kernel_grid)
    return RIGHT_DOWNSAMPLE(y, [mask[..., ::2] for mask in masks], grid, reduced_grid)


def form_without_mask(signal: np.ndarray, kernel: np.ndarray, masks: list[np.ndarray], *grids: list[int]) -> np.ndarray:
    return RIGHT_FOURIER(signal, kernel, [1.0 + 0.0 * mask for mask in masks], *grids)


def two_step_instead(
    signal: np.ndarray,
    kernel: np.ndarray,
    masks: list[np.ndarray],
    grid: list[int],
    kernel_grid: list[int],
    reduced_grid: list[int],
) -> np.ndarray:
    y = RIGHT_CONVOLUTION(signal, kernel, grid, kernel_grid)
    return RIGHT_DOWNSAMPLE(y, [mask[..., ::2] for mask in masks], grid, reduced_grid)


FORM = "fourier_convolution"
FOURIER_CONVOLUTION = {
    "AMPLITUDE_FORGOTTEN": Mutant({fourier_convolution.fourier_convolution: loud_form}),
    "NYQUIST_KEPT": Mutant({fourier_convolution.kept_bins: padded_bins_with_nyquist}, operation=FORM),
    "CONVOLUTION_NOT_CORRELATION": Mutant({fourier_convolution.fourier_convolution: flipped_form}),
    "CIRCULAR": Mutant({fourier_convolution.fourier_convolution: circular_form}),
    "CAUSAL_KERNEL": Mutant({fourier_convolution.kernel_positions: np.arange}, operation=FORM),
    "MASK_FORGOTTEN": Mutant({fourier_convolution.fourier_convolution: form_without_mask}),
    "TWO_STEP_INSTEAD": Mutant({fourier_convolution.fourier_convolution: two_step_instead}),
    "REDUCE_FIRST_INSTEAD": Mutant({fourier_convolution.fourier_convolution: convolution_forms.reduce_first}),
    "KERNEL_GRADIENT_MEAN": Mutant(gradients=mean_kernel_gradient, operation=FORM),
    "MASK_GRADIENT_ONE_SIDED": Mutant(gradients=functools.partial(one_sided, padding=2), operation=FORM),
}
