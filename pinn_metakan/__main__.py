"""``python -m pinn_metakan`` is the command line."""

from pinn_metakan.cli import main

main()
