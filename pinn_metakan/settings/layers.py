"""Settings: the default, then the problem's suggestion, then a file, then single values.

Each layer overrides those before it. A key that does not exist or a value of the wrong type is
refused, with the name of the layer that it came from.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from pinn_metakan.errors import SettingsError
from pinn_metakan.settings.networks import NETWORK_SETTINGS, CustomSettings, Section


class PointSettings(Section):
    """Collocation points."""

    interior: int = Field(default=2000, gt=0, description="inside the domain")
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
        default=100.0,
        ge=0,
        allow_inf_nan=False,
        description="weight of each soft condition; an equation has 1",
    )
    weights: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        default={}, description="weights by term, in place of the above"
    )
    random_dimensions: int = Field(
        default=0, ge=0, description="dimensions of a Laplacian, drawn with the points, 0 for all"
    )


class AdamSettings(Section):
    """The stage of Adam."""

    steps: int = Field(default=50, ge=0, description="length of the stage, 0 to leave it out")
    learning_rate: float = Field(default=5e-3, gt=0, description="rate of all but the prompts")
    prompt_factor: float = Field(default=10.0, gt=0, description="prompts' rate over the others'")
    schedule: Literal["constant", "cosine", "exponential"] = Field(
        default="cosine", description="how the rates fall"
    )
    final_factor: float = Field(
        default=0.05, gt=0, description="last rates over the first; constant ignores it"
    )
    redraw_every: int = Field(default=0, ge=0, description="steps between new points, 0 for never")


class LBFGSSettings(Section):
    """The stage of L-BFGS."""

    steps: int = Field(default=1500, ge=0, description="most steps, 0 to leave the stage out")
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
    redraw_every: int = Field(default=0, ge=0, description="steps between new points, 0 for never")


class LMSettings(Section):
    """The stage of Levenberg-Marquardt."""

    steps: int = Field(default=50, ge=0, description="most steps, 0 to leave the stage out")
    damping: float = Field(
        default=1e-3, gt=0, description="first damping, as part of the trace of J^T J"
    )
    acceleration: float = Field(
        default=0.75, ge=0, description="longest bend of a step, as part of it, 0 for none"
    )
    corrections: int = Field(
        default=4, ge=0, description="corrections of a step by its own factorization, 0 for none"
    )
    smallest_ratio: float = Field(
        default=0.1, gt=0, lt=1, description="actual over predicted fall that a step needs"
    )
    tolerance: float = Field(
        default=5e-3,
        ge=0,
        description="relative fall of the loss that five steps in a row must reach, 0 for never",
    )
    scaling: float = Field(
        default=0.5, ge=0, le=1, description="units of the parameters: 0 plain, 1 by column norms"
    )
    redraw_every: int = Field(default=25, ge=0, description="steps between new points, 0 for never")
    max_numbers: int = Field(
        default=100_000_000,
        gt=0,
        description="numbers in the Jacobian; above, lbfgs takes the place of the stage",
    )


class UntieSettings(LMSettings):
    """The last stage: a MetaKAN's coefficients are stored, and trained as those of a plain KAN."""

    steps: int = Field(default=0, ge=0, description="0 to leave the coefficients generated")


class EvaluationSettings(Section):
    """Where errors are measured and fields are stored."""

    shape: list[int] | None = Field(default=None, description="points of the grid along each axis")
    points: int = Field(default=20_000, gt=0, description="scattered points where no grid fits")
    history_points: int = Field(default=5_000, gt=0, description="points of the error history")


class Settings(Section):
    """All settings of a run."""

    network: Section
    conditions: Literal["hard", "soft"] = Field(
        default="hard", description="by construction where possible, or all of them in the loss"
    )
    stages: list[Literal["adam", "lbfgs", "lm", "untie"]] = Field(
        default=["adam", "lm", "untie"], min_length=1, description="in their order"
    )
    engine: Annotated[
        Literal["auto", "jets", "autograd"],
        BeforeValidator(lambda name: "jets" if name == "taylor" else name),  # until 0.1.0
    ] = Field(
        default="auto", description="closed-form jets, or nested torch.autograd; auto chooses"
    )
    tolerance: float = Field(
        default=0.0, ge=0, description="loss that counts as converged, 0 for never"
    )
    report_every: int = Field(default=10, gt=0, description="steps between history entries")
    checkpoint_seconds: float = Field(
        default=30.0, gt=0, description="least time between two checkpoints [s]"
    )
    points: PointSettings = PointSettings()
    loss: LossSettings = LossSettings()
    adam: AdamSettings = AdamSettings()
    lbfgs: LBFGSSettings = LBFGSSettings()
    lm: LMSettings = LMSettings()
    untie: UntieSettings = UntieSettings()
    evaluation: EvaluationSettings = EvaluationSettings()

    def as_dict(self) -> dict[str, Any]:
        """Give plain nested dicts without None, fit for TOML and JSON."""
        return self.model_dump(exclude_none=True, serialize_as_any=True)


class RunSettings(Section):
    """What a run is, besides its settings; the table [run] of settings.toml."""

    problem: str | None = Field(default=None, description="name of the problem")
    network: str = Field(default="metakan", description="name that 'networks' lists")
    seed: int = Field(default=0, description="seed of everything random")
    dtype: str = Field(default="float64", description="float64 or float32")
    device: str = Field(default="auto", description="auto, cpu, cuda or another name of torch")
    parameters: dict[str, Any] = Field(default={}, description="arguments of the problem")


#: A layer of settings and the name that messages call it.
Layer = tuple[str, Mapping[str, object]]
#: The table of settings.toml that is none of the settings.
RUN_TABLE = "run"
#: Characters of a value that a message shows where it cannot be read.
_SHOWN = 20


def build_settings(network: str, layers: Sequence[Layer]) -> Settings:
    """Merge layers over the defaults of a network.

    Args:
        network: A key of `NETWORK_SETTINGS`, or "custom".
        layers: Later ones win.

    Returns:
        The settings.

    Raises:
        SettingsError: If a key does not exist or a value does not fit; names key and layer.
    """
    section = CustomSettings if network == "custom" else NETWORK_SETTINGS.get(network)
    if section is None:
        names = ", ".join(NETWORK_SETTINGS)
        raise SettingsError(f"no network {network!r}; choose one of {names}")
    merged: dict[str, object] = {}
    settings = Settings(network=section())
    for label, layer in layers:
        if not isinstance(layer, Mapping):
            raise SettingsError(f"{label}: expected a dict of settings, got {layer!r}")
        merged = _merged(merged, layer)
        part = merged.get("network", {})
        try:
            chosen = section.model_validate(_with_options_of(section, part))
        except ValidationError as error:
            text = _explained(error, label, f"network ({network})", part)
            raise SettingsError(text) from error
        try:
            settings = Settings.model_validate({**merged, "network": chosen})
        except ValidationError as error:
            raise SettingsError(_explained(error, label, "", merged)) from error
    return settings


def read_settings(path: Path) -> tuple[Layer, RunSettings]:
    """Read a TOML file of settings, such as the settings.toml of a run.

    Args:
        path: The file.

    Returns:
        A layer, and what its table [run] says; the defaults where it says nothing.

    Raises:
        SettingsError: If it cannot be read, or the table has another key or kind of value.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"cannot read the settings file {path}: {error}") from error
    try:
        run = RunSettings.model_validate(found.pop(RUN_TABLE, {}))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join([RUN_TABLE, *map(str, first["loc"])])
        told = f"{first['msg'][0].lower()}{first['msg'][1:]}, got {first['input']!r}"
        raise SettingsError(_line(f"{path}: {key}: {told}")) from error
    return (str(path), found), run


def layers_of(label: str, settings: Mapping[str, object] | Sequence[Layer]) -> list[Layer]:
    """Give settings as layers.

    Args:
        label: What messages call a mapping.
        settings: A mapping, whose keys may have dots (``{"adam.steps": 3}``), or layers already.

    Returns:
        The layers.

    Raises:
        SettingsError: If they are neither.
    """
    if not isinstance(settings, Mapping):
        return list(settings)
    layers: list[Layer] = []
    for key, value in settings.items():
        if not isinstance(key, str):
            raise SettingsError(f"{label}: the name of a setting must be text, got {key!r}")
        layers.append((label, _nested(key, value)))
    return layers


def _nested(key: str, value: object) -> Mapping[str, object]:
    for part in reversed(key.strip().split(".")):
        value = {part: value}
    assert isinstance(value, Mapping)
    return value


def parse_pair(pair: str) -> Layer:
    """Read one ``key=value``; the key may have dots, the value is TOML or else text.

    Args:
        pair: Such as ``adam.steps=100`` or ``network.widths=[8, 8]``.

    Returns:
        A layer.

    Raises:
        SettingsError: If there is no ``=``.
    """
    key, separator, text = pair.partition("=")
    if not separator or not key.strip():
        raise SettingsError(f"expected key=value, got {pair!r}")
    return f"--set {_line(pair)}", _nested(key, parse_value(text))


def parse_value(text: str) -> object:
    """Read a TOML value; what is not one is text.

    Args:
        text: What was typed.

    Returns:
        The value.

    Raises:
        SettingsError: If a number has too many digits, or lists are nested too deep.
    """
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text.strip()
    except (ValueError, RecursionError) as error:
        shown = _line(text)[:_SHOWN]
        raise SettingsError(f"cannot read the value {shown} ...: {error}") from error


def _merged(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(value, Mapping):
            result[key] = _merged(below if isinstance(below, Mapping) else {}, value)
        else:
            result[key] = value
    return result


def _with_options_of(section: type[Section], part: object) -> object:
    """Keep a preset's options of its family beside those that are given."""
    preset = section().model_dump()
    if not isinstance(part, Mapping) or "options" not in preset:
        return part
    is_its_family = part.get("family", preset["family"]) == preset["family"]
    return _merged({"options": preset["options"] if is_its_family else {}}, part)


def _explained(error: ValidationError, label: str, inside: str, given: object) -> str:
    places = [(_place(entry["loc"], given), entry) for entry in error.errors()]
    place, first = max(places, key=lambda pair: len(pair[0]))  # the most exact one
    path = [inside.split(" ")[0]] if inside else []
    key = ".".join(path + [str(part) for part in place])
    if first["type"] == "extra_forbidden":
        model = Settings if not inside else None
        names = _names_beside(first["loc"], inside, model)
        return _line(f"{label}: no setting {key!r}; there are {names}")
    return _line(
        f"{label}: {key}: {first['msg'][0].lower()}{first['msg'][1:]}, got {first['input']!r}"
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _place(loc: tuple[int | str, ...], given: object) -> list[int | str]:
    """Follow an error to where it lies in what was given; leave out the names of types."""
    place = []
    for part in loc:
        if isinstance(given, Mapping) and part in given:
            given = given[part]
        elif isinstance(given, Sequence) and isinstance(part, int) and part < len(given):
            given = given[part]
        else:
            continue
        place.append(part)
    return place


def _names_beside(loc: tuple[int | str, ...], inside: str, model: type[Section] | None) -> str:
    if model is None:
        model = NETWORK_SETTINGS.get(inside.partition("(")[2].rstrip(")"), CustomSettings)
    for part in loc[:-1]:
        annotation = model.model_fields[str(part)].annotation
        assert isinstance(annotation, type)
        model = annotation
    return ", ".join(model.model_fields)
