"""How often equations differentiate an unknown along each coordinate."""

from collections.abc import Iterable

from pinn_metakan.derivatives.request import Derivative, Gradient, Laplacian
from pinn_metakan.pde.residual import Residual


def orders_along(residuals: Iterable[Residual], unknown: int, dimension: int) -> list[int]:
    """Find the highest order of the derivatives of an unknown along each column.

    Args:
        residuals: Whose derivatives.
        unknown: Number of the unknown.
        dimension: Number of columns d.

    Returns:
        One number for each column.
    """
    orders = [0] * dimension
    for quantity in {q for residual in residuals for q in residual.quantities}:
        match quantity:
            case Derivative(k, axes) if k == unknown:
                for axis in axes:
                    orders[axis] = max(orders[axis], axes.count(axis))
            case Laplacian(k, axes) | Gradient(k, axes) if k == unknown:
                for axis in axes:
                    orders[axis] = max(orders[axis], 2 if isinstance(quantity, Laplacian) else 1)
    return orders
