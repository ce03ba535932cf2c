"""A wrong implementation: the NumPy backend with some of its definitions replaced, or its gradients spoilt."""

import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from unittest import mock

import numpy as np

from backends import numpy_backend
from backends.numpy_backend import NumpyBackend

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Mutant:
    """`replaced` maps definitions to wrong ones; `gradients` gets attributes, inputs and the right gradients, and spoils them.

    The mutant is wrong in all of the backend, or `only_in` one module, or only where `operation` is asked for.
    """

    replaced: dict[Callable, Callable] = field(default_factory=dict)
    gradients: Callable[[dict, Arrays, Arrays], Arrays] | None = None
    only_in: ModuleType | None = None
    operation: str | None = None

    def concerns(self, operation: str) -> bool:
        """Whether the mutant has this operation wrong."""
        return self.operation in (None, operation)

    def installed(self, operation: str) -> contextlib.ExitStack:
        """The replacements, in every module of the backend that knows the definition, until the context ends."""
        stack = contextlib.ExitStack()
        if not self.concerns(operation):
            return stack
        for name, module in list(sys.modules.items()):
            if not name.startswith(numpy_backend.__name__ + ".") or self.only_in not in (None, module):
                continue
            for attribute, value in list(vars(module).items()):
                if callable(value) and value in self.replaced:
                    stack.enter_context(mock.patch.object(module, attribute, self.replaced[value]))
        return stack


class MutatedBackend(NumpyBackend):
    """The NumPy backend with a mutant installed while it computes."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def forward(self, operation: str, attributes: dict, inputs: Arrays) -> Arrays:
        """As the wrong implementation has it."""
        with self.mutant.installed(operation):
            return super().forward(operation, attributes, inputs)

    def gradients(self, operation: str, attributes: dict, inputs: Arrays, cotangents: Arrays) -> Arrays:
        """As the wrong implementation has it."""
        with self.mutant.installed(operation):
            found = super().gradients(operation, attributes, inputs, cotangents)
        if self.mutant.gradients is None or not self.mutant.concerns(operation):
            return found
        return self.mutant.gradients(attributes, inputs, found)
