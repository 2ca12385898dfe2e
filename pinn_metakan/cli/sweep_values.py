"""What --over and --search of a sweep are given: values, whole numbers from to, and ranges."""

from typing import TYPE_CHECKING

from pinn_metakan.cli.arithmetic import evaluate
from pinn_metakan.cli.pairs import parameter_value
from pinn_metakan.errors import SettingsError, UserError

if TYPE_CHECKING:
    from pinn_metakan.sweeps.search_range import SearchRange

_OPENING, _CLOSING, _QUOTES = "[{(", "]})", "\"'"
#: What a range of logarithms begins with, and what stands between two ends.
_LOG, _TO = "log:", ".."
#: More values of one name than this are a mistake.
_MOST = 10_000


def read_over(texts: list[str] | None) -> dict[str, list[object]]:
    """Read what --over was given.

    Args:
        texts: Such as ``seed=0..9`` or ``network.widths=[8,8],[12,12]``; None for none.

    Returns:
        Values by name.

    Raises:
        UserError: If one cannot be read, or a name is given twice.
    """
    found: dict[str, list[object]] = {}
    for text in texts or []:
        name, rest = _pair("--over", text, "seed=0..9 or network.widths=[8,8],[12,12]", found)
        found[name] = _values(f"--over {text}", rest)
    return found


def read_search(texts: list[str] | None) -> "dict[str, SearchRange | list[object]]":
    """Read what --search was given.

    Args:
        texts: Such as ``adam.learning_rate=log:1e-4..1e-1`` or ``network=kan,mlp``; None for none.

    Returns:
        A range or choices by name.

    Raises:
        UserError: If one cannot be read, or a name is given twice.
    """
    found: dict[str, SearchRange | list[object]] = {}
    for text in texts or []:
        example = "adam.learning_rate=log:1e-4..1e-1 or conditions=hard,soft"
        name, rest = _pair("--search", text, example, found)
        ends = rest.strip().removeprefix(_LOG).split(_TO)
        is_log = rest.strip().startswith(_LOG)
        if len(ends) == 2 and "," not in rest:
            found[name] = _range(f"--search {text}", ends, is_log)
        elif is_log:
            raise UserError(f"--search {text}: expected log:LOW..HIGH")
        else:
            found[name] = _values(f"--search {text}", rest)
    return found


def split_values(label: str, text: str) -> list[str]:
    """Split a list at the commas that are in no brackets and no quotes.

    Args:
        label: What messages call it.
        text: Such as ``[8,8],[12,12]``.

    Returns:
        The parts.

    Raises:
        UserError: If a bracket or a quote is not closed, or a part is empty.

    >>> split_values("--over", "[8,8],[12,12]")
    ['[8,8]', '[12,12]']
    >>> split_values("--over", "[8,8],[12")
    Traceback (most recent call last):
    pinn_metakan.errors.UserError: --over: '[' is not closed in '[8,8],[12'
    """
    parts, open_, quote = [""], "", ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in _QUOTES:
            quote = letter
        elif letter in _OPENING:
            open_ += letter
        elif letter in _CLOSING:
            if not open_ or _OPENING.index(open_[-1]) != _CLOSING.index(letter):
                raise UserError(f"{label}: {letter!r} closes nothing in {text!r}")
            open_ = open_[:-1]
        elif letter == "," and not open_:
            parts.append("")
            continue
        parts[-1] += letter
    if open_ or quote:
        raise UserError(f"{label}: {open_[-1:] or quote!r} is not closed in {text!r}")
    if not all(part.strip() for part in parts):
        raise UserError(f"{label}: expected values between commas, got {text!r}")
    return [part.strip() for part in parts]


def _pair(option: str, text: str, example: str, found: object) -> tuple[str, str]:
    name, separator, rest = text.partition("=")
    name = name.strip()
    if not separator or not name or not rest.strip():
        raise UserError(f"{option}: expected NAME=VALUES, such as {example}, got {text!r}")
    assert isinstance(found, dict)
    if name in found:
        raise UserError(f"{option}: {name} is given twice; give all of its values in one")
    return name, rest


def _values(label: str, text: str) -> list[object]:
    found: list[object] = []
    for part in split_values(label, text):
        ends = part.split(_TO)
        if len(ends) in (2, 3) and all(_is_number(end) for end in ends):
            found += _whole_numbers(label, ends)
        else:
            found.append(parameter_value(label, part))
    return found


def _whole_numbers(label: str, ends: list[str]) -> list[object]:
    """Whole numbers from the first to the second, both included; the third is the distance."""
    try:
        low, high, step = (int(end) for end in [*ends, "1"][:3])
    except ValueError as error:
        raise UserError(
            f"{label}: LOW..HIGH and LOW..HIGH..STEP are whole numbers; list others one by one"
        ) from error
    if step < 1 or high < low:
        raise UserError(f"{label}: no number is in {_TO.join(ends)}")
    if (high - low) // step >= _MOST:
        raise UserError(f"{label}: more than {_MOST} values")
    return list(range(low, high + 1, step))


def _range(label: str, ends: list[str], is_log: bool) -> "SearchRange":
    from pinn_metakan.sweeps.search_range import SearchRange

    low, high = (evaluate(end) for end in ends)
    if low is None or high is None:
        raise UserError(f"{label}: expected two numbers, got {_TO.join(ends)!r}")
    try:
        return SearchRange(low, high, is_log)
    except SettingsError as error:
        raise UserError(f"{label}: {error}") from error


def _is_number(text: str) -> bool:
    return evaluate(text) is not None
