"""Tensors that code of the user's returned: whether they are plain real numbers."""

import torch
from torch import Tensor


def fault_of(value: Tensor) -> str | None:
    """Say why a tensor is none of real numbers that can be computed with.

    Args:
        value: What was returned.

    Returns:
        What it is instead, such as "sparse float64"; None for real numbers of any precision, whole
        ones and truth values among them.

    >>> fault_of(torch.zeros(3)), fault_of(torch.zeros(3, dtype=torch.complex64))
    (None, 'complex64')
    """
    kind = str(value.dtype).removeprefix("torch.")
    if value.is_nested:
        return f"nested {kind}"
    if value.layout != torch.strided:
        return f"sparse {kind}"
    if value.is_quantized or value.is_complex():
        return kind
    if value.device.type == "meta":
        return f"{kind} on the device 'meta', which has no numbers"
    return None
