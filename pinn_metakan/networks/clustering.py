"""Which layers of a deep network share a meta-learner."""

from collections.abc import Sequence

import numpy as np
from scipy.cluster.vq import kmeans, vq

#: Random starts of K-means, of which the best is taken.
_STARTS = 200


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
    widths = np.array(output_widths, dtype=np.float64)[:, None]
    centers, _ = kmeans(widths, clusters, iter=_STARTS, rng=np.random.default_rng(0))
    labels, _ = vq(widths, np.sort(centers, axis=0))
    return tuple(int(label) for label in labels)


def meta_learner_labels(
    output_widths: Sequence[int], meta_learners: int | Sequence[int]
) -> tuple[int, ...]:
    """Tell which meta-learner serves each layer.

    Args:
        output_widths: Number of outputs of each layer.
        meta_learners: 0 for one a layer, C for as many clusters, or the label of each layer.

    Returns:
        A label for each layer, 0 to C - 1.

    Raises:
        ValueError: If there is not one label a layer, or labels leave out a number.
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
