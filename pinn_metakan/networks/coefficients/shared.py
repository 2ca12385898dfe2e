"""Coefficients of a linear meta-learner: a layer's edges share E functions, mixed by prompts."""

import math

import torch
from torch import Generator, Tensor, nn

from pinn_metakan.families.edge_family import EdgeFamily
from pinn_metakan.families.family import Family
from pinn_metakan.families.table import AnyFamily
from pinn_metakan.networks.coefficients.coefficients import Coefficients

#: Where the first functions are fitted, unless the family covers less: inputs of hidden layers are
#: of this size (docs/decisions/0018-shared-functions.md).
_FITTED_RANGE, _FITTED_POINTS = 3.0, 401


class LinearMetaLearner(nn.Module):
    r"""M(z) = A^T z, from a prompt in R^E to D coefficients: E D parameters and no hidden layer.

    A row of A is a function :math:`\psi_e(x) = \sum_k A_{ek} B_k(x)`.

    Args:
        start: A, shape (E, D).
    """

    def __init__(self, start: Tensor):
        super().__init__()
        self.functions = nn.Parameter(start.detach().clone())


class HeldFunctions(nn.Module):
    r"""M(z) = A^T z with an A that is not trained: with :math:`\psi_1 = \tanh` an MLP's layer.

    Args:
        functions: A, shape (E, D).
    """

    functions: Tensor

    def __init__(self, functions: Tensor):
        super().__init__()
        self.register_buffer("functions", functions.detach().clone())


class SharedFunctions(Coefficients):
    r"""Coefficients w = A^T z of a linear meta-learner, from one prompt z in R^E per edge.

    .. math:: \phi_{oi}(x) = \sum_e z_{oie} \psi_e(x)

    So the edges of a layer share E functions, and need not be evaluated one by one.

    Args:
        prompts: z at the start, shape (o, i, E).
        meta_learner: A; several layers may share one.
    """

    def __init__(self, prompts: Tensor, meta_learner: LinearMetaLearner | HeldFunctions):
        super().__init__()
        self.prompts = nn.Parameter(prompts.detach().clone())
        self.meta_learner = meta_learner

    def forward(self) -> Tensor:
        """Generate the coefficients, shape (o, i, D), from the prompts."""
        return self.prompts @ self.meta_learner.functions

    def blocks_in_parameters(self, jacobian: Tensor) -> list[tuple[nn.Parameter, Tensor]]:
        """Multiply by dw/dz = A^T and by dw/dA = z; see the base class."""
        functions = self.meta_learner.functions
        blocks = [(self.prompts, (jacobian @ functions.T).flatten(1))]
        if isinstance(functions, nn.Parameter):
            by_functions = torch.einsum("noid,oie->ned", jacobian, self.prompts)
            blocks.append((functions, by_functions.flatten(1)))
        return blocks

    def prompt_parameters(self) -> list[nn.Parameter]:
        """None that train at a rate of their own: they are what weights are to an MLP."""
        return []

    def linear_parameters(self) -> list[nn.Parameter]:
        """The prompts."""
        return [self.prompts]

    @property
    def is_generated(self) -> bool:
        """True: from prompts."""
        return True

    @property
    def is_learned(self) -> bool:
        """Whether the functions are trained, not held."""
        return isinstance(self.meta_learner.functions, nn.Parameter)


def linear_meta_learner(
    family: AnyFamily, count: int, is_held: bool = False
) -> LinearMetaLearner | HeldFunctions:
    """Make a meta-learner whose E functions start as powers of tanh.

    Args:
        family: The functions that they are made of.
        count: E.
        is_held: Whether they stay so.

    Returns:
        The meta-learner, float64.

    Raises:
        ValueError: If the family is not linear in its coefficients.
    """
    if isinstance(family, EdgeFamily):
        name = type(family).__name__
        raise ValueError(f"functions are shared by families linear in coefficients, not {name}")
    kind = HeldFunctions if is_held else LinearMetaLearner
    return kind(first_functions(family, count))


def first_functions(family: Family, count: int) -> Tensor:
    r"""Coefficients of tanh x, tanh^2 x, ..., tanh^E x, shape (E, D), fitted by least squares.

    A layer that starts with the first alone is that of a tanh network; the second is even.

    Args:
        family: The functions that they are made of.
        count: E.

    Returns:
        A, exact where the family has them.
    """
    limit = min(_FITTED_RANGE, family.reach)
    x = torch.linspace(-limit, limit, _FITTED_POINTS, dtype=torch.float64)
    return fitted(family, x, torch.stack([torch.tanh(x) ** (e + 1) for e in range(count)], dim=1))


def fitted(family: Family, x: Tensor, targets: Tensor) -> Tensor:
    """Fit functions by those of a family: values (M, E) at inputs (M,) -> coefficients (E, D)."""
    basis = family.derivatives(x.unsqueeze(1), 0)[0][:, 0]  # (M, D)
    # Torch's default driver gives other bits each time.
    return torch.linalg.lstsq(basis, targets, driver="gelsd").solution.T.contiguous()


def random_prompts(outputs: int, inputs: int, count: int, generator: Generator) -> Tensor:
    """Draw prompts (o, i, E) of the size of Glorot's weights, sqrt(2 / (i + o))."""
    shape = (outputs, inputs, count)
    drawn = torch.randn(*shape, generator=generator, dtype=torch.float64)
    return math.sqrt(2 / (inputs + outputs)) * drawn
