"""Scheduler pools in Spark's allocation file, ``fairscheduler.xml``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from .. import dsl
from ..errors import SourceNotFound, UnreadableSource, UsageError

ALLOCATION_FILE = "spark.scheduler.allocation.file"
LARGEST_FILE = 1_000_000
"""Bytes above which a file is no allocation file, but something else."""


def read_pools(path: str | Path) -> tuple[dsl.SchedulerPool, ...]:
    """Return the pools that an allocation file describes, as ``FairSchedulableBuilder`` reads it.

    Raises
    ------
    SourceNotFound, UnreadableSource
        If the file cannot be read.
    UsageError
        If it is no allocation file; Spark would go on with defaults, but then the answer would be
        for pools that nobody asked for.
    """
    path = Path(str(path).removeprefix("file://"))
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError as error:
        raise SourceNotFound(f"{path}: no such file", hint=f"Correct --set {ALLOCATION_FILE}.") from error
    except OSError as error:
        raise UnreadableSource(
            f"{path}: cannot be read ({error.strerror})",
            hint=f"Correct --set {ALLOCATION_FILE}, or the permissions of the file.",
        ) from error
    try:
        if len(content) > LARGEST_FILE or b"<!ENTITY" in content:
            raise ElementTree.ParseError("too large, or with entities")
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise UsageError(
            f"{path}: not an allocation file ({error})",
            hint='Write <allocations><pool name="a"><weight>2</weight></pool></allocations>.',
        ) from error
    pools = {}
    for element in root.iter("pool"):
        name = element.get("name", "").strip()
        if not name:
            raise UsageError(f"{path}: a pool has no name", hint='Write <pool name="a">.')
        pools[name] = dsl.SchedulerPool(
            name=name,
            mode=_mode(path, name, element),
            weight=_number(path, name, element, "weight", default=1, least=1),
            minimum_share=_number(path, name, element, "minShare", default=0, least=0),
        )
    if not pools:
        raise UsageError(f"{path}: the file describes no pool", hint='Write <pool name="a">...</pool>.')
    return tuple(pools.values())


def _mode(path: Path, pool: str, element: ElementTree.Element) -> Literal["FIFO", "FAIR"]:
    match (element.findtext("schedulingMode") or "FIFO").strip().upper():
        case "FAIR":
            return "FAIR"
        case "FIFO":
            return "FIFO"
        case other:
            raise UsageError(
                f"{path}: the schedulingMode of pool {pool} is '{other}'", hint="Write FIFO or FAIR."
            )


def _number(
    path: Path, pool: str, element: ElementTree.Element, tag: str, *, default: int, least: int
) -> int:
    text = (element.findtext(tag) or str(default)).strip()
    if not text.isdecimal() or int(text) < least:
        raise UsageError(
            f"{path}: the {tag} of pool {pool} is '{text}'", hint=f"Write a whole number from {least}."
        )
    return int(text)
