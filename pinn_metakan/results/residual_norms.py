"""How far equations and conditions are from being met: norms of their residuals."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

#: What stands in a report in the place of the norms of a condition that holds by construction.
EXACT = "exact"


@dataclass(frozen=True)
class ResidualNorm:
    """The residual of one term at points that were not trained on.

    Args:
        root_mean_square: Over these points [unit of the term].
        largest: Largest absolute value there [unit of the term].
        size: What the term is of order of (docs/decisions/0016-scales.md) [unit of the term].
    """

    root_mean_square: float
    largest: float
    size: float

    @property
    def relative_root_mean_square(self) -> float:
        """Root mean square over the size of the term [-]."""
        return self.root_mean_square / self.size

    @property
    def relative_largest(self) -> float:
        """Largest absolute value over the size of the term [-]."""
        return self.largest / self.size

    def as_dict(self) -> dict[str, float | None]:
        """What JSON can hold; numbers that are not finite are None."""
        numbers = {
            "root_mean_square": self.root_mean_square,
            "largest": self.largest,
            "relative_root_mean_square": self.relative_root_mean_square,
            "relative_largest": self.relative_largest,
            "size": self.size,
        }
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
    names = ("root_mean_square", "largest", "size")
    measured = {
        term: ResidualNorm(*(math.nan if norm[k] is None else norm[k] for k in names))
        for term, norm in recorded.items()
        if norm != EXACT
    }
    return ResidualNorms(measured, tuple(t for t, norm in recorded.items() if norm == EXACT))
