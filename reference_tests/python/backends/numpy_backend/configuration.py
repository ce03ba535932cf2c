"""What is fixed before a search, and the parameters that follow from it (Section 3.5, Appendix E.1)."""

from dataclasses import dataclass, field

from .block import ACTIVATIONS, VARIANTS
from .kernels import kernel_length
from .refusals import require, require_grid, require_length, require_positive, require_threshold

COMPONENTS = {"k", "r", "w", "d"}


@dataclass(frozen=True)
class Configuration:
    """What is fixed before the search: CCNN_{B,N}, the components to be learned, and the masks' temperatures."""

    blocks: int
    width: int
    components: frozenset[str]
    variant: str
    gelu: str
    final_norm: bool
    decoder: str
    grid: list[int]
    inputs: int
    outputs: int
    tau_resolution: float
    tau_channel: float
    tau_depth: float
    threshold: float
    weight: float
    target_ratio: float
    kernel_grid: list[int] = field(init=False)

    def __post_init__(self) -> None:
        require_grid("grid", self.grid)
        object.__setattr__(self, "kernel_grid", [kernel_length(n) for n in self.grid])
        for name in ("blocks", "width", "inputs", "outputs"):
            require_length(name, getattr(self, name))
        for name in ("tau_resolution", "tau_channel", "tau_depth", "target_ratio"):
            require_positive(name, getattr(self, name))
        require_threshold(self.threshold)
        require(self.weight >= 0, f"lambda is {self.weight}")
        require(self.components <= COMPONENTS, f"components are {sorted(self.components)}")
        require(self.variant in VARIANTS, f"variant is {self.variant!r}")
        require(self.gelu in ACTIVATIONS, f"GELU is {self.gelu!r}")
        require(self.decoder in ("dense", "classification"), f"decoder is {self.decoder!r}")

    @property
    def max_width(self) -> int:
        """Twice the base's width where it is learned (Appendix F)."""
        return 2 * self.width if "w" in self.components else self.width

    @property
    def max_depth(self) -> int:
        """Twice the base's blocks where the depth is learned (Appendix F)."""
        return 2 * self.blocks if "d" in self.components else self.blocks


# What a case's configuration says that is taken as it is; `omega_0` and the like matter only before the fixtures' inputs.
TAKEN = (
    "variant",
    "gelu",
    "final_norm",
    "decoder",
    "grid",
    "inputs",
    "outputs",
    "tau_resolution",
    "tau_channel",
    "tau_depth",
    "threshold",
)


def configuration_from(attributes: dict) -> Configuration:
    """The configuration that a case's attributes describe."""
    described = attributes["configuration"]
    name, _, shape = described["base"].partition("-")
    blocks, _, width = shape.partition("-")
    require(name == "ccnn" and blocks.isdigit() and width.isdigit(), f"base is {described['base']!r}")
    components = described["components"]
    return Configuration(
        blocks=int(blocks),
        width=int(width),
        components=frozenset() if components == "none" else frozenset(components.split(",")),
        weight=attributes["lambda"],
        target_ratio=attributes["target_ratio"],
        **{name: described[name] for name in TAKEN},
    )


def parameter_shapes(configuration: Configuration) -> dict[str, tuple]:
    """Every parameter's shape, in the order of the network; F features and H hidden units are whatever the trunk has."""
    width, axes = configuration.max_width, range(len(configuration.grid))
    shapes: dict[str, tuple] = {
        "kernel.hidden_1.weight": ("H", "F"),
        "kernel.hidden_1.bias": ("H",),
        "kernel.hidden_2.weight": ("H", "H"),
        "kernel.hidden_2.bias": ("H",),
        "encoder.weight": (width, configuration.inputs),
        "encoder.bias": (width,),
        "encoder.norm.gamma": (width,),
        "encoder.norm.beta": (width,),
    }
    for i in range(1, configuration.max_depth + 1):
        block: dict[str, tuple] = {
            "norm.gamma": (width,),
            "norm.beta": (width,),
            "kernel.weight": (width, "H"),
            "kernel.bias": (width,),
            "convolution.bias": (width,),
            "linear_1.weight": (width, width),
            "linear_1.bias": (width,),
            "linear_2.weight": (width, width),
            "linear_2.bias": (width,),
        }
        block |= {f"mask.kernel.{axis}": () for axis in axes if "k" in configuration.components}
        block |= {f"mask.resolution.{axis}": () for axis in axes if "r" in configuration.components}
        block |= {f"mask.{part}": () for part in ("n_in", "n_mid", "n_out") if "w" in configuration.components}
        shapes |= {f"block_{i}.{name}": shape for name, shape in block.items()}
    if "d" in configuration.components:
        shapes["mask.depth"] = ()
    if configuration.final_norm:
        shapes |= {"decoder.norm.gamma": (width,), "decoder.norm.beta": (width,)}
    return shapes | {"decoder.weight": (configuration.outputs, width), "decoder.bias": (configuration.outputs,)}
