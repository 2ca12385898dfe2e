r"""Docstrings as the site shows them: formulas as MathML, examples as code, roles as names.

A formula stands behind ``.. math::``, on that line and on lines below it that are indented, and is
drawn by browsers without any script. An example is a line that begins with ``>>>`` and all lines
down to the next empty one.
"""

import re

from griffe import Extension, Object
from latex2mathml.converter import convert

#: The indentation of the directive, the rest of its line, and the lines that belong to it.
FORMULA = re.compile(
    r"^( *)\.\. math::[ ]*(.*(?:\n\1 +\S.*|\n[ ]*(?=\n\1 +\S))*)", flags=re.MULTILINE
)
EXAMPLE = re.compile(r"^( *)>>> .*(?:\n *\S.*)*", flags=re.MULTILINE)
ROLE = re.compile(r":(?:class|func|meth|attr|mod):`~?([^`]+)`")


def as_markdown(text: str) -> str:
    """Turn what a docstring has of reStructuredText into Markdown.

    Args:
        text: The docstring, without the indentation that all of its lines share.

    Returns:
        Markdown, in which each formula is an element of MathML on a line of its own.
    """
    text = FORMULA.sub(lambda found: f"{found[1]}{_mathml(found[2])}\n", text)
    text = EXAMPLE.sub(lambda found: f"{found[1]}```pycon\n{found[0]}\n{found[1]}```", text)
    return ROLE.sub(r"`\1`", text)


def _mathml(formula: str) -> str:
    return convert(" ".join(formula.split()), display="block")


class Docstrings(Extension):
    """Turns the docstrings of all that is read into Markdown."""

    def on_instance(self, *, obj: Object, **_: object) -> None:
        """Turn that of one object into Markdown."""
        if obj.docstring is not None:
            obj.docstring.value = as_markdown(obj.docstring.value)
