"""Convolutions by name: counts of the paper, shapes, shared meta-learners."""

import math
from itertools import pairwise

import pytest
import torch
from torch import Generator, nn

from pinn_metakan.networks.convolution.classifier import conv_classifier
from pinn_metakan.networks.convolution.table import CONVOLUTIONS, kan_conv2d
from pinn_metakan.settings.networks import NETWORK_SETTINGS, KANSettings

CHANNELS = (1, 32, 64, 128, 256)
EDGES = 387_360  # of four layers of 3 x 3


def layers_of(name: str, generator: Generator) -> nn.ModuleList:
    layers = [kan_conv2d(name, c, o, (3, 3), generator) for c, o in pairwise(CHANNELS)]
    return nn.ModuleList(layers)


@pytest.mark.parametrize(("name", "each"), [("kanconv", 9), ("kagnconv", 5), ("fastkanconv", 9)])
def test_stored_counts_equal_those_of_the_paper(name: str, each: int, generator: Generator) -> None:
    count = sum(p.numel() for p in layers_of(name, generator).parameters())
    own = 4 * 2 if name == "kagnconv" else 0  # the recurrence of each layer
    assert count == EDGES * each + own


def test_a_generated_count_is_that_of_the_prompts_and_four_meta_learners(
    generator: Generator,
) -> None:
    count = sum(p.numel() for p in layers_of("metakanconv", generator).parameters())
    h, size = 32, 9
    assert count == EDGES + 4 * (2 * h + h * size + size)
    assert 388_000 < count < 393_000  # the paper's 0.39 M


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_every_convolution_has_strides_and_groups(name: str, generator: Generator) -> None:
    layer = kan_conv2d(name, 4, 6, (3, 3), generator, padding=(1, 1), stride=(2, 2), groups=2)
    x = torch.randn(3, 4, 8, 8, generator=generator, dtype=torch.float64)
    assert layer(x).shape == (3, 6, 4, 4)


def test_layers_may_share_a_meta_learner(generator: Generator) -> None:
    first = kan_conv2d("metakanconv", 2, 3, (3, 3), generator)
    learner = first.coefficients.get_submodule("meta_learner")
    second = kan_conv2d("metakanconv", 3, 3, (3, 3), generator, meta_learner=learner)  # type: ignore[arg-type]
    both = nn.ModuleList([first, second])
    h, size = 32, 9
    count = sum(p.numel() for p in both.parameters())
    assert count == 9 * 2 * 3 + 9 * 3 * 3 + 2 * h + h * size + size


def test_unknown_names_and_groups_are_refused(generator: Generator) -> None:
    with pytest.raises(LookupError, match="no convolution 'conv'; choose one of kanconv"):
        kan_conv2d("conv", 1, 1, (3, 3), generator)
    with pytest.raises(ValueError, match="2 groups do not divide 3 channels"):
        kan_conv2d("kanconv", 3, 4, (3, 3), generator, groups=2)


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_inputs_are_bounded_as_the_settings_say_unless_the_argument_does(
    name: str, generator: Generator
) -> None:
    preset = NETWORK_SETTINGS[CONVOLUTIONS[name]]()
    assert isinstance(preset, KANSettings)
    layer = kan_conv2d(name, 1, 1, (3, 3), generator)
    has_reach = math.isfinite(layer.family.reach)
    assert layer.bounded == (preset.bounded and has_reach)
    for bounded in (True, False):
        changed = kan_conv2d(name, 1, 1, (3, 3), generator, changes={"bounded": bounded})
        asked = kan_conv2d(name, 1, 1, (3, 3), generator, bounded=bounded)
        assert changed.bounded == asked.bounded == (bounded and has_reach)


def test_a_bound_that_is_asked_for_twice_must_be_the_same(generator: Generator) -> None:
    changes = {"bounded": True}
    assert kan_conv2d("kanconv", 1, 1, (3, 3), generator, bounded=True, changes=changes).bounded
    with pytest.raises(ValueError, match=r"bounded=False contradicts changes=\{'bounded': True\}"):
        kan_conv2d("kanconv", 1, 1, (3, 3), generator, bounded=False, changes=changes)


@pytest.mark.parametrize("name", ["kanconv", "metakanconv"])
@pytest.mark.parametrize("keys", [["widths"], ["meta_learners"], ["widths", "meta_learners"]])
def test_settings_of_whole_networks_are_refused(
    name: str, keys: list[str], generator: Generator
) -> None:
    changes: dict[str, object] = {"widths": [3], "meta_learners": 1}
    some = {key: changes[key] for key in keys}
    message = f"changes: {' and '.join(keys)} mean nothing"
    with pytest.raises(ValueError, match=message):
        kan_conv2d(name, 1, 1, (3, 3), generator, changes=some)
    with pytest.raises(ValueError, match=message):
        conv_classifier(name, [1, 2], 2, generator, changes=some)


def test_stored_coefficients_take_no_meta_learner(generator: Generator) -> None:
    learner = kan_conv2d("metakanconv", 1, 1, (3, 3), generator).coefficients
    meta = learner.get_submodule("meta_learner")
    with pytest.raises(ValueError, match=r"kanconv stores .* no meta_learner; .* metakanconv"):
        kan_conv2d("kanconv", 1, 1, (3, 3), generator, meta_learner=meta)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"no meta_learners, got 1; .* choose metafastkanconv"):
        conv_classifier("fastkanconv", [1, 2], 2, generator, meta_learners=1)


def test_a_meta_learner_of_another_kind_is_refused(generator: Generator) -> None:
    learners = {
        name: kan_conv2d(name, 1, 1, (3, 3), generator).coefficients.get_submodule("meta_learner")
        for name in ("metakanconv", "sharedkanconv")
    }
    with pytest.raises(ValueError, match="sharedkanconv needs a LinearMetaLearner, got a MetaL"):
        kan_conv2d("sharedkanconv", 1, 1, (3, 3), generator, meta_learner=learners["metakanconv"])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="metakanconv needs a MetaLearner, got a LinearMetaLea"):
        kan_conv2d("metakanconv", 1, 1, (3, 3), generator, meta_learner=learners["sharedkanconv"])  # type: ignore[arg-type]
