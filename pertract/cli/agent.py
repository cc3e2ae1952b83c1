"""``pertract agent``: the JVM agent that samples what Spark's event log does not tell."""

from __future__ import annotations

from typing import Annotated

import typer

from .errors import guarded
from .options import Debug, Format, FormatOption


@guarded
def path(
    folder: Annotated[
        str,
        typer.Option("--folder", help="Folder on every host for what is sampled.", metavar="DIR"),
    ] = "/tmp/pertract-agent",
    jar: Annotated[
        str,
        typer.Option(
            "--jar",
            help="Where the jar will be on the hosts, if not here.",
            metavar="PATH",
            show_default=False,
        ),
    ] = "",
    interval: Annotated[
        str,
        typer.Option("--interval", help="Between two samples.", metavar="TIME"),
    ] = "100ms",
    stacks: Annotated[bool, typer.Option("--stacks", help="Sample stacks, too.")] = False,
    format: FormatOption = Format.table,
    debug: Debug = False,
) -> None:
    """Print where the agent's jar is, and the two Spark settings that switch it on.

    The first line is the path and nothing else. The others can stand in `spark-defaults.conf`; after `--conf`
    there is a `=` instead of the blank. Options that are set already stay: put a blank between.

    Example: `pertract agent path --folder /data/samples --stacks`
    """
    from ..api.agent import agent_path, agent_settings
    from . import output as out

    here = str(agent_path())
    settings = agent_settings(
        jar or here, folder, interval=interval if interval != "100ms" else None, stacks=stacks
    )
    if format is Format.json:
        out.show_json({"jar": here, "settings": settings})
        return
    typer.echo(here)
    for key, value in settings.items():
        typer.echo(f"{key} {value}")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    group = typer.Typer(
        no_args_is_help=True, help="Sample CPU by thread in driver and executors: a JVM agent."
    )
    group.command()(path)
    app.add_typer(group, name="agent")
