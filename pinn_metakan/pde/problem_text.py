"""What the text of a problem's file states, read without executing it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ProblemText:
    """What is read.

    Args:
        equation: First line of the docstring of the problem class, or of the file; behind it the
            parameters for all of whose values it is solved.
        tags: The words that its class has in `tags`.
    """

    equation: str
    tags: tuple[str, ...] = ()


def read_problem_text(path: Path) -> ProblemText:
    """Read what a problem's file states.

    Args:
        path: The file.

    Returns:
        What is found; of a file that cannot be read, the equation says so.
    """
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):  # UnicodeDecodeError, and a NUL, are ValueErrors
        return ProblemText("(cannot be read)")
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    texts = [*(ast.get_docstring(node) for node in classes), ast.get_docstring(tree)]
    lines = [text.strip().splitlines()[0] for text in texts if text and text.strip()]
    names = [name for node in classes for name in _solution_parameters(node)]
    equation = (lines[0] if lines else "") + (f"  (for all {', '.join(names)})" if names else "")
    return ProblemText(equation, tuple(word for node in classes for word in _tags(node)))


def assigned(within: ast.AST, name: str) -> Iterator[ast.expr]:
    """What is assigned to a name, or to an attribute of that name, anywhere within."""
    for node in ast.walk(within):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if name in {getattr(target, "id", getattr(target, "attr", "")) for target in targets}:
            yield node.value


def _tags(problem: ast.ClassDef) -> Iterator[str]:
    """The words of a tuple that is written out."""
    for value in assigned(problem, "tags"):
        if isinstance(value, ast.Tuple):
            yield from _words(value.elts)


def _solution_parameters(problem: ast.ClassDef) -> Iterator[str]:
    """Names of the parameters that a class states as coordinates of its solution."""
    for value in assigned(problem, "solution_parameters"):
        if isinstance(value, ast.Dict):
            yield from _words(value.keys)


def _words(nodes: list[ast.expr] | list[ast.expr | None]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
