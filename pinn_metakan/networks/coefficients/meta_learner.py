"""The meta-learner: a small network that turns an edge's prompt into its coefficients."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor, nn

from pinn_metakan.errors import look_up
from pinn_metakan.families.elementwise import silu_derivatives, tanh_derivatives

#: Spread of the hidden biases: without it, all hidden functions of a scalar prompt bend at the same
#: place (docs/decisions/0009-meta-learner.md).
_BIAS_SPREAD = 0.7
#: Gain of the output layer, so that generated coefficients start as large as stored ones
#: (docs/decisions/0009-meta-learner.md).
_OUTPUT_GAIN = 1.6

#: Hidden units that are worked on at once: bounds the memory to 4 MiB, which stay in the cache
#: (docs/decisions/0015-bounded-memory.md).
_HIDDEN_UNITS = 500_000


def _relu_derivatives(x: Tensor, order: int) -> list[Tensor]:
    return [torch.relu(x), (x > 0).to(x.dtype)][: order + 1]


def _sine_derivatives(x: Tensor, order: int) -> list[Tensor]:
    return [torch.sin(x)] if order == 0 else [torch.sin(x), torch.cos(x)]


#: Takes hidden units and an order, 0 or 1; gives values, and slopes for order 1.
HiddenFunction = Callable[[Tensor, int], list[Tensor]]
HIDDEN_FUNCTIONS: dict[str, HiddenFunction] = {
    "relu": _relu_derivatives,
    "tanh": tanh_derivatives,
    "silu": silu_derivatives,
    "sine": _sine_derivatives,
}


class MetaLearner(nn.Module):
    r"""M(z) = W_2 sigma(W_1 z + b_1) + b_2, from a prompt in R^E to D coefficients.

    Starts with W_1 ~ omega N(0, 1) / sqrt(E), b_1 ~ 0.7 N(0, 1), W_2 ~ 1.6 S N(0, 1) / sqrt(h),
    b_2 = 0, where S holds the sizes that stored coefficients would start with: the sum over a
    layer's edges is then of order one. A sine with omega well above 1 maps even scalar prompts to
    nearly independent coefficients; a ReLU network of a scalar prompt starts near rank 2.

    Args:
        prompt_dimension: E [-].
        hidden_width: h [-].
        sizes: Standard deviations S that the D coefficients per edge start with, shape (D,).
        hidden_function: A key of `HIDDEN_FUNCTIONS`.
        frequency: omega [-].
        generator: Source of the random start.

    Raises:
        LookupError: If there is no such hidden function.

    Source: Zhao et al., ICML 2025, arXiv:2506.07549, eq. of M_theta; the start is our own.
    """

    def __init__(
        self,
        prompt_dimension: int,
        hidden_width: int,
        sizes: Tensor,
        hidden_function: str,
        frequency: float,
        generator: Generator,
    ):
        super().__init__()
        self.hidden_function = look_up(HIDDEN_FUNCTIONS, hidden_function, "hidden function")
        normal = _standard_normal(generator)
        first = frequency / math.sqrt(prompt_dimension)
        last = _OUTPUT_GAIN / math.sqrt(hidden_width) * sizes.unsqueeze(1)  # (D, 1)
        self.hidden_weight = nn.Parameter(first * normal(hidden_width, prompt_dimension))
        self.hidden_bias = nn.Parameter(_BIAS_SPREAD * normal(hidden_width))
        self.output_weight = nn.Parameter(last * normal(len(sizes), hidden_width))
        self.output_bias = nn.Parameter(torch.zeros(len(sizes), dtype=torch.float64))

    def forward(self, prompts: Tensor) -> Tensor:
        """Generate coefficients.

        Args:
            prompts: One prompt per edge, shape (o, i, E).

        Returns:
            Coefficients, shape (o, i, D).
        """
        result = _Generate.apply(
            self.hidden_function,
            prompts,
            self.hidden_weight,
            self.hidden_bias,
            self.output_weight,
            self.output_bias,
        )
        assert isinstance(result, Tensor)
        return result

    @torch.no_grad()
    def blocks_in_parameters(
        self, prompts: Tensor, jacobian: Tensor
    ) -> tuple[Tensor, list[tuple[nn.Parameter, Tensor]]]:
        """Turn a Jacobian in the coefficients of Q edges into one in prompts and parameters.

        Args:
            prompts: Shape (Q, E).
            jacobian: Shape (N, Q, D).

        Returns:
            The Jacobian in the prompts, shape (N, Q, E), and each parameter's block (N, size).
        """
        count = len(jacobian)
        hidden, slopes = self.hidden_function(prompts @ self.hidden_weight.T + self.hidden_bias, 1)
        through = slopes[:, None, :] * self.output_weight  # (Q, D, h): dw / d(W_1 z + b_1)
        by_prompts = torch.einsum("nqd,qde->nqe", jacobian, through @ self.hidden_weight)
        by_hidden = torch.einsum("qdh,qe->qdhe", through, prompts).flatten(2)  # (Q, D, h E)
        table = torch.cat([by_hidden, through], dim=2).flatten(0, 1)  # (Q D, h E + h)
        weight, bias = (jacobian.flatten(1) @ table).split(
            [self.hidden_weight.numel(), self.hidden_bias.numel()], dim=1
        )
        by_output = jacobian.transpose(1, 2) @ hidden  # (N, D, h)
        blocks = [
            (self.hidden_weight, weight),
            (self.hidden_bias, bias),
            (self.output_weight, by_output.reshape(count, -1)),
            (self.output_bias, jacobian.sum(dim=1)),
        ]
        return by_prompts, blocks


class _Generate(torch.autograd.Function):
    """M(z), whose hidden units are computed again in the backward pass instead of being kept.

    They are h numbers per edge, more than the coefficients that a plain KAN would store.
    """

    generate_vmap_rule = True  # so that torch.func can transform a network

    @staticmethod
    def forward(
        function: HiddenFunction, z: Tensor, w_1: Tensor, b_1: Tensor, w_2: Tensor, b_2: Tensor
    ) -> Tensor:
        parts = [
            function(some @ w_1.T + b_1, 0)[0] @ w_2.T + b_2 for some in _edge_chunks(z, len(b_1))
        ]
        coefficients = torch.cat(parts) if len(parts) > 1 else parts[0]
        return coefficients.view(*z.shape[:-1], -1)  # (o, i, D)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        ctx.function = inputs[0]
        ctx.save_for_backward(*inputs[1:5])

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        z, w_1, b_1, w_2 = ctx.saved_tensors
        by_prompts = []
        totals = [torch.zeros_like(p) for p in (w_1, b_1, w_2, w_2[:, 0])]
        width = len(b_1)
        chunks = zip(_edge_chunks(z, width), _edge_chunks(slope, width), strict=True)
        for some, slope_here in chunks:
            hidden, slopes = ctx.function(some @ w_1.T + b_1, 1)  # (Q, h)
            inside = (slope_here @ w_2) * slopes
            by_prompts.append(inside @ w_1)
            parts = [
                inside.T @ some,
                inside.sum(0),
                slope_here.T @ hidden,
                slope_here.sum(0),
            ]
            totals = [total + part for total, part in zip(totals, parts, strict=True)]
        prompts = torch.cat(by_prompts) if len(by_prompts) > 1 else by_prompts[0]
        return (None, prompts.reshape(z.shape), *totals)


def _edge_chunks(table: Tensor, hidden_width: int) -> tuple[Tensor, ...]:
    """Cut a table (o, i, ...) of edges into parts (Q, ...) of not too many hidden units."""
    return table.reshape(-1, table.shape[-1]).split(max(1, _HIDDEN_UNITS // hidden_width))


def _standard_normal(generator: Generator) -> Callable[..., Tensor]:
    """A function that draws N(0, 1) of a shape."""
    return lambda *shape: torch.randn(*shape, generator=generator, dtype=torch.float64)
