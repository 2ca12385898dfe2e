"""Facts and a picture as HTML, for a notebook; every text is escaped."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape

_CELL = "text-align:left;vertical-align:top;padding:1px 10px 1px 0"


def facts_html(title: str, facts: Sequence[tuple[str, str]], picture: bytes | None = None) -> str:
    """A table of names and texts below a title, and a picture below that.

    Args:
        title: One line.
        facts: Names and what they are.
        picture: A PNG; None for none.

    Returns:
        HTML without scripts and without references to anything outside.

    >>> "&lt;b&gt;" in facts_html("<b>", [])
    True
    """
    rows = "".join(
        f'<tr><th style="{_CELL}">{escape(name)}</th><td style="{_CELL}">{escape(text)}</td></tr>'
        for name, text in facts
    )
    shown = ""
    if picture is not None:
        source = f"data:image/png;base64,{b64encode(picture).decode()}"
        shown = f'<img alt="{escape(title)}" style="max-width:100%" src="{source}">'
    return f"<div><strong>{escape(title)}</strong><table>{rows}</table>{shown}</div>"
