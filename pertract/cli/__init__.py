"""The command line: parse, call a verb of the API, show the result.

Heavy imports stay inside the commands, so that ``pertract --help`` answers at once.
"""

from __future__ import annotations

import gc
import sys

import typer

from . import (
    agent,
    anonymise,
    catalogue,
    check,
    convert,
    export,
    extract,
    fit,
    import_,
    predict,
    share,
    show,
    validate,
    what_if,
)
from .errors import internal_error

app = typer.Typer(
    name="pertract",
    help=(
        "Predict how long a Spark application takes, and how busy it keeps the cluster, "
        "on other clusters and with other data, from the event log you already have."
    ),
    epilog="Start with: pertract extract EVENTLOG -o model.yaml",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(shown: bool) -> None:
    if shown:
        from ..provenance import tool_version

        typer.echo(f"pertract {tool_version()}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    pass


_MODULES = (
    extract,
    fit,
    show,
    check,
    convert,
    predict,
    what_if,
    share,
    validate,
    export,
    import_,
    catalogue,
    anonymise,
    agent,
)
for _module in _MODULES:
    _module.register(app)


def main() -> None:
    """Run the command line and exit with its code."""
    # Records and documents are many small objects without cycles: by the usual thresholds a fifth of the time
    # goes into looking for some.
    gc.set_threshold(200_000, 50, 100)
    try:
        app()
    except Exception as error:  # a mistake of ours: no traceback unless asked for
        sys.exit(internal_error(error))
