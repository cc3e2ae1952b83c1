"""``pertract anonymise``: an event log that can be shared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import UsageError
from .errors import guarded
from .options import Application, Attempt, Debug, Format, FormatOption, Quiet

if TYPE_CHECKING:
    from ..sources.spark.anonymise import Anonymised


@guarded
def anonymise(
    source: Annotated[
        str,
        typer.Argument(
            metavar="LOG",
            help="A Spark event log: a file, a rolled folder, or what holds one.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="File to write; compressed if its name ends in .zst, .zstd or .gz.",
            show_default=False,
        ),
    ],
    key: Annotated[
        Path | None,
        typer.Option(
            "--key",
            metavar="FILE",
            help="A secret that gives the same tokens in several logs; made if the file does not exist.",
            show_default=False,
        ),
    ] = None,
    app: Application = None,
    attempt: Attempt = None,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Replace the names in a Spark event log, so that it can be shared.

    Hosts, users, paths, SQL, plans, names of jobs and settings become tokens such as host-9c1185a5c5e9;
    numbers and Spark's own words stay. The model extracted from the new log equals that of the original,
    except for these names. Look at the result before you share it: times, sizes and counts stay.

    Example: `pertract anonymise eventlogs/app-20261121025243-0018 -o shared.zstd`
    """
    from ..sources import spark
    from ..sources.spark.anonymise import anonymise_log, read_key
    from . import output as out

    log = spark.find(source, application=app, attempt=attempt)
    if key is not None and key.resolve() == output.resolve():
        raise UsageError(
            f"{output}: the key and the log cannot be the same file",
            hint="Keep the key, and share only the log.",
        )
    secret = None if key is None else read_key(key)
    with out.progress("anonymising", quiet=quiet, as_bytes=True) as progress:
        done = anonymise_log(log, output, key=secret, progress=progress)
    if format is Format.json:
        out.show_json(_document(done, output))
    elif not quiet:
        out.write(_report(done, output))


def _document(done: Anonymised, output: Path) -> dict[str, Any]:
    return {
        "schema": "pertract/anonymised-log/1",
        "log": str(output),
        "lines": done.lines,
        "damaged_lines": done.damaged_lines,
        "event_bytes": done.event_bytes,
        "stored_bytes": done.stored_bytes,
        "tokens": dict(done.tokens),
        "missing": list(done.missing),
    }


def _report(done: Anonymised, output: Path) -> str:
    from ..sources.spark.anonymise import MOST_COUNTED
    from ..units import counted, format_size

    size = "" if done.stored_bytes is None else f" ({format_size(done.stored_bytes)})"
    kinds = ", ".join(
        f"{number}{' or more' if number >= MOST_COUNTED else ''} {kind}"
        for kind, number in done.tokens.items()
    )
    damaged = f", {done.damaged_lines} of them damaged" if done.damaged_lines else ""
    lines = [
        f"anonymous log written to {output}{size}",
        f"{counted(done.lines, 'line')}{damaged}, {format_size(done.event_bytes)} of events",
        f"replaced by tokens: {kinds or 'nothing'}",
        *(f"note: {sentence}" for sentence in done.missing),
        "times, sizes and counts are as they were; look at the file before you share it",
    ]
    return "\n".join(lines) + "\n"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(anonymise)
