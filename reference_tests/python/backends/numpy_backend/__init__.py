"""DNArch in NumPy and SciPy, written from the paper's equations; gradients by the complex step."""

from .backend import NumpyBackend

__all__ = ["NumpyBackend"]
