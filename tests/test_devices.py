"""Nothing makes a CPU tensor where the network is elsewhere; seen without a GPU, on "meta".

Tensors of the device "meta" have a shape and no numbers. There a sum refuses a CPU tensor beside
them, a product of matrices or a scatter does not; here all operations do that would on a GPU.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from small_runs import CHOSEN_NAMES, FAST, PROBLEM_NAMES, SHIPPED, small_evaluation
from torch import Generator, Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from pinn_metakan.families.chebyshev import Chebyshev
from pinn_metakan.losses.collocation import Collocation
from pinn_metakan.losses.nested_autograd import NestedAutograd
from pinn_metakan.losses.objective import Objective
from pinn_metakan.losses.random_dimensions import RandomDimensions
from pinn_metakan.networks.convolution.classifier import conv_classifier
from pinn_metakan.networks.convolution.table import CONVOLUTIONS
from pinn_metakan.networks.table import build_network
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings
from pinn_metakan.settings.networks import NETWORK_SETTINGS

Write = Callable[..., Path]

META = torch.device("meta")
INTERIOR = 4
SMALL: dict[str, object] = FAST | {
    "network": {"widths": [2]},
    "points": {"interior": INTERIOR, "boundary": 2, "initial": 2},
}
#: What takes indices, or numbers to copy, from the CPU to every device.
_FROM_THE_CPU = ("aten.index", "aten.index_put_", "aten.copy_")


class OneDevice(TorchDispatchMode):
    """Refuses an operation on tensors of two devices; a CPU tensor of one number may be in it."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        given = tensors_in((args, *(kwargs or {}).values()))
        are_meta = {tensor.is_meta for tensor in given if tensor.is_meta or tensor.ndim > 0}
        if len(are_meta) > 1 and str(func.overloadpacket) not in _FROM_THE_CPU:
            raise RuntimeError(f"{func} takes tensors of two devices")
        return func(*args, **(kwargs or {}))


def tensors_in(given: Any) -> Iterator[Tensor]:
    if isinstance(given, Tensor):
        yield given
    elif isinstance(given, list | tuple):
        for part in given:
            yield from tensors_in(part)


def on_meta(problem: Problem, network: str = "mlp", conditions: str = "hard") -> AssembledRun:
    """All parts, made on the CPU and moved: what is checked on the way needs numbers."""
    dimension = problem.domain.dimension + len(problem.solution_parameters)
    small = SMALL | small_evaluation(dimension, 3)
    layers = [("small", small), ("test", {"conditions": conditions})]
    settings = suggested_settings(problem, network, layers)  # type: ignore[arg-type]
    run = AssembledRun(problem, choose(network, settings, 0, "cpu", "float64"))
    run.ansatz.to(META)
    for group in run.objective.collocation.groups:
        group.at = group.at.to(META, torch.float64)
    return run


def shipped(name: str, dimension: int = 2) -> Problem:
    is_high = name.startswith("ball") or name == "poisson_nd"
    parameters = {"dimension": dimension} if is_high else {}
    return load_problem(str(SHIPPED / f"{name}.py"), parameters=parameters)


@cache
def objective_of(name: str, conditions: str) -> Objective:
    return on_meta(shipped(name), conditions=conditions).objective


def with_network(objective: Objective, name: str) -> Objective:
    """The same objective of another network."""
    section = NETWORK_SETTINGS[name]
    has_degree = section().model_dump().get("family") in ("chebyshev", "legendre", "gram")
    options = {"options": {"degree": 2}} if has_degree else {}  # fewer operations, sooner done
    settings = section.model_validate({"widths": [2]} | options)
    size, outputs = (
        objective.ansatz.features.size,
        len(objective.collocation.equations.variables.unknowns),
    )
    network = build_network(size, outputs, settings, Generator().manual_seed(0))
    return objective.with_ansatz(objective.ansatz.with_network(network.to(META)))


def assert_stays(objective: Objective) -> None:
    """Residuals, gradient and Jacobian are made where the network is."""
    parameters = list(objective.ansatz.parameters())
    with OneDevice():
        r = objective.vector()
        gradient = torch.autograd.grad(r.square().sum(), parameters)
        again, jacobian = objective.linearize()
    assert {tensor.device for tensor in (r, *gradient, again, jacobian)} == {META}
    assert r.shape == again.shape
    assert jacobian.shape == (len(r), sum(parameter.numel() for parameter in parameters))


@pytest.mark.parametrize("conditions", ["hard", "soft"])
@pytest.mark.parametrize("name", PROBLEM_NAMES)
def test_every_problem_stays_on_the_device(name: str, conditions: str) -> None:
    assert_stays(with_network(objective_of(name, conditions), "metakan"))


@pytest.mark.parametrize("network", [name for name in NETWORK_SETTINGS if name != "metakan"])
@pytest.mark.parametrize("name", CHOSEN_NAMES)
def test_every_network_stays_on_its_device(name: str, network: str) -> None:
    assert_stays(with_network(objective_of(name, "hard"), network))


@pytest.mark.parametrize(
    ("name", "network"),
    [
        ("burgers", "metakan"),
        ("burgers", "metakan-sine"),
        ("burgers", "kagn"),
        ("ball_poisson", "wavkan"),
        ("poisson", "mlp"),
    ],
)
def test_nested_autograd_stays_on_the_device(name: str, network: str) -> None:
    objective = with_network(objective_of(name, "soft"), network)
    objective.engine = NestedAutograd()
    assert_stays(objective)


@pytest.mark.parametrize("network", NETWORK_SETTINGS)
def test_stored_coefficients_stay_on_the_device(network: str) -> None:
    trained = with_network(objective_of("heat", "hard"), network).ansatz.network
    with OneDevice():
        baked = trained.baked()
    assert {parameter.device for parameter in baked.parameters()} == {META}


def test_blocks_and_samples_stay_on_the_device() -> None:
    objective = with_network(objective_of("heat", "soft"), "metakan")
    r, jacobian = objective.linearize_within(0)
    assert {r.device, jacobian.rows().device, jacobian.pulled(r).device} == {META}
    assert_stays(objective.with_part(5, Generator().manual_seed(0)))


def test_many_dimensions_stay_on_the_device() -> None:
    run = on_meta(shipped("ball_poisson", 8), "metakan-sine")  # their product goes edge by edge
    assert_stays(run.objective)
    with OneDevice():
        assert RandomDimensions(run.objective, 3).loss().device == META


@pytest.mark.parametrize("conditions", ["hard", "soft"])
@pytest.mark.parametrize("name", PROBLEM_NAMES)
def test_new_points_lie_on_the_device(
    name: str, conditions: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes_of = Objective._sizes

    def some_numbers(*arguments: Any) -> Tensor:
        sizes = sizes_of(*arguments)
        assert sizes.device == META
        return torch.ones(sizes.shape)  # those on meta have no numbers to choose by

    monkeypatch.setattr(Objective, "_sizes", some_numbers)
    objective = with_network(objective_of(name, conditions), "kan")
    groups = [copy(group) for group in objective.collocation.groups]  # others have them, too
    collocation = Collocation(groups, 0.5, Generator().manual_seed(0))
    with OneDevice():
        objective.with_collocation(collocation).redraw()
    dimension = objective.collocation.equations.variables.dimension  # with parameters
    assert groups[0].at.points.shape == (INTERIOR, dimension)
    assert {group.at.points.device for group in groups} == {META}


CONDITIONS = """{
    "start": Initial(u=lambda x: torch.sin(torch.pi * x), u_t=0.5, p=1.0),
    "fixed": Dirichlet(u=lambda x, t: t * x, where="x=0"),
    "part": Dirichlet(p=1.0, where=lambda x, t: x > 0.5),
    "flux": Neumann(u=0.0, where="x=1"),
    "mixed": Robin(1.0, lambda x, t: 2 + t, 0.0, unknown="p", where="x=0"),
    "seen": Observed([[0.5, 0.5], [0.1, 0.2]], p=[1.0, 2.0]),
}"""
#: Parts of a problem that no shipped one has.
OTHER_PARTS: dict[str, dict[str, str]] = {
    "all conditions": {
        "unknowns": "('u', 'p')",
        "conditions": CONDITIONS.replace("\n", " "),
        "residual": "u, u_xt, p_xxtt, lap = jet('u', 'u_xt', 'p_xxtt', 'laplacian_p')\n"
        "        return {'one': u * u_xt + p_xxtt, 'two': lap + u**2}",
    },
    "periodic": {
        "conditions": "{'ends': Periodic('x'), 'start': Initial(u=lambda x: torch.cos(x))}",
    },
    "own transform": {
        "extra": "def transform(self, points, outputs):\n"
        "        x, t = points.unbind(1)\n"
        "        return {'u': torch.sin(torch.pi * x) + t * x * (1 - x) * outputs['u']}",
    },
}


@pytest.mark.parametrize("conditions", ["hard", "soft"])
@pytest.mark.parametrize("parts", OTHER_PARTS.values(), ids=OTHER_PARTS)
def test_every_part_of_a_problem_stays_on_the_device(
    parts: dict[str, str], conditions: str, write_problem: Write
) -> None:
    problem = load_problem(str(write_problem(**parts)))
    assert_stays(on_meta(problem, "metakan", conditions).objective)


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_every_convolution_stays_on_its_device(name: str) -> None:
    network = conv_classifier(name, (1, 2, 2), 3, Generator().manual_seed(0)).to(META)
    images = torch.rand(2, 1, 4, 4, dtype=torch.float64, device=META)
    with OneDevice():
        gradient = torch.autograd.grad(network(images).square().sum(), list(network.parameters()))
    assert {tensor.device for tensor in gradient} == {META}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda basis: [b + torch.ones(b.shape[-1]) for b in basis],
        lambda basis: [b @ torch.eye(b.shape[-1], dtype=b.dtype) for b in basis],
        lambda basis: [b.scatter(-1, torch.zeros(b.shape).long(), 0.0) for b in basis],
    ],
    ids=["sum", "product", "scatter"],
)
def test_a_cpu_tensor_in_a_layer_is_found(
    wrong: Callable[[list[Tensor]], list[Tensor]], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = Chebyshev.derivatives
    monkeypatch.setattr(Chebyshev, "derivatives", lambda *arguments: wrong(right(*arguments)))
    with pytest.raises(RuntimeError, match="tensors of two devices"):
        assert_stays(with_network(objective_of("heat", "hard"), "chebykan"))
