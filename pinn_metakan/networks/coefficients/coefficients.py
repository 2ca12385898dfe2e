"""Where the coefficients of a layer come from: stored (KAN) or generated from prompts (MetaKAN)."""

from abc import ABC, abstractmethod

import torch
from torch import Generator, Tensor, nn

from pinn_metakan.networks.coefficients.meta_learner import MetaLearner


class Coefficients(nn.Module, ABC):
    """The coefficient tensor (o, i, D) of one layer."""

    @abstractmethod
    def forward(self) -> Tensor:
        """Coefficients, shape (o, i, D)."""

    @abstractmethod
    def blocks_in_parameters(self, jacobian: Tensor) -> list[tuple[nn.Parameter, Tensor]]:
        """Turn a Jacobian in the coefficients into one in the parameters.

        Args:
            jacobian: Shape (N, o, i, D).

        Returns:
            Each parameter and its block (N, size).
        """

    @property
    def is_generated(self) -> bool:
        """Whether they come from prompts."""
        return False

    def baked(self) -> "Coefficients":
        """The same coefficients, stored."""
        return Stored(self())

    @abstractmethod
    def prompt_parameters(self) -> list[nn.Parameter]:
        """Prompts that train at a rate of their own; empty if the coefficients are stored."""

    def linear_parameters(self) -> list[nn.Parameter]:
        """Parameters that the coefficients are linear in; empty where none is known."""
        return []


def random_coefficients(outputs: int, sizes: Tensor, inputs: int, generator: Generator) -> Tensor:
    """Draw coefficients (o, i, D), normal, of the standard deviations (D,) that a family wants."""
    shape = (outputs, inputs, len(sizes))
    return sizes * torch.randn(*shape, generator=generator, dtype=torch.float64)


class Stored(Coefficients):
    r"""Coefficients that are parameters themselves, o i D of them.

    Args:
        start: Shape (o, i, D).
    """

    def __init__(self, start: Tensor):
        super().__init__()
        self.values = nn.Parameter(start.detach().clone())

    def forward(self) -> Tensor:
        """Coefficients, shape (o, i, D), which are the parameters."""
        return self.values

    def blocks_in_parameters(self, jacobian: Tensor) -> list[tuple[nn.Parameter, Tensor]]:
        """The Jacobian itself, as one block (N, o i D)."""
        return [(self.values, jacobian.flatten(1))]

    def prompt_parameters(self) -> list[nn.Parameter]:
        """No prompts."""
        return []

    def linear_parameters(self) -> list[nn.Parameter]:
        """The coefficients themselves."""
        return [self.values]


class Generated(Coefficients):
    r"""Coefficients M(z) from one prompt z in R^E per edge: E o i parameters and a meta-learner.

    Args:
        outputs: o.
        inputs: i.
        prompt_dimension: E.
        meta_learner: Turns prompts into coefficients; several layers may share one.
        generator: Source of the random start, z ~ N(0, 1).
    """

    def __init__(
        self,
        outputs: int,
        inputs: int,
        prompt_dimension: int,
        meta_learner: MetaLearner,
        generator: Generator,
    ):
        super().__init__()
        shape = (outputs, inputs, prompt_dimension)
        self.prompts = nn.Parameter(torch.randn(*shape, generator=generator, dtype=torch.float64))
        self.meta_learner = meta_learner

    @property
    def is_generated(self) -> bool:
        """True: from prompts."""
        return True

    def forward(self) -> Tensor:
        """Generate the coefficients, shape (o, i, D), from the prompts."""
        return self.meta_learner(self.prompts)

    def blocks_in_parameters(self, jacobian: Tensor) -> list[tuple[nn.Parameter, Tensor]]:
        """Multiply by dw/dz, which is block-diagonal, and by dw/dtheta; see the base class."""
        count, (o, i, e) = len(jacobian), self.prompts.shape
        prompts, learner = self.meta_learner.blocks_in_parameters(
            self.prompts.detach().reshape(o * i, e), jacobian.reshape(count, o * i, -1)
        )
        return [(self.prompts, prompts.reshape(count, -1)), *learner]

    def prompt_parameters(self) -> list[nn.Parameter]:
        """The prompts, shape (o, i, E)."""
        return [self.prompts]
