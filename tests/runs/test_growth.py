"""Legs that make the network larger: loss and error stay, and fall from there."""

import pytest

from pinn_metakan import load_problem
from pinn_metakan.errors import SettingsError
from pinn_metakan.optimizers.verdict import Verdict
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.choices import choose, suggested_settings
from pinn_metakan.training.progress import ProgressEntry

SHORT = {
    "points": {"interior": 200, "first": 0},
    "adam": {"steps": 10},
    "lm": {"steps": 6},
    "evaluation": {"shape": [21, 21]},
}


def grown_run(network: str, stage: str, **options: object) -> AssembledRun:
    problem = load_problem("heat")
    widths = {"network": {"widths": [6, 6], **({"held": True} if stage == "release" else {})}}
    layers = [("short", {**SHORT, **widths, stage: {"steps": 5, **options}})]
    settings = suggested_settings(problem, network, layers)
    return AssembledRun(problem, choose(network, settings, 0, "cpu", "float64"))


def go_on() -> Verdict | None:
    return None


@pytest.mark.parametrize(
    ("network", "stage", "options"),
    [
        ("mlp", "lift", {}),
        ("mlp", "lift", {"functions": 2}),
        ("mlp", "widen", {}),
        ("metakan", "release", {}),
        ("kan", "widen", {"widths": [7, 8]}),
    ],
)
def test_loss_and_error_stay_when_a_network_grows(
    network: str, stage: str, options: dict[str, object]
) -> None:
    run = grown_run(network, stage, **options)
    seen: list[ProgressEntry] = []
    run.trainer.run(go_on, seen.append)
    loss = float(run.objective.loss().detach())
    size = run.network.n_parameters
    assert run.awaits_next_leg
    run.begin_next_leg()
    assert float(run.objective.loss().detach()) == pytest.approx(loss, rel=1e-9)
    values = run.evaluate(run.grid.points)["u"]
    error = float((values - run.reference["u"]).norm() / run.reference["u"].norm())
    assert error == pytest.approx(seen[-1].errors["u"], rel=1e-9)
    assert run.network.n_parameters > size
    run.trainer.run(go_on, seen.append)
    assert seen[-1].loss < 0.9 * loss


def test_what_cannot_grow_is_refused_before_training() -> None:
    with pytest.raises(SettingsError, match=r"lift.steps: only an mlp can be lifted"):
        grown_run("kan", "lift")
    with pytest.raises(SettingsError, match=r"widen.steps: hidden widths \[6, 6\] can become"):
        grown_run("mlp", "widen", widths=[3])
