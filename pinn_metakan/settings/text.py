"""Settings for people to read: with what each means, as TOML or line by line."""

from collections.abc import Iterator, Mapping
from typing import Any

import tomli_w
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pinn_metakan.errors import SettingsError
from pinn_metakan.settings.sections import RUN_TABLE, RunSettings, Settings


def settings_text(settings: Settings, run: RunSettings, command: str) -> str:
    """Text of settings.toml: every setting, what it is, and what it means.

    Args:
        settings: All settings.
        run: What the run is besides.
        command: How to start it again.

    Returns:
        TOML with comments.

    Raises:
        SettingsError: If a text is not Unicode, as one with bytes of another encoding.
    """
    lines = [f"# {_shown(command)}"]
    tables: list[tuple[str, BaseModel]] = []
    told = settings.as_dict()
    for key, field, value in _entries(settings):
        if not isinstance(value, BaseModel):
            lines += _entry(key, field, value)
        elif key in told:
            tables.append((key, value))
    for name, section in [(RUN_TABLE, run), *tables]:
        lines += ["", f"# {_first_line(section)}", f"[{name}]"]
        for key, field, value in _entries(section):
            lines += _entry(key, field, value)
    return "\n".join(lines) + "\n"


def settings_lines(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """List settings.

    Args:
        settings: All settings.

    Yields:
        Of each its name with dots, its value as --set takes it, and what it means.
    """
    sections: list[tuple[str, BaseModel]] = [("", settings)]
    while sections:
        prefix, section = sections.pop(0)
        for key, field, value in _entries(section):
            if isinstance(value, BaseModel):
                sections.append((f"{prefix}{key}.", value))
            else:
                yield f"{prefix}{key}", _inline(value), str(field.description)


def _shown(command: str) -> str:
    """A command in one line, without what a comment of TOML must not hold."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(command.split()))


def _entries(section: BaseModel) -> Iterator[tuple[str, FieldInfo, Any]]:
    for key, field in type(section).model_fields.items():
        yield key, field, getattr(section, key)


def _entry(key: str, field: FieldInfo, value: Any) -> list[str]:
    text = f"# {key}" if value is None else f"{key} = {_inline(value)}"  # TOML has no None
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise SettingsError(f"{key}: expected text in UTF-8, got {value!r}; rename it") from error
    return [f"# {field.description}", text]


def _inline(value: Any) -> str:
    """A value as TOML in one line; None, which TOML does not have, is left out of tables."""
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    if isinstance(value, Mapping):
        inside = (f"{_inline(k)} = {_inline(v)}" for k, v in value.items() if v is not None)
        return f"{{{', '.join(inside)}}}"
    return "-" if value is None else tomli_w.dumps({"k": value}).rstrip().removeprefix("k = ")


def _first_line(section: BaseModel) -> str:
    return (type(section).__doc__ or "").strip().partition("\n")[0]
