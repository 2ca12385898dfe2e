"""Generated coefficients: their size and rank at the start, their gradients, their chunks."""

import pytest
import torch
from torch import Generator, Tensor

from pinn_metakan.families.rbf import RBF
from pinn_metakan.networks.coefficients import meta_learner
from pinn_metakan.networks.coefficients.meta_learner import HIDDEN_FUNCTIONS, MetaLearner
from pinn_metakan.networks.kan import make_kan, make_metakan


def test_generated_coefficients_start_as_large_as_stored_ones(generator: Generator) -> None:
    widths = (2, 40, 40, 1)
    generated = make_metakan(widths, RBF, generator, hidden_width=64).weights()
    stored = make_kan(widths, RBF, generator).weights()
    for meta, plain in zip(generated, stored, strict=True):
        assert 0.4 < float((meta.std() / plain.std()).detach()) < 2.5


def test_sine_prompts_give_coefficients_of_full_rank(generator: Generator) -> None:
    network = make_metakan((1, 60), RBF, generator, prompt_dimension=1, frequency=5.0)
    (w,) = network.weights()
    singular = torch.linalg.svdvals(w)
    assert float((singular[4] / singular[0]).detach()) > 0.05  # a scalar ReLU prompt gives rank 2


@pytest.mark.parametrize("name", HIDDEN_FUNCTIONS)
def test_every_hidden_function_trains(name: str, generator: Generator) -> None:
    network = make_metakan((2, 3, 1), RBF, generator, hidden_function=name)
    network(torch.ones(5, 2, dtype=torch.float64)).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())


@pytest.mark.parametrize("name", HIDDEN_FUNCTIONS)
def test_chunks_of_edges_change_neither_coefficients_nor_gradients(
    name: str, generator: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = MetaLearner(2, 5, torch.ones(4, dtype=torch.float64), name, 3.0, generator)
    prompts = torch.randn(6, 7, 2, generator=generator, dtype=torch.float64, requires_grad=True)
    slopes = torch.randn(3, 6, 7, 4, generator=generator, dtype=torch.float64)
    wanted = [prompts, *learner.parameters()]

    def values() -> list[Tensor]:
        w = learner(prompts)
        rows = torch.autograd.grad(w, wanted, slopes, retain_graph=True, is_grads_batched=True)
        return [w, *rows, *torch.autograd.grad(w, wanted, slopes[0])]

    whole = values()
    monkeypatch.setattr(meta_learner, "_HIDDEN_UNITS", 50)  # ten edges at once
    for found, expected in zip(values(), whole, strict=True):
        assert torch.allclose(found, expected, atol=1e-13)
