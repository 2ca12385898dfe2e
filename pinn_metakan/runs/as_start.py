"""What a run leaves for another one to begin with."""

from collections.abc import Mapping

from pinn_metakan.optimizers.flat import flattened
from pinn_metakan.runs.assembled import AssembledRun
from pinn_metakan.runs.start import Start, growths


def as_start(run: AssembledRun, label: str, errors: Mapping[str, float]) -> Start | None:
    """What another run needs to begin with the network of a run.

    Args:
        run: The run.
        label: What messages call it.
        errors: Its relative L2 errors by unknown.

    Returns:
        The start; None for a network object of the user's, which settings do not describe.
    """
    if run.choices.network == "custom":
        return None
    settings = run.settings.as_dict()
    functions = run.ansatz.functions
    begun = [(stage, settings[stage]) for stage in run.schedule.grown]
    return Start(
        label,
        run.choices.network,
        settings["network"],
        (*(() if run.start is None else run.start.grown), *growths(begun)),
        tuple(run.objective.scales.unknowns.values()),
        flattened(list(run.network.parameters())),
        {name: buffer.clone() for name, buffer in run.network.named_buffers()},
        {
            "run": label,
            "problem": run.problem.origin.name,
            "parameters": dict(run.problem.parameters),
            "relative_l2": dict(errors),
            "steps": run.record.step,
            "seconds": run.record.seconds,
        },
        numbers=run.ansatz.numbers.now(),
        functions={name: functions.of(name).detach().clone() for name in functions.functions},
        kinds={name: f.numbers(functions.laws[name]) for name, f in functions.functions.items()},
    )
