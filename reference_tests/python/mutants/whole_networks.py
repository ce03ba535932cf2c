"""Wrong blocks, networks and training steps."""

import numpy as np

from backends.numpy_backend import block, complexity, layers, losses, network, network_loss, resampling, training
from backends.numpy_backend.block import BlockMasks, on_channels
from backends.numpy_backend.configuration import Configuration

from .kernels_and_layers import running_statistics
from .mutant import Mutant
from .signals import loud_form, quiet_upsample

RUNNING = Mutant({layers.batch_statistics: running_statistics})
