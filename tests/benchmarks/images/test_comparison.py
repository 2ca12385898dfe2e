"""The table of classifiers: results are kept, a network that diverges is a row."""

from pathlib import Path

import pytest
import torch
from small_images import stripes
from small_tables import cells, diverge
from torch import Generator

from pinn_metakan.benchmarks.images import comparison
from pinn_metakan.benchmarks.images.comparison import image_lines
from pinn_metakan.benchmarks.images.data import ImageData, LabeledImages
from pinn_metakan.cli import main
from pinn_metakan.errors import SettingsError

CPU = torch.device("cpu")


def test_results_are_kept_and_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, generator: Generator
) -> None:
    data, other = stripes(generator), stripes(generator)
    assert data.digest != other.digest  # of the same name and size
    monkeypatch.setattr(comparison, "load_images", lambda folder: data)
    arguments = (None, tmp_path, ["dense"], ["mlp", "metafastkan"], 2, 2, CPU, str)
    rows = list(image_lines(*arguments))
    assert [row.split(" | ")[0] for row in rows[2:]] == ["| mlp", "| metafastkan"]
    monkeypatch.setattr(comparison, "train_classifier", None)
    assert list(image_lines(*arguments)) == rows


def test_what_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SettingsError, match="no shape 'large' here; there are dense"):
        list(image_lines(None, tmp_path, ["large"], [], 1, 1, CPU, str))
    with pytest.raises(SystemExit) as stop:
        main(["bench", "images", f"--out={tmp_path}", "--network=vit"])
    assert stop.value.code == 2
    assert "no network 'vit' here; there are kanconv" in capsys.readouterr().err


def test_images_have_a_row_for_a_network_that_diverges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, generator: Generator
) -> None:
    pixels = torch.rand(30, 1, 4, 4, generator=generator)
    whole = LabeledImages(pixels, torch.arange(30) % 2)
    data = ImageData("noise", whole.part(slice(20)), whole.part(slice(20, None)))
    monkeypatch.setattr(comparison, "load_images", lambda folder: data)
    train = comparison.train_classifier

    def diverge_or_train(classifier: torch.nn.Sequential, *arguments: object) -> None:
        if type(classifier[1]).__name__ == "MLP":
            diverge()
        train(classifier, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(comparison, "train_classifier", diverge_or_train)
    told: list[str] = []
    names = ["mlp", "fastkan"]
    arguments = (None, tmp_path, ["dense"], names, 1, 2, torch.device("cpu"), told.append)
    lines = list(image_lines(*arguments))
    bad, good = map(cells, lines[2:])
    assert bad[0] == "mlp"
    assert bad[1] != "0"
    assert bad[2:4] == ["diverged (diverged to diverged)"] * 2
    assert good[2].count("%") == 1
    assert told.count("noise, dense, mlp, seed 0: the loss is nan") == 1
    assert list(image_lines(*arguments)) == lines  # kept
