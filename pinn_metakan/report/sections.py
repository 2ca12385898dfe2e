"""Sections of the page of a run: what was solved, how well, how, and how to do it again."""

import shlex
from collections.abc import Iterator, Mapping

from pinn_metakan.report.facts import RunFacts
from pinn_metakan.report.markup import Markup, element, folded, section, shown, table
from pinn_metakan.results.estimates import estimates_of
from pinn_metakan.results.field import Field
from pinn_metakan.results.found_functions import functions_of
from pinn_metakan.results.parameter_errors import parameter_errors
from pinn_metakan.results.reference_errors import reference_errors
from pinn_metakan.results.residual_norms import residual_norms_of

#: Of a text that is longer, a page shows the beginning.
_MOST_CHARACTERS = 200_000


def what_section(facts: RunFacts) -> Markup:
    """Equation, domain, conditions, parameters, coordinates and unknowns."""
    field, known = facts.field, facts.description
    text = str(known["text"])
    names = (*field.coordinates, *(name for name in field.grid.values))
    quantities = [
        (name, field.long_names.get(name, name), field.units.get(name, "-")) for name in names
    ]
    rows: list[tuple[str, object]] = []
    if "domain" in known:
        rows.append(("domain", known["domain"]))
    rows += [(f"condition {name}", told) for name, told in _pairs(known.get("conditions"))]
    rows += [(f"parameter {k}", v) for k, v in facts.mapping("problem_parameters").items()]
    return section(
        "What was solved",
        element("pre", _short(text), class_="text") if text else "",
        table((), rows) if rows else "",
        table(("", "name", "unit"), quantities),
    )


def quality_section(facts: RunFacts) -> Markup:
    """Errors, disagreement, norms of residuals, verdict, and what to try."""
    field = facts.field
    varying = field.relative_to_variation
    heads: tuple[str, ...] = ("error of", "relative L2", "relative L1", "largest")
    errors: list[tuple[object, ...]] = [
        (unknown, error, field.relative_l1[unknown], field.max_error[unknown])
        for unknown, error in field.relative_l2.items()
    ]
    if varying:
        heads = (*heads, "relative to its variation")
        errors = [(*row, varying.get(str(row[0]), "")) for row in errors]
    if of_reference := reference_errors(field):
        heads = (*heads, "of the reference itself")
        errors = [(*row, of_reference.get(str(row[0]), "")) for row in errors]
    apart = [
        (unknown, distance, field.max_disagreement[unknown])
        for unknown, distance in field.disagreement.items()
    ]
    return section(
        "How well",
        *_estimates(facts),
        *_verdict(facts),
        table(heads, errors)
        if errors
        else element("p", "There is no reference to compare with.", class_="quiet"),
        *_over_parameters(field),
        table(("two networks differ in", "relative L2", "largest"), apart) if apart else "",
        _residuals(facts),
        table((), _losses(facts)),
        *(element("p", note, class_="note") for note in facts.notes),
    )


def _over_parameters(field: Field) -> Iterator[Markup]:
    """For each parameter the largest errors in words, and a table of all."""
    for errors in parameter_errors(field):
        name, unknowns = errors.parameter, tuple(errors.relative_l2)
        rows = [
            (shown(float(value)), *column)
            for value, *column in zip(errors.values, *errors.relative_l2.values(), strict=True)
        ]
        yield from (element("p", line) for line in errors.lines())
        heads = (name, *(f"relative L2 error of {unknown}" for unknown in unknowns))
        yield folded(f"Errors over {name}", table(heads, rows))


def how_section(facts: RunFacts) -> Markup:
    """Network, points, stages, numbers, device and time."""
    attributes, known = facts.field.attributes, facts.description
    chosen = dict(_pairs(known.get("choices")))
    settings = facts.mapping("settings")
    rows: list[tuple[str, object]] = [("network", chosen.pop("network", facts.text("network")))]
    rows += [("parameters", chosen.pop("parameters", facts.text("n_parameters")))]
    rows += [("stages", told)] if (told := _stages(settings)) else []
    rows += list(chosen.items())
    for name in ("seed", "dtype", "device", "threads", "platform"):
        if name in attributes and name not in chosen:
            rows.append((name, attributes[name]))
    rows += [("steps", facts.steps)]
    if "seconds" in attributes:
        rows.append(("training time", f"{attributes['seconds']:.1f} s"))
    second = facts.mapping("second_opinion")
    if second:
        parts = (f"{name.replace('_', ' ')}: {shown(value)}" for name, value in second.items())
        rows.append(("second opinion", ", ".join(parts)))
    rows += [
        (f"parameters of the part '{name.removesuffix('_n_parameters')}'", value)
        for name, value in attributes.items()
        if name.endswith("_n_parameters")
    ]
    return section("How", table((), rows))


def reproduce_section(facts: RunFacts) -> Markup:
    """Command, settings, versions and the text of the problem."""
    lines = [facts.command] if facts.command else []
    if facts.folder is not None:
        lines.append(f"pinn-metakan rerun {shlex.quote(facts.folder)}")
    source = facts.text("problem_source")
    versions = facts.mapping("versions")
    told = [("SHA-256", facts.text("problem_sha256"))] if facts.text("problem_sha256") else []
    return section(
        "Do it again",
        element("pre", "\n".join(lines), class_="command") if lines else "",
        folded("Settings", table((), _flat(facts.mapping("settings")))),
        folded("Text of the problem", table((), told), element("pre", _short(source)))
        if source
        else "",
        folded("Versions", table((), versions.items())) if versions else "",
    )


def _short(text: str) -> str:
    """A text, cut where it would make the page large."""
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}\n... (cut here)"


def _estimates(facts: RunFacts) -> Iterator[Markup]:
    """Unknown numbers and functions with their errors, and how well data are met."""
    found = estimates_of(facts.field.attributes)
    heads = ("unknown number", "value", "standard error", "95 % from", "to", "unit", "start")
    rows: list[tuple[object, ...]] = [
        (name, f"{n.value:.8g}", n.standard_error, n.low, n.high, n.unit, n.start)
        for name, n in found.numbers.items()
    ]
    if rows:
        yield table(heads, rows)
    for function in functions_of(facts.field.attributes).values():
        yield element("p", function.line())
    yield from (element("p", line) for line in found.told())
    yield from (element("p", line, class_="note") for line in found.flat)


def _verdict(facts: RunFacts) -> Iterator[Markup]:
    reason, advice = facts.text("stop_reason"), facts.text("advice")
    if reason:
        yield element("p", element("b", "Ended by: "), reason, class_="verdict")
    if facts.text("verdict"):
        yield element("p", element("b", "Verdict: "), facts.text("verdict"), class_="verdict")
    if advice:
        yield element("p", element("b", "What to try: "), advice, class_="verdict")


def _residuals(facts: RunFacts) -> Markup | str:
    norms = residual_norms_of(facts.field.attributes)
    rows: list[tuple[object, ...]] = [
        (
            term,
            norm.root_mean_square,
            norm.largest,
            norm.relative_root_mean_square,
        )
        for term, norm in norms.measured.items()
    ]
    rows += [(term, "exact, by construction", "", "") for term in norms.exact]
    head = ("residual of", "root mean square", "largest", "relative to its size")
    return table(head, rows) if rows else ""


def _losses(facts: RunFacts) -> Iterator[tuple[str, object]]:
    yield "loss, of scaled residuals", facts.loss
    ratio = facts.fresh_ratio
    yield (
        "loss on fresh points over that on trained ones",
        "not measured" if ratio is None else ratio,
    )


def _stages(settings: Mapping[str, object]) -> str:
    """The stages with the most steps of each, those that were left out left out."""
    names = settings.get("stages")
    told = []
    for name in names if isinstance(names, list) else []:
        stage = settings.get(str(name))
        steps = stage.get("steps") if isinstance(stage, dict) else None
        if steps != 0:
            told.append(f"{name}{'' if steps is None else f' (at most {steps} steps)'}")
    return ", ".join(told)


def _flat(settings: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Settings by their names with dots."""
    for name, value in settings.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", "-" if value is None else value


def _pairs(table: object) -> Iterator[tuple[str, object]]:
    if isinstance(table, dict):
        yield from table.items()
