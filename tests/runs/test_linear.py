"""Networks of random features solve linear equations at once; the stage works for others too."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from small_runs import FAST, stop_at

from pinn_metakan.errors import Interrupted, SettingsError
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.resume import open_run, resume
from pinn_metakan.runs.solve import solve
from pinn_metakan.settings.layers import build_settings

Write = Callable[..., Path]
#: A quarter of the features, half of the points.
SMALL: dict[str, object] = {
    "network": {"widths": [130]},
    "points": {"interior": 600},
    "evaluation": {"shape": [41, 41]},
    "report_every": 1,
}
#: The mean square of the source of poisson: the loss of u = 0.
LOSS_OF_POISSON = torch.pi**4
WAVE: dict[str, str] = {
    "conditions": "{'start': Initial(u=lambda x: torch.sin(torch.pi * x), u_t=0.0),"
    " 'walls': Dirichlet(u=0.0)}",
    "residual": "u_tt, u_xx = jet('u_tt', 'u_xx')\n        return {'wave': u_tt - 4 * u_xx}",
    "extra": "def reference(self, points):\n        x, t = points.unbind(1)\n"
    "        return {'u': torch.sin(torch.pi * x) * torch.cos(2 * torch.pi * t)}",
}
HELMHOLTZ: dict[str, str] = {
    "domain": "Box((-1.0, 1.0), (-1.0, 1.0))",
    "coordinates": "('x', 'y')",
    "conditions": "{'walls': Dirichlet(u=0.0)}",
    "residual": "x, y, u, lap = jet('x', 'y', 'u', 'laplacian_u')\n"
    "        s = torch.sin(torch.pi * x) * torch.sin(4 * torch.pi * y)\n"
    "        return {'helmholtz': lap + u - (1 - 17 * torch.pi**2) * s}",
    "extra": "def reference(self, points):\n        x, y = points.unbind(1)\n"
    "        return {'u': torch.sin(torch.pi * x) * torch.sin(4 * torch.pi * y)}",
}


@pytest.mark.parametrize("name", ["poisson", "heat"])
def test_a_linear_equation_is_solved_in_one_step(name: str) -> None:
    solution = solve(load_problem(name), "features", settings={"evaluation.shape": [41, 41]})
    assert solution.relative_l2["u"] < 1e-11
    assert solution.history["step"][-1] == 1
    assert solution.attributes["n_parameters"] == 501
    assert "linear: solved" in str(solution.attributes["stop_reason"])


@pytest.mark.parametrize(("case", "error"), [(WAVE, 1e-7), (HELMHOLTZ, 1e-5)])
def test_waves_are_solved_in_one_step(
    case: dict[str, str], error: float, write_problem: Write
) -> None:
    problem = load_problem(str(write_problem(**case)))
    solution = solve(problem, "features", settings={"evaluation.shape": [41, 41]})
    assert solution.relative_l2["u"] < error
    assert solution.history["step"][-1] == 1


def test_soft_conditions_are_solved_too() -> None:
    settings = {"conditions": "soft", "evaluation.shape": [41, 41]}
    assert solve(load_problem("heat"), "features", settings=settings).relative_l2["u"] < 1e-9


def test_a_nonlinear_equation_takes_steps() -> None:
    problem = load_problem("burgers", parameters={"viscosity": 0.1})
    solution = solve(problem, "features", settings=SMALL | {"network": {"widths": [300]}})
    assert 1 < solution.history["step"][-1] < 10
    assert solution.relative_l2["u"] < 5e-3


def test_the_spread_is_chosen_without_a_reference(write_problem: Write) -> None:
    without = solve(load_problem(str(write_problem())), "features", settings=SMALL)
    same = "def reference(self, points):\n        return {'u': points[:, 0] * 0}"
    lying = solve(load_problem(str(write_problem("b", extra=same))), "features", settings=SMALL)
    assert without.relative_l2 == {}
    assert without["u"].tobytes() == lying["u"].tobytes()
    assert "spread 1" in without.network.describe() or "spread 0.5" in without.network.describe()


def test_sharp_equations_get_steep_features(write_problem: Write) -> None:
    smooth, sharp = (
        solve(load_problem("poisson"), "features", settings=SMALL),
        solve(load_problem(str(write_problem(**HELMHOLTZ))), "features", settings=SMALL),
    )
    spreads = [float(s.network.chain()[0].get_buffer("spread")) for s in (smooth, sharp)]
    assert spreads[0] < spreads[1]


def test_a_spread_that_is_given_is_kept() -> None:
    settings = SMALL | {"network": {"widths": [20], "spread": 3.0}}
    assert (
        "spread 3" in solve(load_problem("heat"), "features", settings=settings).network.describe()
    )


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second, other = (
        solve(load_problem("heat"), "features", settings=SMALL, seed=seed)["u"].tobytes()
        for seed in (1, 1, 2)
    )
    assert first == second
    assert first != other


def test_a_run_goes_on_with_the_spread_that_was_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = load_problem("burgers", parameters={"viscosity": 0.1})
    straight = solve(problem, "features", settings=SMALL)
    with pytest.raises(Interrupted):
        solve(problem, "features", settings=SMALL, out=tmp_path / "run", progress=stop_at(2))
    monkeypatch.setattr("pinn_metakan.runs.assembled.best_alternative", pytest.fail)
    resumed = resume(tmp_path / "run")
    assert straight.history["step"][-1] > 2
    assert resumed["u"].tobytes() == straight["u"].tobytes()
    evaluated = open_run(tmp_path / "run", evaluate=True)
    points = torch.tensor([[0.3, 0.4]], dtype=torch.float64)
    assert (evaluated(points)["u"] == straight(points)["u"]).all()


def test_the_stage_can_begin_the_training_of_other_networks() -> None:
    for network in ("mlp", "kan"):
        settings = FAST | {"network": {"widths": [8, 8]}, "stages": ["linear", "lm"]}
        history = solve(load_problem("poisson"), network, settings=settings).history
        assert history["step"][0] == 1
        assert history["loss"][-1] < history["loss"][0] < LOSS_OF_POISSON / 2


def test_generated_coefficients_cannot_be_solved_for() -> None:
    settings = FAST | {"stages": ["linear", "adam"]}
    with pytest.raises(SettingsError, match=r"linear\.steps: the last layer of this network is no"):
        solve(load_problem("heat"), "metakan-sine", settings=settings)


def test_features_are_trained_by_the_linear_stage_unless_others_are_given() -> None:
    assert build_settings("features", []).stages == ["linear"]
    given = build_settings("features", [("a", {"stages": ["adam", "lm"]})])
    assert given.stages == ["adam", "lm"]
    assert "linear" not in build_settings("mlp", []).stages
