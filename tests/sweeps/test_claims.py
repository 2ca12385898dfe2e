"""Of several processes on one storage each takes trials that no other has."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pinn_metakan.errors import UserError
from pinn_metakan.sweeps.claims import Claims
from pinn_metakan.sweeps.ledger import PROCESS, Attempt, State
from pinn_metakan.sweeps.plan import SweepPlan
from pinn_metakan.sweeps.process import Process
from pinn_metakan.sweeps.proposals import propose
from pinn_metakan.sweeps.search_range import SearchRange

PlanOf = Callable[..., SweepPlan]
RESULT = {"error": 0.5, "loss": 0.1}


@pytest.fixture(params=["journal:sweep.journal", "sqlite:///sweep.db"])
def storage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def claimed(claims: Claims) -> Attempt:
    attempt = claims.claim(lambda trial, attempts: {})
    assert attempt is not None
    return attempt


def test_workers_at_the_same_time_take_each_trial_once(plan_of: PlanOf, storage: str) -> None:
    plan = plan_of({"seed": range(12)})
    taken: list[int] = []

    def work() -> None:
        claims = Claims(plan, storage)
        while (attempt := claims.claim(lambda trial, attempts: {})) is not None:
            taken.append(attempt.trial)
            claims.end(attempt, State.FINISHED, RESULT, 0.5)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(12))
    claims = Claims(plan, storage)
    assert claims.is_over(claims.attempts())


def test_a_trial_of_a_process_that_lives_is_left_to_it(plan_of: PlanOf, storage: str) -> None:
    claims = Claims(plan_of({"seed": [0]}), storage)
    attempt = claimed(claims)
    assert claims.claim(lambda trial, attempts: {}) is None
    assert claims.attempts()[0].state is State.RUNNING
    claims.end(attempt, State.FINISHED, RESULT, 0.5)
    assert claims.claim(lambda trial, attempts: {}) is None
    assert claims.attempts()[0].result == RESULT


def test_a_trial_that_was_broken_off_goes_on_with_its_values(plan_of: PlanOf, storage: str) -> None:
    claims = Claims(
        plan_of(search={"adam.learning_rate": SearchRange(1e-4, 1e-1)}, trials=1), storage
    )
    first = claims.claim(lambda trial, attempts: {"adam.learning_rate": 0.02})
    assert first is not None
    claims.report(first, 100, 0.7)
    claims.beat(first, {"seconds": 3.0})
    claims.break_off(first)
    second = claims.claim(lambda trial, attempts: {"adam.learning_rate": 0.09})
    assert second is not None
    assert (second.trial, second.attempt) == (0, 1)
    assert second.values == {"adam.learning_rate": 0.02}
    assert second.reported == {100: 0.7}
    assert second.beat["seconds"] == 3.0


def test_a_trial_of_a_process_that_is_gone_is_taken_over_at_once(
    plan_of: PlanOf, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = Claims(plan_of({"seed": [0]}), storage)
    gone = replace(Process.here(), began="1")
    with monkeypatch.context() as patch:
        patch.setattr(Process, "here", lambda: gone)
        first = claimed(claims)
    second = claimed(claims)
    assert (second.trial, second.attempt) == (0, 1)
    claims.end(first, State.FINISHED, {"error": 9.0, "loss": 9.0}, 9.0)  # it has no say any more
    assert not claims.beat(first, {})
    assert not claims.report(first, 100, 0.1)
    claims.end(second, State.FINISHED, RESULT, 0.5)
    assert claims.attempts()[0].result == RESULT


def test_a_trial_of_another_machine_is_taken_over_after_its_silence(
    plan_of: PlanOf, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = Claims(plan_of({"seed": [0]}), storage, gone_seconds=0.3)
    with monkeypatch.context() as patch:
        patch.setattr(Process, "here", lambda: Process("far", "another boot", 1, "1"))
        first = claimed(claims)
    assert claims.claim(lambda trial, attempts: {}) is None
    time.sleep(0.2)
    claims.beat(first, {"step": 3})
    assert claims.claim(lambda trial, attempts: {}) is None
    time.sleep(0.2)
    assert claims.claim(lambda trial, attempts: {}) is None  # it has been heard 0.2 s ago
    time.sleep(0.2)
    assert claimed(claims).attempt == 1


def test_a_process_knows_itself_and_not_others() -> None:
    here = Process.here()
    assert Process.recorded(here.record()) == here
    assert not here.is_known_to_be_gone()
    assert replace(here, began="1").is_known_to_be_gone()
    assert not replace(here, machine="another", began="1").is_known_to_be_gone()
    assert PROCESS == "process"


def test_the_proposals_of_a_search_depend_on_seed_trial_and_what_is_known_alone(
    plan_of: PlanOf,
) -> None:
    rates = SearchRange(1e-4, 1e-1, is_log=True)
    search = {"adam.learning_rate": rates, "conditions": ["hard", "soft"]}
    plan = plan_of({"seed": [1, 2]}, search, trials=14)
    claims = Claims(plan, "journal:sweep.journal")
    for _ in range(26):
        attempt = claims.claim(lambda trial, attempts: propose(plan, trial, attempts))
        assert attempt is not None
        rate, kind = (attempt.values[name] for name in search)
        assert isinstance(rate, float)
        assert 1e-4 <= rate <= 1e-1
        assert kind in ("hard", "soft")
        error = abs(rate - 3e-3) + (kind == "soft")
        claims.end(attempt, State.FINISHED, {"error": error, "loss": error}, error)
    attempts = claims.attempts()
    assert propose(plan, 26, attempts) == propose(plan, 26, attempts)
    assert propose(plan, 26, attempts) != propose(plan, 27, attempts)
    other = {n: a for n, a in attempts.items() if plan.combination(n) != plan.combination(26)}
    own = {n: a for n, a in attempts.items() if plan.combination(n) == plan.combination(26)}
    assert propose(plan, 26, own) == propose(plan, 26, attempts)  # of its combination alone
    assert propose(plan, 26, other) != propose(plan, 26, attempts)


def test_half_a_line_of_a_killed_process_is_dropped_from_a_journal(plan_of: PlanOf) -> None:
    plan = plan_of({"seed": range(3)})
    claims = Claims(plan, "journal:sweep.journal")
    claims.end(claimed(claims), State.FINISHED, RESULT, 0.5)
    with Path("sweep.journal").open("a") as file:
        file.write('{"op_code": 4, "worker')
    claims = Claims(plan, "journal:sweep.journal")
    assert claimed(claims).trial == 1
    assert sorted(Claims(plan, "journal:sweep.journal").attempts()) == [0, 1]


@pytest.mark.parametrize(
    ("storage", "message"),
    [
        ("sweep.db", "expected journal:FILE, or the address of a database"),
        ("journal:nowhere/sweep.journal", "cannot open the storage journal:.*: there is no folder"),
        ("sqlite:////nowhere/s.db", "cannot open the storage sqlite:.* unable to open"),
        ("oracle9://me:secret@host/db", "cannot open the storage oracle9://me@host/db: "),
    ],
)
def test_storages_that_cannot_be_opened_are_refused(
    storage: str, message: str, plan_of: PlanOf
) -> None:
    with pytest.raises(UserError, match=message):
        Claims(plan_of({"seed": [0]}), storage)
