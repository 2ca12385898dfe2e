"""Whatever the schema of the settings allows survives a file, and nothing else is let in."""

import math
import types
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from any_settings import fields_of, sections
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from pinn_metakan.cli.arithmetic import evaluate
from pinn_metakan.errors import SettingsError
from pinn_metakan.settings.layers import build_settings, layers_of, parse_pair, read_settings
from pinn_metakan.settings.networks import NETWORK_SETTINGS, Section
from pinn_metakan.settings.sections import RunSettings, settings_class
from pinn_metakan.settings.text import settings_text

drawn = examples(derandomize=True, deadline=None, database=None, max_examples=100)


@st.composite
def choices(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """The name of a network, and settings for it."""
    name = draw(st.sampled_from(list(NETWORK_SETTINGS)))
    return name, draw(sections(settings_class(), network=sections(NETWORK_SETTINGS[name])))


@given(choices(), sections(RunSettings), st.text(max_size=20))
@drawn
def test_any_settings_survive_their_file(
    choice: tuple[str, dict[str, Any]], run: dict[str, Any], command: str
) -> None:
    network, layer = choice
    settings, asked = build_settings(network, [("drawn", layer)]), RunSettings(**run)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "settings.toml"
        path.write_text(settings_text(settings, asked, command), encoding="utf-8")
        found, again = read_settings(path)
    assert repr(build_settings(network, [found])) == repr(settings)  # NaN too is what it was
    assert repr(again) == repr(asked)


#: One value of each kind; each setting takes some of them.
KINDS: dict[type, Any] = {
    int: 7, float: 7.5, bool: True, str: "no such name", list: [{}], dict: {"a": []}, bytes: b"7",
}  # fmt: skip


def kinds_of(kind: Any) -> set[type]:
    """Which kinds of values a field takes; not those that it takes only some values of."""
    inside, origin = get_args(kind), get_origin(kind)
    if origin is Annotated:
        return kinds_of(inside[0])
    if origin is Literal:
        return set()
    if origin in (Union, types.UnionType):
        return set().union(*map(kinds_of, inside))
    if isinstance(kind, type) and issubclass(kind, Section):
        return {dict}
    return {float, int} if kind is float else {kind}


@pytest.mark.parametrize("network", NETWORK_SETTINGS)
def test_a_value_of_a_wrong_kind_is_refused_by_its_key(network: str) -> None:
    inside = fields_of(NETWORK_SETTINGS[network], "network.")
    for key, kind in [*fields_of(settings_class()), *inside]:
        for wrong in set(KINDS) - kinds_of(kind):
            with pytest.raises(SettingsError, match=rf"^given: {key}[.:][^\n]*, got [^\n]*$"):
                build_settings(network, layers_of("given", {key: KINDS[wrong]}))


@given(choices(), st.sampled_from(["", "adam.", "network.", "evaluation."]), st.text())
@drawn
def test_an_unknown_key_is_refused_by_its_name(
    choice: tuple[str, dict[str, Any]], place: str, name: str
) -> None:
    network, layer = choice
    wrong: dict[str, Any] = {name: 1}
    if place:
        wrong = {place[:-1]: wrong}
    there_are = [key for key, _ in fields_of(settings_class())]
    there_are += [key for key, _ in fields_of(NETWORK_SETTINGS[network], "network.")]
    if place + name in there_are:
        return
    with pytest.raises(SettingsError) as refused:
        build_settings(network, [("drawn", layer), ("given", wrong)])
    end = " ".join(repr(place + name).split())[-30:]  # of a long word the beginning is left out
    assert str(refused.value).startswith("given: no setting ")
    assert f"{end}; there are " in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


@given(st.text() | st.builds("{}={}".format, st.text(), st.text("[]{}\"'=,.0129einf\n_#ab ")))
@example(f"a={'[' * 5000}")
@example(f"a={'9' * 5000}")
@drawn
def test_any_pair_is_read_or_refused_in_one_line(pair: str) -> None:
    try:
        told, _ = parse_pair(pair)
    except SettingsError as error:
        told = str(error)
    assert len(told.splitlines()) == 1


@given(st.text() | st.text("0123456789.+-*/() pie_j", max_size=20))
@drawn
def test_any_text_is_a_finite_number_or_none(text: str) -> None:
    number = evaluate(text)
    assert number is None or math.isfinite(number)


NUMBERS = st.floats(0, 1e6).map(repr) | st.integers(0, 9).map("{}.0".format) | st.just("pi")
EXPRESSIONS = st.recursive(
    NUMBERS,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner)
        | st.builds("{}{}".format, st.sampled_from(["-", "+"]), inner)
    ),
    max_leaves=8,
)


@given(EXPRESSIONS)
@drawn
def test_an_expression_is_what_python_makes_of_it(text: str) -> None:
    try:
        expected = eval(text, {"pi": math.pi})
    except ArithmeticError:
        expected = None
    if isinstance(expected, complex) or not math.isfinite(expected or 0.0) or len(text) > 200:
        expected = None
    assert evaluate(text) == expected
