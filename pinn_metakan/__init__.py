"""Partial differential equations solved by physics-informed MetaKANs, with a verified error map.

>>> from pinn_metakan import load_problem, solve
>>> solution = solve(load_problem("poisson"), budget=60)    # doctest: +SKIP
>>> solution.relative_l2["u"]                               # doctest: +SKIP
"""

from pinn_metakan.loading import load_problem
from pinn_metakan.derivatives.jet import Jet
from pinn_metakan.errors import (
    Interrupted,
    ProblemError,
    RunFolderError,
    SettingsError,
    TrainingError,
    UserError,
)
from pinn_metakan.families.bspline import BSpline
from pinn_metakan.families.chebyshev import Chebyshev
from pinn_metakan.families.fourier import Fourier
from pinn_metakan.families.gram import Gram
from pinn_metakan.families.legendre import Legendre
from pinn_metakan.families.rbf import RBF
from pinn_metakan.families.wavelet import Wavelet
from pinn_metakan.geometry.domains import Ball, Box, Interval, SpaceTime
from pinn_metakan.networks.coefficients import Generated, Stored
from pinn_metakan.networks.compression import pruned, with_codebook
from pinn_metakan.networks.conv import KANConv2d
from pinn_metakan.networks.conv_classifier import conv_classifier
from pinn_metakan.networks.conv_table import kan_conv2d
from pinn_metakan.networks.dense import KANLinear
from pinn_metakan.networks.kan import KAN, kan, metakan
from pinn_metakan.networks.meta_learner import MetaLearner
from pinn_metakan.networks.mlp import MLP
from pinn_metakan.pde.boundary_conditions import Dirichlet, Neumann, Periodic, Robin
from pinn_metakan.pde.initial import Initial
from pinn_metakan.pde.observed import Observed
from pinn_metakan.pde.problem import Problem
from pinn_metakan.reference.cole_hopf import cole_hopf
from pinn_metakan.reference.interacting_sines import InteractingSines
from pinn_metakan.runs import open_run, resume
from pinn_metakan.solution import Solution
from pinn_metakan.solve import solve

__all__ = [
    "KAN",
    "MLP",
    "RBF",
    "BSpline",
    "Ball",
    "Box",
    "Chebyshev",
    "Dirichlet",
    "Fourier",
    "Generated",
    "Gram",
    "Initial",
    "InteractingSines",
    "Interrupted",
    "Interval",
    "Jet",
    "KANConv2d",
    "KANLinear",
    "Legendre",
    "MetaLearner",
    "Neumann",
    "Observed",
    "Periodic",
    "Problem",
    "ProblemError",
    "Robin",
    "RunFolderError",
    "SettingsError",
    "Solution",
    "SpaceTime",
    "Stored",
    "TrainingError",
    "UserError",
    "Wavelet",
    "cole_hopf",
    "conv_classifier",
    "kan",
    "kan_conv2d",
    "load_problem",
    "metakan",
    "open_run",
    "pruned",
    "resume",
    "solve",
    "with_codebook",
]
