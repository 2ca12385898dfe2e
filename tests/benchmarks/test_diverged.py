"""Networks that diverge are rows of the tables; the rest goes on."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Generator

from pinn_metakan.benchmarks import ablation, compression, defaults, feynman, images, variants
from pinn_metakan.benchmarks.ball import ball_lines
from pinn_metakan.benchmarks.compression import compression_lines
from pinn_metakan.benchmarks.defaults import default_lines
from pinn_metakan.benchmarks.diverged import spread
from pinn_metakan.benchmarks.feynman import METHODS, feynman_lines
from pinn_metakan.benchmarks.image_data import ImageData, LabeledImages
from pinn_metakan.benchmarks.images import image_lines
from pinn_metakan.benchmarks.variants import Variant
from pinn_metakan.errors import TrainingError
from pinn_metakan.networks.network import Network
from pinn_metakan.pde.problem import Problem
from pinn_metakan.runs.solution import Solution
from pinn_metakan.runs.solve import solve
from pinn_metakan.training.trainer import Trainer

#: Settings under which a solve takes a part of a second.
TINY: dict[str, object] = {
    "network": {"widths": [3]},
    "points": {"interior": 20, "boundary": 10, "initial": 10},
    "adam": {"steps": 1},
    "lm": {"steps": 1},
    "evaluation": {"shape": [5, 5]},
}


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def diverge(*arguments: object, **options: object) -> None:
    raise TrainingError("the loss is nan")


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([2.0, 1.0, 4.0], (2.0, 1.0, 4.0)),
        ([math.nan, 1.0, 2.0], (2.0, 1.0, math.nan)),
        ([1.0, math.nan, math.inf], (math.nan, 1.0, math.nan)),
        ([math.nan], (math.nan, math.nan, math.nan)),
    ],
)
def test_a_run_that_failed_is_above_all_others(
    errors: list[float], expected: tuple[float, float, float]
) -> None:
    assert spread(errors) == pytest.approx(expected, nan_ok=True)


def test_images_have_a_row_for_a_network_that_diverges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, generator: Generator
) -> None:
    pixels = torch.rand(30, 1, 4, 4, generator=generator)
    whole = LabeledImages(pixels, torch.arange(30) % 2)
    data = ImageData("noise", whole.part(slice(20)), whole.part(slice(20, None)))
    monkeypatch.setattr(images, "load_images", lambda folder: data)
    train = images.train_classifier

    def diverge_or_train(classifier: torch.nn.Sequential, *arguments: object) -> None:
        if type(classifier[1]).__name__ == "MLP":
            diverge()
        train(classifier, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(images, "train_classifier", diverge_or_train)
    told: list[str] = []
    names = ["mlp", "fastkan"]
    arguments = (None, tmp_path, ["dense"], names, 1, 2, torch.device("cpu"), told.append)
    lines = list(image_lines(*arguments))
    bad, good = map(cells, lines[2:])
    assert bad[0] == "mlp"
    assert bad[1] != "0"
    assert bad[2:4] == ["diverged (diverged to diverged)"] * 2
    assert good[2].count("%") == 1
    assert told.count("noise, dense, mlp, seed 0: the loss is nan") == 1
    assert list(image_lines(*arguments)) == lines  # kept


def test_a_feynman_function_goes_on_without_a_network_that_diverges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feynman, "METHODS", dict(METHODS))
    seeds = iter(range(100))
    monkeypatch.setattr(feynman, "fit", lambda *a: diverge() if next(seeds) % 3 == 0 else 0.0)
    lines = list(feynman_lines(tmp_path, 3, [5], ["I.12.5"], str))
    row = next(cells(line) for line in lines if line.startswith("| I.12.5"))
    assert all(math.isfinite(float(cell)) for cell in row[2 : 2 + len(METHODS)])
    monkeypatch.setattr(feynman, "fit", diverge)
    lines = list(feynman_lines(tmp_path / "all", 1, [5], ["I.12.5"], str))
    row = next(cells(line) for line in lines if line.startswith("| I.12.5"))
    assert row[2 : 2 + len(METHODS)] == ["nan"] * len(METHODS)


def test_the_ball_has_a_row_for_a_network_that_diverges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Trainer, "run", diverge)
    _, _, row = map(cells, ball_lines(tmp_path, ["ball_poisson"], [2], ["mlp"], 1, "cpu", str))
    assert row[2] == "mlp"
    assert row[4] == "nan"


def solve_or_diverge(is_bad: Callable[[str, int], bool]) -> Callable[..., Solution]:
    def solve_some(
        problem: Problem, network: str | Network, *, settings: dict[str, object], **others: object
    ) -> Solution:
        seed = others.get("seed", 0)
        assert isinstance(seed, int)
        if is_bad(network if isinstance(network, str) else "custom", seed):
            diverge()
        tiny = TINY if isinstance(network, str) else {**TINY, "network": {}}
        return solve(problem, network, settings={**settings, **tiny}, **others)  # type: ignore[arg-type]

    return solve_some


def test_the_table_of_defaults_has_rows_for_runs_that_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {"good": Variant("kan", {}), "some": Variant("mlp", {}), "bad": Variant("metakan", {})}
    monkeypatch.setattr(defaults, "VARIANTS", few)
    bad = solve_or_diverge(lambda name, seed: name == "metakan" or (name, seed) == ("mlp", 1))
    monkeypatch.setattr(variants, "solve", bad)
    told: list[str] = []
    arguments = (tmp_path, 3, 60.0, "cpu", ["heat"], [], told.append)
    good_row, some_row, bad_row = map(cells, list(default_lines(*arguments))[2:])
    assert "nan" not in good_row
    assert [cell == "nan" for cell in some_row[6:9]] == [False, False, True]
    assert bad_row[2:] == ["-", *["nan"] * 6, "-"]
    assert sum("the loss is nan" in text for text in told) == 4


def test_the_ablation_draws_what_has_not_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = {
        "few": lambda default, outputs: ablation.Group(
            "Few", "C [-]", {"some": {1: {"meta_learners": 1}, 2: {"meta_learners": 0}}}
        )
    }
    monkeypatch.setattr(ablation, "GROUPS", groups)
    for number, is_bad in enumerate([lambda _, seed: seed == 1, lambda *_: True]):
        monkeypatch.setattr(variants, "solve", solve_or_diverge(is_bad))
        out = tmp_path / str(number)
        rows = [cells(line) for line in ablation.ablation_lines(out, "heat", 3, 1, "cpu", [], str)]
        shown = [[cell == "nan" for cell in row[3:6]] for row in rows[2:4]]
        assert shown == [[False, False, True] if number == 0 else [True] * 3] * 2
        assert (out / "ablation.png").is_file()


def test_compression_goes_on_without_a_network_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    count = len(compression._WAYS)
    told: list[str] = []
    monkeypatch.setattr(compression, "solve", solve_or_diverge(lambda name, _: name == "kan"))
    rows = [cells(line) for line in compression_lines("heat", "cpu", 1, 1, told.append)][2:]
    assert rows[0][:4] == ["kan", "not", "-", "nan"]
    assert len(rows) == 1 + 1 + count
    assert not any("nan" in row for row in rows[1:])
    assert told[1] == "kan: the loss is nan"
    monkeypatch.setattr(compression, "solve", solve_or_diverge(lambda name, _: name == "custom"))
    rows = [cells(line) for line in compression_lines("heat", "cpu", 1, 1, str)][2:]
    assert len(rows) == 2 * (1 + count)
    assert [row[3:] for row in rows[1 : 1 + count]] == [["nan", "nan"]] * count
