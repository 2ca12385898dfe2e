"""The product of composed features and weights, edge by edge: for jets of many entries."""

from typing import Any

import torch
from torch import Tensor

from pinn_metakan.networks.kernels.composed_product import Recipe

#: Numbers in one table of edges that is worked on at once: 8 MiB
#: (docs/decisions/0015-bounded-memory.md).
_CHUNK_NUMBERS = 1_048_576


def edgewise_product(value: Tensor, factors: Tensor, weights: Tensor, recipe: Recipe) -> Tensor:
    r"""Evaluate the edges' derivatives first, then multiply them by the factors.

    .. math:: y_j = \sum_{m, i} c_{jm,i} \, \phi_{oi}^{(m)}(x_i), \qquad
        \phi_{oi}^{(m)}(x_i) = \sum_k w_{oik} B_k^{(m)}(x_i)

    This computes the same as `composed_product`, in another order: with J entries, T factors, D
    functions and derivatives up to order n it takes (n + 1) D + T products per edge and point
    instead of J D. A Laplacian in 100 dimensions has J = T = 102.

    Args:
        value: x, shape (N, i).
        factors: c, shape (T, N, i).
        weights: w, shape (o, i D).
        recipe: How the features are made; the functions have no parameters of their own.

    Returns:
        y, shape (J, N, o); it can be differentiated once.
    """
    result = _EdgewiseProduct.apply(value, factors, weights, recipe)
    assert isinstance(result, Tensor)
    return result


def is_cheaper_edgewise(functions: int, entries: int, terms: int, order: int) -> bool:
    """Tell whether `edgewise_product` takes less than half of the products.

    Args:
        functions: D, functions per edge.
        entries: J, entries of the jets.
        terms: T, factors.
        order: Highest derivative.

    Returns:
        Whether it does.
    """
    # Why half: docs/decisions/0005-closed-form-jets.md.
    return 2 * ((order + 1) * functions + terms) < entries * functions


class _EdgewiseProduct(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, value: Tensor, factors: Tensor, weights: Tensor, recipe: Recipe
    ) -> Tensor:
        ctx.save_for_backward(value, factors)
        ctx.recipe = recipe
        result = value.new_zeros(len(value), recipe.entries, len(weights))  # (N, J, o)
        w = _weights_by_input(weights, value.shape[1])
        for chunk in _chunks(value, weights):
            phi = _edge_derivatives(recipe, value[chunk], recipe.order, w)
            part = result[chunk]
            part[:, 0] += phi[0].sum(dim=1)
            for order, (rows, entries) in enumerate(_factors_by_order(recipe)):
                if rows:
                    some = factors[rows, chunk].transpose(0, 1)  # (n, T, i)
                    part.index_add_(1, _index(entries, value), some @ phi[order])
        return result.transpose(0, 1)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, slopes: Tensor) -> tuple[Tensor, Tensor, Tensor | None, None]:
        (value, factors), recipe = ctx.saved_tensors, ctx.recipe
        weights = recipe.weights().detach()
        w = _weights_by_input(weights, value.shape[1])
        by_value, by_factors = torch.zeros_like(value), torch.empty_like(factors)
        by_weights = torch.zeros_like(w) if ctx.needs_input_grad[2] else None
        for chunk in _chunks(value, weights):
            tables = recipe.derivatives(value[chunk], recipe.order + 1)
            phi = [_edge_values(table, w) for table in tables]  # (n, i, o)
            part = slopes[:, chunk].transpose(0, 1)  # (n, J, o)
            for order, (rows, entries) in enumerate(_factors_by_order(recipe)):
                if not rows and order > 0:
                    continue
                some = factors[rows, chunk].transpose(0, 1)  # (n, T, i)
                of_rows = part[:, entries]  # (n, T, o)
                by_factors[rows, chunk] = (of_rows @ phi[order].transpose(1, 2)).transpose(0, 1)
                by_edge = some.transpose(1, 2) @ of_rows  # (n, i, o)
                if order == 0:
                    by_edge = by_edge + part[:, :1]
                by_value[chunk] += (by_edge * phi[order + 1]).sum(dim=2)
                if by_weights is not None:
                    by_weights += tables[order].permute(1, 2, 0) @ by_edge.transpose(0, 1)
        total = None if by_weights is None else by_weights.permute(2, 0, 1).reshape(weights.shape)
        return by_value, by_factors, total, None


def _edge_derivatives(recipe: Recipe, x: Tensor, order: int, w: Tensor) -> list[Tensor]:
    return [_edge_values(table, w) for table in recipe.derivatives(x, order)]


def _edge_values(table: Tensor, w: Tensor) -> Tensor:
    """Combine the functions of each edge: (n, i, D) and (i, D, o) -> (n, i, o)."""
    return (table.transpose(0, 1) @ w).transpose(0, 1)


def _weights_by_input(weights: Tensor, inputs: int) -> Tensor:
    """Weights (o, i D) rearranged as (i, D, o)."""
    return weights.unflatten(1, (inputs, -1)).permute(1, 2, 0)


def _factors_by_order(recipe: Recipe) -> list[tuple[list[int], list[int]]]:
    """For each order, the factors that multiply it and the entries that they belong to."""
    found: list[tuple[list[int], list[int]]] = [([], []) for _ in range(recipe.order + 1)]
    for row, (entry, order) in enumerate(recipe.terms):
        found[order][0].append(row)
        found[order][1].append(entry)
    return found


def _index(entries: list[int], like: Tensor) -> Tensor:
    return torch.tensor(entries, device=like.device)


def _chunks(value: Tensor, weights: Tensor) -> list[slice]:
    """Cut the points so that a table of edges stays small; a GPU takes all at once."""
    count, edges = len(value), value.shape[1] * len(weights)
    size = max(1, _CHUNK_NUMBERS // edges) if value.device.type == "cpu" else count
    return [slice(begin, begin + size) for begin in range(0, count, size)]
