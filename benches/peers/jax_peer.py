"""Jitted JAX peer: static shapes, every block, channel and tap computed at
full size and multiplied by its mask, as the paper's TPU implementation did.

The resolution is really resized: its sizes are static arguments, so a changed
M compiles anew. Layout is (channel, sample, grid...), as in the other peer.
The two spectral operations have their own derivative rule, because JAX
differentiates rfft through a full complex transform.
"""

import functools
import math
import os
import time

import numpy as np

import cases
from cases import LN9, THRESHOLD

if __name__ == "__main__":
    # Before JAX starts its thread pool, which takes the number of CPUs it may run on.
    OPTIONS = cases.arguments(__doc__.splitlines()[0])
    os.environ["NPROC"] = str(OPTIONS.threads)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: OPTIONS.threads])

import jax
import jax.numpy as jnp

# Spectral operations ------------------------------------------------------


def grid_axes(array):
    return tuple(range(2, array.ndim))


def rfft(signal, grid):
    return jnp.fft.rfftn(signal, s=grid, axes=grid_axes(signal))


def irfft(spectrum, grid, norm):
    return jnp.fft.irfftn(spectrum, s=grid, axes=grid_axes(spectrum), norm=norm)


def copy_bins(spectrum, start, end, highest):
    """Bins of a `start` grid's half spectrum on an `end` grid: |k| <= highest on each unequal axis."""
    for axis, (n, m) in enumerate(zip(start, end), 2):
        if n == m:
            continue
        last = axis == spectrum.ndim - 1
        keep = functools.partial(jax.lax.slice_in_dim, spectrum, axis=axis)
        shape = list(spectrum.shape)
        shape[axis] = m // 2 - highest if last else m - 2 * highest - 1
        parts = [keep(0, highest + 1), jnp.zeros(shape, spectrum.dtype)]
        if not last and highest:
            parts.append(keep(n - highest, n))
        spectrum = jnp.concatenate(parts, axis)
    return spectrum


def centre_at_origin(kernel, grid):
    """A centred kernel (channel, tap...) on a periodic grid, centre at index 0; a sample axis of 1."""
    pad = [(0, 0)] + [(0, n - k) for n, k in zip(grid, kernel.shape[1:])]
    shift = [-(k // 2) for k in kernel.shape[1:]]
    return jnp.roll(jnp.pad(kernel, pad), shift, range(1, kernel.ndim))[:, None]


@functools.partial(jax.custom_vjp, nondiff_argnums=(3, 4))
def convolution(signal, kernel, weight, grid, reduced):
    """Eq. 7: depthwise correlation and low-pass at period 2N, cropped to a 2M grid, first M samples.

    `weight` is the low-pass over the bins of the 2M grid, divided by the
    2N grid's number of points: (M/N) / (2M) = 1 / (2N) per axis.
    """
    return convolution_forward(signal, kernel, weight, grid, reduced)[0]


def periods(grid, reduced):
    return tuple(2 * n for n in grid), tuple(2 * m for m in reduced)


def convolution_forward(signal, kernel, weight, grid, reduced):
    double, period = periods(grid, reduced)
    crop = lambda f: crop_axes(f, double, period)
    filters = crop(rfft(centre_at_origin(kernel, double), double))
    spectrum = crop(rfft(signal, double))
    output = irfft(spectrum * (filters * weight).conj(), period, "forward")
    output = output[(..., *(slice(m) for m in reduced))]
    return output, (spectrum, filters, weight, kernel.shape)


def crop_axes(spectrum, start, end):
    """Both grids are even; each axis keeps the bins below its own reduced Nyquist bin."""
    for axis in range(len(start)):
        one = start[:axis] + end[axis : axis + 1] + start[axis + 1 :]
        spectrum = copy_bins(spectrum, start, one, (min(start[axis], end[axis]) - 1) // 2)
        start = one
    return spectrum


def convolution_backward(grid, reduced, saved, gradient):
    spectrum, filters, weight, kernel_shape = saved
    double, period = periods(grid, reduced)
    cotangent = rfft(gradient, period)
    extend = lambda f: crop_axes(f, period, double)
    d_signal = irfft(extend(cotangent * (filters * weight)), double, "forward")
    d_signal = d_signal[(..., *(slice(n) for n in grid))]
    correlation = jnp.sum(spectrum * cotangent.conj(), axis=1, keepdims=True)
    d_kernel = irfft(extend(correlation * weight), double, "forward")[:, 0]
    d_kernel = jnp.roll(d_kernel, [k // 2 for k in kernel_shape[1:]], range(1, d_kernel.ndim))
    d_kernel = d_kernel[(..., *(slice(k) for k in kernel_shape[1:]))]
    d_weight = jnp.sum(filters.real * correlation.real + filters.imag * correlation.imag, axis=(0, 1))
    # A bin between the first and the Nyquist column stands for two.
    column = np.arange(d_weight.shape[-1])
    d_weight *= np.where((column == 0) | (column == period[-1] // 2), 1, 2).astype(d_weight.dtype)
    return d_signal, d_kernel, d_weight


convolution.defvjp(convolution_forward, convolution_backward)


@functools.partial(jax.custom_vjp, nondiff_argnums=(1, 2))
def upsample(signal, reduced, grid):
    """Eq. 1 upwards: M -> N by zero-padding the spectrum; an even M's Nyquist bin is dropped."""
    return irfft(crop_axes(rfft(signal, reduced), reduced, grid), grid, "forward") / math.prod(reduced)


def upsample_backward(reduced, grid, _, gradient):
    """The transpose: both directions scale by 1 / (points of the reduced grid)."""
    return (irfft(crop_axes(rfft(gradient, grid), grid, reduced), reduced, "backward"),)


upsample.defvjp(lambda signal, reduced, grid: (upsample(signal, reduced, grid), None), upsample_backward)

# Masks and complexity -----------------------------------------------------


def thresholded(mask):
    return jnp.where(mask >= THRESHOLD, mask, 0)


def sigmoid_mask(mu, points, tau):
    return thresholded(jax.nn.sigmoid(tau * (mu[..., None] - jnp.linspace(-1, 1, points, dtype=mu.dtype))))


def clipped_size(x_t, n_max):
    """Continuous size with a straight-through clip."""
    size = (x_t + 1) * (n_max / 2)
    return size - jax.lax.stop_gradient(jnp.maximum(size - n_max, 0))


def complexity_ratio(case, masks, depth):
    """C_curr / C_target of Appendix C.2 from continuous sizes."""
    inputs, middle, outputs = clipped_size(masks["width"] + LN9 / cases.TAU_CHANNEL, case.max_width)
    axes = np.array(case.grid, masks["depth"].dtype)
    s = jnp.prod(clipped_size(masks["resolution"] + LN9 / cases.TAU_RESOLUTION, axes), axis=-1)
    blocks = s * (inputs * middle + middle * outputs + jnp.log(s) + 2 * inputs + 2 * middle + outputs)
    depth_size = clipped_size(masks["depth"] + LN9 / cases.TAU_DEPTH, case.max_blocks)
    weight = depth_size - jnp.arange(case.max_blocks)
    weight = jnp.where((weight > 0) & (weight <= 1), weight, (weight > 1).astype(weight.dtype))
    encoder = math.prod(case.grid) * (cases.INPUT_CHANNELS + 2) * inputs[0]
    decoder = cases.CLASSES * outputs[depth - 1]
    return (weight @ blocks + encoder + decoder) / cases.target_complexity(case)


# The network --------------------------------------------------------------


def gelu(x):
    return jax.nn.gelu(x, approximate=False)


def per_channel(vector, like):
    return vector.reshape(-1, *[1] * (like.ndim - 1))


def batch_norm(x, scale, bias):
    axes = tuple(range(1, x.ndim))
    mean = jnp.mean(x, axes, keepdims=True)
    variance = jnp.mean(jnp.square(x - mean), axes, keepdims=True)
    normalised = (x - mean) * jax.lax.rsqrt(variance + cases.NORM_EPSILON)
    return normalised * per_channel(scale, x) + per_channel(bias, x)


def linear(weight, bias, x):
    """Channel mixing of x (channel, sample, grid...) as one matrix product."""
    return (weight @ x.reshape(len(x), -1)).reshape(-1, *x.shape[1:]) + per_channel(bias, x)


def dense(x, weight, bias):
    return x @ weight.T + bias


def gaussian_mask(sigma, kernel_grid):
    """Product over the axes of thresholded Gaussians, each on its own axis."""
    mask = jnp.ones((), sigma.dtype)
    for axis, k in enumerate(kernel_grid):
        x = jnp.linspace(-1, 1, k, dtype=sigma.dtype)
        mask = mask[..., None] * thresholded(jnp.exp(-jnp.square(x) / (2 * jnp.square(sigma[axis]))))
    return mask


def low_pass(mu, grid, reduced):
    """Product of the axes' resolution masks over the bins of the 2M grid."""
    weight = jnp.ones((), mu.dtype)
    for axis, (n, m) in enumerate(zip(grid, reduced)):
        mask = sigmoid_mask(mu[axis], n + 1, cases.TAU_RESOLUTION)[: m + 1]
        if m < n:  # the 2M grid's Nyquist bin is zero
            mask = mask.at[m].set(0)
        if axis + 1 < len(grid):
            mask = jnp.concatenate((mask, mask[1:m][::-1]))
        weight = weight[..., None] * (mask / (2 * n))
    return weight


def channel_masks(case, masks):
    return sigmoid_mask(masks["width"], case.max_width, cases.TAU_CHANNEL)


def depth_mask(case, masks):
    return sigmoid_mask(masks["depth"], case.max_blocks, cases.TAU_DEPTH)


def live_channels(widths, depths):
    """Channels of the last active block's sum."""
    last = jnp.sum(depths > 0) - 1
    return (widths[0, last] > 0) | (widths[2, last] > 0)


def logits(case, p, masks, features, inputs, resolutions):
    widths, depths = channel_masks(case, masks), depth_mask(case, masks)
    trunk = gelu(dense(features.reshape(-1, features.shape[-1]), p["hidden1_weight"], p["hidden1_bias"]))
    trunk = gelu(dense(trunk, p["hidden2_weight"], p["hidden2_bias"]))
    x = linear(p["encoder_weight"], p["encoder_bias"], inputs)
    x = gelu(batch_norm(x, p["encoder_norm_scale"], p["encoder_norm_bias"]))
    for i, reduced in enumerate(resolutions):
        m_in, m_mid, m_out = widths[:, i]
        u = x * per_channel(m_in, x)
        h = batch_norm(u, m_in * p["norm_scale"][i], m_in * p["norm_bias"][i])
        kernel = p["head_weight"][i] @ trunk.T + p["head_bias"][i][:, None]
        kernel = kernel.reshape(-1, *case.kernel_grid) * gaussian_mask(masks["kernel"][i], case.kernel_grid)
        d = convolution(h, kernel, low_pass(masks["resolution"][i], case.grid, reduced), case.grid, reduced)
        d = d + per_channel((m_in > 0) * p["convolution_bias"][i], d)
        c = per_channel(m_mid, d) * linear(p["linear1_weight"][i], p["linear1_bias"][i], d)
        v = per_channel(m_out, d) * linear(p["linear2_weight"][i], p["linear2_bias"][i], gelu(c))
        branch = gelu(v)
        if reduced != case.grid:
            branch = upsample(branch, reduced, case.grid)
        x = jnp.where(depths[i] > 0, u + depths[i] * branch, x)
    x = batch_norm(x, p["final_norm_scale"], p["final_norm_bias"])
    pooled = jnp.mean(x, axis=grid_axes(x)) * live_channels(widths, depths)[:, None]
    return dense(pooled.T, p["decoder_weight"], p["decoder_bias"])


def loss_function(state, case, features, inputs, labels, resolutions):
    parameters, masks = state
    scores = jax.nn.log_softmax(logits(case, parameters, masks, features, inputs, resolutions))
    entropy = -jnp.mean(jnp.take_along_axis(scores, labels[:, None], axis=1))
    depth = jnp.sum(depth_mask(case, masks) > 0)
    return entropy + cases.LAMBDA * jnp.square(complexity_ratio(case, masks, depth) - 1)


def active_entries(case, masks):
    """Which parameter entries the masks keep; inactive ones are frozen."""
    widths, blocks = channel_masks(case, masks) > 0, depth_mask(case, masks) > 0
    into, mid, out = widths & blocks[:, None]
    first, last = widths[0, 0], live_channels(channel_masks(case, masks), depth_mask(case, masks))
    active = {name: jnp.array(True) for name in (
        "hidden1_weight", "hidden1_bias", "hidden2_weight", "hidden2_bias", "decoder_bias")}
    active |= {name: first for name in ("encoder_bias", "encoder_norm_scale", "encoder_norm_bias")}
    active |= {name: into for name in ("norm_scale", "norm_bias", "convolution_bias", "head_bias")}
    active |= {name: last for name in ("final_norm_scale", "final_norm_bias", "decoder_weight")}
    active["encoder_weight"] = first[:, None]
    active["head_weight"] = into[:, :, None]
    active["linear1_weight"], active["linear1_bias"] = mid[:, :, None] & into[:, None, :], mid
    active["linear2_weight"], active["linear2_bias"] = out[:, :, None] & mid[:, None, :], out
    return active


def adamw(value, gradient, first, second, step, rate, decay):
    b1, b2 = cases.BETAS
    first = b1 * first + (1 - b1) * gradient
    second = b2 * second + (1 - b2) * jnp.square(gradient)
    root = jnp.sqrt(second / (1 - b2**step)) + cases.EPSILON
    value = value - rate * decay * value - rate * first / (1 - b1**step) / root
    return value, first, second


@functools.partial(jax.jit, static_argnums=(0, 6), donate_argnums=(1, 2))
def train_step(case, state, moments, features, inputs, labels, resolutions):
    """One training step: (state, moments, loss before it)."""
    loss, (gradients, mask_gradients) = jax.value_and_grad(loss_function)(
        state, case, features, inputs, labels, resolutions
    )
    parameters, masks = state
    active = active_entries(case, masks)
    step = moments["step"] + 1
    new, first, second = {}, {}, {}
    for name, gradient in gradients.items():
        old = parameters[name], moments["first"][name], moments["second"][name]
        decay = cases.DECAY if name in cases.MATRICES else 0.0
        updated = adamw(old[0], gradient, *old[1:], step, cases.LEARNING_RATE, decay)
        new[name], first[name], second[name] = (
            jnp.where(active[name], u, o) for u, o in zip(updated, old)
        )
    new_masks = {}
    for name, gradient in mask_gradients.items():
        new_masks[name], first[name], second[name] = adamw(
            masks[name], gradient, moments["first"][name], moments["second"][name],
            step, cases.MASK_LEARNING_RATE, 0.0,
        )
    for name, tau in (("width", cases.TAU_CHANNEL), ("resolution", cases.TAU_RESOLUTION), ("depth", cases.TAU_DEPTH)):
        new_masks[name] = jnp.clip(new_masks[name], *cases.bounds(tau))
    minimum = np.array(cases.kernel_minimum(case), masks["kernel"].dtype)
    new_masks["kernel"] = jnp.maximum(new_masks["kernel"], minimum)
    return (new, new_masks), {"first": first, "second": second, "step": step}, loss


def static_resolutions(case, sizes):
    """M of every block, active or not; an inactive block is given the last active block's."""
    rest = case.max_blocks - sizes.depth
    return sizes.resolution + sizes.resolution[-1:] * rest


def main():
    options = OPTIONS
    import_rss = cases.peak_rss_mib()
    case = cases.CASES[options.case]
    dtype = np.float32
    state = jax.tree.map(jnp.array, (
        cases.initial_parameters(case, dtype), cases.initial_masks(case, options.masks, dtype)
    ))
    zeros = lambda: {k: jnp.zeros_like(v) for part in state for k, v in part.items()}
    moments = {"first": zeros(), "second": zeros(), "step": jnp.zeros((), dtype)}
    features = jnp.array(cases.fourier_features(case, dtype))
    inputs, labels = map(jnp.array, cases.batch(case, dtype))
    times, losses, compile_s = [], [], None
    for step in range(options.warmup + options.steps):
        start = time.perf_counter()
        sizes = cases.architecture(case, {k: np.asarray(v) for k, v in state[1].items()})
        resolutions = static_resolutions(case, sizes)
        state, moments, loss = train_step(case, state, moments, features, inputs, labels, resolutions)
        jax.block_until_ready((state, moments))
        losses.append(float(loss))
        elapsed = time.perf_counter() - start
        compile_s = elapsed if compile_s is None else compile_s
        if step >= options.warmup:
            times.append(elapsed * 1e3)
    ratio = float(complexity_ratio(case, state[1], sizes.depth))
    versions = {"jax": jax.__version__, "numpy": np.__version__}
    cases.report(options, "jax", versions, times, losses, ratio, sizes, import_rss,
                 {"first_step_s": round(compile_s, 2)})


if __name__ == "__main__":
    main()
