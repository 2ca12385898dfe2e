"""An unknown or a derivative that a condition names."""

from pinn_metakan.derivatives.request import Coordinate, Gradient, Number, Variables


def check_quantity(kind: str, name: object, variables: Variables) -> None:
    """Refuse a name that is neither an unknown nor one number made of its derivatives.

    Args:
        kind: What the condition is called.
        name: Such as ``u``, ``u_xx`` or ``laplacian_u``.
        variables: What names mean.

    Raises:
        ValueError: With one line that says what does not fit.
    """
    u = variables.unknowns[0]
    if not isinstance(name, str):
        raise ValueError(f"{kind}: a quantity is a name such as '{u}', got {name!r}")
    try:
        quantity = variables.parse(name)
    except (LookupError, ValueError) as error:
        raise ValueError(f"{kind}: {error}") from None
    match quantity:
        case Coordinate():
            raise ValueError(
                f"{kind}: {name!r} is a coordinate, expected an unknown or a derivative, such as "
                f"'{u}_{variables.coordinates[-1]}'"
            )
        case Number():
            raise ValueError(f"{kind}: {name!r} is an unknown number, expected an unknown field")
        case Gradient():
            raise ValueError(
                f"{kind}: {name!r} has several components; name one, a derivative such as "
                f"'{u}_{variables.coordinates[0]}'"
            )
