"""Which layers of a deep network share a meta-learner."""

import math
from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
from scipy.cluster.vq import kmeans, vq

#: Starts of K-means at most, of which the best is taken.
_STARTS = 1000


def cluster_layers(output_widths: Sequence[int], clusters: int) -> tuple[int, ...]:
    """Group layers by K-means on their numbers of outputs.

    Args:
        output_widths: Number of outputs (or output channels) of each layer.
        clusters: C, the number of groups.

    Returns:
        The group of each layer, counted from the narrowest.

    Raises:
        ValueError: If there are fewer different widths than groups.

    Source: Zhao et al., ICML 2025, arXiv:2506.07549.
    """
    different = len(set(output_widths))
    if not 1 <= clusters <= different:
        raise ValueError(
            f"{clusters} meta-learners cannot serve layers of {list(output_widths)} outputs; "
            f"take 1 to {different}, or give the number of each layer's"
        )
    if clusters == 1:
        return (0,) * len(output_widths)
    widths = np.array(output_widths, dtype=np.float64)[:, None]
    best, smallest = widths, math.inf
    for start in _starting_centers(sorted(set(output_widths)), clusters):
        centers, _ = kmeans(widths, np.array(start, dtype=np.float64)[:, None])
        squares = float(np.square(vq(widths, centers)[1]).sum())
        if len(centers) == clusters and squares < smallest:
            best, smallest = centers, squares
    labels, _ = vq(widths, np.sort(best, axis=0))
    return tuple(int(label) for label in labels)


def _starting_centers(different: Sequence[int], clusters: int) -> Iterable[Sequence[int]]:
    """Centers to start from: all choices of different widths, or random ones of very many."""
    if math.comb(len(different), clusters) <= _STARTS:
        return combinations(different, clusters)
    generator = np.random.default_rng(0)
    draws = (generator.choice(different, clusters, replace=False) for _ in range(_STARTS))
    return [sorted(int(width) for width in draw) for draw in draws]


def meta_learner_labels(
    output_widths: Sequence[int], meta_learners: int | Sequence[int]
) -> tuple[int, ...]:
    """The label of the meta-learner that serves each layer.

    Args:
        output_widths: Number of outputs of each layer.
        meta_learners: 0 for one per layer, C for as many clusters, or the label of each layer.

    Returns:
        A label for each layer, 0 to C - 1.

    Raises:
        ValueError: If there is not one label per layer, or labels leave out a number.
    """
    count = len(output_widths)
    if isinstance(meta_learners, int):
        return (
            cluster_layers(output_widths, meta_learners) if meta_learners else tuple(range(count))
        )
    labels = tuple(meta_learners)
    if len(labels) != count or set(labels) != set(range(len(set(labels)))):
        raise ValueError(
            f"meta_learners must label each of the {count} layers by 0, 1, ..., got {list(labels)}"
        )
    return labels
