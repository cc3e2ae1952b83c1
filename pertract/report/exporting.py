"""What was exported, for the terminal: the files, and what they do not say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from ..transforms.pcm.exported import PcmExport
from ..transforms.sls import SlsExport
from ..units import counted, format_duration, format_size
from .layout import plain_table


def export_report(exported: PcmExport, folder: Path) -> RenderableType:
    """Return the files of an export with their sizes, and its omissions.

    Parameters
    ----------
    exported
        The export.
    folder
        Where the files are.
    """
    files = [(name, format_size(len(content))) for name, content in exported.files.items()]
    parts: list[RenderableType] = [
        plain_table([("file", "left"), ("size", "right")], files, title=f"PCM model in {folder}")
    ]
    if exported.omissions:
        rows = [
            (o.name, _change(o.response_time_change), _change(o.cpu_change), o.instead)
            for o in exported.omissions
        ]
        columns = [("", "left"), ("time", "right"), ("CPU", "right"), ("the files say", "left")]
        parts += [Text(), plain_table(columns, rows, title="What PCM cannot say")]
    if exported.response_time_s is not None:
        parts += [
            Text(),
            Text(f"predicted response time of these files: {format_duration(exported.response_time_s)}"),
        ]
    parts += [Text(f"warning: {warning}", style="yellow") for warning in exported.warnings]
    return Group(*parts)


def sls_report(exported: SlsExport, folder: Path) -> RenderableType:
    """Return the files for Hadoop's scheduler load simulator with their sizes."""
    files = [(name, format_size(len(content))) for name, content in exported.files.items()]
    held = f"{counted(exported.containers, 'container')} on {counted(exported.nodes, 'node')}"
    parts: list[RenderableType] = [
        plain_table([("file", "left"), ("size", "right")], files, title=f"Trace for SLS in {folder}"),
        Text(),
        Text(f"{held}; predicted response time {format_duration(exported.response_time_s)}"),
    ]
    parts += [Text(f"warning: {warning}", style="yellow") for warning in exported.warnings]
    return Group(*parts)


def sls_document(exported: SlsExport, folder: Path) -> dict[str, Any]:
    """Return what was written as the document ``pertract/sls/1``."""
    return {
        "schema": "pertract/sls/1",
        "folder": str(folder),
        "files": {name: len(content) for name, content in exported.files.items()},
        "containers": exported.containers,
        "nodes": exported.nodes,
        "response_time_s": exported.response_time_s,
        "warnings": list(exported.warnings),
    }


def _change(value: float | None) -> str:
    return "-" if value is None else f"{value:+.1%}"
