"""The notebooks of docs run from their first cell to their last, and show what they should."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def cells_of(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text())["cells"])


def test_there_are_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "first-solve",
        "looking-and-comparing",
        "own-equation",
        "unknown-law",
        "unknown-number",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_not_kept(path: Path) -> None:
    assert all(cell.get("outputs", []) == [] for cell in cells_of(path))
    assert len(path.read_bytes()) < 20_000


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_links_between_notebooks_lead_somewhere(path: Path) -> None:
    text = path.read_text()
    for other in NOTEBOOKS:
        assert text.count(".ipynb)") == sum(text.count(f"({o.name})") for o in NOTEBOOKS), other


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(
        notebook, timeout=300, startup_timeout=300, resources=resources
    ).execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    shown = [out["data"] for out in outputs if "data" in out]
    assert any("image/png" in data for data in shown), "a figure below a cell, without magic"
    pages = [data["text/html"] for data in shown if "text/html" in data]
    if path.stem != "looking-and-comparing":
        assert any("data:image/png;base64," in page for page in pages), "the picture of a solution"
        assert any("domain" in page and "condition" in page for page in pages), "the problem"
    assert any("loss" in page and "left" in page for page in pages), "the bar"
    errors = [out for out in outputs if out["output_type"] == "error"]
    assert errors == []
    streams = [out["text"] for out in outputs if out.get("name") == "stderr"]
    assert streams == []
