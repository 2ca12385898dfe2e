"""Settings: the default, then the problem's suggestion, then a file, then single values.

Each layer overrides those before it. A key that does not exist or a value of the wrong type is
refused, with the name of the layer that it came from.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from pinn_metakan.errors import RunFolderError, SettingsError, look_up, one_line
from pinn_metakan.settings.networks import (
    NETWORK_SETTINGS,
    RUN_DEFAULTS,
    CustomSettings,
    OwnNetworkSettings,
    Section,
    is_own,
)
from pinn_metakan.settings.refusals import describe_refusal
from pinn_metakan.settings.sections import RUN_TABLE, RunSettings, Settings, settings_class
from pinn_metakan.settings.stages import LMSettings
from pinn_metakan.untrusted.json_text import refuse_depth
from pinn_metakan.untrusted.pipe import is_pipe, read_pipe_text
from pinn_metakan.untrusted.plain_file import read_plain_text

#: A layer of settings and the name that messages call it.
Layer = tuple[str, Mapping[str, object]]
#: What lies beside the settings of a run.
_BESIDE = "checkpoint.safetensors"
#: Characters of a value that a message shows where it cannot be read.
_SHOWN = 20


def build_settings(network: str, layers: Sequence[Layer]) -> Settings:
    """Merge layers over the defaults of a network.

    Args:
        network: A key of `NETWORK_SETTINGS`, the ``module:Class`` of a network of the user's own,
            or "custom".
        layers: Later ones win.

    Returns:
        The settings.

    Raises:
        SettingsError: If a key does not exist or a value does not fit; names key and layer.
    """
    section = _section_of_network(network)
    every = settings_class()
    merged: dict[str, object] = {}
    settings: Settings = every(network=section())
    own: Layer = (f"network {network}", RUN_DEFAULTS.get(network, {}))
    is_handed = False
    for label, layer in [own, *layers]:
        if not isinstance(layer, Mapping):
            raise SettingsError(f"{label}: expected a dict of settings, got {layer!r}")
        merged = _merged(merged, layer)
        part = merged.get("network", {})
        try:
            chosen = section.model_validate(_with_options_of(section, part))
        except ValidationError as error:
            text = describe_refusal(error, label, section, part, inside="network")
            raise SettingsError(text) from error
        try:
            settings = every.model_validate({**merged, "network": chosen})
        except ValidationError as error:
            raise SettingsError(describe_refusal(error, label, every, merged)) from error
        if _names_tolerance(layer, "kernel"):
            is_handed = False
        elif _names_tolerance(layer, "lm"):
            is_handed = True
    return _with_tolerance_of_lm(settings) if is_handed else settings


def _names_tolerance(layer: Mapping[str, object], stage: str) -> bool:
    section = layer.get(stage)
    return isinstance(section, Mapping) and "tolerance" in section


def _with_tolerance_of_lm(settings: Settings) -> Settings:
    """Let a kernel that may take the place of lm have the tolerance that was asked for lm."""
    if "kernel" in settings.stages:
        return settings
    lm = settings.stage("lm")
    assert isinstance(lm, LMSettings)
    kernel = settings.stage("kernel").model_copy(update={"tolerance": lm.tolerance})
    return settings.model_copy(update={"kernel": kernel})


def _section_of_network(network: str) -> type[Section]:
    if network == "custom":
        return CustomSettings
    if is_own(network):
        return OwnNetworkSettings
    try:
        return look_up(NETWORK_SETTINGS, network, "network")
    except LookupError as error:
        raise SettingsError(str(error)) from error


def read_settings(path: Path, within: Path | None = None) -> tuple[Layer, RunSettings]:
    """Read a TOML file of settings, such as the settings.toml of a run.

    Args:
        path: The file; a pipe is read too, unless it lies in a run folder.
        within: The folder that it must lie in, once links are followed; that of a run unless given.

    Returns:
        A layer, and what its table [run] says; the defaults where it says nothing.

    Raises:
        SettingsError: If it cannot be read, or the table has another key or kind of value.
    """
    try:
        is_of_run = (path.parent / _BESIDE).exists()  # then links lead nowhere else
        inside = path.parent if is_of_run else within
        is_named = inside is None and is_pipe(path)
        text = read_pipe_text(path) if is_named else read_plain_text(path, inside)
        found = tomllib.loads(text)
        refuse_depth(found, str(path))
    except RunFolderError as error:
        raise SettingsError(f"the settings file: {error}") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"cannot read the settings file {path}: {error}") from error
    try:
        run = RunSettings.model_validate(found.pop(RUN_TABLE, {}))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join([RUN_TABLE, *map(str, first["loc"])])
        told = f"{first['msg'][0].lower()}{first['msg'][1:]}, got {first['input']!r}"
        raise SettingsError(one_line(f"{path}: {key}: {told}")) from error
    return (str(path), found), run


def layers_of(label: str, settings: Mapping[str, object] | Sequence[Layer]) -> list[Layer]:
    """Settings as layers.

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
    return f"--set {one_line(pair)}", _nested(key, parse_value(text))


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
        shown = one_line(text)[:_SHOWN]
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
    if not isinstance(part, Mapping) or "family" not in preset:
        return part
    is_its_family = part.get("family", preset["family"]) == preset["family"]
    return _merged({"options": preset["options"] if is_its_family else {}}, part)
