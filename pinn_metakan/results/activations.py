"""Edge functions of a trained network, evaluated."""

from dataclasses import dataclass

from pinn_metakan.results.metrics import Array


@dataclass(frozen=True)
class Sweep:
    """Edge functions along a line through the prompts of a layer.

    Args:
        positions: Where on the line, S numbers; the line is the prompts' first principal axis.
        functions: Edge functions that are generated from the prompts there, shape (S, M).
        trained: Where on the line the trained prompts lie, one for each edge of the layer.
    """

    positions: Array
    functions: Array
    trained: Array


@dataclass(frozen=True)
class LayerActivations:
    """The edge functions of one layer.

    Args:
        number: Which layer of the network it is, from 1; one without edge functions has none.
        inputs: M inputs [-], over the range that the family covers; of the first layer [-1, 1].
        functions: Shape (o, i, M); of a wide layer, those of the first outputs and inputs.
        sweep: How the function changes with the prompt; None for coefficients that are stored, or
            combine shared functions.
        shared: The E functions that all edges of the layer combine, shape (E, M); None unless they
            share functions.
    """

    number: int
    inputs: Array
    functions: Array
    sweep: Sweep | None = None
    shared: Array | None = None
