"""L-BFGS with strong Wolfe line search, which tells why it stops."""

import copy
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from pinn_metakan.errors import RunFolderError
from pinn_metakan.optimizers.flat import assign, flattened, flattened_gradient, pieces
from pinn_metakan.optimizers.optimizer import NOT_FINITE, Optimizer, Probe
from pinn_metakan.optimizers.verdict import Outcome, Verdict
from pinn_metakan.untrusted.shapes import refuse_other_count, refuse_other_shape

#: torch.optim.LBFGS refuses curvature pairs with y.s <= 1e-10, whatever the size of the loss. The
#: loss is scaled to this value when the stage begins, or small losses would stall for no reason
#: (docs/decisions/0001-levenberg-marquardt.md).
_SCALED_LOSS = 1e8
#: Name -> that of torch.optim.LBFGS.
_LINE_SEARCHES = {"strong_wolfe": "strong_wolfe", "none": None}
_NO_LOWER_LOSS = Verdict(
    Outcome.STUCK, "no progress: the line search finds no lower loss, even along the gradient"
)


class _Evaluation(NamedTuple):
    """The loss and its gradient, shape (P,), at parameters, shape (P,)."""

    point: Tensor
    loss: float
    gradient: Tensor


class LBFGS(Optimizer):
    """`torch.optim.LBFGS`, one iteration a step.

    Args:
        parameters: All parameters.
        learning_rate: First trial step of the line search.
        history_size: Number of curvature pairs.
        max_evaluations: Loss evaluations that an iteration may take.
        tolerance_gradient: Ends the stage when the largest entry of the gradient is below it.
        tolerance_change: Ends the stage when no parameter changes by more than it; 0 for never.
        line_search: "strong_wolfe", or "none" for steps of the learning rate.

    Raises:
        LookupError: If there is no such line search.

    Source: Liu, Nocedal, Math. Program. 45 (1989) 503-528.
    """

    def __init__(
        self,
        parameters: Sequence[nn.Parameter],
        learning_rate: float = 1.0,
        history_size: int = 50,
        max_evaluations: int = 25,
        tolerance_gradient: float = 0.0,
        tolerance_change: float = 0.0,
        line_search: str = "strong_wolfe",
    ):
        if line_search not in _LINE_SEARCHES:
            known = " or ".join(_LINE_SEARCHES)
            raise LookupError(f"no line search {line_search!r}; choose {known}")
        self._parameters = list(parameters)
        self._tolerance_gradient = tolerance_gradient
        self._tolerance_change = tolerance_change
        self._options: dict[str, Any] = {
            "lr": learning_rate,
            "max_iter": 1,
            "max_eval": max_evaluations,  # None would stand for one evaluation an iteration
            "tolerance_grad": 0.0,  # tested here, on the unscaled gradient
            "tolerance_change": 0.0,
            "history_size": history_size,
            "line_search_fn": _LINE_SEARCHES[line_search],
        }
        self._scale: float | None = None
        self._failures = 0
        self._evaluations: list[_Evaluation] = []
        self.objective_changed()

    def step(self, probe: Probe) -> Verdict | None:
        """Take one iteration; see `Optimizer.step`."""
        start = flattened(self._parameters)
        seen: list[_Evaluation] = []

        def closure() -> float:
            """Evaluate the scaled loss; the last iteration ended where this one begins."""
            here = flattened(self._parameters)
            known = (each for each in self._evaluations + seen if torch.equal(each.point, here))
            found = next(known, None)
            if found is None:
                loss = float(probe.gradient())
                found = _Evaluation(here, loss, flattened_gradient(self._parameters))
            seen.append(found)
            if self._scale is None:
                self._scale = _SCALED_LOSS / found.loss if found.loss > 0 else 1.0
            self._set_gradient(found.gradient * self._scale)
            return found.loss * self._scale

        self._torch_lbfgs.step(closure)
        self._evaluations = seen
        end = flattened(self._parameters)
        return self._verdict(start, end)

    def objective_changed(self) -> None:
        """Forget the curvature pairs and the scale."""
        self._torch_lbfgs = torch.optim.LBFGS(self._parameters, **self._options)
        self._evaluations = []
        self._scale = None

    def state(self) -> dict[str, object]:
        """Copy the curvature pairs, the last gradient, the scale and the failures in a row."""
        return {
            "lbfgs": copy.deepcopy(self._torch_lbfgs.state_dict()["state"]),
            "scale": self._scale,
            "failures": self._failures,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        for entry in state["lbfgs"].values():
            self._refuse_unfit(entry)
        groups = self._torch_lbfgs.state_dict()["param_groups"]
        self._torch_lbfgs.load_state_dict({"state": state["lbfgs"], "param_groups": groups})
        self._scale = state["scale"]
        self._failures = state["failures"]

    def _refuse_unfit(self, entry: Mapping[str, Any]) -> None:
        """Refuse what torch has begun but could not go on with; it checks nothing itself."""
        if not entry.get("n_iter"):
            return
        flat = (sum(p.numel() for p in self._parameters),)
        pairs = len(entry["ro"])
        for name in ("d", "prev_flat_grad"):
            refuse_other_shape(entry[name], flat, f"lbfgs.{name}")
        for name in ("old_dirs", "old_stps"):
            refuse_other_count(len(entry[name]), pairs, f"lbfgs.{name}", "pairs")
            for vector in entry[name]:
                refuse_other_shape(vector, flat, f"lbfgs.{name}")
        for name in ("t", "prev_loss", "H_diag"):
            refuse_other_shape(torch.as_tensor(entry[name], dtype=torch.float64), (), name)
        for number in entry["ro"]:
            refuse_other_shape(torch.as_tensor(number, dtype=torch.float64), (), "lbfgs.ro")
        room = self._options["history_size"]
        if pairs > room:
            raise RunFolderError(f"lbfgs.ro: expected at most {room} pairs, got {pairs}")
        if "al" in entry:
            refuse_other_count(len(entry["al"]), room, "lbfgs.al", "places")

    def _verdict(self, start: Tensor, end: Tensor) -> Verdict | None:
        """Judge an iteration by the evaluations that it made; undo it if it failed."""
        first = self._evaluations[0]
        if not math.isfinite(first.loss):
            return NOT_FINITE
        largest = float(first.gradient.abs().max())
        if largest <= self._tolerance_gradient:
            return Verdict(Outcome.SETTLED, f"gradient tolerance: largest entry {largest:.1e}")
        losses = (each.loss for each in self._evaluations if torch.equal(each.point, end))
        last_loss = next(losses, first.loss)
        change = float((end - start).abs().max())
        if not last_loss < first.loss or not torch.isfinite(end).all():
            assign(start, self._parameters)
            self.objective_changed()
            self._failures += 1
            if self._failures >= 2:
                return _NO_LOWER_LOSS
            return None
        self._failures = 0
        if change <= self._tolerance_change:
            return Verdict(Outcome.SETTLED, f"step tolerance: largest change {change:.1e}")
        return None

    def _set_gradient(self, flat: Tensor) -> None:
        for p, piece in zip(self._parameters, pieces(flat, self._parameters), strict=True):
            p.grad = piece.clone()
