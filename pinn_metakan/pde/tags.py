"""Tags of problems, the words by which they are found, checked."""

from pinn_metakan.errors import ProblemError
from pinn_metakan.pde.problem import Problem


def refuse_tags(problem: Problem) -> None:
    """Refuse tags that are no tuple of words.

    Args:
        problem: The problem.

    Raises:
        ProblemError: If they are not, such as `("wave")`, which is a text.
    """
    tags: object = problem.tags
    if not isinstance(tags, tuple) or not all(isinstance(tag, str) and tag for tag in tags):
        raise ProblemError(
            f"tags must be a tuple of words such as ('wave', 'linear'), got {tags!r}"
        )
