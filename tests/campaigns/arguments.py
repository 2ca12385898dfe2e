"""Arguments of the command line, drawn from its own schema."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import tomli_w
from any_settings import values_of
from campaigns.odd_values import ODD, ODD_IN_FILES
from hypothesis import strategies as st
from small_runs import FAST_FLAGS

from pinn_metakan.settings.networks import NETWORK_SETTINGS, Section
from pinn_metakan.settings.sections import settings_class

Texts = st.SearchStrategy[str]
Words = st.SearchStrategy[list[str]]

#: Seconds that a run may take: well below those after which a command hangs.
_BUDGET = "--budget=3"
_DEVICES = ["cpu", "auto", "cuda", "cuda:7", "hpu", "meta", "mkldnn", "xla", "privateuseone"]
_DEVICES += ["mps", "vulkan", "cpu:3", "CPU"]
#: Shipped problems of all kinds of domains that solve in seconds.
PROBLEMS = ["heat", "poisson", "burgers", "beam", "wave", "ball_poisson", "pendulum", "volterra"]


@dataclass(frozen=True)
class Given:
    """A command line, and the files that it names.

    Args:
        arguments: What stands behind ``pinn-metakan``.
        files: Texts by name.
    """

    arguments: list[str]
    files: Mapping[str, str] = field(default_factory=dict)


def settings_in(section: type[Section], prefix: str = "") -> dict[str, st.SearchStrategy[Any]]:
    """What each setting may be by its schema, by its name with dots."""
    found: dict[str, st.SearchStrategy[Any]] = {}
    for name, setting in section.model_fields.items():
        kind = setting.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            found |= settings_in(kind, f"{prefix}{name}.")
        else:
            found[prefix + name] = values_of(kind, setting.metadata)
    return found


SETTINGS = settings_in(settings_class())
NETWORKS = {name: settings_in(kind, "network.") for name, kind in NETWORK_SETTINGS.items()}
ANY_SETTING = SETTINGS | {key: kind for found in NETWORKS.values() for key, kind in found.items()}


def inline(value: object) -> str:
    """A value as TOML on one line."""
    if isinstance(value, dict):
        rows = (f"{tomli_w.dumps({key: 0})[:-5]} = {inline(v)}" for key, v in value.items())
        return "{" + ", ".join(rows) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if value is None:
        return "none"
    return tomli_w.dumps({"v": value}).partition("=")[2].strip()


def pairs_of(known: Mapping[str, st.SearchStrategy[Any]]) -> Texts:
    """Settings that the schema takes, as ``key=value``."""
    return st.sampled_from(sorted(known)).flatmap(
        lambda key: known[key].map(lambda value: f"{key}={inline(value)}")
    )


RIGHT_PAIRS = pairs_of(ANY_SETTING)
ANY_PAIRS = st.one_of(
    RIGHT_PAIRS,
    st.builds("{}={}".format, st.sampled_from(sorted(ANY_SETTING)), ODD),
    st.builds("{}={}".format, ODD, ODD),
    ODD,
)


def options(*choices: Words, most: int = 3) -> Words:
    """Some options, each a list of words."""
    return st.lists(st.one_of(*choices), max_size=most).map(
        lambda found: [word for words in found for word in words]
    )


def option(name: str, values: Texts) -> Words:
    """An option with a value."""
    return values.map(lambda value: [f"{name}={value}"])


def either(*names: str) -> Texts:
    """One of several names, now and then something else."""
    return st.one_of(st.sampled_from(names), st.sampled_from(names), ODD)


PARAMETERS = st.builds(
    "{}={}".format, either("diffusivity", "viscosity", "dimension", "speed"), ODD
)
SOLVING = options(
    option("--set", ANY_PAIRS),
    option("--param", PARAMETERS),
    option("--along", PARAMETERS),
    option("--network", either(*NETWORK_SETTINGS)),
    option("--conditions", either("hard", "soft")),
    option("--seed", either("0", "7")),
    option("--device", either(*_DEVICES)),
    option("--dtype", either("float64", "float32")),
    option("--out", either("out", "out/deep/er", "run")),
    option("--from", either("run", "nowhere")),
    option("--problems", either(".", "nowhere")),
    option("--part", either("mine.py", "nowhere.py")),
    option("--budget", either("1", "2.5")),
    st.sampled_from([["--overwrite"], ["--check"], ["--json"], ["-q"], ["-v"], ["-qv"]]),
)


@st.composite
def training_command(draw: st.DrawFn) -> Given:
    """A small run with settings that the schema takes."""
    network = draw(st.sampled_from(sorted(NETWORKS)))
    known = SETTINGS | NETWORKS[network]
    pairs = draw(st.lists(pairs_of(known), max_size=2))
    flags = [f"--set={pair}" for pair in pairs]
    fast = [flag for flag in FAST_FLAGS if "widths" not in flag or "widths" in NETWORKS[network]]
    problem = draw(st.sampled_from(PROBLEMS))
    shape = [] if problem in ("heat", "poisson", "burgers", "wave") else ["evaluation.shape"]
    fast = [flag for flag in fast if not any(word in flag for word in shape)]
    more = draw(st.sampled_from([[], [], ["--conditions=soft"], ["--dtype=float32"], ["--check"]]))
    return Given(["solve", problem, f"--network={network}", *fast, *flags, *more, _BUDGET])


@st.composite
def solve_command(draw: st.DrawFn) -> Given:
    """Solve, with anything."""
    text = draw(st.none() | settings_files())
    named = [] if text is None else ["--settings=own.toml"]
    arguments = ["solve", draw(either(*PROBLEMS)), *FAST_FLAGS, _BUDGET, *named, *draw(SOLVING)]
    return Given(arguments, {} if text is None else {"own.toml": text})


@st.composite
def settings_files(draw: st.DrawFn) -> str:
    """Settings files: right ones, and what is none."""
    if draw(st.booleans()):
        return draw(ODD_IN_FILES | st.lists(ODD_IN_FILES, max_size=3).map("\n".join))
    rows = draw(st.lists(ANY_PAIRS.filter(str.isprintable), max_size=3))
    return "\n".join([*rows, "[run]", draw(st.builds("{} = {}".format, RUN_KEYS, ODD_IN_FILES))])


RUN_KEYS = st.sampled_from(["network", "seed", "dtype", "device", "parameters", "start", "check"])

#: Commands besides solve: what they are called, and words that may follow.
OTHERS: dict[str, Words] = {
    "list": options(option("--tag", ODD), option("--problems", ODD), ODD.map(lambda w: [w])),
    "networks": options(option("--profile", ODD), ODD.map(lambda w: [w])),
    "settings": options(option("--network", either(*NETWORK_SETTINGS)), ODD.map(lambda w: [w])),
    "show": options(either(*PROBLEMS).map(lambda w: [w]), option("--param", PARAMETERS)),
    "doctor": options(either(*PROBLEMS, "run").map(lambda w: [w]), option("--param", PARAMETERS)),
    "new": options(ODD.map(lambda w: [w]), either("mine").map(lambda w: [w])),
    "resume": options(
        either("run", "nowhere").map(lambda w: [w]), option("--set", ANY_PAIRS),
        option("--device", either(*_DEVICES)), option("--budget", either("1", "3")),
    ),
    "rerun": options(
        either("run", "nowhere").map(lambda w: [w]), option("--set", ANY_PAIRS),
        option("--seed", ODD), option("--out", either("out")),
    ),
    "plot": options(either("run", "nowhere").map(lambda w: [w]), ODD.map(lambda w: [w])),
    "report": options(either("run", "nowhere").map(lambda w: [w]), ODD.map(lambda w: [w])),
    "probe": options(
        either("run").map(lambda w: [w]), option("--at", ODD),
        st.builds("{}={}".format, either("x", "t"), ODD).map(lambda w: [w]),
    ),
    "compare": options(either("run", "run").map(lambda w: [w]), ODD.map(lambda w: [w])),
    "export": options(either("run").map(lambda w: [w]), ODD.map(lambda w: [w])),
}  # fmt: skip


@st.composite
def other_command(draw: st.DrawFn) -> Given:
    """A command that trains nothing, or goes on with a run."""
    name = draw(st.sampled_from(sorted(OTHERS)))
    return Given([name, *draw(OTHERS[name])])


def any_command() -> st.SearchStrategy[Given]:
    """Any command with anything."""
    anything = st.lists(ODD, max_size=3).map(Given)
    return st.one_of(solve_command(), solve_command(), other_command(), anything)
