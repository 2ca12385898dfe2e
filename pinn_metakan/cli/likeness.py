"""The problem file that `pinn-metakan new NAME --like OTHER` writes."""

import ast
import io
import tokenize
from collections.abc import Mapping
from pathlib import Path
from tokenize import TokenInfo

from pinn_metakan.cli.template import class_name
from pinn_metakan.errors import UserError
from pinn_metakan.pde.problem_text import assigned


def like_template(name: str, path: Path) -> str:
    """Write the text of a problem file that states what another one does.

    The class has the new name, and so has the residual's term where it is called as the old file
    and nothing else may mean it. The docstring of the file becomes one line to fill in; all else
    stays, below a first comment that says where it is from.

    Args:
        name: A word of lower-case letters, digits and underscores.
        path: The file of the other problem; nothing of it is executed.

    Returns:
        Python source that can be solved as it stands.

    Raises:
        UserError: If the name cannot be that of a file and a class, or is one that the other file
            uses, or the problem class of that file cannot be told.
    """
    title = class_name(name)
    try:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
    except (OSError, SyntaxError, ValueError) as error:
        raise UserError(f"{path} is no Python that could be copied: {error}") from error
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    problem = _problem_class(tree, path)
    names = [token for token in tokens if token.type == tokenize.NAME]
    if title in {token.string for token in names} - {problem.name}:
        raise UserError(
            f"the class of {name!r} would be called {title}, which {path} uses; choose another name"
        )
    changes = {token: title for token in names if token.string == problem.name}
    term = _term_place(tree, problem, path.stem)
    texts = [token for token in tokens if token.type == tokenize.STRING]
    changes |= {token: f'"{name}"' for token in texts if _place_in_bytes(token) == term}
    heading = f'"""{title}: say here what happens, in one line."""'
    head = [f"# Started from the problem {path.stem}: {path}"]
    if ast.get_docstring(tree) is None:
        head += [heading, ""]
    else:
        changes[texts[0]] = heading
    return "\n".join([*head, _changed(text, changes)])


def _problem_class(tree: ast.Module, path: Path) -> ast.ClassDef:
    """The class that derives from Problem and from which no other of the file derives."""
    kinds = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    bases = {name: {_last_name(base) for base in node.bases} for name, node in kinds.items()}

    def is_problem(name: str, seen: frozenset[str] = frozenset()) -> bool:
        others = (bases[name] & set(kinds)) - seen - {name}
        return "Problem" in bases[name] or any(is_problem(o, seen | {name}) for o in others)

    last = [
        name
        for name in kinds
        if is_problem(name) and not any(name in bases[other] for other in kinds if other != name)
    ]
    if len(last) != 1:
        found = ", ".join(last) or "none"
        raise UserError(f"{path}: expected one class that derives from Problem, got {found}")
    return kinds[last[0]]


def _last_name(node: ast.expr) -> str:
    return str(getattr(node, "id", getattr(node, "attr", "")))


def _term_place(tree: ast.Module, problem: ast.ClassDef, old: str) -> tuple[int, int] | None:
    """Line and byte of the key by which the residual names its term as the old file, if safe."""
    tags = {id(node) for value in assigned(problem, "tags") for node in ast.walk(value)}
    texts = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and n.value == old]
    texts = [node for node in texts if id(node) not in tags]  # of others, any may mean the term
    methods = [node for node in problem.body if getattr(node, "name", "") == "residual"]
    returned = [n.value for m in methods for n in ast.walk(m) if isinstance(n, ast.Return)]
    keys = [key for value in returned if isinstance(value, ast.Dict) for key in value.keys]
    if len(texts) != 1 or not any(key is texts[0] for key in keys):
        return None
    return texts[0].lineno, texts[0].col_offset


def _place_in_bytes(token: TokenInfo) -> tuple[int, int]:
    """Line and byte at which a token begins, as `ast` counts them."""
    line, column = token.start
    return line, len(token.line[:column].encode())


def _changed(text: str, changes: Mapping[TokenInfo, str]) -> str:
    """The text with tokens replaced, from the last to the first."""
    lines = io.StringIO(text).readlines()
    for token in sorted(changes, key=lambda token: token.start, reverse=True):
        (first, start), (last, end) = token.start, token.end
        lines[first - 1 : last] = [
            lines[first - 1][:start] + changes[token] + lines[last - 1][end:]
        ]
    return "".join(lines)
