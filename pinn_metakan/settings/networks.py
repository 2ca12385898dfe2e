"""Settings of the networks, and the names of the field as presets of them.

Why the defaults are what they are: docs/decisions/0008-edge-family.md, 0009-meta-learner.md and
0018-shared-functions.md.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

#: A width of a layer.
Width = Annotated[int, Field(gt=0)]


class Section(BaseModel):
    """A group of settings; unknown keys and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class KANSettings(Section):
    """A KAN: hidden widths, the family of its edges and the options of the family."""

    widths: list[Width] = Field(default=[7, 7, 7], description="hidden widths")
    family: str = Field(
        default="rbf", description="function family of the edges, or your own: module:Class"
    )
    options: dict[str, float | str] = Field(
        default={}, description="options of the family, such as count or order"
    )
    bounded: bool = Field(default=True, description="keep layer inputs inside the family's reach")


class MetaKANSettings(KANSettings):
    """A MetaKAN: a KAN whose coefficients come from prompts through meta-learners."""

    widths: list[Width] = Field(default=[10, 10, 10], description="hidden widths")
    prompt_dimension: int = Field(default=2, gt=0, description="numbers for each edge")
    hidden_width: int = Field(default=16, gt=0, description="hidden width of the meta-learner")
    hidden_function: str = Field(
        default="sine", description="of the meta-learner: relu, tanh, silu or sine"
    )
    frequency: float = Field(
        default=3.0, gt=0, description="spread of the meta-learner's first layer"
    )
    meta_learners: Annotated[int, Field(ge=0)] | list[int] = Field(
        default=0, description="0: one for each layer; C: so many; or each layer's number"
    )


class SharedMetaKANSettings(KANSettings):
    """A MetaKAN of a linear meta-learner: the edges of a layer share few learned functions."""

    widths: list[Width] = Field(default=[16, 16, 16], description="hidden widths")
    family: str = Field(
        default="chebyshev",
        description="family that the functions are made of, or your own: module:Class",
    )
    options: dict[str, float | str] = Field(
        default={"degree": 5.0, "lowest": 1.0},
        description="options of the family, such as degree or count",
    )
    prompt_dimension: int = Field(
        default=1, gt=0, description="functions of a layer, numbers for each edge"
    )
    meta_learners: Annotated[int, Field(ge=0)] | list[int] = Field(
        default=0, description="0: own functions for each layer; C: so many sets; or their numbers"
    )
    held: bool = Field(
        default=False, description="keep the functions as they start, until the stage release"
    )


class MLPSettings(Section):
    """A multilayer perceptron."""

    widths: list[Width] = Field(default=[16, 16, 16], description="hidden widths")


class FeaturesSettings(Section):
    """Random tanh features: fixed, and only their sum is trained."""

    widths: list[Width] = Field(
        default=[500], description="number of features; several numbers are added up"
    )
    spread: float = Field(
        default=0.0, ge=0, description="steepness of the features, 0 to choose by the residual"
    )


#: An option of a class that the user wrote.
Option = bool | int | float | str


class OwnNetworkSettings(Section):
    """A network of the user's own, named as module:Class."""

    options: dict[str, Option | list[Option]] = Field(
        default={}, description="options of the class"
    )


class CustomSettings(Section):
    """A network object that was handed to `solve`; it has no settings."""


def is_own(name: str) -> bool:
    """Whether a name stands for a class of the user's own: ``module:Class``."""
    return ":" in name


def _preset(base: type[KANSettings], description: str, **defaults: Any) -> type[Section]:
    """Make the settings of a network with other defaults."""
    fields: dict[str, Any] = {}
    for key, value in defaults.items():
        known = base.model_fields[key]
        fields[key] = (known.annotation, Field(default=value, description=known.description))
    return create_model(base.__name__, __base__=base, __doc__=description, **fields)


#: FastKAN: exp(-((x - c) / h)^2) on 8 centers in [-2, 2], and SiLU.
_FASTKAN: dict[str, float | str] = {"count": 8.0, "reach": 2.0, "width": 2**-0.5}
_PLAIN, _META = KANSettings, MetaKANSettings

#: Name of the network -> its settings. The first five have the defaults that do best here, the
#: others are those of the field: the family of the edges is what their name stands for.
NETWORK_SETTINGS: dict[str, type[Section]] = {
    "metakan": SharedMetaKANSettings,
    "kan": KANSettings,
    "mlp": MLPSettings,
    "features": FeaturesSettings,
    "metakan-sine": MetaKANSettings,
    "splinekan": _preset(_PLAIN, "The KAN of Liu et al.: cubic B-splines.", family="bspline"),
    "metasplinekan": _preset(
        _META,
        "The MetaKAN of Zhao et al.: cubic B-splines from scalar prompts, ReLU meta-learner.",
        family="bspline",
        prompt_dimension=1,
        hidden_width=32,
        hidden_function="relu",
        frequency=1.0,
        bounded=False,
    ),
    "fastkan": _preset(_PLAIN, "FastKAN: 8 Gaussians.", family="rbf", options=_FASTKAN),
    "metafastkan": _preset(_META, "Meta FastKAN.", family="rbf", options=_FASTKAN),
    "wavkan": _preset(_PLAIN, "WavKAN: one wavelet per edge.", family="wavelet"),
    "metawavkan": _preset(_META, "Meta WavKAN.", family="wavelet"),
    "chebykan": _preset(_PLAIN, "ChebyKAN: Chebyshev polynomials.", family="chebyshev"),
    "metachebykan": _preset(_META, "Meta ChebyKAN.", family="chebyshev"),
    "kaln": _preset(_PLAIN, "KALN: Legendre polynomials.", family="legendre"),
    "metakaln": _preset(_META, "Meta KALN.", family="legendre"),
    "kagn": _preset(_PLAIN, "KAGN: Gram polynomials.", family="gram"),
    "metakagn": _preset(_META, "Meta KAGN.", family="gram"),
    "fourierkan": _preset(_PLAIN, "Fourier KAN: sines and cosines.", family="fourier"),
    "metafourierkan": _preset(_META, "Meta Fourier KAN.", family="fourier"),
}

#: Name of the network -> settings of the run that it has in place of the default.
RUN_DEFAULTS: dict[str, Mapping[str, object]] = {"features": {"stages": ["linear"]}}

#: Hidden widths for functions of one coordinate (docs/decisions/0031-one-coordinate.md).
_WIDTHS_IN_ONE = {"metakan": [8, 8], "kan": [5, 5], "mlp": [8, 8], "metakan-sine": [6, 6]}


def of_one_coordinate(network: str) -> Mapping[str, object]:
    """Settings of a run that functions of one coordinate have in place of the default.

    Args:
        network: Name of the network.

    Returns:
        Nested as in a settings file.
    """
    widths = _WIDTHS_IN_ONE.get(network)
    points = {"points": {"first": 100, "interior": 800}}
    return points | ({} if widths is None else {"network": {"widths": widths}})
