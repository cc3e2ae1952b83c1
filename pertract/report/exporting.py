"""What was exported, for the terminal: the files, and what they do not say."""

from __future__ import annotations

from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from ..transforms.pcm.exported import PcmExport
from ..units import format_duration, format_size
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


def _change(value: float | None) -> str:
    return "-" if value is None else f"{value:+.1%}"
