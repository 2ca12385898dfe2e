"""Partial differential equations solved by physics-informed MetaKANs, with a verified error map.

>>> from pinn_metakan import load_problem, solve
>>> solution = solve(load_problem("poisson"), budget=60)    # doctest: +SKIP
>>> solution.relative_l2["u"]                               # doctest: +SKIP

Names are looked up when they are first used (PEP 562): importing the package takes no time
(docs/decisions/0014-start-up.md).
"""

from importlib import import_module
from typing import TYPE_CHECKING
from warnings import warn

from pinn_metakan.version import __version__

if TYPE_CHECKING:
    from pinn_metakan.derivatives.jet import Jet
    from pinn_metakan.diagnosis.finding import Finding, Severity
    from pinn_metakan.errors import (
        FolderInUseError,
        Interrupted,
        ProblemError,
        RunFolderError,
        SettingsError,
        StorageError,
        TrainingError,
        UserError,
    )
    from pinn_metakan.families.bspline import BSpline
    from pinn_metakan.families.chebyshev import Chebyshev
    from pinn_metakan.families.edge_family import EdgeFamily
    from pinn_metakan.families.family import Family
    from pinn_metakan.families.fourier import Fourier
    from pinn_metakan.families.gram import Gram
    from pinn_metakan.families.legendre import Legendre
    from pinn_metakan.families.rbf import RBF
    from pinn_metakan.families.wavelet import Wavelet
    from pinn_metakan.geometry.ball import Ball, Disk
    from pinn_metakan.geometry.box import Box, Interval
    from pinn_metakan.geometry.domain import Domain, Face
    from pinn_metakan.geometry.ellipse import Ellipse
    from pinn_metakan.geometry.parameter import Parameter
    from pinn_metakan.geometry.polygon import Polygon
    from pinn_metakan.geometry.product import Cylinder, Product
    from pinn_metakan.geometry.region_files import region_from_file
    from pinn_metakan.geometry.space_time import SpaceTime
    from pinn_metakan.geometry.spherical_shell import SphericalShell
    from pinn_metakan.networks.coefficients.coefficients import Coefficients, Generated, Stored
    from pinn_metakan.networks.coefficients.meta_learner import MetaLearner
    from pinn_metakan.networks.compression import pruned, with_codebook
    from pinn_metakan.networks.convolution.classifier import conv_classifier
    from pinn_metakan.networks.convolution.layer import KANConv2d
    from pinn_metakan.networks.convolution.table import kan_conv2d
    from pinn_metakan.networks.dense import KANLinear
    from pinn_metakan.networks.kan import KAN, make_kan, make_metakan
    from pinn_metakan.networks.mlp import MLP
    from pinn_metakan.networks.network import Layer, Network
    from pinn_metakan.networks.shared_metakan import make_shared_metakan
    from pinn_metakan.optimizers.optimizer import Optimizer, Probe
    from pinn_metakan.optimizers.verdict import Outcome, Verdict
    from pinn_metakan.pde.boundary import Boundary
    from pinn_metakan.pde.boundary_conditions import Dirichlet, Neumann, Periodic, Robin
    from pinn_metakan.pde.boundary_part import BoundaryPart
    from pinn_metakan.pde.condition import Condition, FluxData, HardData, Kink
    from pinn_metakan.pde.initial import FirstTime, Initial
    from pinn_metakan.pde.integral import Everywhere, Integral
    from pinn_metakan.pde.interface import Interface, Jump
    from pinn_metakan.pde.interior import Interior, Plane
    from pinn_metakan.pde.loading import load_problem
    from pinn_metakan.pde.model_error import ModelError
    from pinn_metakan.pde.observed import Observed
    from pinn_metakan.pde.observed_files import observed_from_file
    from pinn_metakan.pde.problem import Problem
    from pinn_metakan.pde.simulated_data import simulated_data
    from pinn_metakan.pde.terminal import LastTime, Terminal
    from pinn_metakan.pde.unknown import Unknown
    from pinn_metakan.pde.unknown_function import UnknownFunction
    from pinn_metakan.reference.box_evolution import BoxEvolution
    from pinn_metakan.reference.cole_hopf import cole_hopf
    from pinn_metakan.reference.driven_cavity import DrivenCavity
    from pinn_metakan.reference.initial_value import InitialValue
    from pinn_metakan.reference.interacting_sines import InteractingSines
    from pinn_metakan.reference.outside_disks import OutsideDisks
    from pinn_metakan.reference.periodic_evolution import PeriodicEvolution
    from pinn_metakan.reference.polygon_torsion import PolygonTorsion
    from pinn_metakan.reference.reference import Reference
    from pinn_metakan.reference.ring_heat import RingHeat
    from pinn_metakan.results.ensemble import Ensemble, Scatter
    from pinn_metakan.results.profile import Profile, ProfiledNumber
    from pinn_metakan.runs.examination import examine
    from pinn_metakan.runs.legs.leg import Leg
    from pinn_metakan.runs.posterior_ensemble import posterior_ensemble
    from pinn_metakan.runs.profile import profile_likelihood
    from pinn_metakan.runs.resume import open_run, rerun, resume
    from pinn_metakan.runs.solution import Solution
    from pinn_metakan.runs.solve import solve
    from pinn_metakan.settings.stages import STAGES, StageEntry, stage_section
    from pinn_metakan.sweeps.result import SweepResult
    from pinn_metakan.sweeps.search_range import SearchRange
    from pinn_metakan.sweeps.sweep import sweep
    from pinn_metakan.training.progress import ProgressEntry

#: Name -> the module that it is in.
_PLACES = {
    "BSpline": "families.bspline",
    "Ball": "geometry.ball",
    "Boundary": "pde.boundary",
    "BoundaryPart": "pde.boundary_part",
    "Box": "geometry.box",
    "BoxEvolution": "reference.box_evolution",
    "Chebyshev": "families.chebyshev",
    "Coefficients": "networks.coefficients.coefficients",
    "Condition": "pde.condition",
    "Dirichlet": "pde.boundary_conditions",
    "Cylinder": "geometry.product",
    "Disk": "geometry.ball",
    "Domain": "geometry.domain",
    "Ellipse": "geometry.ellipse",
    "DrivenCavity": "reference.driven_cavity",
    "EdgeFamily": "families.edge_family",
    "Ensemble": "results.ensemble",
    "Everywhere": "pde.integral",
    "Face": "geometry.domain",
    "Family": "families.family",
    "Finding": "diagnosis.finding",
    "FirstTime": "pde.initial",
    "FolderInUseError": "errors",
    "Fourier": "families.fourier",
    "Generated": "networks.coefficients.coefficients",
    "Gram": "families.gram",
    "FluxData": "pde.condition",
    "HardData": "pde.condition",
    "Initial": "pde.initial",
    "InitialValue": "reference.initial_value",
    "Integral": "pde.integral",
    "InteractingSines": "reference.interacting_sines",
    "Interface": "pde.interface",
    "Interior": "pde.interior",
    "Interrupted": "errors",
    "Interval": "geometry.box",
    "Jet": "derivatives.jet",
    "Jump": "pde.interface",
    "KAN": "networks.kan",
    "KANConv2d": "networks.convolution.layer",
    "KANLinear": "networks.dense",
    "LastTime": "pde.terminal",
    "Kink": "pde.condition",
    "Layer": "networks.network",
    "Leg": "runs.legs.leg",
    "Legendre": "families.legendre",
    "MLP": "networks.mlp",
    "MetaLearner": "networks.coefficients.meta_learner",
    "ModelError": "pde.model_error",
    "Network": "networks.network",
    "Neumann": "pde.boundary_conditions",
    "Observed": "pde.observed",
    "Optimizer": "optimizers.optimizer",
    "OutsideDisks": "reference.outside_disks",
    "Outcome": "optimizers.verdict",
    "Parameter": "geometry.parameter",
    "Periodic": "pde.boundary_conditions",
    "Probe": "optimizers.optimizer",
    "PeriodicEvolution": "reference.periodic_evolution",
    "Plane": "pde.interior",
    "Polygon": "geometry.polygon",
    "PolygonTorsion": "reference.polygon_torsion",
    "Problem": "pde.problem",
    "ProblemError": "errors",
    "Product": "geometry.product",
    "Profile": "results.profile",
    "ProfiledNumber": "results.profile",
    "ProgressEntry": "training.progress",
    "RBF": "families.rbf",
    "Reference": "reference.reference",
    "RingHeat": "reference.ring_heat",
    "Robin": "pde.boundary_conditions",
    "RunFolderError": "errors",
    "STAGES": "settings.stages",
    "Scatter": "results.ensemble",
    "SearchRange": "sweeps.search_range",
    "SettingsError": "errors",
    "Severity": "diagnosis.finding",
    "Solution": "runs.solution",
    "SpaceTime": "geometry.space_time",
    "SphericalShell": "geometry.spherical_shell",
    "StageEntry": "settings.stages",
    "StorageError": "errors",
    "Stored": "networks.coefficients.coefficients",
    "SweepResult": "sweeps.result",
    "Terminal": "pde.terminal",
    "TrainingError": "errors",
    "Unknown": "pde.unknown",
    "UnknownFunction": "pde.unknown_function",
    "UserError": "errors",
    "Verdict": "optimizers.verdict",
    "Wavelet": "families.wavelet",
    "cole_hopf": "reference.cole_hopf",
    "conv_classifier": "networks.convolution.classifier",
    "examine": "runs.examination",
    "kan_conv2d": "networks.convolution.table",
    "load_problem": "pde.loading",
    "make_kan": "networks.kan",
    "make_metakan": "networks.kan",
    "make_shared_metakan": "networks.shared_metakan",
    "observed_from_file": "pde.observed_files",
    "open_run": "runs.resume",
    "posterior_ensemble": "runs.posterior_ensemble",
    "profile_likelihood": "runs.profile",
    "pruned": "networks.compression",
    "region_from_file": "geometry.region_files",
    "rerun": "runs.resume",
    "resume": "runs.resume",
    "simulated_data": "pde.simulated_data",
    "solve": "runs.solve",
    "stage_section": "settings.stages",
    "sweep": "sweeps.sweep",
    "with_codebook": "networks.compression",
}

__all__ = [
    "KAN",
    "MLP",
    "RBF",
    "STAGES",
    "BSpline",
    "Ball",
    "Boundary",
    "BoundaryPart",
    "Box",
    "BoxEvolution",
    "Chebyshev",
    "Coefficients",
    "Condition",
    "Cylinder",
    "Dirichlet",
    "Disk",
    "Domain",
    "DrivenCavity",
    "EdgeFamily",
    "Ellipse",
    "Ensemble",
    "Everywhere",
    "Face",
    "Family",
    "Finding",
    "FirstTime",
    "FluxData",
    "FolderInUseError",
    "Fourier",
    "Generated",
    "Gram",
    "HardData",
    "Initial",
    "InitialValue",
    "Integral",
    "InteractingSines",
    "Interface",
    "Interior",
    "Interrupted",
    "Interval",
    "Jet",
    "Jump",
    "KANConv2d",
    "KANLinear",
    "Kink",
    "LastTime",
    "Layer",
    "Leg",
    "Legendre",
    "MetaLearner",
    "ModelError",
    "Network",
    "Neumann",
    "Observed",
    "Optimizer",
    "Outcome",
    "OutsideDisks",
    "Parameter",
    "Periodic",
    "PeriodicEvolution",
    "Plane",
    "Polygon",
    "PolygonTorsion",
    "Probe",
    "Problem",
    "ProblemError",
    "Product",
    "Profile",
    "ProfiledNumber",
    "ProgressEntry",
    "Reference",
    "RingHeat",
    "Robin",
    "RunFolderError",
    "Scatter",
    "SearchRange",
    "SettingsError",
    "Severity",
    "Solution",
    "SpaceTime",
    "SphericalShell",
    "StageEntry",
    "StorageError",
    "Stored",
    "SweepResult",
    "Terminal",
    "TrainingError",
    "Unknown",
    "UnknownFunction",
    "UserError",
    "Verdict",
    "Wavelet",
    "__version__",
    "cole_hopf",
    "conv_classifier",
    "examine",
    "kan_conv2d",
    "load_problem",
    "make_kan",
    "make_metakan",
    "make_shared_metakan",
    "observed_from_file",
    "open_run",
    "posterior_ensemble",
    "profile_likelihood",
    "pruned",
    "region_from_file",
    "rerun",
    "resume",
    "simulated_data",
    "solve",
    "stage_section",
    "sweep",
    "with_codebook",
]


#: Name of an earlier version -> what it is called now.
_RENAMED = {"kan": "make_kan", "metakan": "make_metakan"}


def __getattr__(name: str) -> object:
    if name in _RENAMED:
        now = _RENAMED[name]
        text = f"pinn_metakan.{name} is called {now} now; the old name will go with version 1"
        warn(text, DeprecationWarning, stacklevel=2)
        return __getattr__(now)
    if name not in _PLACES:
        raise AttributeError(f"module 'pinn_metakan' has no attribute {name!r}")
    value = getattr(import_module(f"pinn_metakan.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
