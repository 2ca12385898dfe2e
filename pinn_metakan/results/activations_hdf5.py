"""Edge functions in HDF5, a group for each layer."""

import h5py
import numpy as np

from pinn_metakan.results.activations import LayerActivations, Sweep
from pinn_metakan.results.metrics import Array


def write_layer(group: h5py.Group, layer: LayerActivations) -> None:
    """Write the edge functions of a layer.

    Args:
        group: An empty group.
        layer: What to write.
    """
    group.create_dataset("input", data=layer.inputs)
    group.create_dataset("functions", data=layer.functions)
    if layer.sweep is not None:
        group.create_dataset("sweep_positions", data=layer.sweep.positions)
        group.create_dataset("sweep_functions", data=layer.sweep.functions)
        group.create_dataset("trained_positions", data=layer.sweep.trained)


def read_layers(group: h5py.Group) -> tuple[LayerActivations, ...]:
    """Read the layers that a group holds, first to last."""
    layers = []
    for number in range(1, len(group) + 1):
        stored = group[f"layer_{number}"]
        sweep = None
        if "sweep_positions" in stored:
            names = ("sweep_positions", "sweep_functions", "trained_positions")
            sweep = Sweep(*(_array(stored[name]) for name in names))
        layers.append(LayerActivations(_array(stored["input"]), _array(stored["functions"]), sweep))
    return tuple(layers)


def _array(dataset: h5py.Dataset) -> Array:
    return np.asarray(dataset[...], dtype=np.float64)
