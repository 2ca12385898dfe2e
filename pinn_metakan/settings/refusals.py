"""What does not fit, told in one line: the layer, the key, what was expected and what came."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from pinn_metakan.errors import one_line
from pinn_metakan.settings.networks import Section


def describe_refusal(
    error: ValidationError, label: str, model: type[Section], given: object, inside: str = ""
) -> str:
    """Say in one line what does not fit.

    Args:
        error: What pydantic found.
        label: What messages call the layer that the value came from.
        model: The section that was to be made.
        given: What it was to be made from.
        inside: The key of that section, none for the top.

    Returns:
        The line.
    """
    places = [(_place(entry["loc"], given), entry) for entry in error.errors()]
    place, first = max(places, key=lambda pair: len(pair[0]))  # the most exact one
    key = ".".join([*([inside] if inside else []), *map(str, place)])
    if first["type"] == "extra_forbidden":
        names = ", ".join(_section_of(model, first["loc"]).model_fields)
        return one_line(f"{label}: no setting {key!r}; there are {names}")
    expected = f"{first['msg'][0].lower()}{first['msg'][1:]}"
    return one_line(f"{label}: {key}: {expected}, got {first['input']!r}")


def _place(loc: tuple[int | str, ...], given: object) -> list[int | str]:
    """Follow an error to where it lies in what was given; leave out the names of types."""
    place = []
    for part in loc:
        if isinstance(given, Mapping) and part in given:
            given = given[part]
        elif isinstance(given, Sequence) and isinstance(part, int) and part < len(given):
            given = given[part]
        else:
            continue
        place.append(part)
    return place


def _section_of(model: type[Section], loc: tuple[int | str, ...]) -> type[Section]:
    """The section in which an error lies."""
    for part in loc[:-1]:
        annotation = model.model_fields[str(part)].annotation
        assert isinstance(annotation, type)
        model = annotation
    return model
