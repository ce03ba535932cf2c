"""What one operation of the catalogue consists of."""

from collections.abc import Callable
from dataclasses import dataclass

import jax

Tensors = dict[str, jax.Array]


@dataclass(frozen=True)
class Operation:
    """An operation: its equation in JAX, its domain, and what is differentiated.

    `forward(attributes, inputs)` returns the outputs by name.
    `check(attributes, inputs)` raises `Refused` for inputs outside the domain; it sees NumPy arrays in float64.
    `constants` are the inputs without a gradient, `None` if no input has one.
    `host` are the inputs that stay float64 NumPy arrays in every precision.
    """

    forward: Callable[[dict, Tensors], Tensors]
    check: Callable[[dict, dict], None]
    constants: tuple[str, ...] | None = ()
    host: tuple[str, ...] = ()

    def differentiated(self, inputs: dict) -> list[str]:
        """Names of the inputs that get a gradient."""
        if self.constants is None:
            return []
        return [name for name in inputs if name not in self.constants]
