"""Draw docs/figures/domains.png: parts of boundaries, and the factors that vanish on them.

``python docs/figures/domains.py``; nothing is trained.
"""

from pathlib import Path

import matplotlib
import numpy as np
import torch

from pinn_metakan import Box, Disk, Domain, Ellipse, Polygon

matplotlib.use("agg")
from matplotlib import pyplot as plt

OUT = Path(__file__).with_suffix(".png")
#: Points along each axis of a map, and along a part.
ACROSS, ALONG = 301, 400
LEVELS = np.linspace(0.0, 1.0, 11)
INCHES, DPI = (9.6, 6.2), 110

PLATE = Polygon(
    [(0, 0), (3, 0), (3, 1), (1.2, 1), (1.2, 2.2), (0, 2.2)],
    holes={"bolt": [(0.4, 1.4), (0.8, 1.4), (0.8, 1.8), (0.4, 1.8)]},
    names={"inlet": 4, "outlet": 1},
)
DOMAINS: list[tuple[str, Domain, tuple[str, ...]]] = [
    ("Polygon with a hole", PLATE, ()),
    (
        "Box - Disk - Ellipse",
        Box((-1, 1), (-0.7, 0.7))
        - Disk(0.25, (0.4, 0.2)).named("hole")
        - Ellipse((0.35, 0.15), (-0.4, -0.2), 0.6).named("slit"),
        (),
    ),
    ("Box | Disk | Disk", Box((0, 2), (-0.6, 0.6)) | Disk(0.6) | Disk(0.6, (2, 0)), ()),
]
#: The same domains with the parts on which a factor vanishes.
CHOSEN = [(PLATE, ("inlet", "bolt")), (DOMAINS[1][1], ("hole",)), (DOMAINS[2][1], ("rim",))]


def draw(axis: plt.Axes, domain: Domain, names: tuple[str, ...], title: str) -> None:
    """Draw lines of the factor of some parts, and all parts in colors."""
    (left, right), (low, high) = domain.bounds
    x, y = np.linspace(left, right, ACROSS), np.linspace(low, high, ACROSS)
    points = torch.from_numpy(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))
    values = domain.part_factor(points, names)
    assert values is not None
    values = torch.where(domain.contains(points), values / values.max(), torch.nan)
    inside = values[~values.isnan()].max()
    levels = (values / inside).reshape(ACROSS, ACROSS)
    axis.contourf(x, y, levels, LEVELS, cmap="Blues")
    unit = torch.linspace(0, 1, ALONG, dtype=torch.float64)[:, None]
    for number, part in enumerate(domain.parts):
        at, _ = domain.part_boundary([part], unit)
        is_chosen = part in names
        axis.plot(*at.T, ".", ms=3.5 if is_chosen else 1.2, color=f"C{number + 1}", label=part)
    axis.set_title(title, fontsize=9)
    axis.set_aspect("equal")
    axis.axis("off")
    if names == domain.parts:
        axis.legend(
            fontsize=7, ncols=4, loc="upper center", bbox_to_anchor=(0.5, 0.0), markerscale=5,
            frameon=False, handletextpad=0.1, columnspacing=1.0,
        )  # fmt: skip


def main() -> None:
    """Draw all domains: factors of the whole boundary above, of some parts below."""
    figure, axes = plt.subplots(2, len(DOMAINS), figsize=INCHES, layout="constrained")
    for axis, (title, domain, _) in zip(axes[0], DOMAINS, strict=True):
        draw(axis, domain, domain.parts, title)
    for axis, (domain, names) in zip(axes[1], CHOSEN, strict=True):
        draw(axis, domain, names, f"zero on {' and '.join(names)}")
    figure.savefig(OUT, dpi=DPI)


if __name__ == "__main__":
    main()
