"""The legs of a run and their stages, in their order, and which leg is trained now."""

from collections.abc import Callable, Collection, Sequence

from torch import Generator

from pinn_metakan.ansatz.ansatz import Ansatz
from pinn_metakan.networks.network import Network
from pinn_metakan.optimizers.communicator import Communicator
from pinn_metakan.runs.legs.leg import Leg
from pinn_metakan.runs.legs.plan import PlannedLeg, plan_legs
from pinn_metakan.runs.stages import build_stages
from pinn_metakan.settings.sections import Settings
from pinn_metakan.settings.stages import STAGES
from pinn_metakan.training.stage import Stage


class Schedule:
    """Legs, the stages of each, and where a run is.

    Their networks are tried one after the other, so that what is wrong shows before training.

    Args:
        settings: All settings.
        times: First time of each slab, and the last time of all.
        n_residuals: Largest length N of the residual vector, of all processes together.
        network: The network of the first leg.
        ansatz: Gives what is trained, as it is when it is called.
        communicator: Adds up what other processes have of the residuals.
        grown: Stages whose kind of leg that network has been through already: they train it, and
            begin no leg.
        generator: That of the run, for what is random in an optimizer.

    Raises:
        SettingsError: If a leg or a stage cannot be.
    """

    def __init__(
        self,
        settings: Settings,
        times: Sequence[float],
        n_residuals: int,
        network: Network,
        ansatz: Callable[[], Ansatz],
        communicator: Communicator,
        grown: Collection[str] = (),
        generator: Generator | None = None,
    ):
        self.legs: list[PlannedLeg] = []
        self.notes: tuple[str, ...] = ()
        #: Index of the leg that is trained now.
        self.leg = 0
        self._stages: list[list[Stage]] = []
        for leg in plan_legs(settings, times, grown):
            network = network if leg.begin is None else leg.begin.network(network)
            stages, notes = build_stages(
                settings, leg.stages, n_residuals, network, ansatz, communicator, generator
            )
            self.legs.append(leg)
            self._stages.append(stages)
            self.notes += notes

    @property
    def has_next(self) -> bool:
        """Whether a leg follows."""
        return self.leg + 1 < len(self.legs)

    @property
    def next_leg(self) -> Leg:
        """How the next leg begins."""
        begin = self.legs[self.leg + 1].begin
        assert begin is not None
        return begin

    @property
    def grown(self) -> list[str]:
        """The stages that began a leg with another network, up to the present one."""
        # A slab may have no stage that trains it.
        begun = [stage for leg in self.legs[1 : self.leg + 1] for stage in leg.stages[:1]]
        return [stage for stage in begun if STAGES[stage].leg is not None]

    @property
    def stages(self) -> list[Stage]:
        """Stages of the present leg."""
        return self._stages[self.leg]

    @property
    def later_stages(self) -> list[Stage]:
        """Stages of all legs that follow."""
        return [stage for stages in self._stages[self.leg + 1 :] for stage in stages]

    @property
    def stages_of_legs(self) -> list[int]:
        """Number of stages of each leg."""
        return [len(stages) for stages in self._stages]

    @property
    def kept_names(self) -> list[str]:
        """Names of the folders that legs keep what they began with in."""
        return _kept_names(self.legs)

    @property
    def kept_ahead(self) -> list[str]:
        """Those of the legs that follow."""
        return _kept_names(self.legs[self.leg + 1 :])

    def begin_next_leg(self) -> int:
        """Go on with the next leg.

        Returns:
            Its number, from 1.
        """
        self.leg += 1
        return self.leg + 1


def _kept_names(legs: Sequence[PlannedLeg]) -> list[str]:
    begins = [leg.begin for leg in legs if leg.begin is not None]
    return [begin.kept_as for begin in begins if begin.kept_as is not None]
