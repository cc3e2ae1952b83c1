"""Errors as one sentence, a hint, and an exit code."""

from __future__ import annotations

import functools
import sys
import traceback
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import typer

from ..errors import PertractError

P = ParamSpec("P")
R = TypeVar("R")

EXIT_INTERNAL = 70


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Return the command with errors of ours shown to people instead of raised."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except PertractError as error:
            if kwargs.get("debug"):
                traceback.print_exc()
            typer.secho(f"error: {error}", err=True, fg="red")
            if error.hint:
                typer.echo(error.hint, err=True)
            raise typer.Exit(error.exit_code) from error

    return run


def internal_error(error: Exception) -> int:
    """Show an error that should not happen and return its exit code."""
    if "--debug" in sys.argv:
        traceback.print_exc()
    typer.secho(f"error: unexpected {type(error).__name__}: {error}", err=True, fg="red")
    typer.echo("This is a mistake in pertract. Run again with --debug and report what it shows.", err=True)
    return EXIT_INTERNAL
