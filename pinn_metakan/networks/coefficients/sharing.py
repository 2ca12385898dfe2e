"""Meta-learners that several layers share."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from torch import nn

from pinn_metakan.families.table import AnyFamily

#: What turns prompts into coefficients.
Learner = TypeVar("Learner", bound=nn.Module)


class SharedMetaLearners(Generic[Learner]):
    """One meta-learner for each label, made when the first layer of that label asks for it.

    It is made for the layer of most inputs that it serves.

    Args:
        labels: Label of each layer.
        inputs: Edges per output of each layer.
        make: Makes a meta-learner from the family of the edges and their number per output.
    """

    def __init__(
        self,
        labels: Sequence[int],
        inputs: Sequence[int],
        make: Callable[[AnyFamily, int], Learner],
    ):
        self._labels = tuple(labels)
        self._inputs = tuple(inputs)
        self._make = make
        self._made: dict[int, Learner] = {}

    def of_layer(self, layer: int, family: AnyFamily) -> Learner:
        """The meta-learner of a layer, made if none of its label was asked for before.

        Args:
            layer: Position of the layer.
            family: That of its edges.

        Returns:
            One object for all layers of a label.
        """
        label = self._labels[layer]
        if label not in self._made:
            served = zip(self._inputs, self._labels, strict=True)
            widest = max(inputs for inputs, other in served if other == label)
            self._made[label] = self._make(family, widest)
        return self._made[label]
