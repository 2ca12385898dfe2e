"""Units and names in figures, checked: what is drawn, printed and stored has to be short text."""

from collections.abc import Mapping, Sequence

from pinn_metakan.errors import ProblemError, one_line

#: Characters of the longest name or unit that axes have room for.
_LONGEST = 100
#: Characters of what a message shows of a value.
_SHOWN = 60


def refuse_labels(what: str, labels: object, names: Sequence[str]) -> None:
    """Refuse units or names in figures that are no short, printable texts of what there is.

    Args:
        what: What a problem calls them: "units" or "long_names".
        labels: What it gives.
        names: Coordinates and unknowns.

    Raises:
        ProblemError: If they are no dict, name something else, or have another text.
    """
    if not isinstance(labels, Mapping):
        shown = one_line(repr(labels), _SHOWN)
        raise ProblemError(f"{what} must be a dict such as {{'x': '...'}}, got {shown}")
    for name, text in labels.items():
        if name not in names:
            raise ProblemError(
                f"{what}: {one_line(repr(name), _SHOWN)} is no coordinate or unknown; there are "
                f"{one_line(', '.join(names), 2 * _SHOWN)}"
            )
        refuse_label(f"{what}: that of {name}", text)


def refuse_label(what: str, text: object) -> None:
    """Refuse what is no short, printable text.

    Args:
        what: What it is, for the message.
        text: What was given.

    Raises:
        ProblemError: If it is something else.
    """
    if not isinstance(text, str) or not text.isprintable() or len(text) > _LONGEST:
        raise ProblemError(
            f"{what} must be a printable text of at most {_LONGEST} characters, got "
            f"{one_line(repr(text), _SHOWN)}"
        )
