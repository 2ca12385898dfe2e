"""The figure of a history."""

import json
from dataclasses import replace

import numpy as np
from drawn_fields import make_field

from pinn_metakan.plotting.history import history_figure
from pinn_metakan.results.field import Field


def with_begins(field: Field, *begins: tuple[str, int, int, float]) -> Field:
    rows = [
        {"stage": stage, "leg": leg, "slab": slab, "step": k, "seconds": seconds}
        for k, (stage, leg, slab, seconds) in enumerate(begins)
    ]
    return replace(field, attributes={**field.attributes, "stage_begins": json.dumps(rows)})


def texts(field: Field) -> list[str]:
    return [text.get_text() for text in history_figure(field).axes[0].texts]


def test_the_history_is_drawn_against_time_with_its_entries_marked() -> None:
    axis = history_figure(make_field(2)).axes[0]
    assert axis.get_xlabel() == "training time [s]"
    assert [line.get_label() for line in axis.lines] == ["loss", "relative L2 error of u"]
    assert [line.get_marker() for line in axis.lines] == [".", "."]
    assert axis.get_yscale() == "log"


def test_loss_on_fresh_points_and_added_points_are_marked() -> None:
    field = make_field(2)
    more = {"loss_fresh": np.array([np.nan, 0.3]), "points": np.array([100.0, 400.0])}
    field = replace(field, history={**field.history, **more})
    axis = history_figure(field).axes[0]
    (fresh,) = (line for line in axis.lines if "not trained on" in str(line.get_label()))
    assert (fresh.get_marker(), fresh.get_linestyle()) == ("x", "None")
    assert [text.get_text() for text in axis.texts] == ["400 points"]


def test_stages_are_named_and_legs_have_a_line() -> None:
    field = with_begins(make_field(2), ("adam", 1, 1, 0.0), ("lm", 1, 1, 0.4), ("lift", 2, 1, 1.2))
    assert texts(field) == ["adam", "lm", "lift"]
    axis = history_figure(field).axes[0]
    lines = [line.get_xdata()[0] for line in axis.lines if line.get_label().startswith("_")]
    assert lines == [1.2]
    assert len(axis.patches) == 1  # every second stage is shaded
    assert axis.get_xlim()[0] == 0.0


def test_a_stage_too_short_for_a_label_of_its_own_shares_one() -> None:
    begins = ("adam", 1, 1, 0.0), ("lm", 1, 1, 0.05), ("lift", 2, 1, 0.1), ("widen", 3, 1, 1.4)
    assert texts(with_begins(make_field(2), *begins)) == ["adam, lm", "lift", "widen"]


def test_slabs_are_numbered() -> None:
    field = with_begins(make_field(2), ("lm", 1, 1, 0.0), ("adam", 2, 2, 0.9), ("lm", 2, 2, 1.5))
    assert texts(field) == ["slab 1, lm", "slab 2, adam", "lm"]


def test_of_many_stages_only_slabs_are_named() -> None:
    stages = [(name, k, k, 0.1 * k) for k in range(1, 9) for name in ("adam", "lm")]
    assert texts(with_begins(make_field(2), *stages)) == [f"slab {k}" for k in range(1, 9)]


def test_a_run_without_entries_has_a_sentence_and_no_axes() -> None:
    field = make_field(2)
    for history in (
        {name: values[:0] for name, values in field.history.items()},
        {name: np.full(2, np.nan) for name in field.history},
    ):
        figure = history_figure(replace(field, history=history))
        assert figure.axes == []
        assert "no step of the training was recorded" in figure.texts[0].get_text()
