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
    `discrete(attributes, inputs)` are further attributes: what the inputs decide without a gradient, such as shapes.
    An operation that is not `compiled` as a whole runs on the host, or compiles its parts itself.
    """

    forward: Callable[[dict, Tensors], Tensors]
    check: Callable[[dict, dict], object]
    constants: tuple[str, ...] | None = ()
    discrete: Callable[[dict, Tensors], dict] = lambda attributes, inputs: {}
    compiled: bool = True

    def differentiated(self, inputs: dict) -> list[str]:
        """Names of the inputs that get a gradient."""
        if self.constants is None:
            return []
        return [name for name in inputs if name not in self.constants]
