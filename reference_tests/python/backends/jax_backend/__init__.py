"""The fixtures' operations in JAX on the CPU, with gradients by JAX's own automatic differentiation."""

from functools import partial

import jax

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")
# The cases are small: compiling them takes longer than running them.
jax.config.update("jax_disable_most_optimizations", True)

import jax.numpy as jnp
import numpy as np

from . import (
    activations,
    block,
    complexity,
    convolution,
    fourier_convolution,
    kernels,
    layers,
    losses,
    masks,
    network,
    resampling,
    sizes,
    training,
)
from .checks import check_attributes, check_finite
from .operation import Operation

_MODULES = (
    masks,
    sizes,
    kernels,
    convolution,
    resampling,
    fourier_convolution,
    layers,
    activations,
    losses,
    complexity,
    block,
    network,
    training,
)
OPERATIONS = {name: operation for module in _MODULES for name, operation in module.OPERATIONS.items()}


class JaxBackend:
    """Runs an operation of the catalogue, or its gradients, in float64."""

    name = "jax"
    compute = np.dtype(np.float64)
    dtype = compute

    def forward(self, operation: str, attributes: dict, inputs: dict) -> dict:
        """The outputs by name."""
        definition, attributes, tensors = self._checked(operation, attributes, inputs)
        forward = partial(definition.forward, attributes)
        return self._results((jax.jit(forward) if definition.compiled else forward)(tensors))

    def gradients(self, operation: str, attributes: dict, inputs: dict, cotangents: dict) -> dict:
        """For each differentiated input, the sum over the outputs of <cotangent, d output / d input>."""
        definition, attributes, tensors = self._checked(operation, attributes, inputs)

        def pull_back(differentiated: dict, cotangents: dict) -> dict:
            def differentiated_outputs(differentiated: dict) -> dict:
                outputs = definition.forward(attributes, tensors | differentiated)
                return {name: outputs[name] for name in cotangents}

            return jax.vjp(differentiated_outputs, differentiated)[1](cotangents)[0]

        differentiated = {name: tensors[name] for name in definition.differentiated(tensors)}
        return self._results(jax.jit(pull_back)(differentiated, self._tensors(cotangents)))

    def _checked(self, operation: str, attributes: dict, inputs: dict) -> tuple[Operation, dict, dict]:
        """The operation, its attributes with the discrete ones, and its inputs, once known to be in its domain."""
        if operation not in OPERATIONS:
            raise NotImplementedError(f"the JAX backend has no operation {operation}")
        definition = OPERATIONS[operation]
        exact = {name: np.asarray(value, np.float64) for name, value in inputs.items()}
        check_finite(exact)
        check_attributes(attributes)
        definition.check(attributes, exact)
        tensors = self._tensors(exact)
        return definition, attributes | definition.discrete(attributes, tensors), tensors

    def _tensors(self, arrays: dict) -> dict:
        return {name: jnp.asarray(value, self.compute) for name, value in arrays.items()}

    def _results(self, tensors: dict) -> dict:
        return {name: np.asarray(value).astype(self.dtype) for name, value in tensors.items()}


class JaxSingle(JaxBackend):
    """The same in float32; Fourier phases stay float64 on the host."""

    name = "jax-single"
    compute = np.dtype(np.float32)
    dtype = compute


class JaxHalf(JaxSingle):
    """Computes in float32 and rounds what it returns to float16."""

    name = "jax-half"
    dtype = np.dtype(np.float16)


class JaxBrain(JaxSingle):
    """Computes in float32 and rounds what it returns to bfloat16."""

    name = "jax-brain"
    dtype = np.dtype(jnp.bfloat16)


BACKEND = JaxBackend()
SINGLE = JaxSingle()
