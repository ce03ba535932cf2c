"""The domain of the operations: everything outside it is refused with one line."""

import math

import numpy as np

from dnarch_fixtures.backend import Refused


def require(condition: bool, message: str) -> None:
    """Refuses with `message` unless `condition` holds."""
    if not condition:
        raise Refused(message)


def _positive_number(value) -> bool:
    return math.isfinite(value) and value > 0


def _length(value) -> bool:
    return int(value) == value and value >= 1


def _odd_length(value) -> bool:
    return _length(value) and value % 2 == 1


def _lengths(value) -> bool:
    return len(value) in (1, 2) and all(_length(length) for length in value)


def _odd_lengths(value) -> bool:
    return _lengths(value) and all(_odd_length(length) for length in value)


# Attribute name -> (is the value inside the range, the range in words). Attributes mean the same in every operation.
_RANGES = {
    "threshold": (lambda value: 0 < value < 1, "inside (0, 1)"),
    "tau": (_positive_number, "a positive number"),
    "tau_resolution": (_positive_number, "a positive number"),
    "tau_channel": (_positive_number, "a positive number"),
    "tau_depth": (_positive_number, "a positive number"),
    "omega_0": (_positive_number, "a positive number"),
    "target": (_positive_number, "a positive number"),
    "target_ratio": (_positive_number, "a positive number"),
    "lambda": (lambda value: math.isfinite(value) and value >= 0, "not negative"),
    "rate": (lambda value: 0 <= value < 1, "inside [0, 1)"),
    "n": (_length, "a length of at least 1"),
    "n_max": (_length, "a length of at least 1"),
    "n_initial": (_positive_number, "a positive number"),
    "length": (_length, "a length of at least 1"),
    "lengths": (_lengths, "one or two lengths of at least 1"),
    "grid": (_lengths, "one or two lengths of at least 1"),
    "reduced_grid": (_lengths, "one or two lengths of at least 1"),
    "kernel_grid": (_odd_lengths, "one or two odd lengths"),
    "block": (_length, "a number from 1"),
}


def check_attributes(attributes: dict) -> None:
    """Every attribute with a range lies in it, those of a nested configuration too."""
    for name, value in attributes.items():
        if isinstance(value, dict):
            check_attributes(value)
        if name in _RANGES:
            inside, words = _RANGES[name]
            require(inside(value), f"{name} must be {words}, found {value}")


def check_finite(inputs: dict) -> None:
    """No input holds NaN or an infinity."""
    for name, value in inputs.items():
        require(bool(np.all(np.isfinite(value))), f"{name} must be finite")


def check_shapes(tensors: dict, declared: dict[str, str], **known: int) -> dict[str, int]:
    """Binds the symbols of the declared shapes, such as `signal="B C P"`, and refuses what does not fit.

    A symbol given in `known`, or bound by an earlier tensor, must agree; no axis may be empty.
    """
    sizes = dict(known)
    for name, symbols in declared.items():
        require(name in tensors, f"{name} is missing")
        shape = np.shape(tensors[name])
        expected = symbols.split()
        require(len(shape) == len(expected), f"{name} must have the shape ({symbols}), found {shape}")
        for symbol, length in zip(expected, shape):
            bound = sizes.setdefault(symbol, length)
            require(bound == length, f"{name} has {length} along {symbol}, expected {bound}")
            require(length > 0, f"{name} is empty along {symbol}")
    return sizes


def check_positive(inputs: dict, *names: str) -> None:
    """Every element of the named inputs is positive."""
    for name in names:
        require(bool(np.all(np.asarray(inputs[name]) > 0)), f"{name} must be positive")


def check_labels(labels: list, batch: int, classes: int) -> None:
    """One label for each item, each a class."""
    require(len(labels) == batch, f"{len(labels)} labels for a batch of {batch}")
    for label in labels:
        require(int(label) == label and 0 <= label < classes, f"label {label} is none of {classes} classes")


def check_reduced_grid(grid: list, reduced_grid: list) -> None:
    """The reduced grid has the same axes and is nowhere longer (M <= N)."""
    require(len(grid) == len(reduced_grid), f"grid {grid} and reduced_grid {reduced_grid} differ in their axes")
    for length, reduced in zip(grid, reduced_grid):
        require(reduced <= length, f"the reduced length {reduced} exceeds {length}")
