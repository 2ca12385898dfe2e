"""Tensors that code of the user's returned: whether they are plain real numbers."""

import torch
from torch import Tensor


def fault_of(value: Tensor, device: torch.device) -> str | None:
    """Say why a tensor is none of real numbers that can be computed with.

    Args:
        value: What was returned.
        device: Where it was evaluated.

    Returns:
        What it is instead, such as "sparse float64"; None for real numbers of any precision, whole
        ones and truth values among them.

    >>> here = torch.device("cpu")
    >>> fault_of(torch.zeros(3), here), fault_of(torch.zeros(3, dtype=torch.complex64), here)
    (None, 'complex64')
    """
    kind = str(value.dtype).removeprefix("torch.")
    if value.is_nested:
        return f"nested {kind}"
    if value.layout != torch.strided:
        return f"sparse {kind}"
    if value.is_quantized or value.is_complex():
        return kind
    if value.device.type == "meta" and device.type != "meta":
        return f"{kind} on the device 'meta', which has no numbers"
    return None
