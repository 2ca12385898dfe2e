"""A run whose points are shared out among threads, as among processes, does what one does."""

import pytest
from short_spread_runs import CASES, assembled, assert_same, outcome, reverse_points
from threads_as_processes import in_threads

#: Those that the fast tests run; the others are as many seconds.
FAST = ("burgers", "soft")


@pytest.mark.parametrize(
    "case", [pytest.param(c, marks=[] if c in FAST else pytest.mark.slow) for c in CASES]
)
def test_a_run_of_several_trains_as_one_does(case: str) -> None:
    problem, settings = CASES[case]
    one = outcome(assembled(problem, settings))
    turned = assembled(problem, settings)
    reverse_points(turned)
    backward = outcome(turned)
    count = 3 if case == "soft" else 2
    found = in_threads(count, lambda c: outcome(assembled(problem, settings, c)))
    for each in found:
        assert each == found[0], "processes are alike, bit for bit"
    assert_same(found[0], one, backward)
