"""Units as UDUNITS spells them, so that tools that read CF files know them."""

from collections.abc import Mapping

#: How units are written in problems -> how UDUNITS spells them. Full words of time are among them:
#: xarray turns variables of such units into dates and durations.
_SPELLINGS = {
    "": "1",
    "-": "1",
    "%": "percent",
    "°": "degree",
    "deg": "degree",
    "°C": "degC",
    "°F": "degF",
    "Å": "angstrom",
    "Ω": "ohm",
    "day": "d",
    "days": "d",
    "hour": "h",
    "hours": "h",
    "minute": "min",
    "minutes": "min",
    "second": "s",
    "seconds": "s",
    "millisecond": "ms",
    "milliseconds": "ms",
    "microsecond": "us",
    "microseconds": "us",
    "nanosecond": "ns",
    "nanoseconds": "ns",
}


def unit_attributes(unit: str) -> dict[str, str]:
    """Say a unit as attributes of a variable.

    Args:
        unit: As the problem has it, "-" for none.

    Returns:
        `units` as UDUNITS spells it, and `unit_label` where that does not tell how it was written.

    >>> unit_attributes("-"), unit_attributes("seconds")
    ({'units': '1'}, {'units': 's', 'unit_label': 'seconds'})
    """
    attributes = {"units": _SPELLINGS.get(unit, unit)}
    return attributes if written_unit(attributes) == unit else attributes | {"unit_label": unit}


def written_unit(attributes: Mapping[str, object]) -> str:
    """The unit as the problem has it.

    Args:
        attributes: Those of a variable, as `unit_attributes` makes them, or of format 1.

    Returns:
        The unit, "-" for none.
    """
    units = str(attributes.get("units", "-"))
    return str(attributes.get("unit_label", "-" if units == "1" else units))
