"""The commands, put together; each imports what it needs when it runs."""

from typing import Annotated

import typer

from pinn_metakan.cli.bench import bench
from pinn_metakan.cli.doctor import doctor
from pinn_metakan.cli.drawing import drawing
from pinn_metakan.cli.looking import looking
from pinn_metakan.cli.solving import solving
from pinn_metakan.cli.sweeping import sweeping
from pinn_metakan.cli.uncertainty import uncertainty
from pinn_metakan.cli.using import using

app = typer.Typer(
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Solve partial differential equations with physics-informed MetaKANs, "
    "and see the solution, the reference and the error map.",
    epilog="Begin with: pinn-metakan solve poisson",
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        from pinn_metakan.version import __version__

        print(f"pinn-metakan {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    """Options before the command."""


app.add_typer(looking)
app.add_typer(drawing)
app.add_typer(doctor)
app.add_typer(solving)
app.add_typer(sweeping)
app.add_typer(using)
app.add_typer(uncertainty)
app.add_typer(bench, name="bench")
