"""``pertract profile``: what profilers recorded of a run, by stage, frame and executor."""

from __future__ import annotations

from typing import Annotated

import typer

from .errors import guarded
from .options import Debug, Format, FormatOption, Quiet


@guarded
def profile(
    samples: Annotated[
        list[str],
        typer.Argument(
            metavar="SAMPLES",
            help="What a profiler wrote: files in any compression, folders, zip archives, patterns, URLs.",
            show_default=False,
        ),
    ],
    log: Annotated[
        str | None,
        typer.Option(
            "--log", metavar="EVENTLOG", help="The run's event log: stages, executors.", show_default=False
        ),
    ] = None,
    stage: Annotated[
        str | None, typer.Option("--stage", metavar="ID", help="Only this stage.", show_default=False)
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write a page (.html), a flame graph (.svg) or folded stacks (.folded).",
            show_default=False,
        ),
    ] = None,
    compare: Annotated[
        list[str] | None,
        typer.Option(
            "--compare",
            metavar="SAMPLES",
            help="Samples of a run to compare with; repeat it for several files.",
        ),
    ] = None,
    user_package: Annotated[
        list[str] | None,
        typer.Option(
            "--user-package",
            metavar="NAME",
            help="Classes that begin so are user code whatever the rules say; can be repeated.",
        ),
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, max=1000, help="Rows of tables.")] = 10,
    format: FormatOption = Format.table,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Show where CPU went in a run, from what profilers recorded: top stages and frames, flame graphs.

    Example: `pertract profile samples/ --log eventlog.zstd -o profile.html`

    Two runs, red where the first takes more: `pertract profile new/ --compare old/ -o difference.svg`

    Folded stacks of one stage for other tools: `pertract profile recording.jfr --stage 3 -o stage.folded`
    """
    from .. import api
    from ..report.sampled import difference, profile_document, profile_report
    from . import output as out

    profiled = api.profile(*samples, log=log, user_packages=user_package or ())
    chosen = api.chosen_stage(profiled, stage)
    base = api.profile(*compare, user_packages=user_package or ()) if compare else None
    if output is not None:
        api.write_profile(profiled, output, stage=chosen, base=base)
    document = profile_document(profiled.profile, top=top, stage=chosen)
    compared = difference(profiled.profile, base.profile, top=top) if base is not None else None
    if format is Format.json:
        out.show_json(document if compared is None else document | {"compared": compared})
    else:
        out.show(profile_report(document, compared, top=top, with_notes=not quiet))


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(profile)
