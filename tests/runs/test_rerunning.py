"""A run is made again, with changes."""

from small_runs import FAST

from pinn_metakan.pde.loading import load_problem
from pinn_metakan.runs.resume import rerun
from pinn_metakan.runs.solve import solve


def test_a_run_is_made_again_with_changes() -> None:
    first = solve(
        load_problem("heat", parameters={"diffusivity": 0.5}), "kan", settings=FAST, seed=3, out="a"
    )
    again = rerun("a", out="b")
    assert again["u"].tobytes() == first["u"].tobytes()
    other = rerun("a", settings=[("changes", {"lm": {"steps": 5}})], seed=4)
    assert other.history["step"][-1] == 9
    assert other.attributes["seed"] == 4
    assert other.attributes["network"] == "kan"
    assert other.attributes["problem_parameters"] == '{"diffusivity": 0.5}'
