"""Options of ``pertract extract`` for what tells of a run besides its log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError

Samples = Annotated[
    list[str] | None,
    typer.Option(
        "--samples",
        metavar="PATH",
        help="What profilers recorded during the run: the agent's folder, or other files; repeatable.",
        show_default=False,
    ),
]
UserPackages = Annotated[
    list[str] | None,
    typer.Option(
        "--user-package",
        metavar="NAME",
        help="Classes whose names begin so count as your code in samples; repeatable.",
        show_default=False,
    ),
]
Containers = Annotated[
    list[str] | None,
    typer.Option(
        "--containers",
        metavar="PATH",
        help="Logs of the containers: text of yarn logs, or a folder of them; repeatable.",
        show_default=False,
    ),
]
Hdfs = Annotated[
    str | None,
    typer.Option(
        "--hdfs",
        metavar="URL|PATH",
        help="Where to look up the files that were read: a NameNode (WebHDFS), or a saved listing.",
        show_default=False,
    ),
]
Yarn = Annotated[
    list[str] | None,
    typer.Option(
        "--yarn",
        metavar="URL|PATH",
        help="ResourceManager or Timeline service of the log's cluster, or their saved answers, logs and "
        "configuration files; repeatable.",
        show_default=False,
    ),
]
HardwareFile = Annotated[
    Path | None,
    typer.Option(
        "--hardware",
        metavar="FILE",
        help="YAML file with cores, drives and network of the nodes.",
        show_default=False,
    ),
]


def check(
    *,
    samples: list[str] | None,
    user_packages: list[str] | None,
    containers: list[str] | None,
    hdfs: str | None,
    yarn: list[str] | None,
    hardware: Path | None,
    logs: int,
    table: bool,
    into_folder: bool,
) -> None:
    """Raise UsageError where an option does not fit what models are made of.

    Parameters
    ----------
    samples, user_packages, containers, hdfs, yarn, hardware
        The options.
    logs
        How many logs were given.
    table
        Whether a table of runs was given in their place.
    into_folder
        Whether models of all applications found are made.
    """
    if samples and table:
        raise UsageError(
            "--samples is for logs, but a table of runs was given",
            hint="Name the samples of each run in the table's column 'samples'.",
        )
    if user_packages and not samples and not table:
        raise UsageError("--user-package is for samples", hint="Give them with --samples.")
    of_one_application = {
        "--samples": samples,
        "--containers": containers,
        "--hdfs": hdfs,
        "--yarn": yarn,
        "--hardware": hardware,
    }
    for option, value in of_one_application.items():
        if value and into_folder:
            raise UsageError(
                f"{option} is for one application, but models of several were asked for",
                hint="Give a file to write to, such as -o model.yaml.",
            )
    if containers and (table or logs != 1):
        raise UsageError(
            "--containers is for the model of one log",
            hint="Give one event log, and a file to write to, such as -o model.yaml.",
        )
