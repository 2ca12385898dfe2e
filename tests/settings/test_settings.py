"""Settings: which layer wins, and what is refused."""

import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest
import tomli_w

from pinn_metakan.errors import SettingsError
from pinn_metakan.geometry.sequences import SEQUENCES
from pinn_metakan.optimizers.first_order import SCHEDULES
from pinn_metakan.settings.layers import build_settings, layers_of, parse_pair, read_settings
from pinn_metakan.settings.networks import NETWORK_SETTINGS, KANSettings
from pinn_metakan.settings.sections import PointSettings, RunSettings
from pinn_metakan.settings.stages import AdamSettings
from pinn_metakan.settings.text import settings_lines, settings_text


def test_later_layers_win_and_leave_the_rest() -> None:
    layers = [("a", {"adam": {"steps": 7, "learning_rate": 0.5}}), ("b", {"adam": {"steps": 8}})]
    settings = build_settings("kan", layers)
    assert (settings.adam.steps, settings.adam.learning_rate) == (8, 0.5)
    assert settings.lbfgs == build_settings("kan", []).lbfgs


@pytest.mark.parametrize(
    ("pair", "layer"),
    [
        ("adam.steps=5", {"adam": {"steps": 5}}),
        ("network.widths=[4, 4]", {"network": {"widths": [4, 4]}}),
        ("network.family=bspline", {"network": {"family": "bspline"}}),
        ("network.options.grid=8", {"network": {"options": {"grid": 8}}}),
        ("conditions=soft", {"conditions": "soft"}),
        ("tolerance=1e-6", {"tolerance": 1e-6}),
    ],
)
def test_a_pair_is_read_as_toml_or_text(pair: str, layer: object) -> None:
    assert parse_pair(pair) == (f"--set {pair}", layer)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (
            {"adam": {"stepz": 5}},
            "no setting 'adam.stepz'; there are steps, redraw_every, learning_rate",
        ),
        ({"adma": {}}, "no setting 'adma'; there are network, conditions, fluxes, stages"),
        ({"adam": {"steps": "many"}}, "adam.steps: input should be a valid integer, got 'many'"),
        ({"adam": {"steps": -1}}, "adam.steps: .*greater than or equal to 0, got -1"),
        ({"adam": 3}, "adam: "),
        ({"network": {"prompt_dimension": 2}}, "no setting 'network.prompt_dimension'; .* widths"),
        ({"network": {"widths": [4, 0]}}, r"network.widths.1: .*greater than 0, got 0"),
        ({"stages": []}, "stages: list should have at least 1 item"),
        ({"conditions": "firm"}, "conditions: input should be 'hard' or 'soft', got 'firm'"),
        (
            {"stages": ["adam", "newton"]},
            "stages.1: input should be 'adam', 'lbfgs', 'lm'",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_key_and_layer(layer: object, message: str) -> None:
    with pytest.raises(SettingsError, match=f"^my.toml: {message}"):
        build_settings("kan", [("my.toml", layer)])  # type: ignore[list-item]


def test_an_unknown_network_is_refused() -> None:
    with pytest.raises(SettingsError, match="no network 'cnn'; choose one of metakan, kan, mlp"):
        build_settings("cnn", [])


@pytest.mark.parametrize("network", NETWORK_SETTINGS)
def test_all_settings_survive_a_file(network: str, tmp_path: Path) -> None:
    settings = build_settings(network, [("a", {"loss": {"weights": {"walls_u": 2.0}}})])
    path = tmp_path / "settings.toml"
    run = RunSettings(problem="heat", seed=3, parameters={"diffusivity": 0.1, "none": None})
    path.write_text(settings_text(settings, run, "pinn-metakan solve heat"))
    layer, found = read_settings(path)
    assert build_settings(network, [layer]) == settings
    assert found == run.model_copy(update={"parameters": {"diffusivity": 0.1}})
    path.write_text(tomli_w.dumps(settings.as_dict()))  # as version 0.1.0 wrote them
    layer, found = read_settings(path)
    assert build_settings(network, [layer]) == settings
    assert found == RunSettings()


@pytest.mark.parametrize(
    ("run", "key"),
    [
        ({"problem": "m\udcffne"}, "problem"),
        ({"parameters": {"kind": "\udcff"}}, "parameters"),
        ({"network": "\udcff.py:Wave"}, "network"),
    ],
)
def test_a_text_of_another_encoding_is_refused_before_it_is_written(
    run: dict[str, Any], key: str
) -> None:
    with pytest.raises(SettingsError, match=rf"^{key}: expected text in UTF-8, got .*\\udcff.*"):
        settings_text(build_settings("kan", []), RunSettings(**run), "pinn-metakan solve")


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ("loss.weights.heat=-1", r"heat: input should be greater than or equal to 0, got -1"),
        ("loss.weights.heat=nan", "heat: input should be a finite number, got nan"),
        ("loss.weights.heat=inf", "heat: input should be a finite number, got inf"),
        ("adam.steps=1e30", "adam.steps: input should be a valid integer, got 1e.30"),
        (
            f"lm.steps={10**30}",
            "lm.steps: input should be less than or equal to 1000000000, got 10+",
        ),
        ("adam.learning_rate=nan", "learning_rate: input should be greater than 0, got nan"),
        ("tolerance=nan", "tolerance: input should be greater than or equal to 0, got nan"),
        (f"x={'9' * 4400}", r"cannot read the value .*9+ .*4400 digits"),
        (f"x={'[' * 2000}{']' * 2000}", r"cannot read the value .*: maximum recursion depth"),
    ],
)
def test_numbers_that_no_run_can_have_are_refused(pair: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message) as refused:
        build_settings("metakan", [parse_pair(pair)])
    assert len(str(refused.value)) <= 280


@pytest.mark.parametrize(
    "text", [f"a = {'[' * 2000}{']' * 2000}", f"[{'.'.join('a' * 2000)}]", f"a = {'9' * 4400}"]
)
def test_a_file_that_is_nested_deep_or_has_endless_numbers_is_refused(
    text: str, tmp_path: Path
) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"the settings file.*(deep|depth|digits)"):
        read_settings(path)


@pytest.mark.parametrize("text", ["steps = ", "\x00", None])
def test_an_unreadable_file_is_refused(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError, match="the settings file"):
        read_settings(path)


def test_a_pair_without_a_value_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"expected key=value, got 'adam\.steps'"):
        parse_pair("adam.steps")


def test_keys_with_dots_are_nested() -> None:
    layers = layers_of("settings", {"adam.steps": 3, "lm": {"steps": 4}, "network.widths": [5]})
    settings = build_settings("kan", layers)
    assert (settings.adam.steps, settings.lm.steps) == (3, 4)
    assert settings.as_dict()["network"]["widths"] == [5]
    with pytest.raises(SettingsError, match=r"settings: no setting 'adam\.stps'"):
        build_settings("kan", layers_of("settings", {"adam.stps": 3}))
    with pytest.raises(SettingsError, match="must be text, got 3"):
        layers_of("settings", {3: 4})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("run = 3", "run: input should be a valid dictionary"),
        ("[run]\nsede = 3", "run.sede: extra inputs are not permitted"),
        ("[run]\nseed = 'x'", "run.seed: input should be a valid integer, got 'x'"),
    ],
)
def test_a_wrong_table_of_the_run_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=f"settings.toml: {message}"):
        read_settings(path)


@pytest.mark.parametrize("network", NETWORK_SETTINGS)
def test_every_setting_is_listed_with_its_meaning(network: str) -> None:
    rows = list(settings_lines(build_settings(network, [])))
    assert len(rows) > 45
    assert all(len(meaning.split()) > 1 for _, _, meaning in rows)
    for name, value, _ in rows:
        if value != "-":
            assert build_settings(network, [parse_pair(f"{name}={value}")])


def test_the_closed_form_engine_has_the_name_of_version_0_1_0_too() -> None:
    for name in ("jets", "taylor"):
        assert build_settings("kan", [("a", {"engine": name})]).engine == "jets"
    with pytest.raises(SettingsError, match="engine: input should be 'auto', 'jets' or 'autogr"):
        build_settings("kan", [("a", {"engine": "nested"})])


def test_a_network_of_ones_own_has_options_alone() -> None:
    settings = build_settings("my/wave.py:Wave", [parse_pair("network.options.widths=[3, 4]")])
    assert settings.as_dict()["network"] == {"options": {"widths": [3, 4]}}
    with pytest.raises(SettingsError, match=r"no setting 'network\.widths'; there are options"):
        build_settings("my/wave.py:Wave", [parse_pair("network.widths=[3]")])


def test_reading_settings_needs_no_torch() -> None:
    code = (
        "import sys, pinn_metakan.settings.layers, pinn_metakan.settings.text\n"
        "pinn_metakan.settings.layers.build_settings('kan', [])\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        KANSettings().widths = [1]


def test_choices_are_the_names_in_the_tables() -> None:
    sections = ((PointSettings, "sequence", SEQUENCES), (AdamSettings, "schedule", SCHEDULES))
    for section, name, table in sections:
        assert set(get_args(section.model_fields[name].annotation)) == set(table)


def test_a_preset_keeps_its_options_beside_those_that_are_given() -> None:
    def options(*pairs: str) -> object:
        layers = [parse_pair(pair) for pair in pairs]
        return build_settings("fastkan", layers).as_dict()["network"]["options"]

    assert options("network.options.count=5") == {"count": 5, "reach": 2.0, "width": 2**-0.5}
    assert options("network.family=wavelet") == {}
    assert options("network.family=bspline", "network.options.order=5") == {"order": 5}


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        ("network.meta_learners=-1", r"network.meta_learners: .*, got -1"),
        ('network.meta_learners=[0,"a"]', r"network.meta_learners.1: .*, got 'a'"),
        ("network.options.count=true", r"network.options.count: .*, got True"),
    ],
)
def test_a_wrong_value_is_named_where_it_was_given(pair: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        build_settings("metakan", [parse_pair(pair)])
