"""Convolutional layers by the field's names."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from torch import Generator

from pinn_metakan.errors import look_up
from pinn_metakan.families.table import AnyFamily, family_maker
from pinn_metakan.networks.coefficients.coefficients import (
    Coefficients,
    Generated,
    Stored,
    random_coefficients,
)
from pinn_metakan.networks.coefficients.meta_learner import MetaLearner
from pinn_metakan.networks.coefficients.shared import (
    HeldFunctions,
    LinearMetaLearner,
    SharedFunctions,
    linear_meta_learner,
    random_prompts,
)
from pinn_metakan.networks.convolution.layer import KANConv2d, Pair
from pinn_metakan.networks.table import NetworkEntry
from pinn_metakan.settings.networks import (
    NETWORK_SETTINGS,
    KANSettings,
    MetaKANSettings,
    SharedMetaKANSettings,
)

#: What turns prompts into coefficients.
AnyMetaLearner = MetaLearner | LinearMetaLearner | HeldFunctions

#: Name of the convolution -> the dense network with the same edges.
CONVOLUTIONS: dict[str, str] = {
    "kanconv": "splinekan",
    "metakanconv": "metasplinekan",
    "fastkanconv": "fastkan",
    "metafastkanconv": "metafastkan",
    "wavkanconv": "wavkan",
    "metawavkanconv": "metawavkan",
    "kacnconv": "chebykan",
    "metakacnconv": "metachebykan",
    "kalnconv": "kaln",
    "metakalnconv": "metakaln",
    "kagnconv": "kagn",
    "metakagnconv": "metakagn",
    "sharedkanconv": "metakan",
}
#: Settings of a whole dense network, which arguments take the place of here.
_OF_NETWORKS = ("widths", "meta_learners")


def conv_settings(name: str, changes: Mapping[str, object] | None = None) -> KANSettings:
    """Settings of the edges of a convolution: those of the dense network of its name.

    Args:
        name: A key of `CONVOLUTIONS`.
        changes: Settings that replace some of those.

    Returns:
        The settings.

    Raises:
        LookupError: If there is no such convolution.
        ValueError: If a setting cannot be, or is one of whole networks.
    """
    dense = look_up(CONVOLUTIONS, name, "convolution")
    refused = [key for key in _OF_NETWORKS if key in (changes or {})]
    if refused:
        raise ValueError(
            f"changes: {' and '.join(refused)} mean nothing for the edges of one layer; leave them "
            "out: channels and meta-learners are arguments of kan_conv2d and conv_classifier"
        )
    settings = NETWORK_SETTINGS[dense].model_validate(dict(changes or {}))
    assert isinstance(settings, KANSettings)
    return settings


def meta_learner_of(
    settings: KANSettings, family: AnyFamily, inputs: int, generator: Generator
) -> AnyMetaLearner | None:
    """Make the meta-learner that settings describe.

    Args:
        settings: Those of a Meta form, or of one that stores its coefficients.
        family: That of the edges.
        inputs: Edges per output, which coefficients start with a size for.
        generator: CPU generator of the random start.

    Returns:
        The meta-learner; None for coefficients that are stored.
    """
    if isinstance(settings, SharedMetaKANSettings):
        return linear_meta_learner(family, settings.prompt_dimension, settings.held)
    if not isinstance(settings, MetaKANSettings):
        return None
    return MetaLearner(
        settings.prompt_dimension,
        settings.hidden_width,
        family.start_sizes(inputs),
        settings.hidden_function,
        settings.frequency,
        generator,
    )


def _coefficients(
    settings: KANSettings,
    shape: Pair,
    family: AnyFamily,
    learner: AnyMetaLearner | None,
    generator: Generator,
) -> Coefficients:
    """Make the coefficients of a layer (o, i), stored unless there is a meta-learner."""
    outputs, inputs = shape
    if isinstance(settings, SharedMetaKANSettings):
        assert isinstance(learner, LinearMetaLearner | HeldFunctions)
        prompts = random_prompts(outputs, inputs, settings.prompt_dimension, generator)
        return SharedFunctions(prompts, learner)
    if isinstance(learner, MetaLearner) and isinstance(settings, MetaKANSettings):
        return Generated(outputs, inputs, settings.prompt_dimension, learner, generator)
    sizes = family.start_sizes(inputs)
    return Stored(random_coefficients(outputs, sizes, inputs, generator))


def kan_conv2d(
    name: str,
    channels: int,
    outputs: int,
    kernel_size: Pair,
    generator: Generator,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    groups: int = 1,
    bounded: bool | None = None,
    meta_learner: AnyMetaLearner | None = None,
    changes: Mapping[str, object] | None = None,
) -> KANConv2d:
    """Make a convolutional layer.

    It has o (c / groups) k_h k_w edges: D parameters each if they are stored, E each and those of
    the meta-learner if they are generated.

    Args:
        name: A key of `CONVOLUTIONS`.
        channels: c.
        outputs: o.
        kernel_size: k_h and k_w.
        generator: CPU generator of the random start.
        stride: As for `KANConv2d`, and so are the next four.
        padding: Pixels added at each side.
        dilation: Distance of two taps.
        groups: Parts of the channels that do not see each other.
        bounded: Whether to keep inputs inside the family's reach; None for what the settings say.
        meta_learner: One that several layers share; a Meta form makes its own unless given.
        changes: Settings other than those of the name, such as ``{"prompt_dimension": 1}``.

    Returns:
        The layer, float64 on the CPU.

    Raises:
        LookupError: If there is no such convolution.
        ValueError: If the groups do not divide channels and outputs, a setting cannot be or
            contradicts `bounded`, or the meta-learner is of another kind of coefficients.
    """
    settings = conv_settings(name, changes)
    if bounded is None:
        bounded = settings.bounded
    elif changes and "bounded" in changes and settings.bounded != bounded:
        raise ValueError(
            f"bounded={bounded} contradicts changes={{'bounded': {settings.bounded}}}; give one"
        )
    if meta_learner is not None:
        _refuse_another_learner(name, settings, meta_learner)
    if channels % groups or outputs % groups:
        raise ValueError(f"{groups} groups do not divide {channels} channels, {outputs} outputs")
    family = family_maker(settings.family, settings.options)()
    inputs = channels // groups * kernel_size[0] * kernel_size[1]
    learner = meta_learner or meta_learner_of(settings, family, inputs, generator)
    source = _coefficients(settings, (outputs, inputs), family, learner, generator)
    return KANConv2d(family, source, kernel_size, stride, padding, dilation, groups, bounded)


def _refuse_another_learner(name: str, settings: KANSettings, learner: AnyMetaLearner) -> None:
    """Refuse a meta-learner that the coefficients of a convolution do not come from."""
    is_shared = isinstance(settings, SharedMetaKANSettings)
    if not is_shared and not isinstance(settings, MetaKANSettings):
        raise ValueError(
            f"{name} stores its coefficients and takes no meta_learner; leave it out, or choose "
            f"meta{name}"
        )
    expected = LinearMetaLearner if is_shared else MetaLearner
    if is_shared is isinstance(learner, MetaLearner):
        raise ValueError(
            f"meta_learner: {name} needs a {expected.__name__}, got a {type(learner).__name__}"
        )


def list_convolutions(channels: Sequence[int]) -> list[NetworkEntry]:
    """List the convolutions by name, of 3 x 3 kernels.

    Args:
        channels: Those of the images, then the outputs of each layer.

    Returns:
        One entry per name.
    """
    entries = []
    for name, dense in CONVOLUTIONS.items():
        generator = Generator().manual_seed(0)
        layers = [kan_conv2d(name, c, o, (3, 3), generator) for c, o in pairwise(channels)]
        count = sum(p.numel() for layer in layers for p in layer.parameters())
        description = f"3 x 3 convolutions with the edges of {dense}"
        entries.append(NetworkEntry(name, count, layers[0].family.size, description))
    return entries
