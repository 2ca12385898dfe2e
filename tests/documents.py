"""Blocks of code and command lines in pages of Markdown."""

import re
from textwrap import dedent


def blocks(text: str, kind: str) -> list[str]:
    """The texts of the blocks of a kind, such as "python", in a page of Markdown."""
    found = re.findall(r"^( *)```(\w*)[^`\n]*\n(.*?)^\1```", text, flags=re.DOTALL | re.MULTILINE)
    return [dedent(block) for _, its_kind, block in found if its_kind == kind]


def shell_lines(text: str) -> list[str]:
    """The lines of the blocks that a shell is to run."""
    return [line for block in blocks(text, "bash") for line in joined(block) if line]


def joined(block: str) -> list[str]:
    """The lines of a block; one that ends in a backslash goes on in the next."""
    return block.replace("\\\n", " ").splitlines()


def commands(text: str) -> list[str]:
    """The lines among them that begin with `pinn-metakan`."""
    return [line for line in shell_lines(text) if line.startswith("pinn-metakan")]
