"""What a backend under test provides, and how a case is put to it."""

import importlib
from typing import Protocol

import numpy as np

from .suite import Case


class Refused(ValueError):
    """Raised by a backend for inputs that must be refused."""


class Backend(Protocol):
    """A set of kernels under test. An operation that it does not cover raises NotImplementedError."""

    name: str
    dtype: np.dtype

    def forward(self, operation: str, attributes: dict, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The operation's outputs by name."""

    def gradients(
        self, operation: str, attributes: dict, inputs: dict[str, np.ndarray], cotangents: dict[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """For every differentiated input, the sum over the outputs of <cotangent, d output / d input>."""


def load_backend(specification: str) -> Backend:
    """The backend of `MODULE:NAME`, where NAME is a backend, or a class that makes one without arguments."""
    module, separator, name = specification.partition(":")
    if not (module and separator and name):
        raise ValueError(f"backend {specification!r}: expected MODULE:NAME")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"backend {specification!r}: {error}") from error
    return found() if isinstance(found, type) else found


def candidate(backend: Backend, case: Case) -> dict[str, np.ndarray]:
    """What the backend makes of a case: `out/<name>` and `grad/<name>`, or an empty `refused`."""
    dtype = np.dtype(backend.dtype)
    inputs = {name: value.astype(dtype) for name, value in case.inputs.items()}
    cotangents = {name: value.astype(dtype) for name, value in case.cotangents.items()}
    try:
        outputs = backend.forward(case.operation, case.attributes, inputs)
        gradients = backend.gradients(case.operation, case.attributes, inputs, cotangents) if case.gradients else {}
    except Refused:
        return {"refused": np.zeros(0, dtype)}
    named = {f"out/{name}": np.asarray(value) for name, value in outputs.items()}
    return named | {f"grad/{name}": np.asarray(value) for name, value in gradients.items()}
