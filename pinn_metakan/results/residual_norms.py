"""How far equations and conditions are from being met: norms of their residuals."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

#: What stands in a report in the place of the norms of a condition that holds by construction.
EXACT = "exact"
#: What is told of a term that is measured.
_NUMBERS = (
    "root_mean_square",
    "largest",
    "relative_root_mean_square",
    "relative_largest",
    "size",
)


@dataclass(frozen=True)
class ResidualNorm:
    """The residual of one term at points that were not trained on.

    Args:
        root_mean_square: Over these points [unit of the term].
        largest: Largest absolute value there [unit of the term].
        relative_root_mean_square: Root mean square over the size of the term [-]; where time is
            solved in slabs, over the size that it has in each of them.
        relative_largest: Largest absolute value, likewise [-].
        size: What the term is of order of (docs/decisions/0016-scales.md), the largest of all slabs
            [unit of the term].
    """

    root_mean_square: float
    largest: float
    relative_root_mean_square: float
    relative_largest: float
    size: float

    def as_dict(self) -> dict[str, float | None]:
        """What JSON can hold; numbers that are not finite are None."""
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        return {name: value if math.isfinite(value) else None for name, value in numbers.items()}


@dataclass(frozen=True)
class ResidualNorms:
    """Norms of all terms of a problem.

    Args:
        measured: By term, those of the equations first.
        exact: Terms that hold by construction.
    """

    measured: Mapping[str, ResidualNorm]
    exact: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, dict[str, float | None] | str]:
        """By term its norms, or "exact", as JSON can hold it."""
        norms: dict[str, dict[str, float | None] | str]
        norms = {term: norm.as_dict() for term, norm in self.measured.items()}
        return norms | dict.fromkeys(self.exact, EXACT)

    def lines(self) -> Iterator[str]:
        """Tell the norms, one term per line."""
        for term, norm in self.measured.items():
            yield (
                f"residual of {term}: {norm.root_mean_square:.1e} (root mean square), largest "
                f"{norm.largest:.1e}; relative to its size {norm.relative_root_mean_square:.1e}, "
                f"largest {norm.relative_largest:.1e}"
            )
        for term in self.exact:
            yield f"residual of {term}: exact, by construction"


def residual_norms_of(attributes: Mapping[str, str | int | float]) -> ResidualNorms:
    """Read the norms that a solution was stored with.

    Args:
        attributes: Facts of a run.

    Returns:
        The norms; none in files up to version 0.2.0.
    """
    recorded = json.loads(str(attributes.get("residual_norms", "{}")))
    measured = {term: _norm_of(norm) for term, norm in recorded.items() if norm != EXACT}
    return ResidualNorms(measured, tuple(t for t, norm in recorded.items() if norm == EXACT))


def _norm_of(recorded: Mapping[str, float | None]) -> ResidualNorm:
    """Read the norms of one term."""
    return ResidualNorm(*(math.nan if (n := recorded[k]) is None else n for k in _NUMBERS))
