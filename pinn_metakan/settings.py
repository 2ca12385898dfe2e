"""Settings: the default, then the problem's suggestion, then a file, then single values.

Each layer overrides those before it. A key that does not exist or a value of the wrong type is
refused, with the name of the layer that it came from.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from pinn_metakan.errors import SettingsError
from pinn_metakan.network_settings import NETWORK_SETTINGS, CustomSettings, Section


class PointSettings(Section):
    """Collocation points."""

    interior: int = Field(default=2000, gt=0)
    boundary: int = Field(default=200, gt=0, description="for each soft boundary condition")
    initial: int = Field(default=200, gt=0, description="for each soft initial condition")
    sequence: Literal["sobol", "latin_hypercube", "halton", "uniform"] = "sobol"
    adaptive: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="part of the points drawn where residual or slope are large",
    )


class LossSettings(Section):
    """Weights of the residual terms."""

    condition_weight: float = Field(default=100.0, ge=0, description="of each soft condition")
    weights: dict[str, float] = Field(default={}, description="by term, in place of the above")
    random_dimensions: int = Field(
        default=0, ge=0, description="dimensions of a Laplacian, drawn with the points; 0 for all"
    )


class AdamSettings(Section):
    """The stage of Adam."""

    steps: int = Field(default=50, ge=0)
    learning_rate: float = Field(default=5e-3, gt=0)
    prompt_factor: float = Field(default=10.0, gt=0, description="prompts' rate over the others'")
    schedule: Literal["constant", "cosine", "exponential"] = "cosine"
    final_factor: float = Field(default=0.05, gt=0, description="where the schedule ends")
    redraw_every: int = Field(default=0, ge=0, description="steps between new points, 0 for never")


class LBFGSSettings(Section):
    """The stage of L-BFGS."""

    steps: int = Field(default=1500, ge=0)
    learning_rate: float = Field(default=1.0, gt=0)
    history_size: int = Field(default=100, gt=0)
    max_evaluations: int = Field(default=25, gt=1, description="of the loss in one step")
    tolerance_gradient: float = Field(default=0.0, ge=0)
    tolerance_change: float = Field(default=0.0, ge=0)
    line_search: Literal["strong_wolfe", "none"] = "strong_wolfe"
    redraw_every: int = Field(default=0, ge=0, description="steps between new points, 0 for never")


class LMSettings(Section):
    """The stage of Levenberg-Marquardt."""

    steps: int = Field(default=50, ge=0)
    damping: float = Field(default=1e-3, gt=0, description="first, as part of the trace of J^T J")
    acceleration: float = Field(
        default=0.75, ge=0, description="largest part of a step, 0 for none"
    )
    corrections: int = Field(default=4, ge=0, description="of a step, by the same factorization")
    smallest_ratio: float = Field(default=0.1, gt=0, lt=1, description="actual over predicted")
    tolerance: float = Field(default=5e-3, ge=0, description="least relative fall of the loss")
    scaling: float = Field(default=0.5, ge=0, le=1, description="0 plain, 1 by column norms")
    redraw_every: int = Field(default=25, ge=0, description="steps between new points, 0 for never")
    max_numbers: int = Field(
        default=100_000_000, gt=0, description="in the Jacobian; above, lbfgs takes its place"
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
    conditions: Literal["hard", "soft"] = "hard"
    stages: list[Literal["adam", "lbfgs", "lm", "untie"]] = Field(
        default=["adam", "lm", "untie"], min_length=1
    )
    engine: Literal["auto", "taylor", "autograd"] = "auto"
    tolerance: float = Field(default=0.0, ge=0, description="the loss that counts as converged")
    report_every: int = Field(default=10, gt=0, description="steps between history entries")
    checkpoint_seconds: float = Field(default=30.0, gt=0)
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


#: A layer of settings and the name that messages call it.
Layer = tuple[str, Mapping[str, object]]


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


def read_settings(path: Path) -> Layer:
    """Read a TOML file of settings.

    Args:
        path: The file.

    Returns:
        A layer.

    Raises:
        SettingsError: If it cannot be read.
    """
    try:
        return str(path), tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"cannot read the settings file {path}: {error}") from error


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
    layer: Any = parse_value(text)
    for part in reversed(key.strip().split(".")):
        layer = {part: layer}
    return f"--set {pair}", layer


def parse_value(text: str) -> object:
    """Read a TOML value; what is not one is text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text.strip()


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
        return f"{label}: no setting {key!r}; there are {names}"
    return f"{label}: {key}: {first['msg'][0].lower()}{first['msg'][1:]}, got {first['input']!r}"


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
