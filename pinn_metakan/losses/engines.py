"""Engines by name."""

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.errors import SettingsError
from pinn_metakan.losses.closed_form_jets import ClosedFormJets
from pinn_metakan.losses.engine import Engine
from pinn_metakan.losses.nested_autograd import NestedAutograd

ENGINES: dict[str, type[Engine]] = {kind.name: kind for kind in (ClosedFormJets, NestedAutograd)}


def choose_engine(asked: str, ansatz: Ansatz) -> tuple[Engine, str]:
    """Choose what differentiates.

    Args:
        asked: A key of `ENGINES`, or "auto" for the fastest that serves the ansatz.
        ansatz: The field.

    Returns:
        The engine, and why it was chosen, for the user.

    Raises:
        SettingsError: If what was asked for cannot serve the ansatz.
    """
    jets, autograd = ClosedFormJets.name, NestedAutograd.name
    if asked == jets and not ansatz.has_jets:
        raise SettingsError(f"engine: {jets} cannot pass through the problem's own transform")
    if asked == autograd:
        return NestedAutograd(), f"{autograd}: nested reverse mode, as asked for"
    if not ansatz.has_jets:
        why = "nested reverse mode; the problem has its own transform"
        return NestedAutograd(), f"{autograd}: {why}"
    return ClosedFormJets(), f"{jets}: closed form, which every part of the ansatz supports"
