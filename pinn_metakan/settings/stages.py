"""Stages of training by name: their settings, and the optimizer that each runs.

A new optimizer is one file and one row here, and so is a new kind of leg. Their classes are named,
not imported: reading settings needs no torch.

Why the defaults are what they are: docs/decisions/0001-levenberg-marquardt.md,
0002-corrected-steps.md, 0003-units-of-parameters.md, 0011-untying.md and 0017-linear-start.md.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from pinn_metakan.settings.networks import Section, Width

#: Steps of a stage at most: a year of the fastest ones. Longer ones end by tolerances
#: (docs/decisions/0049-endings.md).
MOST_STEPS = 1_000_000_000


class StageSettings(Section):
    """What every stage has."""

    steps: int = Field(
        default=0, ge=0, le=MOST_STEPS, description="most steps, 0 to leave the stage out"
    )
    redraw_every: int = Field(default=0, ge=0, description="steps between new points, 0 for never")


class AdamSettings(StageSettings):
    """The stage of Adam."""

    steps: int = Field(
        default=50, ge=0, le=MOST_STEPS, description="length of the stage, 0 to leave it out"
    )
    learning_rate: float = Field(default=5e-3, gt=0, description="rate of all but the prompts")
    prompt_factor: float = Field(default=10.0, gt=0, description="prompts' rate over the others'")
    schedule: Literal["constant", "cosine", "exponential"] = Field(
        default="cosine", description="how the rates fall"
    )
    final_factor: float = Field(
        default=0.05, gt=0, description="last rates over the first; constant ignores it"
    )


class LBFGSSettings(StageSettings):
    """The stage of L-BFGS."""

    steps: int = Field(
        default=1500, ge=0, le=MOST_STEPS, description="most steps, 0 to leave the stage out"
    )
    learning_rate: float = Field(default=1.0, gt=0, description="first trial of a line search")
    history_size: int = Field(default=100, gt=0, description="curvature pairs that are kept")
    max_evaluations: int = Field(
        default=25, gt=1, description="most evaluations of the loss in one step"
    )
    tolerance_gradient: float = Field(
        default=0.0, ge=0, description="largest entry of the gradient that ends it, 0 for never"
    )
    tolerance_change: float = Field(
        default=0.0, ge=0, description="largest change of a parameter that ends it, 0 for never"
    )
    line_search: Literal["strong_wolfe", "none"] = Field(
        default="strong_wolfe", description="none takes steps of the learning rate"
    )


# What stages of Gauss-Newton have in common.
_Tolerance = Annotated[
    float,
    Field(
        ge=0,
        description="relative fall of the loss that five steps in a row must reach, 0 for never",
    ),
]
_Plateau = Annotated[
    float, Field(ge=0, description="the loss above which slow steps do not end the stage")
]
_Scaling = Annotated[
    float, Field(ge=0, le=1, description="units of the parameters: 0 plain, 1 by column norms")
]


class LMSettings(StageSettings):
    """The stage of Levenberg-Marquardt."""

    steps: int = Field(
        default=400, ge=0, le=MOST_STEPS, description="most steps, 0 to leave the stage out"
    )
    damping: float = Field(
        default=1e-3, gt=0, description="first damping, as part of the trace of J^T J"
    )
    acceleration: float = Field(
        default=0.75, ge=0, description="longest bend of a step, as part of it, 0 for none"
    )
    corrections: int = Field(
        default=6, ge=0, description="corrections of a step by its own factorization, 0 for none"
    )
    smallest_ratio: float = Field(
        default=0.1, gt=0, lt=1, description="actual over predicted fall that a step needs"
    )
    tolerance: _Tolerance = 5e-3
    plateau: _Plateau = 1e-2  # docs/decisions/0038-plateaus.md
    scaling: _Scaling = 0.5
    redraw_every: int = Field(default=10, ge=0, description="steps between new points, 0 for never")
    max_numbers: int = Field(
        default=100_000_000,
        gt=0,
        description="numbers of the largest Jacobian that is kept",
    )


class KernelSettings(StageSettings):
    """The stage of Gauss-Newton by the kernel of some points, other ones in each step."""

    steps: int = Field(
        default=400, ge=0, le=MOST_STEPS, description="most steps, 0 to leave the stage out"
    )
    redraw_every: int = Field(default=10, ge=0, description="steps between new points, 0 for never")
    sample: int = Field(default=1000, gt=0, description="points of a step")
    damping: float = Field(
        default=1e-6, gt=0, description="first damping, as part of the trace of J^T J of a sample"
    )
    momentum: float = Field(
        default=0.0, ge=0, lt=1, description="part of the last step that goes on, 0 for none"
    )
    tolerance: _Tolerance = 1e-3
    plateau: _Plateau = 1e-2  # docs/decisions/0038-plateaus.md
    scaling: _Scaling = 0.5


class LiftSettings(LMSettings):
    """A later stage: the tanh of an MLP's layers becomes functions that are learned."""

    steps: int = Field(
        default=0, ge=0, le=MOST_STEPS, description="0 to leave the network as it is"
    )
    family: str = Field(default="chebyshev", description="family of the functions")
    options: dict[str, float | str] = Field(
        default={"degree": 5.0, "lowest": 1.0}, description="options of the family"
    )
    functions: int = Field(default=1, gt=0, description="functions of a layer")


class ReleaseSettings(LMSettings):
    """A later stage: functions that a MetaKAN has held so far are learned."""

    steps: int = Field(default=0, ge=0, le=MOST_STEPS, description="0 to go on holding them")


class EnrichSettings(LMSettings):
    """A later stage: the edges of a layer share more functions."""

    steps: int = Field(
        default=0, ge=0, le=MOST_STEPS, description="0 to leave the network as it is"
    )
    functions: int = Field(default=1, gt=0, description="how many more in each layer")


class RefineSettings(LMSettings):
    """A later stage: edge functions are made of more terms, or of another family."""

    steps: int = Field(
        default=0, ge=0, le=MOST_STEPS, description="0 to leave the network as it is"
    )
    family: str = Field(default="chebyshev", description="family of the functions from here on")
    options: dict[str, float | str] = Field(
        default={"degree": 8.0, "lowest": 1.0}, description="options of the family"
    )


class WidenSettings(LMSettings):
    """A later stage: hidden layers have more units."""

    steps: int = Field(
        default=0, ge=0, le=MOST_STEPS, description="0 to leave the network as it is"
    )
    widths: list[Width] = Field(
        default=[], description="hidden widths from here on; empty for half as many units again"
    )


class UntieSettings(LMSettings):
    """The last stage: a MetaKAN's coefficients are stored, and trained as those of a plain KAN."""

    steps: int = Field(
        default=0, ge=0, le=MOST_STEPS, description="0 to leave the coefficients generated"
    )


class LinearSettings(StageSettings):
    """The stage that solves for the last layer alone, by linear least squares."""

    steps: int = Field(
        default=20, ge=0, le=MOST_STEPS, description="most steps; where all is affine it takes one"
    )
    damping: float = Field(
        default=1e-14, gt=0, description="of the last layer, as part of the largest singular value"
    )
    tolerance: float = Field(
        default=0.1, ge=0, description="relative fall of the loss that a step must reach"
    )


@dataclass(frozen=True)
class StageEntry:
    """A stage that settings can name.

    Args:
        section: Its settings. An option of the optimizer's name is handed to it; others are the
            stage's own.
        optimizer: The class of the optimizer, as ``module:Class``.
        remedy: What to try where the loss is no longer finite: a setting, and which way.
        leg: The class of the leg that the stage begins, likewise; None for a stage that goes on
            with the network of the stage before.
    """

    section: type[StageSettings]
    optimizer: str
    remedy: str = "learning_rate lower"
    leg: str | None = None


def stage_section(
    description: str, steps: int, redraw_every: int = 0, **options: tuple[Any, Any]
) -> type[StageSettings]:
    """Make the settings of a stage in place.

    Args:
        description: One line, shown above the section in settings.toml.
        steps: Default of the most steps; 0 leaves the stage out unless a user sets more.
        redraw_every: Default of the steps between new points.
        **options: For each option of the optimizer its type and a `pydantic.Field` with its
            default, its bounds and a description.

    Returns:
        A section, for a row of `STAGES`.

    >>> section = stage_section("A walk.", 10, length=(float, Field(1.0, gt=0, description="[-]")))
    >>> section(length=2.0)
    StageSettings(steps=10, redraw_every=0, length=2.0)
    """
    fields: dict[str, Any] = {}
    for name, default in {"steps": steps, "redraw_every": redraw_every}.items():
        known = StageSettings.model_fields[name]
        fields[name] = (int, Field(default=default, ge=0, description=known.description))
    fields |= options
    return create_model("StageSettings", __base__=StageSettings, __doc__=description, **fields)


_LM = "pinn_metakan.optimizers.levenberg_marquardt:LevenbergMarquardt"
_GROWN = "pinn_metakan.runs.legs.grown"
#: Name of the stage -> its settings and its optimizer.
STAGES: dict[str, StageEntry] = {
    "adam": StageEntry(AdamSettings, "pinn_metakan.optimizers.first_order:Adam"),
    "lbfgs": StageEntry(LBFGSSettings, "pinn_metakan.optimizers.lbfgs:LBFGS"),
    "lm": StageEntry(LMSettings, _LM, "damping higher"),
    "kernel": StageEntry(
        KernelSettings,
        "pinn_metakan.optimizers.kernel_gauss_newton:KernelGaussNewton",
        "damping higher",
    ),
    "lift": StageEntry(LiftSettings, _LM, "damping higher", leg=f"{_GROWN}:Lifted"),
    "release": StageEntry(ReleaseSettings, _LM, "damping higher", leg=f"{_GROWN}:Released"),
    "refine": StageEntry(RefineSettings, _LM, "damping higher", leg=f"{_GROWN}:Refined"),
    "enrich": StageEntry(EnrichSettings, _LM, "damping higher", leg=f"{_GROWN}:Enriched"),
    "widen": StageEntry(WidenSettings, _LM, "damping higher", leg=f"{_GROWN}:Widened"),
    "untie": StageEntry(
        UntieSettings, _LM, "damping higher", leg="pinn_metakan.runs.legs.untied:Untied"
    ),
    "linear": StageEntry(
        LinearSettings, "pinn_metakan.optimizers.last_layer:LastLayer", "damping higher"
    ),
}
#: Names of the stages that come with the package; users may put others into the table.
SHIPPED_STAGES = tuple(STAGES)
