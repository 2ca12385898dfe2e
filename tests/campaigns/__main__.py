"""``python tests/campaigns NAME``: run a campaign, print counts and what repeats each failure."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[0] = str(ROOT / "tests")
sys.path.insert(1, str(ROOT))
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")  # as the command line does for torchrun

from campaigns.table import CAMPAIGNS, make_campaign  # noqa: E402
from campaigns.tally import Tally, tallied  # noqa: E402


def tell(tally: Tally) -> None:
    """Show each failure at once, and how far it is now and then."""
    count = sum(tally.counts.values())
    if tally.has_just_failed:
        print("\n".join(tally.failure_lines(-1)), file=sys.stderr, flush=True)
    if count % 50 == 0:
        failed = len(tally.failures)
        print(f"{count} cases, {failed} failed, {tally.seconds:.0f} s", file=sys.stderr, flush=True)


def main() -> int:
    """Run what the command line asks for; 1 if a case failed."""
    parser = argparse.ArgumentParser(prog="python tests/campaigns", description=__doc__)
    parser.add_argument("name", choices=sorted(CAMPAIGNS))
    parser.add_argument("--count", type=int, default=100, help="number of cases [100]")
    parser.add_argument("--seed", type=int, default=0, help="cases of another seed are others [0]")
    parser.add_argument("--seconds", type=float, help="after them no case begins any more")
    parser.add_argument("--case", type=int, help="only the case of this number, with all it said")
    asked = parser.parse_args()
    campaign = make_campaign(asked.name)
    with tempfile.TemporaryDirectory(prefix=f"{asked.name}-") as folder:
        place = Path(folder).resolve()
        os.environ["PINN_METAKAN_CACHE"] = str(place / "cache")
        if asked.case is None:
            numbers = range(asked.count)
            tally = tallied(campaign, asked.name, asked.seed, numbers, place, asked.seconds, tell)
            print("\n".join(tally.lines()))
            return int(bool(tally.failures))
        (place / "shared").mkdir()
        campaign.prepare(place / "shared")
        outcome = campaign.run_case(asked.name, asked.seed, asked.case, place)
        print(f"{outcome.case}\n{outcome.name}: {outcome.told}")
        return int(outcome.name not in campaign.outcomes)


if __name__ == "__main__":
    sys.exit(main())
