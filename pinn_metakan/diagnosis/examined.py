"""What is looked at before training: a problem, and the objective that would be trained."""

from dataclasses import dataclass

import torch

from pinn_metakan.ansatz.hard.constraints import HardConstraints
from pinn_metakan.losses.objective import Objective
from pinn_metakan.pde.formulation import Formulation
from pinn_metakan.settings.sections import Settings


@dataclass(frozen=True)
class Examined:
    """A problem with its constraints, objective, settings and numbers.

    Args:
        formulation: The problem.
        constraints: What is known of the data of conditions, by making them hard.
        objective: What would be trained, with points drawn and sizes found.
        settings: All settings.
        dtype: Of what numbers.
    """

    formulation: Formulation
    constraints: HardConstraints
    objective: Objective
    settings: Settings
    dtype: torch.dtype
