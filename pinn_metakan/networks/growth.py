"""Networks made larger, so that their outputs stay the same: what training goes on with.

Each function returns a new network and leaves the old one as it is. What is new in it has no
influence yet, because the numbers that it is multiplied by are zero.
"""

import copy
from collections.abc import Callable, Sequence

import torch
from torch import Generator, Tensor, nn

from pinn_metakan.families.edge_family import EdgeFamily
from pinn_metakan.families.family import Family
from pinn_metakan.families.table import AnyFamily
from pinn_metakan.networks.coefficients.coefficients import Coefficients, Stored
from pinn_metakan.networks.coefficients.shared import (
    LinearMetaLearner,
    SharedFunctions,
    first_functions,
    fitted,
)
from pinn_metakan.networks.dense import KANLinear
from pinn_metakan.networks.kan import KAN
from pinn_metakan.networks.linear import Linear, random_matrix
from pinn_metakan.networks.mlp import MLP, TanhLinear
from pinn_metakan.networks.network import Layer, Network

#: Where the functions of one family are fitted by those of another: inputs of layers are this
#: large at most in trained networks (docs/decisions/0019-growth.md).
_FITTED_RANGE, _FITTED_POINTS = 3.0, 601


def lifted(network: Network, family: Callable[[], AnyFamily], functions: int = 1) -> KAN:
    r"""Turn tanh layers into layers of shared functions, the first of which is tanh.

    Args:
        network: An MLP.
        family: Makes the family of a layer; it should have tanh.
        functions: E; the prompts of all but the first are zero.

    Returns:
        The network, with the same outputs where the family has tanh.

    Raises:
        TypeError: If it is no MLP.
    """
    if not isinstance(network, MLP):
        raise TypeError("only an mlp can be lifted to shared functions")
    layers: list[KANLinear | Linear] = []
    for layer in network.chain():
        matrix = next(layer.parameters()).detach()
        if not isinstance(layer, TanhLinear):
            layers.append(Linear(matrix))
            continue
        made = _linear_family(family())
        prompts = matrix.new_zeros(*matrix[:, :-1].shape, functions)
        prompts[..., 0] = matrix[:, :-1]
        learner = LinearMetaLearner(first_functions(made, functions).to(matrix))
        coefficients = SharedFunctions(prompts, learner)
        layers.append(KANLinear(made.to(matrix), coefficients, True, matrix[:, -1]))
    return KAN(layers, network.widths, f"{functions} shared functions per layer, lifted from tanh")


def released(network: Network) -> KAN:
    """Learn functions that were held.

    Args:
        network: A MetaKAN with shared functions that are held.

    Returns:
        The network, with the same outputs.

    Raises:
        TypeError: If it has none.
    """
    kan = _copied_kan(network)
    learners: dict[nn.Module, LinearMetaLearner] = {}

    def learned(layer: KANLinear) -> Coefficients:
        source = layer.coefficients
        if not isinstance(source, SharedFunctions) or source.is_learned:
            raise TypeError("only shared functions that are held can be released")
        held = source.meta_learner
        if held not in learners:
            learners[held] = LinearMetaLearner(held.functions)
        return SharedFunctions(source.prompts, learners[held])

    return kan.with_coefficients(learned, "shared functions, held at the start")


def enriched(network: Network, count: int = 1) -> KAN:
    r"""Add functions to those that the edges of each layer share: E becomes E + count.

    The new functions are the next powers of tanh, their prompts are zero.

    Args:
        network: A MetaKAN with shared functions.
        count: How many more.

    Returns:
        The network, with the same outputs.

    Raises:
        TypeError: If a layer shares no functions.
    """
    kan = _copied_kan(network)
    learners: dict[nn.Module, LinearMetaLearner] = {}

    def more(layer: KANLinear) -> Coefficients:
        source = layer.coefficients
        if not isinstance(source, SharedFunctions):
            raise TypeError("only a MetaKAN with shared functions can have more of them")
        old = source.meta_learner
        functions, prompts = old.functions.detach(), source.prompts.detach()
        if old not in learners:
            every = first_functions(_linear_family(layer.family), len(functions) + count)
            added = every[len(functions) :].to(functions)
            learners[old] = LinearMetaLearner(torch.cat([functions, added]))
        zero = prompts.new_zeros(*prompts.shape[:2], count)
        return SharedFunctions(torch.cat([prompts, zero], dim=2), learners[old])

    return kan.with_coefficients(more, f"{count} more shared")


def refined(network: Network, family: Callable[[], AnyFamily]) -> KAN:
    r"""Replace the family of edges, by one of more functions say; coefficients are fitted.

    Where the new family has the functions of the old one, the outputs stay the same; else they
    change by the error of the fit.

    Args:
        network: A KAN, or a MetaKAN with shared functions.
        family: Makes the new family of a layer.

    Returns:
        The network.

    Raises:
        TypeError: If coefficients are generated by a meta-learner with a hidden layer, or a family
            is not linear in them.
    """
    kan = _copied_kan(network)
    learners: dict[nn.Module, LinearMetaLearner] = {}
    layers: list[KANLinear | Linear] = []
    for layer in kan.dense_layers:
        if not isinstance(layer, KANLinear):
            layers.append(layer)
            continue
        made = _linear_family(family())
        matrix = _fitted(_linear_family(layer.family), made)
        source = layer.coefficients
        coefficients: Coefficients | None = None
        if isinstance(source, SharedFunctions):
            old = source.meta_learner
            if old not in learners:
                learners[old] = LinearMetaLearner(old.functions.detach() @ matrix.to(old.functions))
            coefficients = SharedFunctions(source.prompts, learners[old])
        elif isinstance(source, Stored):
            coefficients = Stored(source.values.detach() @ matrix.to(source.values))
        if coefficients is None:
            raise TypeError("only stored coefficients and shared functions can be refined")
        like = next(coefficients.parameters())
        layers.append(KANLinear(made.to(like), coefficients, layer.bounded, layer.bias))
    return KAN(layers, kan.widths, f"{made.size} functions of {type(made).__name__} per edge")


def widened(network: Network, widths: Sequence[int], generator: Generator) -> Network:
    """Add units to hidden layers: what they are made of is random, what they give is not used yet.

    Args:
        network: An MLP, a KAN or a MetaKAN with shared functions.
        widths: Hidden widths, none below those now.
        generator: CPU generator of the new units.

    Returns:
        The network, with the same outputs.

    Raises:
        TypeError: If coefficients are generated by a meta-learner with a hidden layer.
        ValueError: If the number of widths is another one, or one is below that now.
    """
    hidden = network.widths[1:-1]
    if len(widths) != len(hidden) or any(w < now for w, now in zip(widths, hidden, strict=True)):
        raise ValueError(
            f"hidden widths {list(hidden)} can become {len(hidden)} others that are not below "
            f"them, got {list(widths)}"
        )
    network = copy.deepcopy(network)
    whole = (network.widths[0], *widths, network.widths[-1])
    layers = [
        _wider(layer, whole[number], whole[number + 1], generator)
        for number, layer in enumerate(network.chain())
    ]
    if isinstance(network, MLP):
        return MLP.of_layers([layer for layer in layers if not isinstance(layer, KANLinear)])
    kept = [layer for layer in layers if not isinstance(layer, TanhLinear)]
    return KAN(kept, whole, network.describe())


def _wider(
    layer: Layer, inputs: int, outputs: int, generator: Generator
) -> Linear | TanhLinear | KANLinear:
    """The same layer with more inputs, which count for nothing, and more outputs, at random."""
    if isinstance(layer, Linear | TanhLinear):
        old = layer.matrix.detach()
        matrix = random_matrix(inputs, outputs, generator).to(old)
        matrix[: len(old)] = 0.0
        matrix[: len(old), : old.shape[1] - 1] = old[:, :-1]
        matrix[: len(old), -1] = old[:, -1]
        return Linear(matrix) if isinstance(layer, Linear) else TanhLinear(matrix)
    if not isinstance(layer, KANLinear):
        raise TypeError(f"layers of {type(layer).__name__} cannot be widened")
    source = layer.coefficients
    coefficients: Coefficients
    if isinstance(source, SharedFunctions):
        prompts = _padded(source.prompts.detach(), inputs, outputs, generator)
        coefficients = SharedFunctions(prompts, source.meta_learner)
    elif isinstance(source, Stored):
        coefficients = Stored(_padded(source.values.detach(), inputs, outputs, generator))
    else:
        raise TypeError("only stored coefficients and shared functions can be widened")
    bias: Tensor | None = layer.bias
    if bias is not None:
        bias = torch.cat([bias.detach(), bias.new_zeros(outputs - len(bias))])
    return KANLinear(layer.family, coefficients, layer.bounded, bias)


def _padded(table: Tensor, inputs: int, outputs: int, generator: Generator) -> Tensor:
    """Numbers per edge, (o, i, D), for more outputs at random and more inputs with zeros."""
    rows, columns, size = table.shape
    shape = (outputs, inputs, size)
    whole = torch.randn(*shape, generator=generator, dtype=torch.float64).to(table)
    whole *= (table.square().mean()).sqrt()
    whole[:rows] = 0.0
    whole[:rows, :columns] = table
    return whole


def _fitted(old: Family, new: Family) -> Tensor:
    """What turns coefficients of one family into those of another, shape (D, D')."""
    x = torch.linspace(-_FITTED_RANGE, _FITTED_RANGE, _FITTED_POINTS, dtype=torch.float64)
    like = next(iter(old.buffers()), x)
    there = x.to(like.device).unsqueeze(1)
    targets = old.derivatives(there, 0)[0][:, 0].cpu().double()
    return fitted(new, x, targets)


def _linear_family(family: AnyFamily) -> Family:
    if isinstance(family, EdgeFamily):
        raise TypeError(f"{type(family).__name__} is not linear in its coefficients")
    return family


def _copied_kan(network: Network) -> KAN:
    if not isinstance(network, KAN):
        raise TypeError(f"expected a KAN or a MetaKAN, got {type(network).__name__}")
    return copy.deepcopy(network)
