"""Results of long benchmarks, kept as they come, so that an interrupted one goes on."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pinn_metakan.benchmarks.measure.places import refuse_unappendable
from pinn_metakan.files import append_line


class KeptResults:
    """Results that were found before, one per line of JSON Lines; other lines are left alone.

    Args:
        path: The file, made with the first result; its folder is made now.

    Raises:
        UserError: If results cannot be kept there.
    """

    def __init__(self, path: Path):
        refuse_unappendable(path)
        self._path = path
        self._known: dict[str, dict[str, Any]] = {}
        lines = path.read_bytes().splitlines() if path.is_file() else []
        for line in lines:
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                continue  # a line that was being written when the benchmark was ended
            match entry:
                case {"of": str(key), "result": dict(result)}:
                    self._known[key] = result

    def known(self, case: Sequence[object]) -> dict[str, Any] | None:
        """Return the result of a case, None if it has not been found; see `of`."""
        return self._known.get(json.dumps(case))

    def of(self, case: Sequence[object], find: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the result of a case, found now unless it is known.

        Args:
            case: All that the result depends on: names, numbers and lists of them.
            find: Finds it: names and numbers.

        Returns:
            The result.
        """
        key = json.dumps(case)
        if key not in self._known:
            self._known[key] = find()
            line = json.dumps({"of": key, "result": self._known[key]})
            append_line(self._path.resolve(), line)  # the user may keep results behind a link
        return self._known[key]
