"""How tables look in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text


def plain_table(
    columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]], *, title: str = ""
) -> RenderableType:
    """Return a table without frame below its title; columns are (heading, justification)."""
    table = Table(box=None, pad_edge=False)
    for heading, justify in columns:
        table.add_column(heading, justify=justify, header_style="dim", overflow="fold")  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return Group(Text(title, style="bold"), table) if title else table


def facts(rows: Iterable[tuple[str, str]], title: str) -> RenderableType:
    """Return names and values below a title."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, Text(value))
    return Group(Text(title, style="bold"), table)
