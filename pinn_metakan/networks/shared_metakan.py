"""The MetaKAN of a linear meta-learner: the edges of a layer share few learned functions."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Generator

from pinn_metakan.families.table import AnyFamily
from pinn_metakan.networks.coefficients.clustering import meta_learner_labels
from pinn_metakan.networks.coefficients.shared import (
    SharedFunctions,
    linear_meta_learner,
    random_prompts,
)
from pinn_metakan.networks.coefficients.sharing import SharedMetaLearners
from pinn_metakan.networks.dense import KANLinear
from pinn_metakan.networks.kan import KAN
from pinn_metakan.networks.linear import Linear, random_matrix


def make_shared_metakan(
    widths: Sequence[int],
    family: Callable[[], AnyFamily],
    generator: Generator,
    prompt_dimension: int = 1,
    meta_learners: int | Sequence[int] = 0,
    bounded: bool = True,
    is_held: bool = False,
) -> KAN:
    r"""Make a MetaKAN with a linear meta-learner, whose first layer is linear as an MLP's.

    .. math:: y_o = \sum_i w_{oi} x_i + b_o, \qquad
        y_o = \sum_i \sum_e z_{oie} \psi_e(x_i) + b_o \quad \text{in later layers}

    It has n_0 n_1 + E sum_{l >= 1} n_l n_{l+1} + C E D + sum_{l >= 1} n_l parameters, where C is
    the number of meta-learners. With E = 1 its random start is that of an MLP, whose function tanh
    is learned from there.

    Args:
        widths: n_0 ... n_L.
        family: Makes the family of one layer.
        generator: CPU generator of the random start.
        prompt_dimension: E, functions of a layer.
        meta_learners: 0 for one per layer; C for as many, shared by layers of similar numbers of
            outputs (K-means); or the label of each layer but the first, from 0.
        bounded: Whether layers keep their inputs inside the family's reach.
        is_held: Whether the functions stay what they start as, until `released`.

    Returns:
        The network, float64 on the CPU.

    Raises:
        ValueError: If there is no hidden layer, `meta_learners` does not fit the layers, or the
            family is not linear in its coefficients.

    Source: Zhao et al., ICML 2025, arXiv:2506.07549, with a linear M(z); the rest is our own.
    """
    if len(widths) < 3:
        raise ValueError("shared functions need a hidden layer: give at least one width")
    labels = meta_learner_labels(widths[2:], meta_learners)
    learners = SharedMetaLearners(
        labels,
        widths[1:-1],
        lambda functions, _: linear_meta_learner(functions, prompt_dimension, is_held),
    )
    layers: list[Linear | KANLinear] = [Linear(random_matrix(widths[0], widths[1], generator))]
    for number, (inputs, outputs) in enumerate(pairwise(widths[1:])):
        functions = family()
        learner = learners.of_layer(number, functions)
        prompts = random_prompts(outputs, inputs, prompt_dimension, generator)
        bias = torch.zeros(outputs, dtype=torch.float64)
        layers.append(KANLinear(functions, SharedFunctions(prompts, learner), bounded, bias))
    count = len(set(labels))
    sets = f"{count} set{'s' if count > 1 else ''}"
    each = f"{prompt_dimension} function{'s' if prompt_dimension > 1 else ''}"
    terms = f"{functions.size} {type(functions).__name__} terms"
    held = ", held at the start" if is_held else ""
    return KAN(layers, widths, f"{sets} of {each} of {terms}, shared by all edges of a layer{held}")
