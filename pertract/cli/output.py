"""Write results to standard output, progress and warnings to standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import RenderableType

_WIDE = 200  # for files and pipes, where nothing needs to fit a window
_SHOW_AFTER_S = 1.0


def show(renderable: RenderableType) -> None:
    """Print a table or text."""
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDE, color_system=None)
    with console.capture() as capture:
        console.print(renderable)
    text = capture.get()
    if not console.is_terminal:
        text = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
    write(text)


def show_json(document: dict[str, Any]) -> None:
    """Print a document as JSON."""
    write(json.dumps(document, indent=1, allow_nan=False) + "\n")


def write(text: str) -> None:
    """Write to standard output; a reader that has seen enough, such as ``head``, is no error."""
    encoding = sys.stdout.encoding or "ascii"
    try:
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes standard output again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None


def warn(sentence: str) -> None:
    """Write a warning to standard error."""
    typer.secho(f"warning: {sentence}", err=True, fg="yellow")


def note(text: str) -> None:
    """Tell something beside the result, on standard error."""
    typer.secho(f"note: {text}", err=True, fg="yellow")


@contextmanager
def progress(
    label: str, *, quiet: bool, as_bytes: bool = False
) -> Iterator[Callable[[int, int | None], None]]:
    """Yield a function (done, total) that keeps a progress bar up to date.

    The bar appears on standard error after a second, on a terminal only, and vanishes at the end.
    """
    from time import monotonic

    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _done, _total: None
        return
    columns = (DownloadColumn(), TransferSpeedColumn()) if as_bytes else (MofNCompleteColumn(),)
    bar = Progress(
        TextColumn(label), BarColumn(), *columns, TimeRemainingColumn(), console=console, transient=True
    )
    begun, task = monotonic(), bar.add_task(label, total=None)

    def update(done: int, total: int | None) -> None:
        if not bar.live.is_started and monotonic() - begun > _SHOW_AFTER_S:
            bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield update
    finally:
        bar.stop()
