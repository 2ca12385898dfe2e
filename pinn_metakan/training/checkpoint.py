"""Checkpoints: nested dicts, lists, numbers and tensors in one safetensors file, without pickle."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from pinn_metakan.errors import RunFolderError, one_line
from pinn_metakan.files import write_bytes
from pinn_metakan.untrusted.json_text import read_json
from pinn_metakan.untrusted.plain_file import LARGEST_TEXT, opened_plain
from pinn_metakan.untrusted.schema import Anything, Listed, Table, Text, Whole, misfit

_TENSOR, _ITEMS = "__tensor__", "__items__"
#: What the header tells: the tree, and the SHA-256 of tree and tensors; none up to version 0.2.0.
_HEADER = Table(
    {"__metadata__": Table({"tree": Text()}, {"checksum": Text()})},
    others=Table({"data_offsets": Listed(Whole(), 2)}, others=Anything()),
)
#: Kinds of numbers that a tree has.
_DTYPES = (torch.float64, torch.float32, torch.int64, torch.int32, torch.uint8, torch.bool)


def save_checkpoint(path: Path, tree: dict[str, Any]) -> None:
    """Write a tree of dicts, lists, tensors, numbers, strings and None as a whole.

    Args:
        path: The file; tensors are stored as they are, the rest as JSON in the header, with the
            SHA-256 of all.
        tree: What to store.
    """
    write_bytes(path, checkpoint_bytes(tree))


def checkpoint_bytes(tree: dict[str, Any]) -> bytes:
    """What a file holds that `save_checkpoint` writes."""
    tensors: dict[str, Tensor] = {}
    skeleton = json.dumps(_packed(tree, tensors))
    header = {"tree": skeleton, "checksum": _checksum(skeleton, tensors)}
    return bytes(safetensors.torch.save(tensors, metadata=header))


def load_checkpoint(path: Path, within: Path | None = None) -> dict[str, Any]:
    """Read what `save_checkpoint` wrote; nothing of it is executed.

    Args:
        path: The file.
        within: The folder that it must lie in, once links are followed; None where the user names
            the file itself.

    Returns:
        The tree; tensors are on the CPU.

    Raises:
        RunFolderError: If the file is missing, damaged or not a checkpoint.
    """
    if not path.is_file():
        raise RunFolderError(f"{path.parent} holds no checkpoint to go on from")
    try:
        with opened_plain(path, within) as file:
            header = _header(file)
            file.seek(0)
            tensors = safetensors.torch.load(file.read())
        expected = header.get("checksum")
        if expected is not None and expected != _checksum(header["tree"], tensors):
            raise RunFolderError("its numbers are others than its checksum is of")
        tree = _unpacked(read_json(header["tree"], Anything(), "the tree"), tensors)
        if not isinstance(tree, dict):
            raise RunFolderError("the tree is no table")
    except (safetensors.SafetensorError, OSError, LookupError, ValueError) as error:
        raise RunFolderError(
            f"{path} is truncated or not a checkpoint ({one_line(error)})"
        ) from error
    return tree


def _header(file: BinaryIO) -> Mapping[str, str]:
    """What the header tells beside tensors, of a file that is as long as they need."""
    size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(file.read(8), "little")
    if length > min(size, LARGEST_TEXT):
        raise RunFolderError(f"its header claims {length} bytes")
    header = read_json(file.read(length).decode(), _HEADER, "the header")
    assert isinstance(header, dict)
    told: dict[str, str] = header.pop("__metadata__")
    ends = [entry["data_offsets"][1] for entry in header.values()]
    if 8 + length + max(ends, default=0) != size:
        raise RunFolderError(f"it has {size} bytes, its header claims others")
    return told


def _checksum(skeleton: str, tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 of a tree: of its text, and of names, kinds, shapes and bytes of its tensors."""
    text = skeleton.encode()
    digest = hashlib.sha256(f"tree {len(text)} ".encode() + text)
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)} ".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _packed(value: Any, tensors: dict[str, Tensor]) -> Any:
    if isinstance(value, Tensor):
        key = f"t{len(tensors)}"
        tensors[key] = value.detach().cpu().contiguous().clone()
        return {_TENSOR: key}
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value):
            return {key: _packed(item, tensors) for key, item in value.items()}
        return {_ITEMS: [[key, _packed(item, tensors)] for key, item in value.items()]}
    if isinstance(value, list | tuple):
        return [_packed(item, tensors) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"a checkpoint cannot hold {type(value).__name__}")


def _unpacked(value: Any, tensors: Mapping[str, Tensor]) -> Any:
    if isinstance(value, dict):
        if _TENSOR in value:
            return _tensor(value[_TENSOR], tensors)
        if _ITEMS in value:
            return dict(_pair(pair, tensors) for pair in _listed(value[_ITEMS]))
        return {key: _unpacked(item, tensors) for key, item in value.items()}
    if isinstance(value, list):
        return [_unpacked(item, tensors) for item in value]
    return value


def _tensor(name: object, tensors: Mapping[str, Tensor]) -> Tensor:
    if not isinstance(name, str) or name not in tensors:
        raise misfit("the tree", "the name of a tensor of this file", name)
    if tensors[name].dtype not in _DTYPES:
        raise RunFolderError(f"the tensor {name} is of the kind {tensors[name].dtype}")
    return tensors[name]


def _pair(pair: object, tensors: Mapping[str, Tensor]) -> tuple[object, Any]:
    listed = _listed(pair)
    if len(listed) != 2 or isinstance(listed[0], list | dict):
        raise misfit("the tree", "pairs of a name and a value", pair)
    return listed[0], _unpacked(listed[1], tensors)


def _listed(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise misfit("the tree", "a list", value)
    return value
