"""HTML of escaped parts: every text that comes from a run goes through here."""

import base64
import hashlib
import html
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

_ASSETS = Path(__file__).parent / "assets"
#: Characters that could end a script element, or a line of JavaScript, as JSON spells them.
_IN_SCRIPTS = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


class Markup(str):
    """Text that is HTML already; any other text is escaped where it is put into a page."""

    __slots__ = ()


def escaped(value: object) -> Markup:
    """Write a value as HTML; `Markup` stays as it is.

    Args:
        value: What to show.

    Returns:
        HTML in which nothing of the value is an element.

    >>> escaped("<b>")
    '&lt;b&gt;'
    """
    if isinstance(value, Markup):
        return value
    return Markup(html.escape(shown(value)))


def shown(value: object) -> str:
    """Spell a value in few characters.

    Args:
        value: A number, a text, a list or a table.

    Returns:
        Text.

    >>> [shown(value) for value in (0.00012345, 3, None, {"a": 1.0})]
    ['1.23e-04', '3', 'not finite', 'a = 1']
    """
    if value is None:
        return "not finite"
    if isinstance(value, float):
        if not math.isfinite(value):
            return "not finite"
        is_short = value == 0 or 1e-3 <= abs(value) < 1e5
        return f"{value:.4g}" if is_short else f"{value:.2e}"
    if isinstance(value, dict):
        return ", ".join(f"{shown(k)} = {shown(v)}" for k, v in value.items()) or "none"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(shown, value))}]"
    return str(value)


def element(tag: str, *inside: object, **attributes: str) -> Markup:
    """Write an element with what is inside, escaped.

    Args:
        tag: Its name.
        inside: Its contents, one after the other.
        attributes: By name, with underscores for hyphens; ``class_`` stands for class.

    Returns:
        HTML.

    >>> element("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    return Markup(f"<{tag}{_attributes(attributes)}>{''.join(map(escaped, inside))}</{tag}>")


def table(head: Sequence[object], rows: Iterable[Sequence[object]], **attributes: str) -> Markup:
    """A table; its first column names the rows. Wide ones scroll by themselves."""
    lines = [
        element("tr", element("th", first, scope="row"), *map(_cell, rest)) for first, *rest in rows
    ]
    top = [element("thead", element("tr", *(element("th", name, scope="col") for name in head)))]
    inside = element("table", *(top if head else []), element("tbody", *lines), **attributes)
    return element("div", inside, class_="wide")


def _cell(value: object) -> Markup:
    if isinstance(value, float):
        return element("td", value, class_="number")
    return element("td", value)


def folded(summary: str, *inside: object) -> Markup:
    """A part of the page that opens at a click."""
    return element("details", element("summary", summary), *inside)


def section(title: str, *inside: object, **attributes: str) -> Markup:
    """A section with its heading; empty if nothing is inside."""
    parts = [part for part in inside if part != ""]
    return element("section", element("h2", title), *parts, **attributes) if parts else Markup()


def image(content: bytes, kind: str, told: str, **attributes: str) -> Markup:
    """An image inside the page.

    Args:
        content: Its file.
        kind: Its media type, such as image/png.
        told: What it shows, for those who do not see it.
        attributes: More of the element.

    Returns:
        The element.
    """
    source = f"data:{kind};base64,{base64.b64encode(content).decode()}"
    return Markup(f"<img{_attributes({'src': source, 'alt': told, **attributes})}>")


def data_script(name: str, data: object) -> Markup:
    """JSON that a script of the page reads; nothing in it can end the element or run."""
    text = json.dumps(data, allow_nan=False).translate(_IN_SCRIPTS)
    return Markup(f'<script type="application/json" id="{html.escape(name)}">{text}</script>')


def document(title: str, body: Sequence[object], scripts: Sequence[str]) -> str:
    """A whole page, which loads nothing and runs no script but the named ones.

    Args:
        title: Of the window.
        body: Its parts.
        scripts: Names of the assets that are run.

    Returns:
        HTML. Its policy names the hashes of style and scripts: a browser refuses any other.
    """
    style = (_ASSETS / "style.css").read_text(encoding="utf-8")
    parts = "\n".join((_ASSETS / name).read_text(encoding="utf-8") for name in scripts)
    script = f'(() => {{\n"use strict";\n{parts}}})();\n'
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"style-src {_hash(style)}; script-src {_hash(script)}"
    )
    text = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy, quote=True)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escaped(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"{''.join(map(escaped, body))}\n<script>{script}</script>\n</body>\n</html>\n"
    )
    return text.encode("utf-8", "replace").decode()  # a user's text may hold what UTF-8 does not


def _attributes(attributes: Mapping[str, str]) -> str:
    return "".join(
        f' {name.rstrip("_").replace("_", "-")}="{html.escape(value)}"'
        for name, value in attributes.items()
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
