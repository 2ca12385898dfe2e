"""The triangular factor of a matrix whose rows are spread over processes."""

import torch
from torch import Tensor

from pinn_metakan.optimizers.communicator import Communicator


class StackedFactor:
    """J = Q R: each process factorizes its rows, and all factorize what is stacked of these R.

    Rows are not gathered: processes exchange P x P numbers each, whatever the number of rows.

    Args:
        rows: Those of J that this process has, shape (N, P).
        communicator: The processes.

    Source: Demmel, Grigori, Hoemmen, Langou, SIAM J. Sci. Comput. 34 (2012) A206-A239.
    """

    def __init__(self, rows: Tensor, communicator: Communicator):
        self._gathered = communicator.gathered
        self._own = torch.geqrf(rows)
        self._of_all: tuple[Tensor, Tensor] | None = None
        #: R, shape (min(n_residuals, P) at most, P).
        self.upper = _upper(self._own)
        if communicator.count > 1:
            self._of_all = torch.geqrf(self._gathered(self.upper))
            self.upper = _upper(self._of_all)

    def projected(self, v: Tensor) -> Tensor:
        """Q^T v, (len(upper), 1), for v, shape (N,), one for each row of this process."""
        found = _projected(self._own, v.unsqueeze(1))
        return found if self._of_all is None else _projected(self._of_all, self._gathered(found))


def _upper(factored: tuple[Tensor, Tensor]) -> Tensor:
    return factored[0][: len(factored[1])].triu()


def _projected(factored: tuple[Tensor, Tensor], v: Tensor) -> Tensor:
    return torch.ormqr(*factored, v, transpose=True)[: len(factored[1])]
