"""Run the command line with ``python -m pertract``."""

from .cli import main

if __name__ == "__main__":  # processes that read logs side by side import this module again
    main()
