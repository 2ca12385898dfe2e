"""The command that examines a problem."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from pinn_metakan.cli.loading import loading
from pinn_metakan.cli.options import (
    LookingOption,
    ParamOption,
    PartOption,
    ProblemArgument,
    ProblemsOption,
    SetOption,
)
from pinn_metakan.cli.output import print_lines
from pinn_metakan.cli.pairs import changes, parameter
from pinn_metakan.pde.overtime import LOOKING, ended_after

if TYPE_CHECKING:
    from pinn_metakan.diagnosis.finding import Finding

doctor = typer.Typer()


@doctor.command("doctor")
def doctor_command(
    problem: ProblemArgument,
    param: ParamOption = None,
    network: Annotated[
        str, typer.Option(metavar="NAME", help="Which network would be trained.")
    ] = "metakan",
    set_: SetOption = None,
    problems: ProblemsOption = None,
    part: PartOption = None,
    dtype: Annotated[str, typer.Option(help="float64 or float32.")] = "float64",
    budget: LookingOption = LOOKING,
) -> None:
    """Tell everything that is suspicious about a problem, without training.

    It tells where a run would compute and where references are kept, too. This runs the code of the
    problem's file. Exit status 0 without findings, 1 with some.
    """
    with loading():
        from pinn_metakan.pde.loading import load_problem
        from pinn_metakan.reference.cache import cache_text
        from pinn_metakan.runs.devices import advice_on_float64, chosen_device, device_text
        from pinn_metakan.runs.examination import examine_with_sizes

    parameters = dict(parameter(text) for text in param or [])
    with ended_after(budget):
        loaded = load_problem(problem, problems or [], parameters)
        findings, sizes = examine_with_sizes(
            loaded, network, changes(set_), dtype, part or [], problems or []
        )
    device, reason = chosen_device("auto")
    facts = {
        "problem": f"{loaded.origin.name} ({loaded.origin.label})",
        "sizes": sizes,
        "device": device_text(device, reason),
        "cache": cache_text(),
    }
    advice = advice_on_float64(device) if dtype == "float64" else None
    print_lines(_told(findings, facts | ({} if advice is None else {"float64": advice})))
    _end(1 if findings else 0)


def _end(status: int) -> None:
    raise typer.Exit(status)


def _told(findings: "list[Finding]", facts: dict[str, str]) -> Iterator[str]:
    """Lines of facts, and on all kinds of findings, those of a kind one below the other."""
    from pinn_metakan.diagnosis.table import KINDS

    width = max(map(len, KINDS))
    yield from (f"{name:{width}}  {text}" for name, text in facts.items())
    for kind in KINDS:
        found = [finding for finding in findings if finding.kind == kind]
        for finding in found:
            yield f"{kind:{width}}  {finding.severity.value}: {finding}"
        if not found:
            yield f"{kind:{width}}  nothing found"
