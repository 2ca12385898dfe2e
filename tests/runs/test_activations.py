"""Edge functions read off a network, stored and drawn."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Generator

from pinn_metakan.families.chebyshev import Chebyshev
from pinn_metakan.families.rbf import RBF
from pinn_metakan.families.table import FAMILIES, family_maker
from pinn_metakan.networks.coefficients.shared import SharedFunctions
from pinn_metakan.networks.kan import make_kan, make_metakan
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.networks.shared_metakan import make_shared_metakan
from pinn_metakan.plotting.activations import activations_figure
from pinn_metakan.plotting.figures import draw_activations
from pinn_metakan.results.activations import LayerActivations
from pinn_metakan.results.field import Field, FieldOnGrid
from pinn_metakan.results.hdf5 import read_solution, write_solution
from pinn_metakan.runs.activations import activations_of


@pytest.mark.parametrize("family", FAMILIES)
def test_the_edges_of_a_layer_sum_to_its_outputs(family: str, generator: Generator) -> None:
    network = make_kan((3, 4), family_maker(family, {}), generator)
    (layer,) = activations_of(network)
    assert layer.functions.shape == (4, 3, len(layer.inputs))
    same = torch.from_numpy(layer.inputs)[:, None].expand(-1, 3)  # each input the same number
    outputs = network(same).detach().numpy()  # (M, 4)
    np.testing.assert_allclose(layer.functions.sum(axis=1).T, outputs, atol=1e-12)


def test_the_first_layer_sees_scaled_coordinates_and_others_their_reach(
    generator: Generator,
) -> None:
    first, second = activations_of(make_kan((2, 3, 1), RBF, generator))
    assert (first.inputs[0], first.inputs[-1]) == (-1.0, 1.0)
    assert (second.inputs[0], second.inputs[-1]) == (-1.5, 1.5)
    assert first.sweep is None


def test_a_sweep_goes_through_the_functions_of_trained_prompts(generator: Generator) -> None:
    network = make_metakan((2, 5, 1), RBF, generator, prompt_dimension=1)
    first = activations_of(network)[0]
    assert first.sweep is not None
    assert len(first.sweep.trained) == 10
    lowest = int(first.sweep.trained.argmin())  # the sweep begins at this edge's prompt
    np.testing.assert_allclose(
        first.sweep.functions[0], first.functions.reshape(10, -1)[lowest], atol=1e-12
    )


def test_of_a_wide_layer_the_first_edges_are_kept(generator: Generator) -> None:
    (layer,) = activations_of(make_kan((2, 40), RBF, generator))
    assert layer.functions.shape[:2] == (16, 2)


def test_an_mlp_has_no_edge_functions(generator: Generator) -> None:
    assert activations_of(MLP((2, 3, 1), generator)) == ()


def field_of(activations: tuple[LayerActivations, ...]) -> Field:
    x = np.linspace(0, 1, 3)
    history = {name: np.ones(2) for name in ("step", "seconds", "loss")}
    grid = FieldOnGrid({"x": x}, {"u": x}, {}, {})
    field = Field(grid, ("x",), {"x": "-", "u": "-"}, {"x": "x", "u": "u"}, history, {})
    return replace(field, activations=activations)


def test_edges_combine_the_functions_that_they_share(generator: Generator) -> None:
    network = make_shared_metakan((2, 4, 3, 1), RBF, generator, prompt_dimension=2)
    activations = activations_of(network)
    assert [layer.number for layer in activations] == [2, 3]  # the first is linear
    for layer, found in zip(network.kan_layers, activations, strict=True):
        assert isinstance(layer.coefficients, SharedFunctions)
        assert found.shared is not None
        assert found.sweep is None
        assert (found.inputs[0], found.inputs[-1]) == (-1.5, 1.5)
        prompts = layer.coefficients.prompts.detach().numpy()
        np.testing.assert_allclose(found.functions, prompts @ found.shared, atol=1e-12)


def test_the_first_of_two_shared_functions_starts_as_tanh(generator: Generator) -> None:
    network = make_shared_metakan((2, 3, 1), lambda: Chebyshev(5, 1), generator, 2)
    (layer,) = activations_of(network)
    assert layer.shared is not None
    np.testing.assert_allclose(layer.shared[0], np.tanh(layer.inputs), atol=1e-12)


def test_figures_show_what_edges_share_beside_them(generator: Generator) -> None:
    network = make_shared_metakan((2, 3, 3, 1), RBF, generator, prompt_dimension=2)
    figure = activations_figure(field_of(activations_of(network)))
    titles = [axis.get_title() for axis in figure.axes if axis.get_title()]
    assert titles == [
        "layer 2: edges over [-1.5, 1.5]",
        "layer 2: what its 9 edges share",
        "layer 3: edges over [-1.5, 1.5]",
        "layer 3: what its 3 edges share",
    ]
    labels = [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
    assert labels == ["tanh", "function 1", "function 2"]


@pytest.mark.parametrize("make", [make_kan, make_metakan, make_shared_metakan])
def test_activations_come_back_from_hdf5_and_are_drawn(
    make: type, generator: Generator, tmp_path: Path
) -> None:
    written = activations_of(make((2, 3, 3, 1), RBF, generator))
    write_solution(tmp_path / "solution.h5", field_of(written))
    field = read_solution(tmp_path / "solution.h5")
    assert len(field.activations) == (2 if make is make_shared_metakan else 3)
    for old, new in zip(written, field.activations, strict=True):
        np.testing.assert_array_equal(old.functions, new.functions)
        assert old.number == new.number
        assert (old.shared is None) == (new.shared is None)
        if old.shared is not None and new.shared is not None:
            np.testing.assert_array_equal(old.shared, new.shared)
        assert (old.sweep is None) == (new.sweep is None)
        if old.sweep is not None and new.sweep is not None:
            np.testing.assert_array_equal(old.sweep.functions, new.sweep.functions)
    names = [path.name for path in draw_activations(field, tmp_path)]
    expected = ["activations.png"] + (["prompts.png"] if make is make_metakan else [])
    assert names == expected
    assert all((tmp_path / name).stat().st_size > 5_000 for name in names)
    limit = 1.5 if make is make_shared_metakan else 1.0  # the first layer sees coordinates
    assert math.isclose(written[0].inputs[-1], limit)
