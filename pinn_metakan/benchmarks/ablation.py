"""What each part of a MetaKAN is worth: prompts, hidden width, meta-learners, hidden function."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pinn_metakan.benchmarks.command import Progress
from pinn_metakan.benchmarks.measure.places import prepare_folder
from pinn_metakan.benchmarks.measure.spread import spread
from pinn_metakan.benchmarks.measure.variants import (
    Case,
    Variant,
    as_word,
    error_of,
    run_case,
    size_and_seconds,
)
from pinn_metakan.benchmarks.names import refuse_unknown
from pinn_metakan.errors import SettingsError
from pinn_metakan.networks.coefficients.meta_learner import HIDDEN_FUNCTIONS
from pinn_metakan.pde.loading import load_problem
from pinn_metakan.pde.overtime import LOOKING, ended_after
from pinn_metakan.pde.problem import Problem
from pinn_metakan.plotting.curves import Curve, Panel, curves_figure
from pinn_metakan.plotting.figure_files import write_figures
from pinn_metakan.runs.choices import suggested_settings
from pinn_metakan.settings.networks import MetaKANSettings

#: Frequencies omega by prompt dimension: prompts of more numbers need less.
_FREQUENCIES = {1: 5.0, 2: 3.0, 4: 2.0, 8: 1.4}
_HIDDEN_WIDTHS = (8, 16, 32, 64, 128)
#: Numbers C of meta-learners beside one for each layer.
_FEW = (1, 2)
_FIGURE = "ablation"

#: The network whose parts are changed.
_NETWORK = "metakan-sine"

#: The part -> a network, and settings of it; those of the same network are changes of the default.
Values = Mapping[float | str, Variant]


@dataclass(frozen=True)
class Group:
    """Networks that differ in one part.

    Args:
        title: What differs.
        across: Label of the axis.
        curves: By name.
    """

    title: str
    across: str
    curves: Mapping[str, Values]


def _prompts(default: MetaKANSettings, outputs: int) -> Group:
    frequencies = _FREQUENCIES | {default.prompt_dimension: default.frequency}

    def curve(meta_learners: int) -> Values:
        return {
            e: _changed(prompt_dimension=e, frequency=omega, meta_learners=meta_learners)
            for e, omega in sorted(frequencies.items())
        }

    curves = {"a meta-learner for each layer": curve(0), "one for all": curve(1)}
    return Group("Prompts", "prompt dimension E [-]", curves)


def _hidden_widths(default: MetaKANSettings, outputs: int) -> Group:
    widths = sorted({*_HIDDEN_WIDTHS, default.hidden_width})
    values: Values = {h: _changed(hidden_width=h) for h in widths}
    title = "Hidden width of the meta-learner"
    return Group(title, "hidden width h [-]", {_named(default): values})


def _meta_learners(default: MetaKANSettings, outputs: int) -> Group:
    layers = [*default.widths, outputs]
    few = [c for c in _FEW if c < len(layers) and c <= len(set(layers))]  # K-means of their widths
    values: Values = {
        **{c: _changed(meta_learners=c) for c in few},
        len(layers): _changed(meta_learners=0),
    }
    across = f"number C for the {len(layers)} layers [-]"
    return Group("Meta-learners", across, {_named(default): values})


def _hidden_functions(default: MetaKANSettings, outputs: int) -> Group:
    values: dict[float | str, Variant] = {
        name: _changed(hidden_function=name) for name in HIDDEN_FUNCTIONS
    }
    if default.widths:  # what shares functions has a hidden layer
        same = {"widths": default.widths, "prompt_dimension": default.prompt_dimension}
        values["linear (shared functions)"] = Variant("metakan", same)
    return Group("Hidden function", "hidden function", {_named(default): values})


def _changed(**changes: object) -> Variant:
    return Variant(_NETWORK, changes)


def _named(default: MetaKANSettings) -> str:
    return f"E = {default.prompt_dimension}"


#: Name of the part -> networks that differ in it, from the default and the number of unknowns.
GROUPS: dict[str, Callable[[MetaKANSettings, int], Group]] = {
    "prompts": _prompts,
    "hidden_width": _hidden_widths,
    "meta_learners": _meta_learners,
    "hidden_function": _hidden_functions,
}


def ablation_lines(
    folder: Path,
    problem: str,
    seeds: int,
    steps: int,
    device: str,
    parts: Sequence[str],
    progress: Progress,
) -> Iterator[str]:
    """Change one part of the default MetaKAN at a time, solve, and draw the errors.

    The default is that which the problem suggests.

    Args:
        folder: Keeps a run folder for each, which is not made again, and ``ablation.png``.
        problem: Name or file of a problem.
        seeds: How many seeds, from 0.
        steps: Steps of Levenberg-Marquardt.
        device: "auto", "cpu" or "cuda".
        parts: Keys of `GROUPS`, what is changed; all if empty.
        progress: Told each run.

    Yields:
        Rows of a table in Markdown: medians over the seeds, NaN for runs that failed.

    Raises:
        SettingsError: If a part is not known, or the problem has no reference.
        UserError: If the results cannot be written; nothing is measured then.
    """
    refuse_unknown("no part {} to change", parts, GROUPS)
    with ended_after(LOOKING):
        loaded = load_problem(problem)  # a wrong name is told before anything else
    if type(loaded).reference is Problem.reference:
        raise SettingsError(f"{problem} has no reference, so there are no errors to compare")
    default = suggested_settings(loaded, _NETWORK).network
    assert isinstance(default, MetaKANSettings)
    prepare_folder(folder, [f"{_FIGURE}.png"])
    yield "| part | value | parameters | error | lowest | highest | seconds |"
    yield "|---|---|---|---|---|---|---|"
    panels = []
    for group in (GROUPS[name](default, len(loaded.unknowns)) for name in parts or GROUPS):
        curves = {}
        for name, values in group.curves.items():
            errors = []
            for value, part in values.items():
                runs = []
                others = _without_defaults(part, default)
                names = [problem] if part.network == _NETWORK else [problem, part.network]
                label = ", ".join([*names, *(f"{k}={v}" for k, v in sorted(others.items()))])
                for seed in range(seeds):
                    progress(f"{label}, seed {seed}")
                    variant = Variant(part.network, {"network": others, "lm": {"steps": steps}})
                    path = folder / as_word(f"{label}, {steps} steps") / f"seed-{seed}"
                    case = Case(problem, {}, variant, seed)
                    runs.append(run_case(path, case, device, progress))
                errors.append(spread([error_of(run) for run in runs]))
                count, seconds = size_and_seconds(runs)
                shown = " | ".join(f"{e:.1e}" for e in errors[-1])
                yield f"| {group.title}, {name} | {value} | {count} | {shown} | {seconds} |"
            middle, lowest, highest = (list(column) for column in zip(*errors, strict=True))
            curves[name] = Curve(list(values), middle, lowest, highest)
        panels.append(Panel(group.title, group.across, "relative L2 error [-]", curves))
    title = f"{problem}, MetaKAN after {steps} steps, median and range of {seeds} seeds"
    (path,) = write_figures({_FIGURE: curves_figure(title, panels)}, folder)
    yield f"\n{path}"


def _without_defaults(part: Variant, default: MetaKANSettings) -> dict[str, object]:
    """Settings of a part that its network does not have without being asked."""
    if part.network != _NETWORK:
        return dict(part.settings)
    return {k: v for k, v in part.settings.items() if getattr(default, k) != v}
