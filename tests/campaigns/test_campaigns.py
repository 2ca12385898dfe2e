"""A small share of each campaign, the same cases every time; with -m campaign, many more."""

from pathlib import Path
from random import Random

import pytest
from campaigns.answers import judged
from campaigns.campaign import BROKEN, Campaign, Outcome
from campaigns.child import Ended, in_child
from campaigns.table import CAMPAIGNS, make_campaign
from campaigns.tally import tallied

#: Cases of each campaign with -m campaign; ``python tests/campaigns`` runs any number.
MANY = 100


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_a_share_of_each_campaign_ends_as_it_should(name: str, tmp_path: Path) -> None:
    campaign = make_campaign(name)
    tally = tallied(campaign, name, 0, range(campaign.share), tmp_path)
    assert not tally.failures, "\n".join(tally.lines())


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", CAMPAIGNS)
def test_many_cases_of_each_campaign_end_as_they_should(name: str, tmp_path: Path) -> None:
    tally = tallied(make_campaign(name), name, 1, range(MANY), tmp_path)
    assert not tally.failures, "\n".join(tally.lines())


RIGHT = {"heads": "as it should be"}


class Coins(Campaign):
    outcomes = RIGHT

    def run(self, random: Random, folder: Path) -> Outcome:
        side = random.choice(["heads", "tails", "edge"])
        if side == "edge":
            raise ValueError("it stands on its edge")
        return Outcome(side, f"it shows {side}")


def test_a_tally_counts_outcomes_and_has_the_line_that_repeats_each_failure(tmp_path: Path) -> None:
    tally = tallied(Coins(), "coins", 3, range(20), tmp_path)
    assert set(tally.counts) == {"heads", "tails", BROKEN}
    assert len(tally.failures) == 20 - tally.counts["heads"]
    number, outcome = tally.failures[0]
    assert Coins().run_case("coins", 3, number, tmp_path) == outcome
    assert f"    python tests/campaigns coins --seed 3 --case {number}" in list(tally.lines())


def test_no_case_begins_after_the_seconds_are_over(tmp_path: Path) -> None:
    assert not tallied(Coins(), "coins", 0, range(20), tmp_path, seconds=-1.0).counts


def loop() -> None:
    while True:
        pass


def test_a_child_that_hangs_is_killed(tmp_path: Path) -> None:
    assert in_child(loop, tmp_path, 0.1).status is None


def fail() -> None:
    print("before")
    raise SystemExit(3)


def test_a_child_tells_its_status_and_what_it_printed(tmp_path: Path) -> None:
    ended = in_child(fail, tmp_path, 10.0)
    assert (ended.status, ended.out, ended.error) == (3, "before\n", "")


@pytest.mark.parametrize(
    ("status", "error", "written", "expected"),
    [
        (0, "", ["outputs"], "done"),
        (2, "pinn-metakan: no setting 'a'\n", [], "refused"),
        (2, "pinn-metakan: warning: mine.py, line 3: old\npinn-metakan: no\n", [], "refused"),
        (2, "pinn-metakan: no setting 'a'\n", ["outputs"], "status 2 with files written"),
        (2, "mine.py:3: UserWarning\npinn-metakan: no\n", [], "more than one line"),
        (1, "step 3\npinn-metakan: the loss is nan\n", ["outputs"], "failed"),
        (1, "", [], "no message"),
        (1, "Traceback (most recent call last):\nValueError: a\n", [], "traceback"),
        (1, f"pinn-metakan: {'a' * 300}\n", [], "a message that is too long or not printable"),
        (1, "pinn-metakan: a\x1b[2J\n", [], "a message that is too long or not printable"),
        (-11, "", [], "ended by a signal"),
        (130, "pinn-metakan: interrupted\n", [], "another status"),
        (None, "", [], "hung"),
    ],
)
def test_an_answer_is_judged_by_status_message_and_files(
    status: int | None, error: str, written: list[str], expected: str
) -> None:
    assert judged(Ended(status, "", error, 1.0), written)[0] == expected
