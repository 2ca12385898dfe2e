"""Convolutional KAN layers: every tap of a kernel is an edge function."""

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional

from pinn_metakan.families.edge_family import EdgeFamily
from pinn_metakan.families.family import Family
from pinn_metakan.networks.bound import Bound
from pinn_metakan.networks.coefficients.coefficients import Coefficients
from pinn_metakan.networks.coefficients.shared import SharedFunctions

Pair = tuple[int, int]


class KANConv2d(nn.Module):
    r"""y_o(p) = sum_{c, t} phi(x_c(s p + d t); w_oct) over channels c and taps t of a kernel.

    Taps beyond the border of the image add nothing. A hidden layer receives sums of any size; with
    `bounded` its inputs pass the R tanh(x / R) of `Bound` as those of `KANLinear` do.

    Args:
        family: The functions of the edges.
        coefficients: Where w comes from, shape (o, c/groups kernel height width, D).
        kernel_size: Height and width of the kernel.
        stride: s.
        padding: Pixels added at each side.
        dilation: d, distance of two taps.
        groups: Number of groups that channels and outputs are split into; an output sees the
            channels of its group.
        bounded: Whether to keep inputs inside the family's reach R.

    Raises:
        ValueError: If a size is not positive or the padding is negative.

    Source: Bodner et al., Convolutional Kolmogorov-Arnold networks, 2024, arXiv:2406.13155.
    """

    def __init__(
        self,
        family: Family | EdgeFamily,
        coefficients: Coefficients,
        kernel_size: Pair,
        stride: Pair = (1, 1),
        padding: Pair = (0, 0),
        dilation: Pair = (1, 1),
        groups: int = 1,
        bounded: bool = False,
    ):
        super().__init__()
        if min(*kernel_size, *stride, *dilation, groups) < 1 or min(padding) < 0:
            raise ValueError(
                "kernel_size, stride, dilation and groups must be positive and padding not "
                f"negative, got {kernel_size}, {stride}, {dilation}, {groups}, {padding}"
            )
        self.family = family
        self.coefficients = coefficients
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
        self._bound = Bound(bounded, family.reach)
        self.bounded = self._bound.is_on

    def baked(self) -> "KANConv2d":
        """A layer with the same outputs that stores its coefficients."""
        return KANConv2d(
            copy.deepcopy(self.family),
            self.coefficients.baked(),
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            self.groups,
            self.bounded,
        )

    def forward(self, x: Tensor) -> Tensor:
        """Convolve.

        Args:
            x: Images, shape (N, c, height, width).

        Returns:
            Shape (N, o, height', width').

        Raises:
            ValueError: If the channels do not fit the coefficients.
        """
        source = self.coefficients
        w = (
            source.prompts if isinstance(source, SharedFunctions) else source()
        )  # (o, c/groups t, K)
        if x.ndim != 4:
            raise ValueError(f"expected images (N, c, height, width), got shape {tuple(x.shape)}")
        channels, taps = x.shape[1], self.kernel_size[0] * self.kernel_size[1]
        is_divided = channels % self.groups == 0 and len(w) % self.groups == 0
        if channels * taps != w.shape[1] * self.groups or not is_divided:
            raise ValueError(
                f"{w.shape[1]} edges per output in {self.groups} groups need "
                f"{w.shape[1] * self.groups / taps:g} channels, and channels and outputs that the "
                f"groups divide, got {channels} channels and {len(w)} outputs"
            )
        x = self._bound.values(x)
        if isinstance(self.family, EdgeFamily):
            return self._by_patches(self.family, x, w)
        return self._by_features(self.family, x, w)

    def _by_features(self, family: Family, x: Tensor, w: Tensor) -> Tensor:
        """Evaluate the basis, or the functions that edges share, at each pixel, then convolve."""
        count, channels, height, width = x.shape
        functions = self._functions(family, x.permute(0, 2, 3, 1).reshape(-1, channels))
        features = functions.reshape(count, height, width, -1).permute(0, 3, 1, 2)  # (N, c K, ...)
        kernel = w.view(len(w), channels // self.groups, *self.kernel_size, -1)
        kernel = kernel.permute(0, 1, 4, 2, 3).flatten(1, 2)  # (o, c/groups K, ...)
        return functional.conv2d(
            features, kernel, None, self.stride, self.padding, self.dilation, self.groups
        )

    def _functions(self, family: Family, x: Tensor) -> Tensor:
        """What the weights multiply, (M, c) -> (M, c, K): K = D of a basis, E shared functions."""
        if isinstance(self.coefficients, SharedFunctions):
            shared = self.coefficients.meta_learner.functions
            return family.combined(x, shared, 0)[0].movedim(0, -1)
        return family.derivatives(x, 0)[0]

    def _by_patches(self, family: EdgeFamily, x: Tensor, w: Tensor) -> Tensor:
        """Evaluate each edge at its own pixel of each patch."""
        patches, inside = self._patches(x), self._patches(torch.ones_like(x[:1, :]))
        rows = patches.flatten(0, 1)  # (N places, c taps)
        there = inside.expand(len(x), -1, -1).flatten(0, 1)
        parts = []
        for group, (own, mask) in enumerate(
            zip(rows.chunk(self.groups, 1), there.chunk(self.groups, 1), strict=True)
        ):
            size = len(w) // self.groups
            of_group = w[group * size : (group + 1) * size]
            edges = family.derivatives(own, of_group, 0)[0]  # (N places, o/groups, i)
            parts.append((edges * mask.unsqueeze(1)).sum(dim=2))
        outputs = torch.cat(parts, dim=1).view(len(x), -1, len(w)).transpose(1, 2)
        return outputs.unflatten(2, self._output_size(x))

    def _patches(self, x: Tensor) -> Tensor:
        """Cut out what the kernel sees at each place: (N, places, c taps)."""
        unfolded = functional.unfold(x, self.kernel_size, self.dilation, self.padding, self.stride)
        return unfolded.transpose(1, 2)

    def _output_size(self, x: Tensor) -> Pair:
        """Height and width of the outputs."""
        height, width = (
            (n + 2 * p - d * (k - 1) - 1) // s + 1
            for n, p, d, k, s in zip(
                x.shape[2:], self.padding, self.dilation, self.kernel_size, self.stride, strict=True
            )
        )
        return height, width
