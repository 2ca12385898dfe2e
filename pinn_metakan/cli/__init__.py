"""The command line."""

from pinn_metakan.cli.start import main

__all__ = ["main"]
