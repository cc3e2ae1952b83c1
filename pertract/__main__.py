"""Run the command line with ``python -m pertract``."""

from .cli import main

main()
