"""Coordinates and differentiable masks (Appendix A.1, A.2)."""

import numpy as np

from .refusals import require_grid, require_length, require_positive, require_threshold


def axis(n: int) -> np.ndarray:
    """n points from -1 to 1, both included; a single point lies at -1."""
    require_length("n", n)
    return np.array([-1.0]) if n == 1 else (2.0 * np.arange(n) - (n - 1)) / (n - 1)


def centred_axis(n: int) -> np.ndarray:
    """As `axis`, but a single point lies at 0: the axis of a kernel."""
    require_length("n", n)
    return np.array([0.0]) if n == 1 else axis(n)


def thresholded(values: np.ndarray, threshold: float) -> np.ndarray:
    """Values below T_m become 0 and lose their gradient; a value equal to T_m stays."""
    return np.where(np.real(values) >= threshold, values, 0.0)


def logistic(z: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-z)), without overflow for z of any sign."""
    upwards = np.real(z) >= 0
    small = np.exp(np.where(upwards, -z, z))
    return np.where(upwards, 1.0, small) / (1.0 + small)


def gaussian_values(x: np.ndarray, mu: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """Eq. 3 before its threshold: exp(-(x - mu)^2 / (2 sigma^2)). x is (n), mu and sigma are ()."""
    return np.exp(-0.5 * ((x - np.asarray(mu)[..., None]) / np.asarray(sigma)[..., None]) ** 2)


def gaussian_mask(n: int, mu: np.ndarray, sigma: np.ndarray, threshold: float) -> np.ndarray:
    """Eq. 3 on the centred axis of n points."""
    require_threshold(threshold)
    require_positive("sigma", sigma)
    return thresholded(gaussian_values(centred_axis(n), mu, sigma), threshold)


def sigmoid_mask(n: int, mu: np.ndarray, tau: float, threshold: float) -> np.ndarray:
    """Eq. 4 on the axis of n points: 1 - 1 / (1 + exp(-tau (x - mu))) = logistic(-tau (x - mu)), keeping the low end."""
    require_threshold(threshold)
    require_positive("tau", tau)
    return thresholded(logistic(-tau * (axis(n) - np.asarray(mu)[..., None])), threshold)


def outer(factors: list[np.ndarray]) -> np.ndarray:
    """The product of one factor for each axis, row-major: (n_0), (n_1) -> (n_0 n_1)."""
    product = factors[0]
    for factor in factors[1:]:
        product = product[..., :, None] * factor[..., None, :]
        product = product.reshape(*product.shape[:-2], -1)
    return product


def gaussian_mask_nd(lengths: list[int], sigma: np.ndarray, threshold: float) -> np.ndarray:
    """Appendix A.2: the product over the axes of centred masks (mu = 0), each thresholded by itself. sigma is (D)."""
    require_grid("lengths", lengths)
    sigma = np.asarray(sigma)
    return outer([gaussian_mask(n, 0.0, sigma[..., d], threshold) for d, n in enumerate(lengths)])
