"""``pertract catalogue``: the node types that ``--node-type`` knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from . import options as opt
from .errors import guarded
from .options import Debug, Format, FormatOption

if TYPE_CHECKING:
    from rich.console import RenderableType

_COLUMNS = (
    ("node type", "left"),
    ("cores", "right"),
    ("memory", "right"),
    ("network", "right"),
    ("price per hour", "right"),
    ("offered by", "left"),
)


@guarded
def catalogue(
    catalogue: opt.Catalogue = None,
    format: FormatOption = Format.table,
    debug: Debug = False,
) -> None:
    """List node types: cores, memory, network and an example of a price.

    Your own are read from `~/.config/pertract/catalogue.yaml`, or from a named file.

    Example: `pertract catalogue --catalogue mine.yaml`
    """
    from ..catalogue import document, offers
    from . import output as out

    listed = document(offers(catalogue))
    if format is Format.json:
        out.show_json(listed)
    else:
        out.show(_table(listed))


def _table(listed: dict[str, Any]) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from ..report.layout import plain_table

    rows = [
        (
            entry["name"],
            str(entry["cores"]),
            f"{entry['memory_gib']:g} GiB",
            f"{entry['network_gbit_per_s']:g} Gbit/s" if entry["network_gbit_per_s"] is not None else "-",
            f"{entry['price_per_hour']:.4g} {entry['currency']}"
            if entry["price_per_hour"] is not None
            else "-",
            " ".join(filter(None, (entry["provider"], entry["region"]))),
        )
        for entry in listed["node_types"]
    ]
    lines = []
    for entry in listed["node_types"]:
        place = " ".join(filter(None, (entry["provider"], entry["region"])))
        prices = f"prices of {entry['price_date']}" if entry["price_date"] else ""
        said = "; ".join(filter(None, (prices, entry["note"].rstrip("."), entry["source"])))
        if said and (line := f"{place}: {said}") not in lines:
            lines.append(line)
    return Group(
        plain_table(_COLUMNS, rows, title="Node types"),
        Text(),
        Text("Prices are examples: put your own into a file (docs/catalogue.md)."),
        *(Text(line, style="dim") for line in lines),
    )


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(catalogue)
