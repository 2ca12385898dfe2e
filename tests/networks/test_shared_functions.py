"""A MetaKAN whose edges share functions: its start, its weights, its copies and its solutions."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from small_runs import FAST, stop_at
from torch import Generator, Tensor
from torch.func import functional_call, grad, vmap

from pinn_metakan.derivatives.request import Derivative
from pinn_metakan.derivatives.taylor import JetSpace
from pinn_metakan.errors import Interrupted, SettingsError
from pinn_metakan.families.chebyshev import Chebyshev
from pinn_metakan.families.table import family_maker
from pinn_metakan.families.wavelet import Wavelet
from pinn_metakan.networks.coefficients.shared import SharedFunctions
from pinn_metakan.networks.dense import KANLinear
from pinn_metakan.networks.edges import FixedBasis
from pinn_metakan.networks.kan import KAN
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.networks.network import Network
from pinn_metakan.networks.shared_metakan import make_shared_metakan
from pinn_metakan.networks.table import build_network
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.resume import open_run, resume
from pinn_metakan.runs.solve import solve
from pinn_metakan.settings.networks import SharedMetaKANSettings

WIDTHS = (2, 6, 5, 2)
SPACE = JetSpace([Derivative(0, (0, 0, 1, 1)), Derivative(0, (1, 1, 1))])


def shared(generator: Generator, functions: int = 1, meta_learners: int = 0) -> KAN:
    return make_shared_metakan(WIDTHS, lambda: Chebyshev(5, 1), generator, functions, meta_learners)


def points(generator: Generator) -> Tensor:
    return 2 * torch.rand(20, 2, generator=generator, dtype=torch.float64) - 1


def jets_of(network: Network, x: Tensor) -> Tensor:
    jets = torch.zeros(len(SPACE), len(x), 2, dtype=torch.float64)
    jets[0] = x
    for axis in (0, 1):
        jets[SPACE.indices.index((axis,)), :, axis] = 1.0
    first = network.chain()[0].prepare(SPACE, jets)
    return network.evaluate_jets(SPACE, first, network.weights())[-1]


def test_one_function_starts_as_an_mlp_of_the_same_seed(generator: Generator) -> None:
    network, mlp = shared(Generator().manual_seed(3)), MLP(WIDTHS, Generator().manual_seed(3))
    x = points(generator)
    with torch.no_grad():
        assert (network(x) - mlp(x)).abs().max() < 1e-12
        found, expected = jets_of(network, x), jets_of(mlp, x)
        assert (found - expected).abs().max() < 1e-12 * float(expected.abs().max())


@pytest.mark.parametrize("family", ["chebyshev", "rbf", "bspline"])
@pytest.mark.parametrize("functions", [1, 3])
def test_a_layer_equals_the_sum_over_its_edges(
    family: str, functions: int, generator: Generator
) -> None:
    network = make_shared_metakan((2, 4, 3), family_maker(family, {}), generator, functions)
    (layer,) = network.kan_layers
    x = points(generator)[:, :1].expand(-1, 4)
    generic = FixedBasis(layer.family, layer.coefficients)  # type: ignore[arg-type]
    bounded = layer._bound.values(x)
    w = layer.coefficients().flatten(1)
    space = JetSpace([])
    expected = generic.combine(space, generic.prepare(space, bounded.unsqueeze(0)), w)[0]
    assert torch.allclose(layer(x), expected + layer.bias, atol=1e-13)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch.func compiles its own rules
@pytest.mark.parametrize("functions", [1, 2])
def test_gradients_in_points_and_parameters_go_through_torch_func(
    functions: int, generator: Generator
) -> None:
    network = shared(generator, functions)
    parameters = {name: p.detach() for name, p in network.named_parameters()}
    x = points(generator)

    def laplacian(parameters: dict[str, Tensor], point: Tensor) -> Tensor:
        def u(point: Tensor) -> Tensor:
            value: Tensor = functional_call(network, parameters, (point[None],))
            return value[0, 0]

        second = torch.func.hessian(u)(point)
        return second.diagonal().sum()

    rows = vmap(grad(laplacian), (None, 0))(parameters, x)
    found = torch.cat([row.flatten(1) for row in rows.values()], dim=1)
    values = vmap(laplacian, (None, 0))(parameters, x)
    jets = jets_of(network, x)
    by_jets = jets[[SPACE.indices.index((0, 0)), SPACE.indices.index((1, 1))], :, 0].sum(dim=0)
    assert torch.allclose(values, by_jets, atol=1e-10)
    for row in range(3):
        gradients = torch.autograd.grad(by_jets[row], list(network.parameters()), retain_graph=True)
        expected = torch.cat([g.flatten() for g in gradients])
        assert torch.allclose(found[row], expected, atol=1e-10)


@pytest.mark.parametrize("meta_learners", [0, 1])
def test_what_is_saved_or_baked_is_the_same_network(
    meta_learners: int, generator: Generator, tmp_path: Path
) -> None:
    network, again = (shared(generator, 2, meta_learners) for _ in range(2))
    x = points(generator)
    with torch.no_grad():
        names = {name: p for name, p in network.named_parameters()}
        save_file(names, tmp_path / "network.safetensors")
        again.load_state_dict(load_file(tmp_path / "network.safetensors"), strict=False)
        assert torch.equal(again(x), network(x))
        assert torch.allclose(network.baked()(x), network(x), atol=1e-13)
        assert torch.allclose(jets_of(network.baked(), x), jets_of(network, x), atol=1e-10)
    assert network.is_generated
    assert not network.baked().is_generated


def test_layers_of_one_label_share_one_set_of_functions(generator: Generator) -> None:
    sources = [layer.coefficients for layer in shared(generator, 1, 1).kan_layers]
    assert all(isinstance(source, SharedFunctions) for source in sources)
    assert len({id(source.get_submodule("meta_learner")) for source in sources}) == 1


def test_prompts_train_at_the_rate_of_weights(generator: Generator) -> None:
    assert shared(generator, 2).prompts() == []


def test_float32_is_near_float64(generator: Generator) -> None:
    network = shared(generator, 2)
    x = points(generator)
    expected = network(x).detach()
    found = network.float()(x.float())
    assert found.dtype == torch.float32
    assert torch.allclose(found.double(), expected, atol=1e-5)


@pytest.mark.parametrize("family", ["chebyshev", "rbf", "bspline"])
def test_the_same_seed_gives_the_same_bits(family: str) -> None:
    seeds = [Generator().manual_seed(2) for _ in range(6)]
    made = [make_shared_metakan(WIDTHS, family_maker(family, {}), seed, 2) for seed in seeds]
    bits = {b"".join(p.detach().numpy().tobytes() for p in n.parameters()) for n in made}
    assert len(bits) == 1


def test_networks_that_cannot_share_functions_are_refused(generator: Generator) -> None:
    with pytest.raises(ValueError, match="shared functions need a hidden layer: give at least"):
        make_shared_metakan((2, 1), Chebyshev, generator)
    with pytest.raises(ValueError, match="families linear in coefficients, not Wavelet"):
        make_shared_metakan((2, 3, 1), Wavelet, generator)
    with pytest.raises(SettingsError, match="network: shared functions need a hidden layer"):
        build_network(2, 1, SharedMetaKANSettings(widths=[]), generator)


def test_the_default_network_shares_one_function_per_layer(generator: Generator) -> None:
    network = build_network(2, 1, SharedMetaKANSettings(), generator)
    assert isinstance(network, KAN)
    assert network.n_parameters == 624
    assert network.edge_coefficients == 5
    assert all(isinstance(layer, KANLinear) for layer in network.kan_layers)
    assert network.describe() == (
        "3 sets of 1 function of 5 Chebyshev terms, shared by all edges of a layer"
    )


@pytest.mark.parametrize("functions", [1, 2])
def test_a_run_goes_on_exactly(functions: int, tmp_path: Path) -> None:
    network = {"widths": [4, 4], "prompt_dimension": functions, "meta_learners": 1}
    settings = FAST | {"network": network, "report_every": 1}
    whole = solve(load_problem("heat"), settings=settings)
    with pytest.raises(Interrupted):
        solve(load_problem("heat"), settings=settings, out=tmp_path / "run", progress=stop_at(5))
    resumed = resume(tmp_path / "run")
    np.testing.assert_array_equal(resumed["u"], whole["u"])
    assert resumed.attributes["network"] == "metakan"
    opened = open_run(tmp_path / "run", evaluate=True)
    point = [[0.5, 0.25]]
    np.testing.assert_array_equal(opened(point)["u"], resumed(point)["u"])
