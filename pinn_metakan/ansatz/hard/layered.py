"""All layers of an unknown: which steps and bends of its data diffusion takes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pinn_metakan.ansatz.hard.bend_layers import BendLayer, bend_layers
from pinn_metakan.ansatz.hard.bent_start import BentStart
from pinn_metakan.ansatz.hard.conflicts import Conflict
from pinn_metakan.ansatz.hard.fluxes import collect_fluxes
from pinn_metakan.ansatz.hard.layers import Diffusion
from pinn_metakan.ansatz.hard.pieces import Pieces
from pinn_metakan.ansatz.hard.seam_layer import SeamLayer
from pinn_metakan.ansatz.hard.transfinite import Field
from pinn_metakan.geometry.domain import Face
from pinn_metakan.pde.formulation import Formulation


@dataclass(frozen=True)
class Layers:
    """What diffusion makes of the data of one unknown from the first moment on.

    Args:
        bent: Its data at the start without their steps and bends, None where they have none.
        seams: Layers where periodic coordinates join slopes that differ, by column.
        faces: How layers spread from walls whose values are not those at the start.
        bends: Layers along walls whose slopes are not those at the start.
    """

    bent: BentStart | None
    seams: Mapping[int, SeamLayer]
    faces: Mapping[Face, Diffusion]
    bends: Sequence[BendLayer]

    def start(self) -> list[Field]:
        """What is added to the data at the start; with what was taken out of them, zero then."""
        bent = [] if self.bent is None else [self.bent.spread]
        return [*bent, *self.seams.values(), *self.bends]

    def notes(self, term: str, conflicts: Sequence[Conflict], names: Sequence[str]) -> list[str]:
        """Say what each layer is there for.

        Args:
            term: The residual term of the data at the start.
            conflicts: Steps between walls and the start.
            names: Names of the coordinates, by column.

        Returns:
            A line each; walls that disagree with the start for the same reason have one.
        """
        lines: dict[object, str] = {}
        if self.bent is not None:
            for corner in self.bent.corners:
                what = "jump" if corner.step else "have a kink"
                line = f"{term}: its data {what} at {names[0]} = {corner.shown}"
                lines[corner] = f"{line}; {_layer(corner.diffusion)}"
        for axis, seam in self.seams.items():
            line = f"{term}: its data have a kink where {names[axis]} joins its ends"
            lines[seam] = f"{line}; {_layer(seam.diffusion)}"
        for conflict in conflicts:
            if conflict.face is not None and conflict.face in self.faces:
                line = f"{conflict.line}; {_layer(self.faces[conflict.face])}"
                lines.setdefault(conflict.terms, line)
        for bend in self.bends:
            line = f"{bend.term} prescribes another slope than {term} has at the first time"
            lines[bend] = f"{line}; {_layer(bend.diffusion)}"
        return list(lines.values())


def find_layers(
    formulation: Formulation,
    number: int,
    pieces: Pieces,
    bent: BentStart | None,
    seams: Mapping[int, SeamLayer],
    faces: Mapping[Face, Diffusion],
    periodic: Collection[int],
) -> Layers:
    """Keep the layers of data that are taken hard, and find those of slopes.

    Args:
        formulation: The problem.
        number: Of the unknown.
        pieces: The data that are taken hard.
        bent: Data at the start without their steps and bends.
        seams: Layers of seams, by column.
        faces: Layers of walls.
        periodic: Columns that are periodic.

    Returns:
        The layers; none where nothing is taken hard at the start, or a curved boundary is.
    """
    if pieces.initial is None or pieces.curved or pieces.parts:
        return Layers(None, {}, {}, ())
    fluxes = collect_fluxes(formulation, formulation.variables.unknowns[number])
    open_faces = {face: flux for face, flux in fluxes.items() if face.axis not in periodic}
    return Layers(
        bent,
        {axis: seam for axis, seam in seams.items() if axis in periodic},
        {face: layer for face, layer in faces.items() if face in pieces.faces},
        bend_layers(formulation, number, pieces, open_faces),
    )


def _layer(diffusion: Diffusion) -> str:
    return f"a layer of diffusion, 2 sqrt(k t) wide with k = {diffusion.kappa:.4g}, takes it"
