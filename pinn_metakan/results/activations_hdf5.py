"""Edge functions in HDF5, one group per layer."""

import h5py
import numpy as np

from pinn_metakan.results.activations import LayerActivations, Sweep
from pinn_metakan.results.hdf5_attributes import describe
from pinn_metakan.results.metrics import Array
from pinn_metakan.untrusted.hdf5_group import PlainGroup


def write_layer(group: h5py.Group, layer: LayerActivations) -> None:
    """Write the edge functions of a layer.

    Args:
        group: An empty group.
        layer: What to write.
    """
    outputs, inputs, _ = layer.functions.shape
    scales = {
        "input": _write_scale(group, "input", layer.inputs, "input of the edges"),
        "to": _write_scale(
            group, "to", np.arange(1.0, outputs + 1), "output that an edge leads to"
        ),
        "from": _write_scale(
            group, "from", np.arange(1.0, inputs + 1), "input that an edge comes from"
        ),
    }

    def write(name: str, values: Array, called: str, *dimensions: str) -> None:
        dataset = group.create_dataset(name, data=values)
        for dimension, scale in zip(dataset.dims, dimensions, strict=True):
            dimension.attach_scale(scales[scale])
        describe(dataset, "-", called)

    write("functions", layer.functions, "edge functions", "to", "from", "input")
    if layer.shared is not None:
        numbers = np.arange(1.0, len(layer.shared) + 1)
        scales["shared"] = _write_scale(group, "shared", numbers, "function that edges share")
        write("shared_functions", layer.shared, "functions that edges share", "shared", "input")
    if layer.sweep is not None:
        sweep = layer.sweep
        called = "prompt, along its main axis"
        scales["position"] = _write_scale(group, "sweep_positions", sweep.positions, called)
        edges = np.arange(1.0, len(sweep.trained) + 1)
        scales["edge"] = _write_scale(group, "edge", edges, "edge of the layer")
        write("sweep_functions", sweep.functions, "edge functions", "position", "input")
        write("trained_positions", sweep.trained, f"trained {called}", "edge")


def read_layers(group: PlainGroup) -> tuple[LayerActivations, ...]:
    """Read the layers that a group holds, first to last."""
    layers = []
    for number in sorted(int(name.removeprefix("layer_")) for name in group):
        stored = group.group(f"layer_{number}")
        sweep = None
        if "sweep_positions" in stored:
            names = ("sweep_positions", "sweep_functions", "trained_positions")
            sweep = Sweep(*(stored.array(name) for name in names))
        name = "shared_functions"
        shared = stored.array(name) if name in stored else None
        inputs, functions = stored.array("input"), stored.array("functions")
        layers.append(LayerActivations(number, inputs, functions, sweep, shared))
    return tuple(layers)


def _write_scale(group: h5py.Group, name: str, values: Array, called: str) -> h5py.Dataset:
    scale = group.create_dataset(name, data=values)
    scale.make_scale(name)
    describe(scale, "-", called)
    return scale
