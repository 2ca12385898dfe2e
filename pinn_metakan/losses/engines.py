"""Engines by name. A new engine is one file and one row here."""

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.errors import SettingsError, look_up
from pinn_metakan.losses.closed_form_jets import ClosedFormJets
from pinn_metakan.losses.engine import Engine
from pinn_metakan.losses.nested_autograd import NestedAutograd

#: The fastest first.
ENGINES: dict[str, type[Engine]] = {"jets": ClosedFormJets, "autograd": NestedAutograd}
#: What settings say for the fastest engine that serves the ansatz.
AUTO = "auto"


def choose_engine(asked: str, ansatz: Ansatz) -> tuple[Engine, str]:
    """Choose what differentiates.

    Args:
        asked: A key of `ENGINES`, or `AUTO`.
        ansatz: The field.

    Returns:
        The engine, and why it was chosen, for the user.

    Raises:
        LookupError: If there is no such engine.
        SettingsError: If what was asked for cannot serve the ansatz.
    """
    serving = {name: kind for name, kind in ENGINES.items() if kind.serves(ansatz)}
    if asked == AUTO:
        name, kind = next(iter(serving.items()))
        is_limited = len(serving) < len(ENGINES)
        why = "; the problem has its own transform" if is_limited else ""
        return kind(), f"{name}: {kind.description}{why}"
    kind = look_up(ENGINES, asked, "engine")
    if asked not in serving:
        raise SettingsError(f"engine: {asked} cannot pass through the problem's own transform")
    return kind(), f"{asked}: {kind.description}, as asked for"
