"""All settings of a run, by sections, and what a run is besides its settings.

Why the defaults are what they are: docs/decisions/0010-collocation-points.md (points),
0006-hard-conditions.md (conditions), 0016-scales.md (their weight), 0005-closed-form-jets.md
(engine).
"""

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, create_model

from pinn_metakan.settings.networks import Section
from pinn_metakan.settings.stages import SHIPPED_STAGES, STAGES, StageEntry, StageSettings


class PointSettings(Section):
    """Collocation points."""

    interior: int = Field(default=4000, gt=0, description="inside the domain, at most")
    first: int = Field(
        default=800,
        ge=0,
        description="inside the domain at the start, 0 for all; more follow when they are needed",
    )
    fresh_ratio: float = Field(
        default=4.0,
        gt=1,
        description="loss on fresh points over the trained one, above which points are doubled",
    )
    boundary: int = Field(default=200, gt=0, description="for each soft boundary condition")
    initial: int = Field(default=200, gt=0, description="for each soft initial condition")
    sequence: Literal["sobol", "latin_hypercube", "halton", "uniform"] = Field(
        default="sobol", description="how they are spread"
    )
    adaptive: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="part of the points drawn where residual or slope are large, 0 for none",
    )


class LossSettings(Section):
    """Weights of the residual terms."""

    condition_weight: float = Field(
        default=10.0,
        ge=0,
        allow_inf_nan=False,
        description="weight of each soft condition; an equation has 1, which would balance them",
    )
    data_weight: float = Field(
        default=1e-4,
        gt=0,
        le=1,
        description="weight of data with noise at the end, beside equations that are nearly exact; "
        "they begin with 1; where there are several, of those that tell most",
    )
    weights: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        default={}, description="weights by term, in place of the above"
    )
    causality: float = Field(
        default=0.0,
        ge=0,
        allow_inf_nan=False,
        description="causal weights: late times count once the scaled loss of earlier ones is "
        "below about 1 / causality; they follow when points are redrawn; 0 for all times alike",
    )
    balance: Literal["fixed", "gradient", "ntk"] = Field(
        default="fixed",
        description="what weights are multiplied by while training: nothing, or what makes "
        "gradients or traces of tangent kernels of all terms alike",
    )
    balance_memory: float = Field(
        default=0.9, ge=0, lt=1, description="part of these factors that an update keeps"
    )
    multipliers: list[str] = Field(
        default=[],
        description="soft conditions that are met to rounding at their points, by an "
        "augmented Lagrangian",
    )
    adapt_every: int = Field(
        default=10, gt=0, description="steps between updates of factors and multipliers"
    )
    random_dimensions: int = Field(
        default=0, ge=0, description="dimensions of a Laplacian, drawn with the points, 0 for all"
    )


class EvaluationSettings(Section):
    """Where errors are measured and fields are stored."""

    shape: list[int] | None = Field(default=None, description="points of the grid along each axis")
    points: int = Field(default=20_000, gt=0, description="scattered points where no grid fits")
    history_points: int = Field(default=5_000, gt=0, description="points of the error history")


def _spelled_today(engine: object) -> object:
    """The name of an engine; version 0.1.0 called the jets taylor."""
    return "jets" if engine == "taylor" else engine


class Settings(Section):
    """All settings of a run."""

    network: Section
    conditions: Literal["hard", "soft"] = Field(
        default="hard", description="by construction where possible, or all of them in the loss"
    )
    fluxes: Literal["hard", "clamps", "soft"] = Field(
        default="soft",
        description="slopes by construction: all that can, those beside values, or none",
    )
    stages: list[str] = Field(
        default=["adam", "lm", "lift", "release", "refine", "enrich", "widen", "untie"],
        min_length=1,
        description="in their order",
    )
    slabs: int = Field(
        default=0,
        ge=0,
        le=1000,
        description="parts of the time that are solved one after the other, 0 to choose by rates",
    )
    engine: Annotated[Literal["auto", "jets", "autograd"], BeforeValidator(_spelled_today)] = Field(
        default="auto", description="closed-form jets, or nested torch.autograd; auto chooses"
    )
    tolerance: float = Field(
        default=0.0, ge=0, description="loss that counts as converged, 0 for never"
    )
    report_every: int = Field(default=10, gt=0, description="steps between history entries")
    checkpoint_seconds: float = Field(
        default=30.0, gt=0, description="least time between two checkpoints [s]"
    )
    process_timeout: float = Field(
        default=600.0, gt=0, description="longest wait for another process under torchrun [s]"
    )
    points: PointSettings = PointSettings()
    loss: LossSettings = LossSettings()
    evaluation: EvaluationSettings = EvaluationSettings()

    def stage(self, name: str) -> StageSettings:
        """Settings of a stage, by a name of `STAGES`."""
        section = getattr(self, name)
        assert isinstance(section, StageSettings)
        return section

    def as_dict(self) -> dict[str, Any]:
        """Plain nested dicts without None, fit for TOML and JSON.

        Returns:
            All sections. A stage that users have put into `STAGES` is there only if it is used: who
            reads this later may not have it.
        """
        unused = {name for name in STAGES if name not in {*SHIPPED_STAGES, *self.stages}}
        return self.model_dump(exclude_none=True, serialize_as_any=True, exclude=unused)


def settings_class() -> type[Settings]:
    """`Settings` with a section for each row of `STAGES`, as the table is now.

    Returns:
        The class, whose `stages` takes the names of the table.

    Raises:
        ValueError: If a row has the name of another setting.
    """
    return _settings_class(tuple(STAGES.items()))


@cache
def _settings_class(rows: tuple[tuple[str, StageEntry], ...]) -> type[Settings]:
    taken = [name for name, _ in rows if hasattr(Settings, name) or name in Settings.model_fields]
    if taken:
        raise ValueError(f"a stage cannot be called {taken[0]!r}: settings have that name already")
    known = Settings.model_fields["stages"]
    names: Any = Literal[tuple(name for name, _ in rows)]
    order = Field(default=known.default, min_length=1, description=known.description)
    fields: dict[str, Any] = {name: (row.section, row.section()) for name, row in rows}
    return create_model(
        "Settings",
        __base__=Settings,
        __doc__=Settings.__doc__,
        stages=(list[names], order),
        **fields,
    )


class RunSettings(Section):
    """What a run is, besides its settings; the table [run] of settings.toml."""

    problem: str | None = Field(default=None, description="name of the problem")
    sha256: str | None = Field(default=None, description="SHA-256 of the problem's file")
    network: str = Field(default="metakan", description="name that 'networks' lists")
    seed: int = Field(default=0, description="seed of everything random")
    dtype: str = Field(default="float64", description="float64 or float32")
    device: str = Field(default="auto", description="auto, cpu, cuda or another name of torch")
    check: bool = Field(default=False, description="whether a second network solves it too")
    start: str | None = Field(default=None, description="run whose network it began with")
    parameters: dict[str, Any] = Field(default={}, description="arguments of the problem")


#: The table of settings.toml that is none of the settings.
RUN_TABLE = "run"
