"""What a checkpoint may hold: the schema of all that a run goes on from.

Names that it does not know are those of another version, which nothing here reads.
"""

import sys
from dataclasses import dataclass

import torch
from torch import Tensor

from pinn_metakan.errors import RunFolderError
from pinn_metakan.results.solution_facts import STAGE
from pinn_metakan.runs.choices import DTYPES
from pinn_metakan.untrusted.schema import (
    Anything,
    Either,
    Flag,
    Kind,
    Listed,
    Nothing,
    Number,
    Table,
    Text,
    Whole,
    misfit,
)


@dataclass(frozen=True)
class Numbers(Kind):
    """A tensor.

    Args:
        dimensions: How many it has; any number unless given.
        is_finite: Whether NaN and infinity are refused.
    """

    dimensions: int | None = None
    is_finite: bool = False

    def check(self, value: object, place: str) -> None:
        """Refuse what is no tensor, has other dimensions or numbers that are not finite."""
        if not isinstance(value, Tensor):
            raise misfit(place, "a tensor", value)
        if self.dimensions is not None and value.ndim != self.dimensions:
            raise RunFolderError(
                f"{place}: expected {self.dimensions} dimensions, got {value.ndim}"
            )
        if self.is_finite and not bool(torch.isfinite(value).all()):
            raise RunFolderError(f"{place}: holds NaN or infinity")


@dataclass(frozen=True)
class Numbered(Kind):
    """A table of values by numbers from 0.

    Args:
        each: What each of its values must be.
    """

    each: Kind

    def check(self, value: object, place: str) -> None:
        """Refuse what is no such table, or a value of another kind."""
        if not isinstance(value, dict) or list(value) != list(range(len(value))):
            raise misfit(place, "a table by numbers from 0", value)
        for number, part in value.items():
            self.each.check(part, f"{place}[{number}]")


_ANY_TABLE = Table(others=Anything())
_NUMBER = Number(is_finite=False)
_POSITIVE = Number(sys.float_info.min)
_SIZES = Table(others=_POSITIVE)
_SCALES = Table({}, {"unknowns": _SIZES, "terms": _SIZES}, Anything())
_ENTRY = Table({"step": Number(0.0), "seconds": Number(0.0), "loss": _NUMBER}, others=_NUMBER)
_HISTORY = {"step": Whole(), "seconds": Number(0.0), "history": Listed(_ENTRY)}
_PROBLEM = Table(
    {
        "name": Text(),
        "path": Either(Text(), Nothing()),
        "sha256": Text(),
        "parameters": _ANY_TABLE,
    },
    {"fingerprint": Table(others=Numbers())},
)
_CHOICES = Table(
    {
        "network": Text(),
        "settings": _ANY_TABLE,
        "seed": Whole(-(2**63)),
        "dtype": Text(tuple(DTYPES)),
    },
    others=Anything(),
)
_LBFGS = Table(
    {},
    {
        **dict.fromkeys(("func_evals", "n_iter"), Whole()),
        **dict.fromkeys(("d", "prev_flat_grad"), Either(Numbers(1), Nothing())),
        **dict.fromkeys(
            ("t", "prev_loss", "H_diag"), Either(_NUMBER, Either(Numbers(), Nothing()))
        ),
        **dict.fromkeys(("old_dirs", "old_stps"), Either(Listed(Numbers(1)), Nothing())),
        "ro": Either(Listed(Either(_NUMBER, Numbers())), Nothing()),
        "al": Either(Listed(Either(_NUMBER, Either(Numbers(), Nothing()))), Nothing()),
    },
)
_MODEL = Table(
    {},
    {"last_step": Either(Numbers(1), Nothing()), "generator": Numbers(1)},
    Anything(),
)
_OPTIMIZER = Table(
    {},
    {
        "adam": Numbered(Table({"exp_avg": Numbers(), "exp_avg_sq": Numbers()})),
        "taken": Whole(),
        "lbfgs": Numbered(_LBFGS),
        "scale": Either(Number(), Nothing()),
        "failures": Whole(),
        "damping": _POSITIVE,  # one of 0 is never large enough, however often it is doubled
        "idle_steps": Whole(),
        "model": _MODEL,
    },
    Anything(),
)
_ADAPTATION = Table(
    {},
    {
        "factors": Table(others=Number()),
        "last_loss": _NUMBER,
        "multipliers": Table(
            {"values": Table(others=Numbers())},
            {
                "growth": Table(others=_NUMBER),
                "last": Table(others=_NUMBER),
                "idle_updates": Whole(),
            },
        ),
        "data": _NUMBER,
        "numbers": Listed(_NUMBER),
    },
    Anything(),
)
_TRAINER = Table(
    {
        "parameters": Numbers(1, is_finite=True),
        "best": Numbers(1, is_finite=True),
        "best_loss": Numbers(0),
        "stage_index": Whole(),
        "stage_step": Whole(),
        "is_stuck": Flag(),
        "stop_reason": Text(),
        "optimizer": Either(Nothing(), _OPTIMIZER),
    },
    {
        "ended": Either(Nothing(), Table({"stage_index": Whole(), "steps": Whole()})),
        "outcome": Text(),
        "last_stage": Text(),
        "guard": Table({"ratio": _NUMBER}, {"drawn": _NUMBER}, Anything()),
        "adaptation": _ADAPTATION,
        **_HISTORY,  # of version 0.1.0
    },
    Anything(),
)
_TOLD = Table(
    {
        "run": Text(),
        "problem": Text(),
        "parameters": _ANY_TABLE,
        "relative_l2": Table(others=_NUMBER),
        "steps": Whole(),
        "seconds": Number(0.0),
    },
    {"link": Whole(1)},
    Anything(),
)
_START = Table(
    {
        "label": Text(),
        "network": Text(),
        "section": _ANY_TABLE,
        "grown": Listed(Listed(Either(Text(), _ANY_TABLE), 2)),
        "sizes": Listed(Number(0.0)),
        "parameters": Numbers(1, is_finite=True),
        "buffers": Table(others=Numbers()),
        "told": Either(_TOLD, Table()),
        "links": Listed(_TOLD),
    },
    {
        "numbers": Table(others=Number()),
        "functions": Table(others=Numbers(1)),
        "kinds": Table(others=Numbers()),
    },
    Anything(),
)
_LINK = Table({"changed": _ANY_TABLE, "settings": _ANY_TABLE}, others=Anything())
_GROUP = Table(others=Either(Numbers(is_finite=True), Nothing()))
#: The tree of a checkpoint.
CHECKPOINT = Table(
    {"problem": _PROBLEM, "choices": _CHOICES, "trainer": _TRAINER},
    {
        "parts": Listed(Table({key: Text() for key in ("setting", "name", "path", "sha256")})),
        "generator": Numbers(1),
        "points": Table(others=_GROUP),
        "scales": _SCALES,
        "dimensions": Listed(Listed(Whole())),
        "leg": Whole(),
        "slabs": Listed(Table({"tensors": Listed(Numbers()), "scales": _SCALES})),
        "record": Table(_HISTORY, {"begins": Listed(STAGE), "first_loss": _NUMBER}, Anything()),
        "buffers": Table(others=Numbers()),
        "start": Either(Nothing(), _START),
        "numbers": Listed(Text()),
        "functions": Listed(Listed(Either(Text(), Whole()), 2)),
        "chain": Table({"links": Listed(_LINK), "start": Either(Nothing(), _START)}),
        "second_opinion": _CHOICES,
        "before": Listed(_CHOICES),
    },
    Anything(),
)
