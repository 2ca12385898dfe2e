"""Conditions of one equation for one unknown, counted place by place."""

import torch
from torch import Generator

from pinn_metakan.diagnosis.finding import Finding, Severity
from pinn_metakan.diagnosis.places import Conditions
from pinn_metakan.diagnosis.sensitivity import Sensitivities, order, sensitivities
from pinn_metakan.geometry.domain import Face
from pinn_metakan.geometry.sampling import PointSet, sample_at_time, sample_face
from pinn_metakan.pde.boundary_part import face_names
from pinn_metakan.pde.formulation import Formulation

#: Points of a face, or of the first time, where the leading coefficient is looked at, and the part
#: of its largest value below which it counts as zero: there an equation is of lower order
#: (docs/decisions/0024-diagnosis.md).
_POINTS, _VANISHES = 64, 1e-3


class OneUnknown:
    """One equation for one unknown, whose conditions can be counted place by place.

    Args:
        formulation: The problem.
        equations: What the equation depends on.
        conditions: The conditions on the unknown.
    """

    def __init__(self, formulation: Formulation, equations: Sensitivities, conditions: Conditions):
        self._formulation = formulation
        self._domain = formulation.domain
        (self._term,) = equations
        self._terms = equations[self._term]
        self._conditions = conditions
        self._name = formulation.variables.unknowns[0]
        self._axes = formulation.variables.column_names()

    def in_time(self) -> list[Finding]:
        """Conditions at the first time: one for each order in time."""
        axis = self._domain.time_axis
        if axis is None:
            return []
        asked, given = self._order(axis), self._conditions.at_start
        if given > max(asked, 1):
            return [self._told(_too_many("at the first time", given, asked, self._of(axis)))]
        if given >= asked or self._conditions.is_elsewhere:
            return []
        first, generator = self._domain.bounds[axis][0], Generator().manual_seed(0)
        at_start = sample_at_time(self._domain, first, _POINTS, "sobol", generator)
        if self._has_leading(axis, asked, at_start):
            time = self._axes[axis]
            what = f"Initial({self._name}=...)"
            if asked == 2:
                what = f"Initial({self._name}=..., {self._name}_{time}=...)"
            sentence = (
                f"{self._term} is of order {asked} in {time}, which asks for {asked} initial "
                f"condition{'s' * (asked > 1)} on {self._name}; there {are(given)}"
            )
            return [Finding("conditions", Severity.ERROR, sentence, f"add {what}")]
        return []

    def in_space(self) -> list[Finding]:
        """Conditions on the boundary of space: half of the order on each side."""
        if not self._domain.is_bounded_by_faces:
            return self._on_curved_boundary()
        findings = []
        for axis in self._formulation.variables.space_axes:
            asked, given = self._order(axis), self._conditions.on_axis(axis)
            if axis in self._conditions.periodic:
                continue
            if given > asked:
                where = f"at the ends of {self._axes[axis]}"
                findings.append(self._told(_too_many(where, given, asked, self._of(axis))))
            elif given < asked and not self._conditions.is_elsewhere:
                findings += self._too_few(axis, asked, given)
        return findings

    def _too_few(self, axis: int, asked: int, given: int) -> list[Finding]:
        """Find faces without a condition where the equation is of even order, or all are few."""
        faces = [face for face in self._domain.faces if face.axis == axis]
        counts = [self._conditions.on_faces.get(face, 0) for face in faces]
        is_ordinary = self._domain.without_parameters.dimension == 1
        if asked % 2 and not is_ordinary:
            return []  # where characteristics come in from is a matter of the coefficients
        short = [f for f, count in zip(faces, counts, strict=True) if 2 * count < asked]
        if not all(self._has_leading(axis, asked, self._points_of(face)) for face in faces):
            return []
        names = face_names(self._formulation.variables, self._domain)
        where = " and ".join(names[face] for face in short)
        axis_name = self._axes[axis]
        per_end = "one per end" if asked == 2 else f"{asked // 2} per end"
        if asked % 2 or (is_ordinary and asked != 2):
            per_end = f"{asked} in all"
        sentence = (
            f"{self._term} is of order {asked} in {axis_name}, which asks for {asked} "
            f"condition{'s' * (asked > 1)} on {self._name} at its ends ({per_end}); there "
            f"{are(given)}, too few at {where}"
        )
        is_steady = self._domain.time_axis is None
        severity = Severity.ERROR if is_steady else Severity.WARNING
        others = "Initial" if is_ordinary else f"Periodic({axis_name!r})"
        remedy = f"add Dirichlet, Neumann, Robin or {others}"
        return [Finding("conditions", severity, sentence, remedy)]

    def _on_curved_boundary(self) -> list[Finding]:
        orders = [self._order(axis) for axis in self._formulation.variables.space_axes]
        conditions = self._conditions
        asked, given = max(orders) // 2, conditions.on_boundary
        if min(orders) != max(orders) or max(orders) % 2 or asked == 0:
            return []
        of = f"{self._term}, of order {2 * asked} in space"
        if given > asked:
            return [self._told(_too_many("on the whole boundary", given, asked, of))]
        if given < asked and not (conditions.on_faces or conditions.is_elsewhere):
            sentence = (
                f"{of}, asks for {asked} condition{'s' * (asked > 1)} on {self._name} on the whole "
                f"boundary of {type(self._domain.space).__name__}; there {are(given)}"
            )
            is_steady = self._domain.time_axis is None
            severity = Severity.ERROR if is_steady else Severity.WARNING
            return [Finding("conditions", severity, sentence, "add Dirichlet, Neumann or Robin")]
        return []

    def _order(self, axis: int) -> int:
        return order(self._terms, 0, axis) or 0

    def _of(self, axis: int) -> str:
        return f"{self._term}, of order {self._order(axis)} in {self._axes[axis]}"

    def _told(self, sentence: str) -> Finding:
        return Finding(
            "conditions",
            Severity.WARNING,
            f"{self._name} has {sentence}",
            "leave one out, unless it follows from the others",
        )

    def _points_of(self, face: Face) -> PointSet:
        return sample_face(self._domain, face, _POINTS, "sobol", Generator().manual_seed(0))

    def _has_leading(self, axis: int, asked: int, at: PointSet) -> bool:
        """Whether the coefficient of the highest derivative along an axis vanishes nowhere."""
        variables, equations = self._formulation.variables, self._formulation.equations
        some = PointSet(at.points)
        found = sensitivities(equations, variables, some)[self._term]
        leading = [s.abs() for d, s in found.items() if d.axes.count(axis) == asked]
        if not leading:
            return False
        size = torch.stack(leading).amax(dim=0)
        return bool((size > _VANISHES * size.max()).all())


def _too_many(where: str, given: int, asked: int, of: str) -> str:
    return f"{given} conditions {where}; {of}, asks for {asked}"


def are(count: int) -> str:
    """Say how many there are."""
    return {0: "is none", 1: "is one"}.get(count, f"are {count}")
