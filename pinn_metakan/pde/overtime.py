"""What has not ended when a run must: code of the user's, and all before training, is ended."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from types import CodeType, FrameType
from typing import ClassVar, ParamSpec, TypeVar

from pinn_metakan.errors import SettingsError

P = ParamSpec("P")
T = TypeVar("T")

#: Seconds that one call may take although the budget is used up; it may be a slow reference
#: (docs/decisions/0050-code-of-the-user.md).
GRACE = 20.0
#: Seconds that a command which trains nothing may take until code of the user's is ended.
LOOKING = 60.0
#: Whether a call must be ended is asked so often; one that catches what ends it is ended again [s].
_EVERY = 1.0
#: Windows has none: no call is ended there.
_ALARM = getattr(signal, "SIGALRM", None)


class Overtime(BaseException):
    """A call went on although the budget was used up.

    Args:
        seconds: How long it had gone on.
    """

    def __init__(self, seconds: float):
        self.seconds = seconds
        super().__init__(
            f"it had not ended after {seconds:.0f} s, and the budget is used up; give a larger "
            "budget, or see whether it ends at all"
        )


class Calls:
    """The calls that may be ended and that the main thread is in, one inside the other.

    `Overtime` may be raised between any two lines, so that what is put back is put back by value.
    """

    #: Whether one runs; set last before a call and cleared first after.
    armed = False
    #: When the outermost one began, as `time.monotonic`.
    began = 0.0
    #: What clears `armed` after a call: it is not ended before its first line.
    endings: ClassVar[set[CodeType]] = set()


class Call:
    """One call that may be ended from `begin` until `end`; `leave` goes back to the one around."""

    __slots__ = ("_before", "_is_main")

    def begin(self) -> None:
        """Let it be ended."""
        self._before = (Calls.armed, Calls.began)
        self._is_main = threading.current_thread() is threading.main_thread()
        if self._is_main:
            if not Calls.armed:
                Calls.began = time.monotonic()
            Calls.armed = True  # the last line: what ends a call may be raised from here on

    def end(self) -> None:
        """Let it no longer be ended."""
        if self._is_main:
            Calls.armed = False  # the first line

    def leave(self) -> None:
        """Let the one around it be ended, if there is one."""
        if self._is_main:
            Calls.armed, Calls.began = self._before


Calls.endings.add(Call.end.__code__)


def assembled_in_time(make: Callable[P, T]) -> Callable[P, T]:
    """Let what makes a run, the package's own code, be ended as code of the user's is.

    Networks of a million units take minutes for a single evaluation. Nothing has been trained or
    written yet, so that nothing is lost. It raises `SettingsError` where it is ended.

    Args:
        make: What makes it.

    Returns:
        The same, ended in time.
    """

    @wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> T:
        call = Call()
        try:
            call.begin()
            return make(*args, **kwargs)
        except Overtime as error:
            call.end()  # the first line: another one may be raised until then
            raise SettingsError(
                f"the run had not been assembled after {error.seconds:.0f} s, and the budget is "
                "used up; give a larger budget, or a smaller network"
            ) from error
        finally:
            call.end()
            call.leave()

    return made


def check_budget(budget: float | None) -> None:
    """Refuse a budget that is not positive.

    Raises:
        SettingsError: If it is not.
    """
    if budget is not None and not budget > 0:
        raise SettingsError(f"the budget must be positive, got {budget} s")


def ended_after(seconds: float) -> AbstractContextManager[None]:
    """End code of the user's that goes on for longer than some seconds from now.

    Args:
        seconds: How long all that is in the block may take.

    Returns:
        The block, as of `ended_in_time`.

    Raises:
        SettingsError: If it is no positive number.
    """
    check_budget(seconds)
    return ended_in_time(time.time() + seconds)


@contextmanager
def ended_in_time(until: float | None) -> Iterator[None]:
    """End code of the user's that goes on too long after a time, by raising `Overtime` in it.

    Only in the main thread, where Python receives signals, and not within a long call into C. An
    alarm that has a handler in C, which Python cannot put back, is left alone.

    Args:
        until: The time, as `time.time`; None for never.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if until is None or _ALARM is None or not is_main or signal.getsignal(_ALARM) is None:
        yield
        return

    def is_overdue() -> bool:
        is_late = time.time() > until and time.monotonic() - Calls.began > GRACE
        return Calls.armed and is_late

    def on_alarm(number: int, frame: FrameType | None) -> None:
        if is_sent.is_set():
            is_sent.clear()
            is_ending = frame is not None and frame.f_code in Calls.endings
            if is_overdue() and not is_ending:
                raise Overtime(time.monotonic() - Calls.began)
        elif callable(before):
            before(number, frame)

    def watch() -> None:
        while not is_over.wait(_EVERY):
            if is_overdue():
                is_sent.set()
                signal.pthread_kill(main, _ALARM)

    Calls.armed = False  # of a call that Ctrl-C ended
    main = threading.get_ident()
    is_over, is_sent = threading.Event(), threading.Event()
    before = signal.signal(_ALARM, on_alarm)
    watching = threading.Thread(target=watch, name="budget", daemon=True)
    watching.start()
    try:
        yield
    finally:
        is_over.set()
        watching.join()
        signal.signal(_ALARM, before)
