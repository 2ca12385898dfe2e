"""Panels of curves, as benchmarks draw them."""

from pinn_metakan.plotting.curves import Curve, Panel, curves_figure


def test_a_place_without_a_panel_is_left_empty() -> None:
    curves = {"a": Curve([1.0, 2.0], [0.1, 0.01]), "b": Curve([1.0, 2.0], [0.2, 0.1])}
    panels = [Panel(name, "time [s]", "error [-]", curves) for name in ("one", "two", "three")]
    axes = curves_figure("Errors", panels).axes
    assert [axis.axison for axis in axes] == [True, True, True, False]
    assert [axis.get_title() for axis in axes[:3]] == ["one", "two", "three"]
