"""Checkpoints: nested dicts, lists, numbers and tensors in one safetensors file, without pickle."""

import json
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from torch import Tensor

from pinn_metakan.errors import RunFolderError
from pinn_metakan.files import write_bytes

_TENSOR, _ITEMS = "__tensor__", "__items__"


def save_checkpoint(path: Path, tree: dict[str, Any]) -> None:
    """Write a tree of dicts, lists, tensors, numbers, strings and None as a whole.

    Args:
        path: The file; tensors are stored as they are, the rest as JSON in the header.
        tree: What to store.
    """
    write_bytes(path, checkpoint_bytes(tree))


def checkpoint_bytes(tree: dict[str, Any]) -> bytes:
    """What a file holds that `save_checkpoint` writes."""
    tensors: dict[str, Tensor] = {}
    skeleton = json.dumps(_packed(tree, tensors))
    return bytes(safetensors.torch.save(tensors, metadata={"tree": skeleton}))


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read what `save_checkpoint` wrote.

    Args:
        path: The file.

    Returns:
        The tree; tensors are on the CPU.

    Raises:
        RunFolderError: If the file is missing, truncated or not a checkpoint.
    """
    if not path.is_file():
        raise RunFolderError(f"{path.parent} holds no checkpoint to go on from")
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            skeleton = json.loads((file.metadata() or {})["tree"])
            tensors = {key: file.get_tensor(key) for key in file.keys()}
        tree = _unpacked(skeleton, tensors)
    except (safetensors.SafetensorError, OSError, KeyError, ValueError) as error:
        detail = " ".join(str(error).split())
        raise RunFolderError(f"{path} is truncated or not a checkpoint ({detail})") from error
    assert isinstance(tree, dict)
    return tree


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


def _unpacked(value: Any, tensors: dict[str, Tensor]) -> Any:
    if isinstance(value, dict):
        if _TENSOR in value:
            return tensors[value[_TENSOR]]
        if _ITEMS in value:
            return {key: _unpacked(item, tensors) for key, item in value[_ITEMS]}
        return {key: _unpacked(item, tensors) for key, item in value.items()}
    if isinstance(value, list):
        return [_unpacked(item, tensors) for item in value]
    return value
