"""The cache of computed references."""

import logging
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pinn_metakan.reference import cache
from pinn_metakan.reference.cache import Array, cache_folder, cache_text, cached, fingerprint

KEY = fingerprint("test", 1.0)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    return tmp_path / "references"


@pytest.fixture
def compute() -> Callable[[], dict[str, Array]]:
    calls = []

    def counted() -> dict[str, Array]:
        calls.append(1)
        return {"u": np.linspace(0, 1, 6).reshape(2, 3).T, "error": np.array(float(len(calls)))}

    return counted


def test_arrays_are_computed_once(folder: Path, compute: Callable[[], dict[str, Array]]) -> None:
    first, second = cached(KEY, compute), cached(KEY, compute)
    assert float(second["error"]) == float(first["error"]) == 1
    assert np.array_equal(first["u"], second["u"])
    assert [path.name for path in folder.iterdir()] == [f"{KEY}.safetensors"]


def test_another_key_is_computed_anew(
    folder: Path, compute: Callable[[], dict[str, Array]]
) -> None:
    cached(KEY, compute)
    assert float(cached(fingerprint("test", 1.5), compute)["error"]) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("a", "b"), ("ab",)),
        ((1.0,), ("1.0",)),
        ((np.zeros(4),), (np.zeros((2, 2)),)),
        (({"u": np.zeros(2)},), ({"v": np.zeros(2)},)),
        ((np.zeros(2), np.ones(2)), (np.array([0.0, 0.0, 1.0, 1.0]),)),
    ],
)
def test_a_fingerprint_sees_kinds_shapes_and_ends(first: tuple[str], second: tuple[str]) -> None:
    assert fingerprint(*first) != fingerprint(*second)
    assert fingerprint(*first) == fingerprint(*first)


@pytest.mark.parametrize("damage", ["cut", "changed", "text", "no checksum", "nan"])
def test_a_damaged_file_is_computed_anew(
    folder: Path,
    compute: Callable[[], dict[str, Array]],
    damage: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    cached(KEY, compute)
    (path,) = folder.iterdir()
    content = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(content[:-8])
    elif damage == "changed":
        content[-3] ^= 1
        path.write_bytes(content)
    elif damage == "text":
        path.write_text("no arrays")
    elif damage == "no checksum":
        cache.safetensors.numpy.save_file({"u": np.zeros(3)}, path)
    else:
        arrays = {"u": np.array([np.nan])}
        metadata = {"checksum": cache.checksum(arrays)}
        cache.safetensors.numpy.save_file(arrays, path, metadata=metadata)
    with caplog.at_level(logging.WARNING):
        assert float(cached(KEY, compute)["error"]) == 2
    assert "computed anew" in caplog.text
    assert float(cached(KEY, compute)["error"]) == 2  # and kept


def test_an_empty_variable_means_no_cache(
    monkeypatch: pytest.MonkeyPatch, compute: Callable[[], dict[str, Array]]
) -> None:
    monkeypatch.setenv(cache.VARIABLE, "")
    assert cache_folder() is None
    cached(KEY, compute)
    assert float(cached(KEY, compute)["error"]) == 2


def test_a_folder_that_cannot_be_made_means_no_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, compute: Callable[[], dict[str, Array]]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "file"))
    cached(KEY, compute)
    assert float(cached(KEY, compute)["error"]) == 2


def test_the_files_used_least_recently_go_first(
    folder: Path, compute: Callable[[], dict[str, Array]], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [fingerprint("test", number) for number in range(3)]
    for age, key in enumerate(keys[:2]):
        cached(key, compute)
        os.utime(folder / f"{key}.safetensors", (1000 + age, 1000 + age))
    size = (folder / f"{keys[0]}.safetensors").stat().st_size
    monkeypatch.setattr(cache, "_LARGEST_CACHE", 2.5 * size)
    cached(keys[0], compute)  # used again: the second is now the oldest
    cached(keys[2], compute)
    assert {path.stem for path in folder.iterdir()} == {keys[0], keys[2]}


def test_the_folder_is_that_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(cache.VARIABLE, raising=False)
    monkeypatch.setattr(cache.sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "pinn_metakan" / "references"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder() == tmp_path / "home" / ".cache" / "pinn_metakan" / "references"


def test_the_text_tells_folder_files_and_bytes(
    folder: Path, compute: Callable[[], dict[str, Array]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache_text() == f"{folder}: 0 files, 0.0 of at most 500 MB"
    cached(KEY, lambda: {"u": np.zeros(250_000)})
    assert cache_text() == f"{folder}: 1 file, 2.0 of at most 500 MB"
    cached(fingerprint("other"), compute)
    assert cache_text() == f"{folder}: 2 files, 2.0 of at most 500 MB"
    monkeypatch.setenv(cache.VARIABLE, "")
    assert cache_text().startswith("none: PINN_METAKAN_CACHE is empty")
