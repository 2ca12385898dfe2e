"""A number that a run tells in several places is the same number in each."""

import html
import json
import re
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest
from small_runs import FAST_FLAGS

from pinn_metakan.runs.resume import open_run

Run = Callable[..., tuple[int, str, str]]
#: A number as it is printed.
_NUMBER = r"([0-9.]+(?:e[-+]\d+)?)"


def text_of(page: Path) -> str:
    """The words of a page."""
    text = re.sub(r"<(script|style).*?</\1>", " ", page.read_text(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def number(pattern: str, text: str) -> float:
    """The number that stands behind some words."""
    found = re.search(pattern + _NUMBER, text)
    assert found is not None, pattern
    return float(found.group(1))


def test_errors_residuals_loss_and_verdict_are_the_same_everywhere(run: Run) -> None:
    problem = "burgers"
    flags = ["--set=lm.steps=12", "--check", "--out=run"]
    status, out, _ = run("solve", problem, *FAST_FLAGS, *flags)
    assert status == 0
    report, page = json.loads(Path("run/report.json").read_text()), text_of(Path("run/report.html"))
    opened, rows = open_run("run"), Path("run/history.jsonl").read_text().splitlines()
    with h5py.File("run/solution.h5") as file:
        stored = dict(file.attrs)
        last = {name: column[-1] for name, column in file["history"].items()}
        u, v = file["u"][()], file["u_reference"][()]
    figure = opened.plot()
    title = figure.get_suptitle() + " ".join(text.get_text() for text in figure.texts)

    error = ((u - v) ** 2).sum() ** 0.5 / (v**2).sum() ** 0.5  # by its definition, from the file
    for exact in (report["relative_l2"]["u"], stored["relative_l2_u"], opened.relative_l2["u"]):
        assert exact == pytest.approx(error, rel=1e-12)
    assert number("relative L2 error of u: ", out) == float(f"{error:.3e}")
    assert number("relative L2 error of u ", title) == float(f"{error:.1e}")
    assert number("relative L2 relative L1 largest u ", page) == float(f"{error:.4g}")
    assert number("error of u: ", page) == float(f"{error:.1e}")

    largest = abs(u - v).max()
    assert report["max_error"]["u"] == stored["max_error_u"] == largest
    assert number("largest error of u: ", out) == float(f"{largest:.3e}")

    loss = report["loss"]
    assert json.loads(rows[-1])["loss"] == last["loss"] == opened.history["loss"][-1] == loss
    norm = report["residuals"][problem]["root_mean_square"]
    assert json.loads(stored["residual_norms"])[problem]["root_mean_square"] == norm
    assert number(f"residual of {problem}: ", out) == float(f"{norm:.1e}")
    assert number(f"root mean square largest relative to its size {problem} ", page) == float(
        f"{norm:.4g}"
    )

    disagreement = report["disagreement"]["u"]
    assert stored["disagreement_u"] == opened.disagreement["u"] == disagreement
    assert f"verdict: {report['verdict']}: {report['advice']}" in out
    assert opened.verdict == report["verdict"] == stored["verdict"]
    assert report["verdict"] in page
    assert report["stop_reason"] == stored["stop_reason"]
    assert f"ended by: {report['stop_reason']}" in out
