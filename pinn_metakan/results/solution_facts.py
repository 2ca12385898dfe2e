"""What the attributes of a solution may be: the schema of all that a file says of a run."""

from collections.abc import Mapping

from pinn_metakan.results.residual_norms import EXACT
from pinn_metakan.untrusted.json_text import Json
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
)

_MAYBE = Either(Number(is_finite=False), Nothing())  # a number that is not finite is null
_NUMBERS = Listed(_MAYBE)
_ANY_TABLE = Table(others=Anything())
_TEXTS = Table(others=Text())
_ERRORS = Table(others=_MAYBE)
_NORMS = Table(
    {
        name: _MAYBE
        for name in (
            "root_mean_square",
            "largest",
            "relative_root_mean_square",
            "relative_largest",
            "size",
        )
    }
)
_RUN = Table(
    {
        "run": Text(),
        "problem": Text(),
        "parameters": _ANY_TABLE,
        "relative_l2": _ERRORS,
        "steps": Whole(),
        "seconds": Number(0.0),
    },
    {"link": Whole(1)},
    Anything(),
)
_SECOND = Table(
    {
        "network": Text(),
        "seed": Whole(-(2**63)),
        "n_parameters": Whole(),
        "steps": Whole(),
        "seconds": Number(0.0),
        "relative_l2": _ERRORS,
    },
    others=Anything(),
)
_ESTIMATE = Table(
    {name: _MAYBE for name in ("value", "standard_error", "low", "high", "start")}
    | {"unit": Text()},
    {"true": _MAYBE},
)
_DATA_FIT = Table(
    {name: _MAYBE for name in ("chi_square", "sigma", "freedom")}
    | {"count": Whole(), "is_estimated": Flag()}
)
_EQUATION_FIT = Table({name: _MAYBE for name in ("size", "sigma", "cells")})
_ESTIMATES = Table(
    {
        "numbers": Table(others=_ESTIMATE),
        "correlation": Table(others=Table(others=_MAYBE)),
        "data": Table(others=_DATA_FIT),
        "flat": Listed(Text()),
    },
    {"equations": Table(others=_EQUATION_FIT)},  # not in version 0.2.0
    Anything(),
)
_FORMULA = Table(
    {"kind": Text(), "text": Text(), "misfit": _MAYBE, "largest": _MAYBE, "relative": _MAYBE},
    {"has_band": Flag()},
)
_FUNCTION = Table(
    {
        "name": Text(),
        "of": Listed(Text()),
        "unit": Text(),
        "arguments": Listed(_NUMBERS),
        "values": _NUMBERS,
        "standard_errors": _NUMBERS,
        "true": _NUMBERS,
        "formula": Either(Nothing(), _FORMULA),
    },
    others=Anything(),
)
#: Where a stage of the training begins.
STAGE = Table(
    {
        "stage": Text(),
        "leg": Whole(),
        "slab": Whole(),
        "step": Whole(),
        "seconds": Number(0.0),
    },
    others=Anything(),
)
_DESCRIPTION = Table(
    allowed={"text": Text(), "domain": Text(), "conditions": _TEXTS, "choices": _TEXTS},
    others=Anything(),
)
_FACTS: Mapping[str, Kind] = {
    "coordinate_names": Text(),
    "coordinates": Text(),
    "column_names": Text(),
    "solution_parameters": Text(),
    "format": Whole(),
    "checksums": Json(_TEXTS),
    "problem": Text(),
    "problem_source": Text(),
    "problem_sha256": Text(),
    "problem_parameters": Json(_ANY_TABLE),
    "network": Text(),
    "n_parameters": Whole(),
    "settings": Json(_ANY_TABLE),
    "scales": Json(_ANY_TABLE),
    "seed": Whole(-(2**63)),
    "dtype": Text(),
    "device": Text(),
    "seconds": Number(0.0),
    "outcome": Text(),
    "stop_reason": Text(),
    "verdict": Text(),
    "advice": Text(),
    "versions": Json(_TEXTS),
    "date": Text(),
    "platform": Text(),
    "threads": Whole(),
    "description": Json(_DESCRIPTION),
    "parts": Json(Listed(_TEXTS)),
    "start": Json(_RUN),
    "links": Json(Listed(_RUN)),
    "second_opinion": Json(_SECOND),
    "residual_norms": Json(Table(others=Either(Text((EXACT,)), _NORMS))),
    "estimates": Json(_ESTIMATES),
    "functions": Json(Listed(_FUNCTION)),
    "stage_begins": Json(Listed(STAGE)),
    "slice_at": Json(Table(others=Number())),
}
#: What all attributes of the root of solution.h5 are; those of other programs are text or numbers.
FACTS = Table(
    {"unknowns": Text(), "has_time": Whole(0, 1)},
    _FACTS,
    Either(Text(), Number(is_finite=False)),
)
