"""The training loop: stages of optimizer steps, the best state, the history, and where to go on."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from pinn_metakan.errors import TrainingError
from pinn_metakan.optimizers.flat import assign, flattened
from pinn_metakan.optimizers.optimizer import Optimizer
from pinn_metakan.optimizers.verdict import NO_STEPS, Outcome, Verdict, recorded_verdict
from pinn_metakan.training.least_squares import BestSeen, LeastSquares
from pinn_metakan.training.point_guard import PointGuard
from pinn_metakan.training.progress import ProgressEntry, ShouldStop
from pinn_metakan.training.record import TrainingRecord
from pinn_metakan.training.stage import Stage
from pinn_metakan.untrusted.shapes import refuse_unlike

_ERROR = "relative_l2_"  # what entries call the error of an unknown


class Trainer:
    """Minimizes by stages of steps, one optimizer after the other.

    The state with the lowest loss since points were last drawn is kept: each stage ends with it.

    Args:
        least_squares: What to minimize.
        stages: In their order.
        report_every: Steps between two entries of the history.
        tolerance: The run has converged when the loss is below it; 0 for never.
        record: Steps, seconds and history so far, to go on with; an empty one unless given.
        later: Stages that others train when these are over; for the progress.
        largest_ratio: Loss on fresh points over that on trained ones, above which points are added.
    """

    def __init__(
        self,
        least_squares: LeastSquares,
        stages: Sequence[Stage],
        report_every: int,
        tolerance: float,
        record: TrainingRecord | None = None,
        later: Sequence[Stage] = (),
        largest_ratio: float = math.inf,
    ):
        self.least_squares = least_squares
        self.record = record or TrainingRecord()
        self._later = list(later)
        self._stages = list(stages)
        self._report_every = report_every
        self._tolerance = tolerance
        self._stage_index = 0
        self._stage_step = 0
        self._optimizer: Optimizer | None = None
        self._is_stuck = False
        #: Which stage ended last, and after how many steps of it.
        self._ended: dict[str, int] | None = None
        self.verdict = NO_STEPS
        self._best = BestSeen(least_squares)
        self.guard = PointGuard(least_squares, largest_ratio)

    @property
    def step(self) -> int:
        """Steps taken by all stages so far."""
        return self.record.step

    @property
    def best_loss(self) -> float:
        """Lowest loss since points were last drawn."""
        return float(self._best.loss)

    @property
    def is_finished(self) -> bool:
        """Whether all stages are over."""
        return self._stage_index >= len(self._stages)

    def run(self, should_stop: ShouldStop, report: Callable[[ProgressEntry], None]) -> None:
        """Train until the stages are over or `should_stop` says so.

        Why it ended is `verdict` then.

        Args:
            should_stop: Asked at each step boundary.
            report: Receives each new entry of the history.

        Raises:
            TrainingError: If the loss is no longer finite.
        """
        self.record.start_clock()
        if self.record.step == 0 and not self.record.entries:
            self.record.first_loss = float(self.least_squares.evaluate())
        stopped = None
        while not self.is_finished and stopped is None:
            stopped = self._run_stage(self._stage, should_stop, report)
        self.record.stop_clock()
        if stopped is None:
            self.load_best()
        else:
            self.verdict = stopped

    def load_best(self) -> None:
        """Put the best parameters in place."""
        self._best.load()

    def conclude(self) -> None:
        """Put the best parameters in place and end the history with them, for an evaluation.

        A run that goes on from a state that was taken before has no such entry.
        """
        self.load_best()
        entries, step = self.record.entries, float(self.step)
        last = entries[-1]["step"] if entries else None
        if last == step and self._stage_step == 0 and self._stage_index > 0:
            return  # the stage ended with them, and with an entry
        kept = entries[:-1] if last == step else entries
        self.record.entries = [*kept, self._entry()]

    def state(self) -> dict[str, Any]:
        """All that `load` needs to go on exactly, besides the record."""
        return {
            "parameters": flattened(self.least_squares.parameters()),
            "best": self._best.parameters,
            "best_loss": self._best.loss,
            "stage_index": self._stage_index,
            "stage_step": self._stage_step,
            "is_stuck": self._is_stuck,
            "ended": self._ended,
            "outcome": self.verdict.outcome.value,
            "stop_reason": self.verdict.sentence,
            "last_stage": self.verdict.stage,
            "guard": self.guard.state(),
            "adaptation": self.least_squares.adaptation.state(),
            "optimizer": None if self._optimizer is None else self._optimizer.state(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        for name in ("parameters", "best"):
            refuse_unlike(state[name], self._best.parameters, f"trainer.{name}")
        self._stage_index, self._stage_step = state["stage_index"], state["stage_step"]
        self._best.forget()
        assign(state["parameters"].to(self._best.parameters), self.least_squares.parameters())
        self._best.parameters = state["best"].to(self._best.parameters)
        self._best.loss = state["best_loss"].to(self._best.loss)
        self._is_stuck, self.verdict = state["is_stuck"], recorded_verdict(state)
        self._ended = state.get("ended")  # not in version 0.2.0
        if "guard" in state:  # not in version 0.1.0
            self.guard.load(state["guard"])
        if "adaptation" in state:  # not in version 0.2.0
            self.least_squares.adaptation.load(state["adaptation"])
        if state["optimizer"] is not None and not self.is_finished:
            self._optimizer = self._stage.make()
            self._optimizer.load(state["optimizer"])
            if "guard" not in state and (self._is_due(self._stage.redraw_every) or self._is_stuck):
                self.least_squares.redraw()  # up to version 0.2.0 a step began with new points
                self._optimizer.objective_changed()
                self._best.forget_loss()

    def _run_stage(
        self, stage: Stage, should_stop: ShouldStop, report: Callable[[ProgressEntry], None]
    ) -> Verdict | None:
        """Run one stage; tell why only if the whole run shall stop before its end."""
        if self._stage_step == 0:
            self.record.begin_stage(stage.name)
        optimizer = self._optimizer or stage.make()
        self._optimizer = optimizer
        self.record.pace.begin(stage.kind, self.step, self.record.seconds)
        verdict = None
        while verdict is None and self._stage_step < stage.steps:
            stopped = should_stop()
            if stopped is not None:
                return stopped
            verdict = optimizer.step(self._best)
            if verdict is not None and verdict.outcome is Outcome.NOT_FINITE:
                raise self._diverged(float(self._best.last_loss))
            self._stage_step += 1
            self.record.step += 1
            # Where points are redrawn, a step that fails gets new points once before it is final.
            was_stuck = self._is_stuck
            self._is_stuck = verdict is not None and verdict.outcome is Outcome.STUCK
            if self._is_stuck and not was_stuck and stage.redraw_every > 0:
                verdict = None
            has_changed = self.least_squares.adaptation.has_changed(self._stage_step, verdict)
            if has_changed and verdict is not None:
                verdict, self._is_stuck = None, False
            is_over = verdict is not None or self._stage_step == stage.steps
            if self._is_due(self._report_every) or is_over:
                verdict = verdict or self._converged()
                is_over = is_over or verdict is not None
                if is_over:
                    self.load_best()
                is_reached = verdict is not None and verdict.outcome is Outcome.LOSS_REACHED
                following = [] if is_reached else self._following
                self._record(stage, 0 if is_over else stage.steps, following, report)
            if is_over and stage.redraw_every > 1:
                self._note_fresh(self.guard.compare(self.record.entries[-1]["loss"]))
            elif not is_over and (self._is_due(stage.redraw_every) or self._is_stuck):
                self._renew_points(stage)
                has_changed = True
            if has_changed and not is_over:
                optimizer.objective_changed()
                self._best.forget_loss()
        if verdict is None:
            verdict = Verdict(Outcome.STEPS_TAKEN, f"all {stage.steps} steps taken")
        self.verdict = verdict.in_stage(stage.name)
        self._optimizer = None
        self._is_stuck = False
        self._ended = {"stage_index": self._stage_index, "steps": self._stage_step}
        self._stage_index += 1
        self._stage_step = 0
        if verdict.outcome is Outcome.LOSS_REACHED:
            self._stage_index = len(self._stages)
        return None

    def _renew_points(self, stage: Stage) -> None:
        """Draw new points; where each step has its own, none is compared with trained ones."""
        if stage.redraw_every == 1:
            self.least_squares.redraw()
        else:
            trained = float(self.least_squares.evaluate())
            self._note_fresh(self.guard.renew(trained, self._is_stuck))
        self.least_squares.adaptation.follow()

    def _note_fresh(self, loss: float) -> None:
        """Put the loss on fresh points into the entry of this step, if it has one."""
        entries = self.record.entries
        if entries and entries[-1]["step"] == self.step:
            entries[-1]["loss_fresh"] = loss

    @property
    def _stage(self) -> Stage:
        return self._stages[self._stage_index]

    def _is_due(self, every: int) -> bool:
        return every > 0 and self._stage_step > 0 and self._stage_step % every == 0

    def _entry(self) -> dict[str, float]:
        """An entry of the history: loss and errors of the parameters that are there now."""
        loss = float(self.least_squares.evaluate())
        if not math.isfinite(loss):
            raise self._diverged(loss)
        row = {"step": float(self.step), "seconds": self.record.seconds, "loss": loss}
        row["points"] = float(self.least_squares.count_points())
        row |= self.least_squares.adaptation.numbers()
        return row | {_ERROR + k: v for k, v in self.least_squares.measure().items()}

    @property
    def _following(self) -> list[Stage]:
        """The stages after the present one, of all legs."""
        return [*self._stages[self._stage_index + 1 :], *self._later]

    def _record(
        self,
        stage: Stage,
        most: int,
        following: Sequence[Stage],
        report: Callable[[ProgressEntry], None],
    ) -> None:
        """Note and tell where the stage is, which has `most` steps if it is not over."""
        row = self._entry()
        self.record.entries.append(row)
        errors = {k.removeprefix(_ERROR): v for k, v in row.items() if k.startswith(_ERROR)}
        seconds, pace = self.record.seconds, self.record.pace
        pace.note(self.step, seconds)
        now = (stage.kind, max(most - self._stage_step, 0))
        rest = [now, *((later.kind, later.steps) for later in following)]
        total = self.step + sum(steps for _, steps in rest)
        left = (pace.left(rest), pace.left([now]) or 0.0)
        report(ProgressEntry(stage.name, self.step, total, row["loss"], errors, seconds, *left))

    def _converged(self) -> Verdict | None:
        if not 0 < self._tolerance or (loss := self._best.reported_loss()) >= self._tolerance:
            return None
        if self._optimizer is not None and self.least_squares.adaptation.follow():
            self._optimizer.objective_changed()  # the loss was that of other weights
            self._best.forget_loss()
            return None
        reached = f"loss tolerance: {loss:.1e} below {self._tolerance:.1e}"
        return Verdict(Outcome.LOSS_REACHED, reached)

    def _diverged(self, loss: float) -> TrainingError:
        stage, unusable = self._stage, self.least_squares.unusable_term()
        where = "" if unusable is None else " (term {!r}, {})".format(*unusable)
        return TrainingError(
            f"the loss is {loss} in stage {stage.name} at step {self.step}"
            + f"{where}; try --set {stage.remedy}, or other loss weights"
        )
