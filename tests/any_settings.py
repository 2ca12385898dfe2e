"""Whatever the schema of the settings allows, drawn from the schema itself."""

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st

from pinn_metakan.pde.problem import recorded
from pinn_metakan.settings.networks import Section

Drawn = st.SearchStrategy[Any]
#: What a file in UTF-8 can hold.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
#: Arguments of a problem as they are recorded; one that is None is left out.
RECORDED = (
    st.recursive(
        st.booleans() | st.integers() | st.floats() | TEXT | st.none() | st.binary(max_size=2),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
        max_leaves=5,
    )
    .map(recorded)
    .filter(lambda value: value is not None)
)


def values_of(kind: Any, limits: list[Any]) -> Drawn:
    """What a field of a kind within limits may be."""
    bounds = {name: getattr(limit, name) for limit in limits for name in vars_of(limit)}
    inside = get_args(kind)
    if get_origin(kind) is Annotated:
        return values_of(inside[0], [m for extra in inside[1:] for m in extra.metadata])
    if get_origin(kind) is Literal:
        return st.sampled_from(inside)
    if get_origin(kind) in (Union, types.UnionType):
        return st.one_of(*(values_of(part, []) for part in inside))
    if get_origin(kind) is list:
        return st.lists(values_of(inside[0], []), min_size=bounds.get("min_length", 0), max_size=4)
    if get_origin(kind) is dict:
        return st.dictionaries(TEXT, values_of(inside[1], []), max_size=3)
    if isinstance(kind, type) and issubclass(kind, Section):
        return sections(kind)
    if kind is int:
        return st.integers(
            min_value=bounds.get("ge", bounds["gt"] + 1 if "gt" in bounds else None),
            max_value=bounds.get("le", bounds["lt"] - 1 if "lt" in bounds else None),
        )
    if kind is float:
        return st.floats(
            min_value=bounds.get("ge", bounds.get("gt")),
            max_value=bounds.get("le", bounds.get("lt")),
            exclude_min="gt" in bounds,
            exclude_max="lt" in bounds,
            allow_nan=not bounds,
            allow_infinity=bounds.get("allow_inf_nan", True) and not {"le", "lt"} & set(bounds),
        )
    simple = {bool: st.booleans(), str: TEXT, type(None): st.none(), Any: RECORDED}
    return simple[kind]


def vars_of(limit: Any) -> list[str]:
    names = ("gt", "ge", "lt", "le", "min_length", "allow_inf_nan")
    return [name for name in names if getattr(limit, name, None) is not None]


def sections(section: type[Section], **given: Drawn) -> Drawn:
    """Any part of the settings of a section, as a file may give them."""
    fields = {
        name: given[name] if name in given else values_of(field.annotation, field.metadata)
        for name, field in section.model_fields.items()
    }
    return st.fixed_dictionaries({}, optional=fields)


def fields_of(section: type[Section], prefix: str = "") -> list[tuple[str, Any]]:
    """The names, with dots, and the kinds of all settings."""
    found = []
    for name, field in section.model_fields.items():
        kind = field.annotation
        found.append((prefix + name, kind))
        if isinstance(kind, type) and issubclass(kind, Section):
            found += fields_of(kind, f"{prefix}{name}.")
    return found
