"""Wrong implementations, one for every flag of every suite."""

from .kernels_and_layers import ACTIVATIONS, COMPLEXITY, KERNELS, LINEAR, LOSSES, NORMALISATION
from .masks_and_sizes import BOUNDS, MASKS, SIZES, THRESHOLDS
from .mutant import Mutant, MutatedBackend
from .signals import CONVOLUTION, FOURIER_CONVOLUTION, RESAMPLING
from .whole_networks import BLOCKS, NETWORKS, TRAINING

MUTANTS: dict[str, dict[str, Mutant]] = {
    "masks": MASKS,
    "thresholds": THRESHOLDS,
    "sizes": SIZES,
    "bounds": BOUNDS,
    "kernels": KERNELS,
    "convolution": CONVOLUTION,
    "resampling": RESAMPLING,
    "fourier_convolution": FOURIER_CONVOLUTION,
    "normalisation": NORMALISATION,
    "activations": ACTIVATIONS,
    "linear": LINEAR,
    "losses": LOSSES,
    "complexity": COMPLEXITY,
    "blocks": BLOCKS,
    "networks": NETWORKS,
    "training": TRAINING,
}

__all__ = ["MUTANTS", "Mutant", "MutatedBackend"]
