"""Forked children that train one run together, as torchrun would start them."""

import atexit
import os
import socket
from collections.abc import Callable
from pathlib import Path

from campaigns.child import Child, begin_child


def begin_ranks(function: Callable[[int], object], count: int, folder: Path) -> list[Child]:
    """Fork children that find each other.

    Args:
        function: Called with the number of each, from 0; what it leaves to the end of its process
            is done then.
        count: How many.
        folder: Where they run.

    Returns:
        The children; one alone has no variables of torchrun.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    variables = {"WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}

    def rank(number: int) -> None:
        atexit._clear()  # what the parent has left to its end
        if count > 1:
            os.environ.update(variables, RANK=str(number), LOCAL_RANK=str(number))
        try:
            function(number)
        finally:
            atexit._run_exitfuncs()

    return [
        begin_child(lambda number=number: rank(number), folder, f"-{number}")
        for number in range(count)
    ]
