"""Sizes of unknowns balance the equations."""

import numpy as np
import pytest

from pinn_metakan.losses.balance import balanced_sizes


def sizes(at_data: list[float], to: list[list[float]], **known: list[float]) -> list[float]:
    m = len(to[0])
    least, given = (np.array(known.get(k, [0.0] * m)) for k in ("least", "given"))
    return balanced_sizes(np.array(at_data), np.array(to), least, given).tolist()


def test_one_unknown_answers_to_its_equation() -> None:
    assert sizes([10.0], [[4.0]]) == [2.5]


def test_an_unknown_that_enters_weakly_gets_no_huge_size() -> None:
    stirred_tank = [[1.0, 15.0], [0.005, 1.0]]
    assert sizes([42.0, 4e-4], stirred_tank) == pytest.approx([42.0, 0.21])


def test_an_unknown_that_no_equation_drives_follows_those_that_it_is_balanced_by() -> None:
    assert sizes([200.0, 0.0], [[400.0, 1.0], [0.0, 1.0]]) == [0.5, 200.0]


def test_an_equation_without_an_unknown_of_its_own_is_covered() -> None:
    assert sizes([0.0, 6.0], [[2.0], [3.0]]) == [2.0]


def test_a_size_that_is_given_is_kept_and_drives_the_others() -> None:
    found = sizes([0.0, 0.0], [[1.0, 2.0], [0.0, 1.0]], given=[0.0, 7.0])
    assert found == [14.0, 7.0]


def test_what_data_say_is_the_least() -> None:
    assert sizes([1.0], [[4.0]], least=[3.0]) == [3.0]


def test_nothing_is_known_without_data() -> None:
    assert sizes([0.0, 0.0], [[1.0, 0.0], [0.0, 1.0]]) == [0.0, 0.0]


@pytest.mark.parametrize("seed", range(20))
def test_sizes_follow_units_exactly(seed: int) -> None:
    generator = np.random.default_rng(seed)
    to = np.exp(generator.normal(0, 3, (4, 3))) * (generator.random((4, 3)) < 0.8)
    at_data, rows, columns = (
        generator.random(4),
        2.0 ** generator.integers(-30, 30, 4),
        2.0 ** generator.integers(-30, 30, 3),
    )
    nothing = np.zeros(3)
    expected = balanced_sizes(at_data, to, nothing, nothing) * columns
    found = balanced_sizes(rows * at_data, rows[:, None] * to / columns, nothing, nothing)
    assert (found == expected).all()
