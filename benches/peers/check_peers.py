"""Checks in f64 that both peers are the same network as a third, naive one.

From the same parameters, masks and batch, three programs must agree on the
loss and on every gradient to 1e-9 (relative to the largest entry of the
parameter's gradient, or to 1e-3 where that is smaller): the materialised PyTorch peer, the masked JAX peer, and
`naive_loss` below, written from the definitions with no shortcut and
differentiated by autograd alone. The peers must also agree after several
AdamW steps during which masks close and open, the moments included.

    .venv/bin/python check_peers.py
"""

import math
import sys

import jax
import numpy as np
import torch

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)

import jax.numpy as jnp

import cases
import jax_peer
import torch_peer

TOLERANCE = 1e-9
torch_peer.GROUP_BYTES = 2048  # several groups of channels even at these sizes


def mask(mu, points, tau):
    m = 1 - 1 / (1 + torch.exp(-tau * (torch.linspace(-1, 1, points) - mu)))
    return torch.where(m >= cases.THRESHOLD, m, 0.0)


def per_axis(vector, axis, ndim):
    return vector.view([-1 if a == axis else 1 for a in range(ndim)])


def naive_resample(x, axis, start, end):
    """Resampling of one axis by explicit Fourier sums over |k| <= h."""
    if start == end:
        return x
    k = torch.arange(-((min(start, end) - 1) // 2), (min(start, end) - 1) // 2 + 1)
    s, e = torch.arange(start)[:, None, None], torch.arange(end)[None, :, None]
    matrix = torch.cos(2 * math.pi * k * (e / end - s / start)).sum(-1) / start
    return torch.tensordot(x, matrix, dims=([axis], [0])).movedim(-1, axis)


def naive_convolution(h, kernel, mu, grid, reduced):
    """Zero-padded correlation as a sum over taps on a 2N period, then the low-pass by explicit Fourier sums."""
    # On the whole period 2N: samples beyond the signal's ends wrap, as the padded spectra's do.
    double = tuple(2 * n for n in grid)
    padded = torch.zeros(*h.shape[:2], *double)
    padded[(..., *(slice(n) for n in grid))] = h
    out = torch.zeros_like(padded)
    for index in np.ndindex(*kernel.shape[1:]):
        shift = [k // 2 - j for j, k in zip(index, kernel.shape[1:])]
        tap = kernel[(slice(None), *index)].view(-1, *[1] * (padded.ndim - 1))
        out = out + tap * torch.roll(padded, shift, tuple(range(2, padded.ndim)))
    for a, (n, m) in enumerate(zip(grid, reduced)):
        response = mask(mu[a], n + 1, cases.TAU_RESOLUTION)
        top = n if m == n else m - 1
        k = torch.arange(-top, top + 1)
        gain = response[k.abs()] * torch.where((k.abs() == n), 0.5, 1.0)
        s, e = torch.arange(2 * n)[:, None, None], torch.arange(m)[None, :, None]
        matrix = (gain * torch.cos(2 * math.pi * k * (e / (2 * m) - s / (2 * n)))).sum(-1) / (2 * n)
        out = torch.tensordot(out, matrix, dims=([2 + a], [0])).movedim(-1, 2 + a)
    return out


def naive_norm(x, scale, bias):
    flat = x.flatten(1)
    centred = flat - flat.mean(1, keepdim=True)
    normal = centred / torch.sqrt(centred.square().mean(1, keepdim=True) + cases.NORM_EPSILON)
    return (normal * scale[:, None] + bias[:, None]).view(x.shape)


def naive_loss(case, p, masks, features, inputs, labels):
    """Block by block as the definition is written, at full size, masks multiplied."""
    gelu = lambda x: 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))
    channel = lambda v, x: per_axis(v, 0, x.ndim)
    mix = lambda w, b, x: torch.tensordot(w, x, dims=1) + channel(b, x)
    trunk = gelu(features @ p["hidden1_weight"].T + p["hidden1_bias"])
    trunk = gelu(trunk @ p["hidden2_weight"].T + p["hidden2_bias"])
    x = gelu(naive_norm(mix(p["encoder_weight"], p["encoder_bias"], inputs), p["encoder_norm_scale"], p["encoder_norm_bias"]))
    depth = mask(masks["depth"], case.max_blocks, cases.TAU_DEPTH)
    cost = 0.0

    def size_of(mu, tau, n):
        """Continuous size, clipped straight-through: the value is cut, the gradient is not."""
        size = (mu + cases.LN9 / tau + 1) / 2 * n
        return size + (torch.clip(size, max=n) - size).detach()

    s_depth = size_of(masks["depth"], cases.TAU_DEPTH, case.max_blocks)
    for i in range(case.max_blocks):
        s_in, s_mid, s_out = (size_of(masks["width"][j, i], cases.TAU_CHANNEL, case.max_width) for j in range(3))
        s = math.prod(size_of(masks["resolution"][i, a], cases.TAU_RESOLUTION, n) for a, n in enumerate(case.grid))
        weight = torch.clip(s_depth - i, 0, 1)
        cost = cost + weight * (s * s_in * s_mid + s * s_mid * s_out + s * torch.log(s) + s * (2 * s_in + 2 * s_mid + s_out))
        if i == 0:
            cost = cost + math.prod(case.grid) * s_in * (cases.INPUT_CHANNELS + 2)
        if depth[i] == 0:
            continue
        last_out = s_out
        m_in, m_mid, m_out = (mask(masks["width"][j, i], case.max_width, cases.TAU_CHANNEL) for j in range(3))
        u = channel(m_in, x) * x
        h = channel(m_in, x) * naive_norm(u, p["norm_scale"][i], p["norm_bias"][i])
        kernel = torch.movedim(trunk @ p["head_weight"][i].T + p["head_bias"][i], -1, 0)
        for a, k in enumerate(case.kernel_grid):
            g = torch.exp(-0.5 * torch.linspace(-1, 1, k) ** 2 / masks["kernel"][i, a] ** 2)
            kernel = kernel * per_axis(torch.where(g >= cases.THRESHOLD, g, 0.0), 1 + a, kernel.ndim)
        reduced = [min(n, math.ceil((masks["resolution"][i, a].item() + cases.LN9 / cases.TAU_RESOLUTION + 1) / 2 * n))
                   for a, n in enumerate(case.grid)]
        d = naive_convolution(h, kernel, masks["resolution"][i], case.grid, reduced)
        d = d + channel((m_in > 0) * p["convolution_bias"][i], d)
        c = channel(m_mid, d) * mix(p["linear1_weight"][i], p["linear1_bias"][i], d)
        v = channel(m_out, d) * mix(p["linear2_weight"][i], p["linear2_bias"][i], gelu(c))
        branch = gelu(v)
        for a, (n, m) in enumerate(zip(case.grid, reduced)):
            branch = naive_resample(branch, 2 + a, m, n)
        x = u + depth[i] * branch
        live = ((m_in > 0) | (m_out > 0)).double()
    x = channel(live, x) * naive_norm(x, p["final_norm_scale"], p["final_norm_bias"])
    scores = p["decoder_weight"] @ x.flatten(2).mean(-1) + p["decoder_bias"][:, None]
    entropy = (torch.logsumexp(scores, 0) - scores[labels, torch.arange(len(labels))]).mean()
    ratio = (cost + cases.CLASSES * last_out) / cases.target_complexity(case)
    return entropy + cases.LAMBDA * (ratio - 1) ** 2


def partly_closed(case, seed):
    """Every block with its own masks, all of them strictly inside their clips."""
    random = np.random.default_rng(seed)
    d, axes = case.max_blocks, len(case.grid)
    return {
        "width": random.uniform(-0.4, 0.4, (3, d)),
        "resolution": random.uniform(-0.4, 0.7, (d, axes)),
        "kernel": random.uniform(0.15, 0.6, (d, axes)),
        "depth": np.array(0.21),
    }


def compare(what, one, other, floor=1e-3):
    """Largest difference relative to the largest entry; `floor` covers what is zero by symmetry,
    such as the gradient of a bias that a batch norm follows."""
    scale = max(np.max(np.abs(one)), floor)
    difference = float(np.max(np.abs(np.asarray(one) - np.asarray(other))) / scale)
    return difference, what


def start(case, masks):
    parameters = cases.initial_parameters(case, np.float64, masks=masks)
    random = np.random.default_rng(5)
    parameters = {k: v + 0.1 * random.standard_normal(v.shape) for k, v in parameters.items()}
    return parameters, cases.fourier_features(case, np.float64), cases.batch(case, np.float64)


def check_gradients(case, masks):
    parameters, features, (inputs, labels) = start(case, masks)
    peer = torch_peer.Peer(case, parameters, masks, features)
    loss = peer.loss(torch.tensor(inputs), torch.tensor(labels))
    loss.backward()
    torch_gradients = peer.full_gradients()

    resolutions = jax_peer.static_resolutions(case, peer.sizes)
    state = jax.tree.map(jnp.array, (parameters, masks))
    differentiated = jax.jit(jax.value_and_grad(jax_peer.loss_function), static_argnums=(1, 5))
    jax_loss, gradients = differentiated(
        state, case, jnp.array(features), jnp.array(inputs), jnp.array(labels), resolutions
    )
    jax_gradients = {**gradients[0], **gradients[1]}

    p, m = ({k: torch.tensor(v).requires_grad_() for k, v in part.items()} for part in (parameters, masks))
    naive = naive_loss(case, p, m, torch.tensor(features), torch.tensor(inputs), torch.tensor(labels))
    naive.backward()
    naive_gradients = {k: (torch.zeros_like(v) if v.grad is None else v.grad).numpy() for k, v in {**p, **m}.items()}

    results = [compare("loss torch-naive", naive.item(), loss.item()), compare("loss jax-naive", naive.item(), float(jax_loss))]
    for name, expected in naive_gradients.items():
        results.append(compare(f"{name} torch-naive", expected, torch_gradients[name]))
        results.append(compare(f"{name} jax-naive", expected, jax_gradients[name]))
    return peer.sizes, max(results)


def check_steps(case, masks, steps):
    """Several AdamW steps with moving masks: parameters, moments and masks stay together."""
    parameters, features, (inputs, labels) = start(case, masks)
    peer = torch_peer.Peer(case, parameters, masks, features)
    state = jax.tree.map(jnp.array, (parameters, masks))
    zeros = lambda: {k: jnp.zeros_like(v) for part in state for k, v in part.items()}
    moments = {"first": zeros(), "second": zeros(), "step": jnp.zeros(())}
    seen = set()
    for _ in range(steps):
        seen.add(peer.sizes)
        resolutions = jax_peer.static_resolutions(case, peer.sizes)
        torch_loss = peer.step(torch.tensor(inputs), torch.tensor(labels))
        state, moments, loss = jax_peer.train_step(
            case, state, moments, jnp.array(features), jnp.array(inputs), jnp.array(labels), resolutions
        )
    peer.scatter()
    results = [compare("last loss", float(loss), torch_loss)]
    for name in parameters:
        # A batch norm follows the encoder's bias, so its gradient is rounding alone (1e-16),
        # which AdamW divides by little more than epsilon, 1e-8.
        if name == "encoder_bias":
            continue
        results.append(compare(name, np.asarray(state[0][name]), peer.full[name].numpy()))
        results.append(compare(f"{name} moment", np.asarray(moments["first"][name]), peer.moments[name][0].numpy()))
    for name in masks:
        results.append(compare(name, np.asarray(state[1][name]), peer.masks[name].detach().numpy()))
    return len(seen), max(results)


def main():
    small = [
        cases.Case("1-D, length 16", 2, 6, (16,), 3),
        cases.Case("1-D, length 13", 2, 5, (13,), 2),
        cases.Case("2-D, 8 x 8", 2, 5, (8, 8), 2),
        cases.Case("2-D, 7 x 10", 2, 4, (7, 10), 3),
    ]
    passed, failed = 0, 0

    def judge(label, result):
        nonlocal passed, failed
        worst, where = result
        ok = worst <= TOLERANCE  # a NaN is not
        passed, failed = passed + ok, failed + (not ok)
        print(f"{'ok  ' if ok else 'FAIL'} {label}: largest relative difference {worst:.1e} ({where})")

    for case in small:
        inputs = {"all axes reduced": partly_closed(case, 1)}
        one_axis = partly_closed(case, 3)
        one_axis["resolution"][:, -1] = cases.bounds(cases.TAU_RESOLUTION)[1] - 0.12  # last axis M = N
        inputs["last axis open"] = one_axis
        for label, masks in inputs.items():
            sizes, result = check_gradients(case, masks)
            judge(f"{case.name}, {label}, M {sizes.resolution}", result)
    cases.MASK_LEARNING_RATE = 0.02
    for case in (small[0], small[2]):
        changes, result = check_steps(case, partly_closed(case, 4), 6)
        judge(f"{case.name}, 6 steps, {changes} architectures", result)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
