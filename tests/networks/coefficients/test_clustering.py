"""Which layers share a meta-learner."""

import pytest
from torch import Generator

from pinn_metakan.families.rbf import RBF
from pinn_metakan.networks.coefficients.clustering import cluster_layers, meta_learner_labels
from pinn_metakan.networks.coefficients.coefficients import Generated
from pinn_metakan.networks.kan import make_metakan

WIDTHS = [16, 32, 64, 128, 256, 256, 512, 512]


@pytest.mark.parametrize(
    ("clusters", "labels"),
    [
        (1, (0, 0, 0, 0, 0, 0, 0, 0)),
        (2, (0, 0, 0, 0, 0, 0, 1, 1)),
        (3, (0, 0, 0, 0, 1, 1, 2, 2)),
        (4, (0, 0, 0, 1, 2, 2, 3, 3)),
        (5, (0, 0, 1, 2, 3, 3, 4, 4)),
    ],
)
def test_layers_are_grouped_as_in_the_paper(clusters: int, labels: tuple[int, ...]) -> None:
    assert cluster_layers(WIDTHS, clusters) == labels


def test_as_many_groups_are_found_as_asked_for() -> None:
    labels = cluster_layers([10] * 30 + [5, 1], 3)
    assert labels == (2,) * 30 + (1, 0)


def test_clusters_are_counted_from_the_narrowest_layers() -> None:
    assert cluster_layers([10, 10, 1], 2) == (1, 1, 0)


def test_labels_may_be_given_or_one_per_layer() -> None:
    assert meta_learner_labels([4, 4, 1], 0) == (0, 1, 2)
    assert meta_learner_labels([4, 4, 1], [1, 0, 1]) == (1, 0, 1)


@pytest.mark.parametrize(
    ("meta_learners", "message"),
    [(3, "take 1 to 2"), ([0, 1], "each of the 3 layers"), ([0, 2, 2], "by 0, 1, ...")],
)
def test_impossible_groups_are_refused(meta_learners: int | list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        meta_learner_labels([4, 4, 1], meta_learners)


def test_layers_of_a_group_share_one_meta_learner(generator: Generator) -> None:
    network = make_metakan((2, 4, 4, 1), RBF, generator, hidden_width=5, meta_learners=[0, 1, 0])
    learners = []
    for layer in network.layers:
        assert isinstance(layer.coefficients, Generated)
        learners.append(layer.coefficients.meta_learner)
    assert learners[0] is learners[2]
    assert learners[0] is not learners[1]
    h, size = 5, RBF().size
    assert network.n_parameters == 2 * (8 + 16 + 4) + 2 * (2 * h + h + h * size + size)
