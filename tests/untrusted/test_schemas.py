"""Values that were read are of the kind, range and size that a schema says."""

import math

import pytest

from pinn_metakan.errors import RunFolderError
from pinn_metakan.untrusted.json_text import DEEPEST, Json, read_json
from pinn_metakan.untrusted.schema import (
    Anything,
    Either,
    Flag,
    Kind,
    Listed,
    Nothing,
    Number,
    Table,
    Text,
    Whole,
)

RIGHT: list[tuple[Kind, object]] = [
    (Text(), "a"),
    (Text(("a", "b")), "b"),
    (Whole(), 3),
    (Number(), 2),
    (Number(is_finite=False), math.nan),
    (Flag(), False),
    (Nothing(), None),
    (Either(Nothing(), Whole()), 4),
    (Listed(Whole(), 2), [1, 2]),
    (Table({"a": Whole()}, {"b": Text()}), {"a": 1}),
    (Table(others=Number()), {"any": 1.5}),
    (Json(Listed(Whole())), "[1, 2]"),
    (Anything(), object()),
]
WRONG: list[tuple[Kind, object, str]] = [
    (Text(), 3, "x: expected text, got 3"),
    (Text(("a", "b")), "c", "x: expected one of a, b, got 'c'"),
    (Whole(), True, "x: expected a whole number, got True"),
    (Whole(), -1, "x: expected a whole number from 0 to .*, got -1"),
    (
        Whole(),
        10**400,
        "x: expected a whole number .*, got a whole number of many digits",
    ),
    (Number(), "1", "x: expected a number, got '1'"),
    (Number(), math.inf, "x: expected a finite number, got inf"),
    (Number(), 10**400, "x: expected a finite number, got a whole number of many digits"),
    (Number(0.0), -1.0, "x: expected a number from 0 on, got -1.0"),
    (Flag(), 1, "x: expected true or false, got 1"),
    (Nothing(), 0, "x: expected nothing, got 0"),
    (Either(Nothing(), Whole()), "a", "x: expected a whole number, got 'a'"),
    (Listed(Whole()), {"a": 1}, "x: expected a list, got a table of 1"),
    (Listed(Whole(), 2), [1], "x: expected a list of 2, got a list of 1"),
    (Listed(Whole()), [1, "a"], r"x\[1\]: expected a whole number, got 'a'"),
    (Table({"a": Whole()}), [1], "x: expected a table, got a list of 1"),
    (Table({"a": Whole()}), {}, "x: there is no 'a'"),
    (Table({"a": Whole()}), {"a": 1, "b": 2}, "x: expected only a, got 'b'"),
    (Table(others=Anything()), {3: 1}, "x: expected names that are text, got 3"),
    (Table(others=Table(others=Flag())), {"a": {"b": 2}}, "x.a.b: expected true or false, got 2"),
    (Json(Whole()), 3, "x: expected text, got 3"),
    (Json(Whole()), "[", "x is no JSON"),
    (Json(Whole()), '"a"', "x: expected a whole number, got 'a'"),
    (Text(("a",)), "\x1b[2J" * 100, r"x: expected one of a, got '\\x1b\[2J.*\.\.\.$"),
]


@pytest.mark.parametrize(("kind", "value"), RIGHT)
def test_a_value_of_its_kind_passes(kind: Kind, value: object) -> None:
    kind.check(value, "x")


@pytest.mark.parametrize(("kind", "value", "message"), WRONG)
def test_a_value_of_another_kind_is_refused_with_its_place(
    kind: Kind, value: object, message: str
) -> None:
    with pytest.raises(RunFolderError, match=message) as caught:
        kind.check(value, "x")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize("depth", [DEEPEST + 1, 100_000])
@pytest.mark.parametrize(("open_", "close"), [("[", "]"), ('{"a":', "}")])
def test_json_that_is_nested_deep_is_refused(depth: int, open_: str, close: str) -> None:
    with pytest.raises(RunFolderError, match="x is nested too deep"):
        read_json(open_ * depth + "1" + close * depth, Anything(), "x")
    assert read_json("[" * (DEEPEST - 1) + "]" * (DEEPEST - 1), Anything(), "x")
