"""The leg that goes on with the next slab of time."""

import copy

from pinn_metakan.networks.network import Network
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.pde.problem import Problem
from pinn_metakan.pde.slab import slab_of
from pinn_metakan.runs.legs.leg import Field, Leg


class NextSlab(Leg):
    """Go on from the values at the end of the slab before, with a copy of its network.

    Args:
        start: First time of the slab.
        end: Its last time.
    """

    def __init__(self, start: float, end: float):
        self._start, self._end = start, end

    def network(self, last: Network) -> Network:
        """Copy the network: what changes from slab to slab is little; see `Leg.network`."""
        return copy.deepcopy(last)

    def problem(self, whole: Formulation, last: Field) -> Problem | None:
        """Make the problem of the slab; see `Leg.problem`."""
        return slab_of(whole, self._start, self._end, last)
