"""How the edges of a KAN layer are evaluated, by the kind of their family."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.func import functional_call

from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.families.edge_family import EdgeFamily
from pinn_metakan.families.family import Family
from pinn_metakan.networks.coefficients.coefficients import Coefficients
from pinn_metakan.networks.kernels.composed_product import Recipe, composed_product
from pinn_metakan.networks.kernels.edgewise_product import edgewise_product, is_cheaper_edgewise
from pinn_metakan.networks.network import ParameterBlock, outer_products

#: Numbers in a table of sensitivities that is worked on at once: bounds the memory to 16 MiB
#: (docs/decisions/0015-bounded-memory.md).
_SENSITIVITIES = 2_000_000


class Edges(ABC):
    """The edges of a layer; the arguments are those of `Layer`, inputs bounded already.

    Args:
        coefficients: Where those of the edges come from, shape (o, i, D).
        size: D.
    """

    def __init__(self, coefficients: Coefficients, size: int):
        self._coefficients = coefficients
        self._size = size

    @abstractmethod
    def prepare(self, space: JetSpace, x: Tensor) -> Tensor:
        """Compute what depends on the inputs alone."""

    @abstractmethod
    def combine(self, space: JetSpace, prepared: Tensor, weights: Tensor) -> Tensor:
        """Jets of the outputs, shape (J, N, o)."""

    @abstractmethod
    def jacobian(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor
    ) -> Tensor:
        """Differentiate in the weights: (N, o, K)."""

    @abstractmethod
    def functions(self, x: Tensor, coefficients: Tensor) -> Tensor:
        """Evaluate each edge at the same inputs: (M,) and (o, i, D) -> (o, i, M)."""

    def weights(self) -> Tensor:
        """What features are multiplied by: the coefficients, shape (o, i D)."""
        return self._coefficients().flatten(1)

    def blocks_in_parameters(self, jacobian: Tensor) -> list[ParameterBlock]:
        """Turn a Jacobian in the weights, (N, o, i D), into one in what they come from."""
        by_edge = jacobian.unflatten(2, (-1, self._size))
        return self._coefficients.blocks_in_parameters(by_edge)

    def pushed(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor, direction: Tensor
    ) -> Tensor:
        """Multiply by a direction (o, K), as outputs are linear in the weights: (N,)."""
        return (slopes * self.combine(space, prepared, direction)).sum(dim=(0, 2))

    def product(self, space: JetSpace, x: Tensor, weights: Tensor) -> Tensor:
        """Jets of the outputs, (J, N, i) -> (J, N, o)."""
        return self.combine(space, self.prepare(space, x), weights)

    def blocks_outside_weights(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor
    ) -> list[ParameterBlock]:
        """Differentiate in the family's own parameters."""
        return []


class FixedBasis(Edges):
    """Edges that are linear in their coefficients, of functions that depend on the input alone."""

    def __init__(self, family: Family, coefficients: Coefficients):
        super().__init__(coefficients, family.size)
        self._family = family

    def prepare(self, space: JetSpace, x: Tensor) -> Tensor:
        """Jets of the functions, (J, N, i) -> (J, N, i D); the inputs as they are, if edgewise."""
        return x if self._is_edgewise(space) else self._features(space, x)

    def combine(self, space: JetSpace, prepared: Tensor, weights: Tensor) -> Tensor:
        """Multiply by the weights."""
        if self._is_edgewise(space):
            return self._multiplied(space, prepared, weights, lambda: weights)
        return prepared @ weights.T

    def product(self, space: JetSpace, x: Tensor, weights: Tensor) -> Tensor:
        """Jets of the outputs; neither functions nor generated weights are kept."""
        return self._multiplied(space, x, weights, self.weights)

    def _multiplied(
        self, space: JetSpace, x: Tensor, weights: Tensor, regenerate: Callable[[], Tensor]
    ) -> Tensor:
        """Multiply by the weights; `regenerate` computes them once more."""
        recipe = Recipe(self._family.derivatives, space.terms, len(space), space.order, regenerate)
        multiply = edgewise_product if self._is_edgewise(space) else composed_product
        return multiply(x[0], space.factors(x), weights, recipe)

    def jacobian(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor
    ) -> Tensor:
        """Outer products of slopes and functions, shape (N, o, i D)."""
        is_edgewise = self._is_edgewise(space)
        features = self._features(space, prepared) if is_edgewise else prepared
        return outer_products(slopes, features)

    def _features(self, space: JetSpace, x: Tensor) -> Tensor:
        return space.compose(self._family.derivatives(x[0], space.order), x).flatten(2)

    def _is_edgewise(self, space: JetSpace) -> bool:
        return is_cheaper_edgewise(self._family.size, len(space), len(space.terms), space.order)

    def functions(self, x: Tensor, coefficients: Tensor) -> Tensor:
        """Combine the functions of the basis."""
        return edge_values(self._family, x, coefficients)


class LearnedBasis(Edges):
    """Edges that are linear in their coefficients, of functions with parameters of their own."""

    def __init__(self, family: Family, coefficients: Coefficients):
        super().__init__(coefficients, family.size)
        self._family = family

    def prepare(self, space: JetSpace, x: Tensor) -> Tensor:
        """The inputs as they are: the functions of them change in training."""
        return x

    def combine(self, space: JetSpace, prepared: Tensor, weights: Tensor) -> Tensor:
        """Evaluate the functions and multiply by the weights."""
        return self._functions(space, prepared, dict(self._family.named_parameters())) @ weights.T

    def jacobian(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor
    ) -> Tensor:
        """Outer products of slopes and functions, shape (N, o, i D)."""
        own = dict(self._family.named_parameters())
        return outer_products(slopes, self._functions(space, prepared, own))

    def blocks_outside_weights(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor
    ) -> list[ParameterBlock]:
        """Differentiate backward twice: a gradient is linear in the weights of its points."""
        parameters = dict(self._family.named_parameters())
        own = {name: p.detach().requires_grad_() for name, p in parameters.items()}
        with torch.enable_grad():
            outputs = self._functions(space, prepared, own) @ weights.detach().T
            numbers = (outputs * slopes).sum(dim=(0, 2))  # (N,)
            of_points = torch.ones_like(numbers, requires_grad=True)
            gradients = torch.autograd.grad(
                numbers @ of_points, list(own.values()), create_graph=True
            )
            columns = [
                [
                    torch.autograd.grad(entry, of_points, retain_graph=True)[0]
                    for entry in gradient.flatten()
                ]
                for gradient in gradients
            ]
        stacked = [torch.stack(column, dim=1) for column in columns]
        return list(zip(parameters.values(), stacked, strict=True))

    def functions(self, x: Tensor, coefficients: Tensor) -> Tensor:
        """Combine the functions of the basis."""
        return edge_values(self._family, x, coefficients)

    def _functions(self, space: JetSpace, x: Tensor, own: Mapping[str, Tensor]) -> Tensor:
        derivatives = functional_call(self._family, dict(own), (x[0], space.order))
        return space.compose(derivatives, x).flatten(2)  # (J, N, i D)


class NonlinearEdges(Edges):
    """Edges that are not linear in their coefficients."""

    def __init__(self, family: EdgeFamily, coefficients: Coefficients):
        super().__init__(coefficients, family.size)
        self._family = family

    def prepare(self, space: JetSpace, x: Tensor) -> Tensor:
        """The inputs as they are: every edge evaluates them with coefficients of its own."""
        return x

    def combine(self, space: JetSpace, prepared: Tensor, weights: Tensor) -> Tensor:
        """Sum the edges of each output."""
        phi = self._family.derivatives(prepared[0], self._by_edge(weights), space.order)
        edges = space.compose(phi, prepared.unsqueeze(2))  # (J, N, o, i)
        return edges.sum(dim=3)

    def jacobian(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor
    ) -> Tensor:
        """Compose the sensitivities of all edges like the edges: (N, o, i D)."""
        w = self._by_edge(weights)
        size = max(1, _SENSITIVITIES // (len(space) * w.numel()))
        parts = []
        for x, g in zip(prepared.split(size, dim=1), slopes.split(size, dim=1), strict=True):
            sensitivities = self._family.sensitivities(x[0], w, space.order)
            composed = space.compose(sensitivities, x.unsqueeze(2))  # (J, n, o, i, D)
            parts.append(torch.einsum("jno,jnoid->noid", g, composed).flatten(2))
        return torch.cat(parts)

    def pushed(
        self, space: JetSpace, prepared: Tensor, slopes: Tensor, weights: Tensor, direction: Tensor
    ) -> Tensor:
        """Multiply the Jacobian in the weights by a direction (o, K): (N,)."""
        jacobian = self.jacobian(space, prepared, slopes, weights)
        return torch.einsum("nok,ok->n", jacobian, direction)

    def functions(self, x: Tensor, coefficients: Tensor) -> Tensor:
        """Evaluate the edges one by one."""
        same = x.unsqueeze(1).expand(-1, coefficients.shape[1])  # (M, i)
        return self._family.derivatives(same, coefficients, 0)[0].permute(1, 2, 0)

    def _by_edge(self, weights: Tensor) -> Tensor:
        return weights.unflatten(1, (-1, self._family.size))  # (o, i, D)


def edge_values(family: Family, x: Tensor, coefficients: Tensor) -> Tensor:
    """Values of edges at the same inputs: (M,) and (o, i, D) -> (o, i, M)."""
    basis = family.derivatives(x.unsqueeze(1), 0)[0][:, 0]  # (M, D)
    return coefficients @ basis.T
