"""Edge functions of a trained network, evaluated to be stored and drawn."""

import math

import torch
from torch import Tensor

from pinn_metakan.networks.coefficients.coefficients import Generated
from pinn_metakan.networks.coefficients.shared import SharedFunctions
from pinn_metakan.networks.dense import KANLinear
from pinn_metakan.networks.kan import KAN
from pinn_metakan.networks.network import Network
from pinn_metakan.results.activations import LayerActivations, Sweep
from pinn_metakan.results.metrics import Array

#: How many inputs functions are evaluated at, and how many prompts a sweep has.
_INPUTS, _PROMPTS = 121, 61
#: Highest number of outputs and of inputs of a layer whose edges are kept: more cannot be told
#: apart in a figure.
_MOST_EDGES = 16
#: Range of the inputs of a family that takes any.
_WIDE = 3.0


@torch.no_grad()
def activations_of(network: Network) -> tuple[LayerActivations, ...]:
    """Evaluate the edge functions of each layer, and what they are made from.

    Args:
        network: A trained network.

    Returns:
        One entry per layer that has edge functions; empty for a network whose edges are numbers.
    """
    if not isinstance(network, KAN):
        return ()
    return tuple(
        _layer_activations(layer, number)
        for number, layer in enumerate(network.chain(), start=1)
        if isinstance(layer, KANLinear)
    )


def _layer_activations(layer: KANLinear, number: int) -> LayerActivations:
    coefficients = layer.coefficients()
    reach = layer.family.reach if math.isfinite(layer.family.reach) else _WIDE
    limit = 1.0 if number == 1 else reach  # the first layer sees scaled coordinates
    x = torch.linspace(-limit, limit, _INPUTS, dtype=torch.float64).to(coefficients)
    some = coefficients[:_MOST_EDGES, :_MOST_EDGES]
    functions = layer.functions(x, some).double().cpu().numpy()
    source = layer.coefficients
    sweep = _sweep_of(layer, source, x) if isinstance(source, Generated) else None
    shared = _shared_functions(layer, source, x) if isinstance(source, SharedFunctions) else None
    return LayerActivations(number, x.double().cpu().numpy(), functions, sweep, shared)


def _shared_functions(layer: KANLinear, source: SharedFunctions, x: Tensor) -> Array:
    """Functions that the edges of a layer share, shape (E, M)."""
    shared = layer.functions(x, source.meta_learner.functions.unsqueeze(1))  # (E, 1, M)
    return shared[:, 0].double().cpu().numpy()


def _sweep_of(layer: KANLinear, source: Generated, x: Tensor) -> Sweep:
    """Functions of prompts along the first principal axis of the trained ones."""
    prompts = source.prompts.flatten(0, 1)  # (o i, E)
    middle = prompts.mean(dim=0)
    axis = torch.linalg.svd(prompts - middle, full_matrices=False).Vh[0]  # (E,)
    trained = (prompts - middle) @ axis
    ends = float(trained.min()), float(trained.max())
    positions = torch.linspace(*ends, _PROMPTS, dtype=torch.float64).to(prompts)
    swept = middle + positions.unsqueeze(1) * axis  # (S, E)
    coefficients = source.meta_learner(swept.unsqueeze(1))  # (S, 1, D)
    functions = layer.functions(x, coefficients)[:, 0]  # (S, M)
    arrays = [t.double().cpu().numpy() for t in (positions, functions, trained)]
    return Sweep(*arrays)
