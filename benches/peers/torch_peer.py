"""Eager PyTorch peer: a training step that computes only what the masks keep.

Layout is (channel, sample, grid...): a channel-mixing layer is one matrix
product over all positions, batch norm reduces over contiguous rows, and the
FFT runs along the contiguous axis. Masks that multiply a linear layer's
output are folded into its weights. The two spectral operations have their
own backward: autograd's for rfft is a full complex transform.

The trainable tensors are the active slices, stored contiguously; they are
gathered anew from the parameters at maximum size only when the architecture
changes.
"""

import ctypes
import itertools
import math
import time

import numpy as np
import torch
import torch.nn.functional as F

import cases
from cases import GAUSSIAN_REACH, LN9, THRESHOLD

# Scratch memory -----------------------------------------------------------

_zeroed = {}


def zeroed(role, shape, like):
    """A reused buffer of zeros. A role writes the same region every time, so the rest stays zero."""
    key = (role, shape, like.dtype)
    if key not in _zeroed:
        _zeroed[key] = torch.zeros(shape, dtype=like.dtype)
    return _zeroed[key]


def keep_freed_memory():
    """Lets glibc reuse freed tensors; otherwise each step maps and clears their pages anew."""
    m_trim_threshold, m_mmap_max = -1, -4
    libc = ctypes.CDLL("libc.so.6")
    assert libc.mallopt(m_mmap_max, 0) and libc.mallopt(m_trim_threshold, 1 << 30)


# Spectral operations ------------------------------------------------------


def forward_transform(signal, grid, role):
    """rFFT of the zero-padded signal over all grid axes."""
    if tuple(signal.shape[2:]) == tuple(grid):
        padded = signal
    else:
        padded = zeroed(role, (*signal.shape[:2], *grid), signal)
        padded[(..., *(slice(n) for n in signal.shape[2:]))] = signal
    return torch.fft.rfftn(padded, dim=tuple(range(2, padded.ndim)))


def inverse_transform(spectrum, grid, keep, norm="forward"):
    """irFFT to `grid`, first `keep` samples of each axis; rows that are cut are never transformed twice."""
    if len(grid) == 2:
        spectrum = torch.fft.ifft(spectrum, dim=-2, norm=norm)[..., : keep[0], :]
    return torch.fft.irfft(spectrum, n=grid[-1], norm=norm)[..., : keep[-1]]


def row_blocks(low, high, rows):
    """Pairs of slices that copy the lowest frequencies |k| <= rows between two full axes."""
    if low == high:
        return [(slice(None), slice(None))]
    pairs = [(slice(0, rows + 1), slice(0, rows + 1))]
    if rows:
        pairs.append((slice(low - rows, low), slice(high - rows, high)))
    return pairs


def reduce_spectrum(spectrum, sizes):
    """Bins of the 2N grid to those of the 2M grid; the low-pass zeroes the latter's Nyquist bin."""
    _, reduced, double, period, columns = sizes
    spectrum = spectrum[..., :columns]
    if len(period) == 1 or period[0] == double[0]:
        return spectrum
    kept = spectrum.new_zeros((*spectrum.shape[:2], period[0], columns))
    for low, high in row_blocks(period[0], double[0], reduced[0] - 1):
        kept[..., low, :] = spectrum[..., high, :]
    return kept


def extend_spectrum(spectrum, sizes):
    """The transpose for the rows; missing columns are left to irfft."""
    _, reduced, double, period, columns = sizes
    if len(period) == 1 or period[0] == double[0]:
        return spectrum
    extended = zeroed(("extended", period), (*spectrum.shape[:2], double[0], columns), spectrum)
    for low, high in row_blocks(period[0], double[0], reduced[0] - 1):
        extended[..., high, :] = spectrum[..., low, :]
    return extended


GROUP_BYTES = 1 << 20


def channel_groups(signal, double):
    """Slices of channels whose padded signals fit in the cache together."""
    group = max(1, GROUP_BYTES // (signal.element_size() * signal.shape[1] * math.prod(double)))
    return [slice(start, start + group) for start in range(0, len(signal), group)]


def quadrants(kernel_shape):
    """Slices that move a centred kernel so that its centre is at index 0 of a periodic grid."""
    axes = []
    for taps in kernel_shape:
        radius = taps // 2
        parts = [(slice(radius, None), slice(0, radius + 1))]
        if radius:
            parts.append((slice(0, radius), slice(-radius, None)))
        axes.append(parts)
    for parts in itertools.product(*axes):
        yield (..., *(p[0] for p in parts)), (..., *(p[1] for p in parts))


class Convolution(torch.autograd.Function):
    """Eq. 7: depthwise correlation and low-pass at period 2N, cropped to a 2M grid, first M samples.

    `weight` is the low-pass over the bins of the 2M grid, divided by the
    2N grid's number of points: (M/N) / (2M) = 1 / (2N) per axis.
    """

    @staticmethod
    def forward(ctx, signal, kernel, weight, grid, reduced):
        double, period = (tuple(2 * n for n in axes) for axes in (grid, reduced))
        sizes = ctx.sizes = grid, reduced, double, period, weight.shape[-1]
        rolled = zeroed(("kernel", kernel.shape), (len(kernel), 1, *double), kernel)
        for source, to in quadrants(kernel.shape[1:]):
            rolled[:, 0][to] = kernel[source]
        filters = reduce_spectrum(forward_transform(rolled, double, "kernel"), sizes)
        conjugate = torch.conj_physical(filters * weight)
        output = signal.new_empty((*signal.shape[:2], *reduced))
        spectra = []
        for part in channel_groups(signal, double):
            spectra.append(reduce_spectrum(forward_transform(signal[part], double, "signal"), sizes))
            output[part] = inverse_transform(spectra[-1] * conjugate[part], period, reduced)
        ctx.save_for_backward(filters, weight, *spectra)
        ctx.kernel_shape = kernel.shape
        return output

    @staticmethod
    def backward(ctx, gradient):
        filters, weight, *spectra = ctx.saved_tensors
        grid, _, double, period, _ = ctx.sizes
        gain = filters * weight
        d_signal = gradient.new_empty((*gradient.shape[:2], *grid))
        correlation = torch.empty_like(filters)
        for part, spectrum in zip(channel_groups(gradient, double), spectra):
            cotangent = forward_transform(gradient[part], period, "gradient")
            extended = extend_spectrum(cotangent * gain[part], ctx.sizes)
            d_signal[part] = inverse_transform(extended, double, grid)
            product = cotangent.conj_physical_().mul_(spectrum)
            torch.sum(product, 1, keepdim=True, out=correlation[part])
        d_rolled = inverse_transform(extend_spectrum(correlation * weight, ctx.sizes), double, double)[:, 0]
        d_kernel = gradient.new_empty(ctx.kernel_shape)
        for to, source in quadrants(ctx.kernel_shape[1:]):
            d_kernel[to] = d_rolled[source]
        d_weight = (torch.view_as_real(filters) * torch.view_as_real(correlation)).sum((0, 1, -1))
        # A bin between the first and the Nyquist column stands for two.
        d_weight[..., 1 : period[-1] // 2] *= 2
        return d_signal, d_kernel, d_weight, None, None


class Upsample(torch.autograd.Function):
    """Eq. 1 upwards: M -> N by zero-padding the spectrum; an even M's Nyquist bin is dropped."""

    @staticmethod
    def forward(ctx, signal, grid):
        ctx.grids = tuple(signal.shape[2:]), grid
        return Upsample.resample(signal, ctx.grids[0], grid, "forward")

    @staticmethod
    def backward(ctx, gradient):
        reduced, grid = ctx.grids
        return Upsample.resample(gradient, grid, reduced, "backward"), None

    @staticmethod
    def resample(signal, start, end, norm):
        """The common bins of two grids; both directions scale by 1 / (points of the reduced grid)."""
        small = tuple(map(min, start, end))
        columns = start[-1] // 2 + 1 if start[-1] == end[-1] else (small[-1] - 1) // 2 + 1
        highest = (small[0] - 1) // 2
        spectrum = torch.fft.rfftn(signal, dim=tuple(range(2, signal.ndim)), norm=norm)
        spectrum = spectrum[..., :columns]
        if len(start) == 2 and start[0] != end[0]:
            rows = spectrum.new_zeros((*spectrum.shape[:2], end[0], columns))
            for low, high in row_blocks(small[0], max(start[0], end[0]), highest):
                to, source = (high, low) if end[0] > start[0] else (low, high)
                rows[..., to, :] = spectrum[..., source, :]
            spectrum = rows
        return inverse_transform(spectrum, end, end, norm).contiguous()


# Masks and complexity -----------------------------------------------------


def sigmoid_mask(mu, grid, tau):
    mask = torch.sigmoid(tau * (mu[..., None] - grid))
    return mask * (mask >= THRESHOLD)


def clipped_size(x_t, n_max):
    """Continuous size with a straight-through clip."""
    size = (x_t + 1) * (n_max / 2)
    return size - (size.detach() - n_max).clamp_(min=0)


def complexity_ratio(case, masks, depth):
    """C_curr / C_target of Appendix C.2 from continuous sizes."""
    d = case.max_blocks
    width = clipped_size(masks["width"] + LN9 / cases.TAU_CHANNEL, case.max_width)
    inputs, middle, outputs = width
    axes = masks["resolution"].new_tensor(case.grid)
    s = clipped_size(masks["resolution"] + LN9 / cases.TAU_RESOLUTION, axes).prod(-1)
    blocks = s * (inputs * middle + middle * outputs + s.log() + 2 * inputs + 2 * middle + outputs)
    depth_size = clipped_size(masks["depth"] + LN9 / cases.TAU_DEPTH, d)
    weight = depth_size - torch.arange(d)
    inside = (weight > 0) & (weight <= 1)
    weight = torch.where(inside, weight, (weight > 1).to(weight.dtype))
    encoder = math.prod(case.grid) * (cases.INPUT_CHANNELS + 2) * inputs[0]
    decoder = cases.CLASSES * outputs[depth - 1]
    return (weight @ blocks + encoder + decoder) / cases.target_complexity(case)


# The network --------------------------------------------------------------


def active_slices(sizes):
    """(parameter, block or None, index) of every active tensor."""
    first = slice(sizes.width[0][0])
    last = slice(max(sizes.width[-1][0], sizes.width[-1][2]))
    for name in ("encoder_weight", "encoder_bias", "encoder_norm_scale", "encoder_norm_bias"):
        yield name, None, (first,)
    for i, (n_in, n_mid, n_out) in enumerate(sizes.width):
        into, mid, out = slice(n_in), slice(n_mid), slice(n_out)
        for name in ("norm_scale", "norm_bias", "convolution_bias", "head_weight", "head_bias"):
            yield name, i, (i, into)
        yield "linear1_weight", i, (i, mid, into)
        yield "linear1_bias", i, (i, mid)
        yield "linear2_weight", i, (i, out, mid)
        yield "linear2_bias", i, (i, out)
    for name in ("hidden1_weight", "hidden1_bias", "hidden2_weight", "hidden2_bias"):
        yield name, None, (...,)
    yield "final_norm_scale", None, (last,)
    yield "final_norm_bias", None, (last,)
    yield "decoder_weight", None, (slice(None), last)
    yield "decoder_bias", None, (...,)


class Peer:
    """The network's state at maximum size, and its active part as leaf tensors."""

    def __init__(self, case, parameters, masks, features):
        self.case = case
        self.full = {k: torch.tensor(v) for k, v in parameters.items()}
        self.moments = {k: (torch.zeros_like(v), torch.zeros_like(v)) for k, v in self.full.items()}
        self.masks = {k: torch.tensor(v).requires_grad_() for k, v in masks.items()}
        self.features = torch.tensor(features)
        dtype = self.features.dtype
        self.width_grid = torch.linspace(-1, 1, case.max_width, dtype=dtype)
        self.depth_grid = torch.linspace(-1, 1, case.max_blocks, dtype=dtype)
        self.bin_grids = [torch.linspace(-1, 1, n + 1, dtype=dtype) for n in case.grid]
        self.tap_squares = [torch.linspace(-1, 1, k, dtype=dtype).square() for k in case.kernel_grid]
        self.optimizer = None
        self.materialise()

    def sizes_now(self):
        return cases.architecture(self.case, {k: v.detach().numpy() for k, v in self.masks.items()})

    def materialise(self):
        """Gathers the active slices of parameters and moments into contiguous leaves."""
        self.sizes = self.sizes_now()
        _zeroed.clear()
        self.slices = list(active_slices(self.sizes))
        self.leaves = [self.full[name][index].clone(memory_format=torch.contiguous_format).requires_grad_()
                       for name, _, index in self.slices]
        self.shared = {s[0]: leaf for s, leaf in zip(self.slices, self.leaves) if s[1] is None}
        self.blocks = [
            {s[0]: leaf for s, leaf in zip(self.slices, self.leaves) if s[1] == i}
            for i in range(self.sizes.depth)
        ]
        # One window holds every block's taps.
        self.window = tuple(max(t) for t in zip(*self.sizes.taps))
        window = tuple(slice((k - t) // 2, (k + t) // 2) for k, t in zip(self.case.kernel_grid, self.window))
        self.window_features = self.features[window].reshape(-1, self.features.shape[-1]).contiguous()
        self.make_optimizer()

    def make_optimizer(self):
        named = list(zip(self.slices, self.leaves))
        decayed = [leaf for s, leaf in named if s[0] in cases.MATRICES]
        others = [leaf for s, leaf in named if s[0] not in cases.MATRICES]
        old = self.optimizer
        self.optimizer = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": cases.DECAY},
                {"params": others, "weight_decay": 0.0},
                {"params": list(self.masks.values()), "weight_decay": 0.0, "lr": cases.MASK_LEARNING_RATE},
            ],
            lr=cases.LEARNING_RATE, betas=cases.BETAS, eps=cases.EPSILON, fused=True,
        )
        if old is not None:
            step = old.state[self.masks["depth"]]["step"]
            for (name, _, index), leaf in named:
                first, second = (m[index].clone(memory_format=torch.contiguous_format) for m in self.moments[name])
                self.optimizer.state[leaf] = {"step": step.clone(), "exp_avg": first, "exp_avg_sq": second}
            for mask in self.masks.values():
                self.optimizer.state[mask] = old.state[mask]

    def scatter(self):
        """Writes the active leaves and their moments back to maximum size."""
        with torch.no_grad():
            for (name, _, index), leaf in zip(self.slices, self.leaves):
                self.full[name][index] = leaf
                state = self.optimizer.state[leaf]
                self.moments[name][0][index] = state["exp_avg"]
                self.moments[name][1][index] = state["exp_avg_sq"]

    def kernels(self):
        """The kernel network on active taps, masked: one (channel, tap...) tensor per block."""
        p = self.shared
        trunk = F.gelu(F.linear(self.window_features, p["hidden1_weight"], p["hidden1_bias"]))
        trunk = F.gelu(F.linear(trunk, p["hidden2_weight"], p["hidden2_bias"]))
        for i, (block, taps) in enumerate(zip(self.blocks, self.sizes.taps)):
            features = trunk
            if taps != self.window:
                crop = tuple(slice((w - t) // 2, (w + t) // 2) for w, t in zip(self.window, taps))
                features = trunk.view(*self.window, -1)[crop].reshape(math.prod(taps), -1)
            kernel = torch.addmm(block["head_bias"][:, None], block["head_weight"], features.t())
            factors = []
            for axis, t in enumerate(taps):
                k = self.case.kernel_grid[axis]
                squares = self.tap_squares[axis][(k - t) // 2 : (k + t) // 2]
                factors.append(torch.exp(squares / (-2 * self.masks["kernel"][i, axis].square())))
            mask = factors[0] if len(taps) == 1 else factors[0][:, None] * factors[1]
            yield kernel.view(-1, *taps) * mask

    def low_pass(self, block):
        """Product of the axes' resolution masks over the bins of the 2M grid."""
        axes = []
        for axis, (n, m) in enumerate(zip(self.case.grid, self.sizes.resolution[block])):
            mask = sigmoid_mask(self.masks["resolution"][block, axis], self.bin_grids[axis][: m + 1], cases.TAU_RESOLUTION)
            if m < n:  # the 2M grid's Nyquist bin is zero
                mask = F.pad(mask[:m], (0, 1))
            if axis + 1 < len(self.case.grid):
                mask = torch.cat((mask, mask[1:m].flip(0)))
            axes.append(mask / (2 * n))
        return axes[0] if len(axes) == 1 else axes[0][:, None] * axes[1]

    def logits(self, inputs):
        case, p, sizes = self.case, self.shared, self.sizes
        samples = inputs.shape[1]
        x = torch.addmm(p["encoder_bias"][:, None], p["encoder_weight"], inputs.flatten(1))
        x = F.gelu(batch_norm(x, p["encoder_norm_scale"], p["encoder_norm_bias"])).view(-1, samples, *case.grid)
        widths = sigmoid_mask(self.masks["width"][:, : sizes.depth], self.width_grid, cases.TAU_CHANNEL)
        depths = sigmoid_mask(self.masks["depth"], self.depth_grid[: sizes.depth], cases.TAU_DEPTH)
        for i, (block, kernel) in enumerate(zip(self.blocks, self.kernels())):
            n_in, n_mid, n_out = sizes.width[i]
            m_in, m_mid, m_out = widths[0, i, :n_in], widths[1, i, :n_mid], widths[2, i, :n_out]
            u = fit_channels(x, n_in) * m_in.view(-1, *[1] * (x.ndim - 1))
            h = batch_norm(u.flatten(1), m_in * block["norm_scale"], m_in * block["norm_bias"])
            reduced = sizes.resolution[i]
            d = Convolution.apply(h.view(u.shape), kernel, self.low_pass(i), case.grid, reduced)
            # Masks and the convolution's bias, folded into the layers' weights.
            first = m_mid[:, None] * block["linear1_weight"]
            offset = torch.addmv(m_mid * block["linear1_bias"], first, block["convolution_bias"])
            c = torch.addmm(offset[:, None], first, d.flatten(1))
            second = m_out[:, None] * block["linear2_weight"]
            v = torch.addmm((m_out * block["linear2_bias"])[:, None], second, F.gelu(c))
            branch = F.gelu(v).view(n_out, samples, *reduced)
            if reduced != case.grid:
                branch = Upsample.apply(branch, case.grid)
            live = max(n_in, n_out)
            x = torch.addcmul(fit_channels(u, live), fit_channels(branch, live), depths[i])
        x = batch_norm(x.flatten(1), p["final_norm_scale"], p["final_norm_bias"])
        return F.linear(x.view(len(x), samples, -1).mean(-1).t(), p["decoder_weight"], p["decoder_bias"])

    def loss(self, inputs, labels):
        ratio = complexity_ratio(self.case, self.masks, self.sizes.depth)
        return F.cross_entropy(self.logits(inputs), labels) + cases.LAMBDA * (ratio - 1).square()

    def step(self, inputs, labels):
        """One training step; returns the loss before it."""
        self.optimizer.zero_grad()
        loss = self.loss(inputs, labels)
        loss.backward()
        self.optimizer.step()
        self.clamp_masks()
        if self.sizes_now() != self.sizes:
            self.scatter()
            self.materialise()
        return loss.item()

    @torch.no_grad()
    def clamp_masks(self):
        for name, tau in (("width", cases.TAU_CHANNEL), ("resolution", cases.TAU_RESOLUTION), ("depth", cases.TAU_DEPTH)):
            self.masks[name].clamp_(*cases.bounds(tau))
        for axis, minimum in enumerate(cases.kernel_minimum(self.case)):
            self.masks["kernel"][:, axis].clamp_(min=minimum)

    def full_gradients(self):
        """Gradients at maximum size, zero where inactive."""
        gradients = {k: torch.zeros_like(v) for k, v in self.full.items()}
        for (name, _, index), leaf in zip(self.slices, self.leaves):
            gradients[name][index] = leaf.grad
        gradients |= {k: v.grad for k, v in self.masks.items()}
        return {k: v.numpy() for k, v in gradients.items()}


def batch_norm(x, scale, bias):
    """Batch statistics over the positions of x (channel, position)."""
    return F.batch_norm(x[None], None, None, scale, bias, True, eps=cases.NORM_EPSILON)[0]


def fit_channels(x, channels):
    """Cuts or zero-extends the channel axis."""
    if len(x) == channels:
        return x
    if len(x) > channels:
        return x[:channels]
    return F.pad(x, (0, 0) * (x.ndim - 1) + (0, channels - len(x)))


def main():
    options = cases.arguments(__doc__.splitlines()[0])
    import_rss = cases.peak_rss_mib()
    torch.set_num_threads(options.threads)
    keep_freed_memory()
    case = cases.CASES[options.case]
    dtype = np.float32
    peer = Peer(
        case,
        cases.initial_parameters(case, dtype),
        cases.initial_masks(case, options.masks, dtype),
        cases.fourier_features(case, dtype),
    )
    inputs, labels = (torch.tensor(t) for t in cases.batch(case, dtype))
    times, losses = [], []
    for step in range(options.warmup + options.steps):
        start = time.perf_counter()
        losses.append(peer.step(inputs, labels))
        if step >= options.warmup:
            times.append((time.perf_counter() - start) * 1e3)
    ratio = complexity_ratio(case, peer.masks, peer.sizes.depth).item()
    versions = {"torch": torch.__version__, "numpy": np.__version__}
    cases.report(options, "torch", versions, times, losses, ratio, peer.sizes, import_rss)


if __name__ == "__main__":
    main()
