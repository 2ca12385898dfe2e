"""What a run tells of itself before it begins."""

from pinn_metakan.pde.solution_parameters import parameters_text
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.devices import advice_on_float64, device_text
from pinn_metakan.runs.lack_of_memory import scarce_memory_note


def facts(run: AssembledRun) -> list[tuple[str, str]]:
    """Tell what the run uses and why, as (name, text)."""
    groups = run.objective.collocation.groups
    soft = [term for group in groups[1:] for term in group.terms]
    hard = sorted(run.part.satisfied)
    conditions = f"hard: {', '.join(hard) or 'none'}; soft: {', '.join(soft) or 'none'}"
    counts = [f"{len(group.at.points)} for {group.residual.label}" for group in groups]
    widths = list(run.network.widths)
    parameters = parameters_text(run.problem)
    choices = run.choices
    advice = advice_on_float64(choices.device) if choices.dtype == "float64" else None
    scarce = scarce_memory_note(run)
    return [
        ("problem", f"{run.problem.origin.name} ({run.problem.origin.label})"),
        ("network", f"{choices.network} {widths}, {run.network.describe()}"),
        ("parameters", str(run.network.n_parameters)),
        ("equations", f"{'' if run.formulation.is_affine else 'not '}affine in the unknowns"),
        *((("for all", parameters),) if parameters else ()),
        ("conditions", conditions),
        ("scales", scales_text(run)),
        *((part.setting, f"{part.spelled} ({part.origin.label})") for part in choices.parts),
        *([] if run.start is None else [("start", f"the network of {run.start.label}")]),
        *_slabs(run),
        *(("note", note) for note in run.notes),
        ("points", f"{', '.join(counts)} ({run.settings.points.sequence})"),
        *_processes(run),
        ("engine", run.part.engine_reason),
        ("device", device_text(choices.device, choices.device_reason)),
        ("dtype", choices.dtype),
        *([] if advice is None else [("note", advice)]),
        *([] if scarce is None else [("note", scarce)]),
    ]


def _processes(run: AssembledRun) -> list[tuple[str, str]]:
    """Tell of processes that train it together, if there are several."""
    count = run.communicator.count
    if count == 1:
        return []
    return [("processes", f"{count}, each with its share of the points")]


def scales_text(run: AssembledRun) -> str:
    """Tell sizes of unknowns and coordinates with their units, and those of residual terms."""
    scales, given = run.objective.scales, run.problem.units
    lengths = run.ansatz.features.length.tolist()
    coordinates = (
        run.formulation.variables.coordinates
    )  # the first may be a vector, as long as the first column
    rest = lengths[len(lengths) - len(coordinates) + 1 :]
    sizes = dict(scales.unknowns) | dict(zip(coordinates, [lengths[0], *rest], strict=True))
    units = {name: f" {given[name]}" for name in sizes if given.get(name, "-") != "-"}
    quantities = [f"{name} {size:.3g}{units.get(name, '')}" for name, size in sizes.items()]
    equations = [f"{term} {scales.terms[term]:.3g}" for term in run.equations.terms]
    soft = [f"{t} {s:.3g}" for t, s in scales.terms.items() if t not in run.equations.terms]
    parts = [", ".join(quantities), f"equation {', '.join(equations)}"]
    return "; ".join([*parts, *([f"condition {', '.join(soft)}"] if soft else [])])


def _slabs(run: AssembledRun) -> list[tuple[str, str]]:
    """Tell of slabs of time, if there are several."""
    count = run.settings.slabs
    if count == 1:
        return []
    low, high = run.problem.domain.bounds[-1]
    return [("slabs", f"{count} of {(high - low) / count:.3g} each, one after the other")]
