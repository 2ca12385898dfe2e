"""Trained networks made smaller: coefficients from a codebook, edges cut."""

import copy

import numpy as np
import torch
from scipy.cluster.vq import kmeans2
from torch import Tensor, nn

from pinn_metakan.networks.coefficients.coefficients import Coefficients
from pinn_metakan.networks.dense import KANLinear
from pinn_metakan.networks.kan import KAN
from pinn_metakan.networks.network import Network


class Codebook(Coefficients):
    """Coefficients that are chosen from few: m D parameters, and one whole number per edge.

    Args:
        centroids: What edges choose from, shape (m, D).
        choices: Which one each edge takes, shape (o, i), whole numbers.

    Source: Raffel, Chen, MetaCluster, 2025, arXiv:2510.19105.
    """

    choices: Tensor

    def __init__(self, centroids: Tensor, choices: Tensor):
        super().__init__()
        self.centroids = nn.Parameter(centroids.detach().clone())
        self.register_buffer("choices", choices)

    def forward(self) -> Tensor:
        """Look up the coefficients, shape (o, i, D)."""
        return self.centroids[self.choices]

    def blocks_in_parameters(self, jacobian: Tensor) -> list[tuple[nn.Parameter, Tensor]]:
        """Sum over the edges that share a centroid."""
        count, size = len(jacobian), self.centroids.shape[1]
        result = jacobian.new_zeros(count, *self.centroids.shape)
        result.index_add_(1, self.choices.flatten(), jacobian.reshape(count, -1, size))
        return [(self.centroids, result.flatten(1))]

    def prompt_parameters(self) -> list[nn.Parameter]:
        """No prompts."""
        return []


class Pruned(Coefficients):
    """Coefficients that are zero, and stay zero, for some edges.

    Args:
        source: Where the others come from.
        kept: Which edges are left, shape (o, i), booleans.
    """

    kept: Tensor

    def __init__(self, source: Coefficients, kept: Tensor):
        super().__init__()
        self.source = source
        self.register_buffer("kept", kept)

    def forward(self) -> Tensor:
        """Coefficients, shape (o, i, D), zero where an edge was cut."""
        return self.source() * self.kept.unsqueeze(-1)

    def blocks_in_parameters(self, jacobian: Tensor) -> list[tuple[nn.Parameter, Tensor]]:
        """Leave out the edges that were cut."""
        return self.source.blocks_in_parameters(jacobian * self.kept.unsqueeze(-1))

    def baked(self) -> Coefficients:
        """The same coefficients, stored; edges that were cut stay cut."""
        return Pruned(self.source.baked(), self.kept)

    def prompt_parameters(self) -> list[nn.Parameter]:
        """The prompts of the source."""
        return self.source.prompt_parameters()


def with_codebook(network: Network | None, centroids: int, seed: int = 0) -> KAN:
    """Replace the coefficients of each layer by those of a codebook, found by K-means.

    Train the result for a few steps: the centroids of K-means are where coefficients are, not where
    the error is lowest.

    Args:
        network: A trained KAN or MetaKAN; it stays as it is.
        centroids: m, at most the number of edges of a layer.
        seed: Seed of K-means.

    Returns:
        The network with codebooks.

    Raises:
        ValueError: If there is no centroid.
        TypeError: If the network is not a KAN or MetaKAN.
    """
    if centroids < 1:
        raise ValueError(f"a codebook needs at least one centroid, got {centroids}")

    def choose(layer: KANLinear) -> Coefficients:
        w = layer.coefficients().detach()  # (o, i, D)
        edges = w.flatten(0, 1).double().cpu().numpy()
        m = min(centroids, len(np.unique(edges, axis=0)))
        generator = np.random.default_rng(seed)
        book, choices = kmeans2(edges, m, iter=100, minit="++", rng=generator)
        taken, choices = np.unique(choices, return_inverse=True)  # a cluster may be empty
        return Codebook(
            torch.from_numpy(book[taken]).to(w),
            torch.from_numpy(choices).to(w.device).view(w.shape[:2]),
        )

    return _checked_kan(network).with_coefficients(choose, f"codebooks of {centroids}")


def pruned(network: Network | None, fraction: float) -> KAN:
    """Cut the edges with the smallest coefficients, in each layer the same part of them.

    Args:
        network: A trained KAN or MetaKAN; it stays as it is.
        fraction: Which part of the edges to cut, 0 to below 1. The size of an edge is the length of
            its coefficient vector.

    Returns:
        The network without those edges.

    Raises:
        ValueError: If the fraction is out of range.
        TypeError: If the network is not a KAN or MetaKAN.
    """
    if not 0 <= fraction < 1:
        raise ValueError(f"the fraction of edges to cut must be in [0, 1), got {fraction}")

    def cut(layer: KANLinear) -> Coefficients:
        sizes = layer.coefficients().detach().norm(dim=-1)  # (o, i)
        kept = torch.ones_like(sizes, dtype=torch.bool)
        smallest = sizes.flatten().argsort()[: int(fraction * sizes.numel())]
        kept.view(-1)[smallest] = False
        return Pruned(layer.coefficients, kept)

    # Copied as a whole, so that layers go on sharing a meta-learner.
    copied = copy.deepcopy(_checked_kan(network))
    return copied.with_coefficients(cut, f"{fraction:.0%} of the edges cut")


def _checked_kan(network: Network | None) -> KAN:
    if not isinstance(network, KAN):
        raise TypeError(f"expected a KAN or MetaKAN, got {type(network).__name__}")
    return network
