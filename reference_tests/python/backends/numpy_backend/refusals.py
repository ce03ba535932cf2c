"""What an input must satisfy; anything else is refused."""

import numpy as np

from dnarch_fixtures.backend import Refused


def require(condition: object, message: str) -> None:
    """Refuse unless the condition holds."""
    if not condition:
        raise Refused(message)


def require_threshold(threshold: float) -> None:
    """T_m lies strictly between 0 and 1."""
    require(0.0 < threshold < 1.0, f"threshold {threshold} is not in (0, 1)")


def require_positive(name: str, value: object) -> None:
    """Every entry is finite and above 0."""
    real = np.real(value)
    require(np.all(np.isfinite(real) & (real > 0)), f"{name} is not positive")


def require_length(name: str, length: object) -> None:
    """A whole number of at least 1."""
    require(isinstance(length, int) and not isinstance(length, bool) and length >= 1, f"{name} is {length}, not a length")


def require_grid(name: str, lengths: list[int]) -> None:
    """One or two axes, none of them empty."""
    require(len(lengths) in (1, 2), f"{name} has {len(lengths)} axes")
    for length in lengths:
        require_length(name, length)


def require_reduced(grid: list[int], reduced_grid: list[int]) -> None:
    """A reduced grid: as many axes, none longer than the whole one."""
    require_grid("grid", grid)
    require_grid("reduced grid", reduced_grid)
    fits = len(grid) == len(reduced_grid) and all(reduced <= full for full, reduced in zip(grid, reduced_grid))
    require(fits, f"grid {grid} cannot be reduced to {reduced_grid}")


def require_kernel_grid(grid: list[int], kernel_grid: list[int]) -> None:
    """A kernel has a centre: odd lengths, on the axes of the signal."""
    require_grid("grid", grid)
    require_grid("kernel grid", kernel_grid)
    require(len(grid) == len(kernel_grid), f"a kernel on {kernel_grid} for a signal on {grid}")
    require(all(length % 2 == 1 for length in kernel_grid), f"kernel grid {kernel_grid} has an even length")


def require_padded_kernel(grid: list[int], kernel_grid: list[int]) -> None:
    """Padding to 2 N leaves room for a kernel of at most N + 1 samples."""
    require_kernel_grid(grid, kernel_grid)
    require(all(k <= n + 1 for k, n in zip(kernel_grid, grid)), f"kernel grid {kernel_grid} has more than N + 1 taps of {grid}")


def require_shapes(inputs: dict[str, np.ndarray], shapes: dict[str, tuple]) -> None:
    """Inputs by name and shape; a number in a shape is fixed, a letter is the same length wherever it stands, `...` any shape."""
    require(set(inputs) == set(shapes), f"inputs are {sorted(inputs)}, expected {sorted(shapes)}")
    lengths: dict[str, int] = {}
    for name, expected in shapes.items():
        value = np.asarray(inputs[name])
        require(np.all(np.isfinite(value)), f"{name} is not finite")
        require(value.size > 0, f"{name} is empty")
        if expected == (...,):
            continue
        require(value.ndim == len(expected), f"{name} has shape {value.shape}, expected {expected}")
        for found, axis in zip(value.shape, expected):
            length = axis if isinstance(axis, int) else lengths.setdefault(axis, found)
            require(found == length, f"{name} has shape {value.shape}, expected {expected} with {lengths}")
