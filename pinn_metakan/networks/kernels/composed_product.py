"""The product of composed features and weights, without keeping the features."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

#: Numbers in one table of features that is worked on at once: bounds the memory (8 MiB per table).
#: Smaller chunks, which would stay in the cache of a core, are too small to be shared by threads
#: (docs/decisions/0015-bounded-memory.md).
_CHUNK_NUMBERS = 1_048_576


@dataclass(frozen=True)
class Recipe:
    """How the features of a layer are computed.

    Args:
        derivatives: Takes inputs (N, i) and an order, returns D functions of them and their
            derivatives up to that order, (N, i, D) each.
        terms: For each factor: which entry of the jet it belongs to, and which derivative of the
            functions it multiplies.
        entries: Number J of entries of the jet.
        order: Highest derivative that is multiplied.
        weights: Computes the weights (o, i D) once more, for the backward pass.
    """

    derivatives: Callable[[Tensor, int], list[Tensor]]
    terms: tuple[tuple[int, int], ...]
    entries: int
    order: int
    weights: Callable[[], Tensor]

    def features(self, tables: list[Tensor], factors: Tensor) -> Tensor:
        """Sum factors times derivatives: (N, i, D) each and (T, N, i) -> (J, N, i, D)."""
        result = tables[0].new_empty(self.entries, *tables[0].shape)
        result[0] = tables[0]
        begun = set()
        for factor, (entry, order) in zip(factors.unsqueeze(-1), self.terms, strict=True):
            if entry in begun:
                result[entry].addcmul_(tables[order], factor)
            else:
                torch.mul(tables[order], factor, out=result[entry])
            begun.add(entry)
        return result


def composed_product(value: Tensor, factors: Tensor, weights: Tensor, recipe: Recipe) -> Tensor:
    r"""Multiply features by weights, working through the points in chunks.

    .. math:: y_j = \sum_{i, k} w_{oik} \sum_{(j, m)} c_{jm,i} B_k^{(m)}(x_i)

    The features (J, N, i D) are several times larger than anything else that a layer makes. They
    exist for one chunk at a time here and are made again in the backward pass, as are generated
    weights; what is kept is the size of the inputs.

    Args:
        value: x, shape (N, i).
        factors: c, shape (T, N, i).
        weights: w, shape (o, i D).
        recipe: How the features are made; the functions have no parameters of their own.

    Returns:
        y, shape (J, N, o); it can be differentiated once.
    """
    result = _ComposedProduct.apply(value, factors, weights, recipe)
    assert isinstance(result, Tensor)
    return result


class _ComposedProduct(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, value: Tensor, factors: Tensor, weights: Tensor, recipe: Recipe
    ) -> Tensor:
        ctx.save_for_backward(value, factors)
        ctx.recipe = recipe
        result = value.new_empty(recipe.entries, len(value), len(weights))
        for chunk in _chunks(value, weights):
            tables = recipe.derivatives(value[chunk], recipe.order)
            features = recipe.features(tables, factors[:, chunk]).flatten(2)  # (J, n, i D)
            result[:, chunk] = features @ weights.T
        return result

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, slopes: Tensor) -> tuple[Tensor, Tensor, Tensor | None, None]:
        (value, factors), recipe = ctx.saved_tensors, ctx.recipe
        weights = recipe.weights().detach()
        by_value, by_factors = torch.empty_like(value), torch.empty_like(factors)
        by_weights = torch.zeros_like(weights) if ctx.needs_input_grad[2] else None
        needed = {(0, 1)} | {(entry, m + k) for entry, m in recipe.terms for k in (0, 1)}
        for chunk in _chunks(value, weights):
            tables = recipe.derivatives(value[chunk], recipe.order + 1)
            part = slopes[:, chunk]  # (J, n, o)
            if by_weights is not None:
                features = recipe.features(tables, factors[:, chunk]).flatten(2)
                by_weights += part.flatten(0, 1).T @ features.flatten(0, 1)
            by_features = (part @ weights).view(len(part), *tables[0].shape)  # (J, n, i, D)
            sums = {  # over the functions, of an entry's slopes times a derivative: (n, i)
                (entry, order): (by_features[entry] * tables[order]).sum(-1)
                for entry, order in needed
            }
            total = sums[0, 1]
            for number, (entry, order) in enumerate(recipe.terms):
                by_factors[number, chunk] = sums[entry, order]
                total.addcmul_(factors[number, chunk], sums[entry, order + 1])
            by_value[chunk] = total
        return by_value, by_factors, by_weights, None


def _chunks(value: Tensor, weights: Tensor) -> list[slice]:
    """Cut the points so that a chunk's features stay small; a GPU takes all at once."""
    count = len(value)
    size = max(1, _CHUNK_NUMBERS // weights.shape[1]) if value.device.type == "cpu" else count
    return [slice(begin, begin + size) for begin in range(0, count, size)]
