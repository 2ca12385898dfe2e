"""The trainer and its checkpoints."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from pinn_metakan.errors import RunFolderError, TrainingError
from pinn_metakan.optimizers.first_order import Adam
from pinn_metakan.optimizers.levenberg_marquardt import LevenbergMarquardt
from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.training.checkpoint import load_checkpoint, save_checkpoint
from pinn_metakan.training.least_squares import LeastSquares
from pinn_metakan.training.pace import Pace
from pinn_metakan.training.progress import ProgressEntry
from pinn_metakan.training.stage import Stage
from pinn_metakan.training.trainer import Trainer


class Bowl:
    """|x - target|^2, with a target that moves when points are redrawn."""

    def __init__(self) -> None:
        self.x = nn.Parameter(torch.zeros(3, dtype=torch.float64))
        self.target = 1.0
        self.redraws = 0

    def loss(self) -> Tensor:
        return (self.x - self.target).square().sum()

    def redraw(self) -> None:
        self.redraws += 1
        self.target += 1.0

    def trainer(self, steps: int = 40, every: int = 0, tolerance: float = 0.0) -> Trainer:
        def make() -> Adam:
            return Adam([self.x], [], steps, 0.3, 1.0, "constant", 1.0)

        least_squares = LeastSquares(
            lambda: [self.x],
            self.loss,
            lambda: self.x - self.target,
            lambda: (self.x.detach() - self.target, torch.eye(3, dtype=torch.float64)),
            self.redraw,
            lambda: {"u": 0.5},
            lambda: ("bowl", "its only point"),
        )
        stages = [
            Stage("adam", steps, every, make, kind="adam"),
            Stage("again", 2, 0, make, kind="again"),
        ]
        return Trainer(least_squares, stages, 5, tolerance)


def test_the_best_state_is_kept_not_the_last() -> None:
    bowl = Bowl()
    trainer = bowl.trainer(steps=9)
    losses: list[float] = []
    trainer.run(lambda: losses.append(float(bowl.loss().detach())), lambda report: None)
    assert float(bowl.loss().detach()) == pytest.approx(min(losses))
    assert trainer.best_loss == pytest.approx(min(losses))


def test_the_history_has_an_entry_every_few_steps_and_at_each_end() -> None:
    trainer = Bowl().trainer(steps=12)
    trainer.run(lambda: None, lambda report: None)
    assert [row["step"] for row in trainer.record.entries] == [5, 10, 12, 14]
    assert all(row["relative_l2_u"] == 0.5 for row in trainer.record.entries)
    assert trainer.verdict == Verdict(Outcome.STEPS_TAKEN, "all 2 steps taken").in_stage("again")


def test_points_are_redrawn_on_schedule() -> None:
    bowl = Bowl()
    bowl.trainer(steps=31, every=10).run(lambda: None, lambda report: None)
    assert bowl.redraws == 3


def test_a_tolerance_ends_the_run() -> None:
    trainer = Bowl().trainer(steps=400, tolerance=1e-2)
    trainer.run(lambda: None, lambda report: None)
    assert trainer.verdict.outcome is Outcome.LOSS_REACHED
    assert trainer.step < 400
    assert trainer.is_finished


def test_reports_count_down() -> None:
    reports: list[ProgressEntry] = []
    Bowl().trainer(steps=20).run(lambda: None, reports.append)
    assert [r.step for r in reports] == [5, 10, 15, 20, 22]
    assert all(r.total == 22 for r in reports)
    assert reports[-1].seconds_left == 0
    assert reports[0].seconds_left is None  # the second stage has an optimizer of its own
    assert reports[0].stage_seconds_left > 0


def test_steps_that_are_not_taken_do_not_count() -> None:
    reports: list[ProgressEntry] = []
    Bowl().trainer(steps=400, tolerance=1e-2).run(lambda: None, reports.append)
    assert reports[0].total == 402
    assert reports[-1].step < 400
    assert reports[-1].total == reports[-1].step
    assert reports[-1].seconds_left == 0


def test_each_stage_has_its_own_pace() -> None:
    pace = Pace()
    pace.begin("adam", 0, 0.0)
    pace.note(10, 1.0)
    assert pace.left([("adam", 5)]) == pytest.approx(0.5)
    assert pace.left([("adam", 5), ("lm", 1)]) is None
    assert pace.left([("adam", 5), ("lm", 0)]) == pytest.approx(0.5)
    pace.begin("lm", 10, 1.0)
    pace.note(12, 9.0)
    assert pace.left([("lm", 3), ("adam", 10)]) == pytest.approx(13.0)


def test_a_loss_that_is_not_finite_stops_the_run_with_step_and_term() -> None:
    bowl = Bowl()
    trainer = bowl.trainer()
    bowl.target = float("nan")
    with pytest.raises(TrainingError, match=r"step 5 .term 'bowl'.*learning_rate"):
        trainer.run(lambda: None, lambda report: None)


def test_a_run_stopped_between_steps_goes_on_bit_for_bit(tmp_path: Path) -> None:
    straight = Bowl()
    straight.trainer(every=7).run(lambda: None, lambda report: None)
    first = Bowl()
    trainer = first.trainer(every=7)
    enough = Verdict(Outcome.INTERRUPTED, "enough")
    trainer.run(lambda: enough if trainer.step == 17 else None, lambda report: None)
    assert trainer.verdict == enough
    state = {"trainer": trainer.state(), "record": trainer.record.state()}
    save_checkpoint(tmp_path / "checkpoint.safetensors", state)
    second = Bowl()
    second.target = first.target
    resumed = second.trainer(every=7)
    found = load_checkpoint(tmp_path / "checkpoint.safetensors")
    resumed.record.load(found["record"])
    resumed.load(found["trainer"])
    resumed.run(lambda: None, lambda report: None)
    assert torch.equal(second.x, straight.x)
    assert resumed.step == 42


def test_a_step_that_fails_gets_new_points_once_where_points_are_redrawn() -> None:
    def trainer_of(bowl: Bowl, every: int) -> Trainer:
        trainer = bowl.trainer()
        stages = [Stage("lm", 9, every, lambda: LevenbergMarquardt([bowl.x]))]
        return Trainer(trainer.least_squares, stages, 5, 0.0)

    fixed, redrawn = Bowl(), Bowl()
    for bowl, every in ((fixed, 0), (redrawn, 100)):
        trainer = trainer_of(bowl, every)
        trainer.run(lambda: None, lambda report: None)
        assert trainer.verdict.is_converged or trainer.verdict.outcome is Outcome.STUCK
    assert fixed.redraws == 0


TREE = {
    "tensor": torch.arange(6.0).reshape(2, 3),
    "bytes": torch.arange(5, dtype=torch.uint8),
    "scalar": torch.tensor(0.1, dtype=torch.float64),
    "nested": {0: {"list": [1, 2.5, None, True, "text"]}, 1: torch.zeros(0)},
    "float": 0.1 + 0.2,
    "infinite": float("inf"),
}


def test_a_checkpoint_gives_back_what_it_got(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.safetensors"
    save_checkpoint(path, TREE)
    tree = load_checkpoint(path)
    assert torch.equal(tree["tensor"], TREE["tensor"])  # type: ignore[arg-type]
    assert torch.equal(tree["bytes"], TREE["bytes"])  # type: ignore[arg-type]
    assert tree["scalar"].dtype == torch.float64
    assert tree["nested"][0] == {"list": [1, 2.5, None, True, "text"]}
    assert tree["nested"][1].shape == (0,)
    assert tree["float"] == 0.1 + 0.2
    assert tree["infinite"] == float("inf")
    assert [p.name for p in tmp_path.iterdir()] == ["checkpoint.safetensors"]


@pytest.mark.parametrize("keep", [0, 5, 200, -7])
def test_a_truncated_checkpoint_is_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "checkpoint.safetensors"
    save_checkpoint(path, TREE)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(RunFolderError, match="truncated or not a checkpoint"):
        load_checkpoint(path)


def test_a_missing_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="holds no checkpoint"):
        load_checkpoint(tmp_path / "checkpoint.safetensors")


def test_what_would_need_pickle_is_not_stored(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="cannot hold Bowl"):
        save_checkpoint(tmp_path / "c.safetensors", {"object": Bowl()})
    assert list(tmp_path.iterdir()) == []
