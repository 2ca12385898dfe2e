"""Checkpoints that were damaged or forged are refused in one line."""

import json
from pathlib import Path

import pytest
import torch

from pinn_metakan.errors import RunFolderError
from pinn_metakan.training.checkpoint import load_checkpoint, save_checkpoint


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A checkpoint of a few numbers."""
    found = tmp_path / "checkpoint.safetensors"
    save_checkpoint(found, {"parameters": torch.arange(9.0), "step": 3, 4: [None, "text"]})
    return found


def with_header(path: Path, metadata: object) -> None:
    """Write a file without tensors."""
    header = json.dumps({"__metadata__": metadata}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header)


def test_any_flipped_bit_is_refused(path: Path) -> None:
    content = path.read_bytes()
    for place in range(0, len(content), 3):
        damaged = bytearray(content)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(damaged)
        if content[place : place + 1].isspace():  # a blank that is another blank, or none
            continue
        with pytest.raises(RunFolderError, match="truncated or not a checkpoint"):
            load_checkpoint(path)


def test_a_flipped_parameter_tells_of_the_checksum(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(RunFolderError, match="its numbers are others than its checksum is of"):
        load_checkpoint(path)


def test_a_checkpoint_without_checksum_is_read(path: Path) -> None:
    with_header(path, {"tree": '{"step": 3}'})
    assert load_checkpoint(path) == {"step": 3}


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ("[" * 100_000 + "]" * 100_000, "the tree is nested too deep"),
        ("[1]", "the tree is no table"),
        ("{", "the tree is no JSON"),
        ('{"a": {"__tensor__": "t9"}}', "expected the name of a tensor of this file, got 't9'"),
        ('{"a": {"__tensor__": [1]}}', "expected the name of a tensor of this file"),
        ('{"a": {"__items__": 3}}', "expected a list, got 3"),
        ('{"a": {"__items__": [[1]]}}', "expected pairs of a name and a value"),
        ('{"a": {"__items__": [[[1], 2]]}}', "expected pairs of a name and a value"),
    ],
)
def test_a_tree_that_no_run_writes_is_refused(path: Path, tree: str, message: str) -> None:
    with_header(path, {"tree": tree})
    with pytest.raises(RunFolderError, match=message):
        load_checkpoint(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ((2**62).to_bytes(8, "little") + b"{}", "its header claims 4611686018427387904 bytes"),
        (b"\x02\0\0\0\0\0\0\0{}", "there is no '__metadata__'"),
        (b"", "is no JSON"),
    ],
)
def test_a_header_that_lies_is_refused(path: Path, content: bytes, message: str) -> None:
    path.write_bytes(content)
    with pytest.raises(RunFolderError, match=message):
        load_checkpoint(path)
    with path.open("wb") as file:  # nothing of it is read into memory
        file.truncate(100 * 2**30)
    with pytest.raises(RunFolderError, match="is no JSON"):
        load_checkpoint(path)


def test_tensors_that_claim_more_than_the_file_has_are_refused(path: Path) -> None:
    entry = {"dtype": "F64", "shape": [10**10], "data_offsets": [0, 8 * 10**10]}
    header = json.dumps({"__metadata__": {"tree": "{}"}, "t0": entry}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(RunFolderError, match=r"it has \d+ bytes, its header claims others"):
        load_checkpoint(path)
