"""The backend that the fixtures' tests run: double precision, derivatives by the complex step."""

import numpy as np

from .complex_step import gradient
from .operations import OPERATIONS, Operation


class NumpyBackend:
    """The definitions in NumPy and SciPy."""

    name = "numpy"
    dtype = np.dtype(np.float64)

    def forward(self, operation: str, attributes: dict, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The operation's outputs by name."""
        covered = self._operation(operation)
        covered.check(attributes, inputs)
        outputs = covered.forward(attributes, inputs)
        return {name: np.asarray(value, self.dtype) for name, value in outputs.items()}

    def gradients(
        self, operation: str, attributes: dict, inputs: dict[str, np.ndarray], cotangents: dict[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """For every differentiated input, the sum over the outputs of <cotangent, d output / d input>."""
        covered = self._operation(operation)
        covered.check(attributes, inputs)

        def forward(perturbed: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
            return covered.forward(attributes, perturbed)

        return {name: gradient(forward, inputs, name, cotangents) for name in covered.differentiated(inputs)}

    def _operation(self, name: str) -> Operation:
        if name not in OPERATIONS:
            raise NotImplementedError(f"the NumPy backend has no operation {name}")
        return OPERATIONS[name]
