"""Networks that classify images, fully connected and convolutional, plain and Meta."""

from torch import Generator, nn

from pinn_metakan.benchmarks.images.data import ImageData
from pinn_metakan.networks.convolution.classifier import conv_classifier
from pinn_metakan.networks.convolution.table import CONVOLUTIONS
from pinn_metakan.networks.table import build_network
from pinn_metakan.settings.networks import NETWORK_SETTINGS, MetaKANSettings

#: Name of the shape -> outputs of the convolutions; none for a fully connected network. The last is
#: that of the MetaKAN paper.
SHAPES: dict[str, tuple[int, ...]] = {
    "dense": (),
    "small": (8, 16, 32),
    "paper": (32, 64, 128, 256),
}
#: Hidden width of fully connected networks.
_HIDDEN = [32]
#: Meta-learners with a hidden layer have scalar prompts, as in the paper, and our sine; those of
#: its fully connected networks have 16 hidden units.
_META: dict[str, object] = {
    "prompt_dimension": 1,
    "hidden_function": "sine",
    "frequency": 5.0,
    "bounded": True,
}
_META_WIDTH = {"dense": 16, "small": 32, "paper": 32}
#: Fully connected networks: those that have a convolution, and an MLP.
DENSE = ("mlp", *CONVOLUTIONS.values())


def make_classifier(
    data: ImageData, shape: str, name: str, generator: Generator
) -> tuple[nn.Module, list[nn.Parameter]]:
    """Make a classifier.

    Args:
        data: What it is for.
        shape: A key of `SHAPES`.
        name: A key of `CONVOLUTIONS`, or one of `DENSE` for a fully connected network.
        generator: CPU generator of the random start.

    Returns:
        The classifier, float64 on the CPU, and its prompts.
    """
    channels, height, width = data.shape
    section = NETWORK_SETTINGS[CONVOLUTIONS.get(name, name)]
    has_hidden_layer = issubclass(section, MetaKANSettings)
    changes = {**_META, "hidden_width": _META_WIDTH[shape]} if has_hidden_layer else {}
    if SHAPES[shape]:
        convolutional = conv_classifier(
            name, [channels, *SHAPES[shape]], data.classes, generator, changes=changes
        )
        return convolutional, convolutional.prompts()
    settings = section.model_validate({"widths": _HIDDEN, **changes})
    network = build_network(channels * height * width, data.classes, settings, generator)
    return nn.Sequential(nn.Flatten(), network), network.prompts()


def described(shape: str, data: ImageData) -> str:
    """Describe a shape as the heading of a table does: channels, or widths."""
    channels, height, width = data.shape
    if SHAPES[shape]:
        return f"{', '.join(map(str, SHAPES[shape]))} channels"
    return f"[{channels * height * width},{_HIDDEN[0]},{data.classes}]"
