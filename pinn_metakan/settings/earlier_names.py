"""What networks of earlier versions are called now.

Up to version 0.2.0 ``metakan`` was the network that is called ``metakan-sine`` now.
"""

from collections.abc import Iterable, Mapping

from pinn_metakan.settings.networks import KANSettings, MetaKANSettings, SharedMetaKANSettings

#: Settings that the earlier network had and its successor has not: those of the meta-learner.
_OF_THE_EARLIER = (
    set(MetaKANSettings.model_fields)
    - set(KANSettings.model_fields)
    - set(SharedMetaKANSettings.model_fields)
)


def present_name(network: str, layers: Iterable[object]) -> str:
    """Name of the network that settings are of.

    Args:
        network: What they, or who wrote them, call it.
        layers: Nested settings, such as ``{"network": {"hidden_function": "tanh"}}``.

    Returns:
        "metakan-sine" for a "metakan" whose meta-learner has a hidden layer, else the name as it
        is.
    """
    if network != "metakan":
        return network
    parts = [layer.get("network") for layer in layers if isinstance(layer, Mapping)]
    keys = {key for part in parts if isinstance(part, Mapping) for key in part}
    return "metakan-sine" if keys & _OF_THE_EARLIER else network
