"""`hibench.report`: HiBench's table of runs, read and written.

One line per run: type, date, time, bytes of input, duration in seconds, throughput, and throughput per node.
The columns are padded to a width which long types overflow, so that only blanks divide them. Duration is
that of the whole command, start of the driver included; date and time are local and those of its end; the
throughputs are rounded down (HiBench's `bin/functions/workload_functions.sh`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

HEADER = (
    "Type",
    "Date",
    "Time",
    "Input_data_size",
    "Duration(s)",
    "Throughput(bytes/s)",
    "Throughput/node",
)
WIDTHS = (12, 10, 8, 20, 20, 20, 20)


class BadReport(Exception):
    """A line is not one of a `hibench.report`."""


@dataclass(frozen=True)
class Entry:
    """One line of a report."""

    type: str
    ended: datetime
    """Local time without a zone, to the second."""
    data_bytes: int
    duration_s: float
    throughput: int
    """Bytes per second."""
    node_throughput: int

    @property
    def nodes(self) -> int:
        """How many machines it was divided by; small throughputs do not tell exactly."""
        return max(1, round(self.throughput / self.node_throughput)) if self.node_throughput else 1


def entry(type_: str, ended: datetime, data_bytes: int, duration_s: float, nodes: int) -> Entry:
    """Return the line of a run on so many machines."""
    duration_s = int(duration_s * 1000) / 1000
    throughput = int(data_bytes / duration_s)
    return Entry(
        type_, ended.replace(microsecond=0), data_bytes, duration_s, throughput, throughput // max(1, nodes)
    )


def parse(lines: Iterable[str], name: str = "hibench.report") -> list[Entry]:
    """Return the runs in a report.

    Raises
    ------
    BadReport
        If a line is neither a run nor the header; names file and line.
    """
    found = []
    for number, line in enumerate(lines, 1):
        words = line.removeprefix("#").split()
        if not words or words[0] == HEADER[0]:
            continue
        try:
            type_, day, time, data_bytes, duration_s, throughput, node_throughput = words
            ended = datetime.fromisoformat(f"{day}T{time}")
            numbers = int(data_bytes), float(duration_s), int(throughput), int(node_throughput)
        except ValueError:
            raise BadReport(
                f"{name}, line {number}: not a run of HiBench; a line has {', '.join(HEADER)}."
            ) from None
        found.append(Entry(type_, ended, *numbers))
    return found


def read(path: Path) -> list[Entry]:
    """Return the runs in the file of a report."""
    return parse(path.read_text().splitlines(), str(path))


def formatted(entry: Entry) -> str:
    """Return the line of a run."""
    return _padded(
        (
            entry.type,
            f"{entry.ended:%F}",
            f"{entry.ended:%T}",
            str(entry.data_bytes),
            f"{entry.duration_s:.3f}",
            str(entry.throughput),
            str(entry.node_throughput),
        )
    )


def append(path: Path, entry: Entry) -> None:
    """Add a run to the file of a report, which begins with the header."""
    header = "" if path.exists() else _padded(HEADER) + "\n"
    with path.open("a") as file:
        file.write(f"{header}{formatted(entry)}\n")


def _padded(words: Iterable[str]) -> str:
    return " ".join(word.ljust(width) for word, width in zip(words, WIDTHS, strict=True))
