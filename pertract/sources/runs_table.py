"""Tables of runs: one row per measured run, as CSV.

Columns with a meaning are those of `MeasuredRun`; every other column is a label. All are optional.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import EmptySource, SourceNotFound, UnreadableSource, UnrecognisedSource, UsageError
from ..units import parse_size
from .places import is_url

SHORTEST_S, LONGEST_S = 1e-6, 1e12
"""Times that a run can have taken."""
LEAST_DATA, MOST_DATA = 1e-9, 1e18
"""Amounts of data that a run can have had, in any unit."""
DATA_COLUMNS = ("data_size", "data_units", "data_bytes")
"""Columns that can hold the amount of data; the first one that holds numbers counts."""
CPU_TIMES = ("executor_jvm_cpu_s", "executor_python_cpu_s")
"""Columns of CPU seconds of all executors and their Python workers."""
SAME_CORES = 0.1
"""Relative difference up to which CPU times agree with a utilisation."""
COLUMNS = (
    "log",
    "samples",
    "workload",
    "label",
    "executors",
    "cores_per_executor",
    "nodes",
    "node_cores",
    *DATA_COLUMNS,
    "response_time_s",
    "job_span_s",
    "cpu_utilisation",
    "cpu_cores",
)
"""Columns that have a meaning."""


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """One row of a table of runs; None where a cell is empty or its column absent."""

    row: int
    """Line in the file, the header being line 1."""
    label: str
    """Name of the run: its label, else the name of its log, else its line."""
    log: str | None = None
    """Path or URL of the event log; paths are relative to the table's folder and resolved here."""
    samples: tuple[str, ...] = ()
    """What profilers wrote during the run, paths as for the log; a cell separates several by ``|``."""
    workload: str | None = None
    """Which application it is; rows of different workloads are different applications."""
    executors: int | None = None
    """Number of executors."""
    cores_per_executor: int | None = None
    """Cores of an executor."""
    nodes: int | None = None
    """Number of worker nodes."""
    node_cores: int | None = None
    """Cores of a worker node."""
    data_size: float | None = None
    """Amount of data, in the unit of the table."""
    data_column: str | None = None
    """The column it is from, one of `DATA_COLUMNS`: ``data_bytes`` tells that the unit is bytes."""
    response_time_s: float | None = None
    """Application start to application end, seconds."""
    job_span_s: float | None = None
    """First job submission to last job end, seconds."""
    cpu_utilisation: float | None = None
    """Busy core seconds of executors / (``cpu_cores`` x response time)."""
    cpu_cores: int | None = None
    """Cores that the utilisation is relative to: as told, else those of the nodes, else of the executors."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """All other cells that are not empty, by column."""


def read_table(path: str | Path) -> tuple[MeasuredRun, ...]:
    """Return the runs in a CSV file, in order.

    Cells are separated by commas or semicolons (then numbers may have a decimal comma). Amounts of data may
    have a unit, such as ``15GB``. A column ``data_size`` of names instead of numbers is a label.

    Raises
    ------
    SourceNotFound
        If there is no such file.
    EmptySource
        If it has no rows.
    UnrecognisedSource
        If it is no table of runs.
    UnreadableSource
        If it cannot be read, or a cell cannot; the message names line and column.
    """
    path = Path(path)
    text = _text(path)
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    try:
        header, rows = _cells(
            path, csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        )
    except csv.Error as error:
        raise UnreadableSource(
            f"{path}: not a table of comma-separated values ({error})", hint="Save it as CSV in UTF-8."
        ) from error
    reader = _RowReader(path, decimal_comma=separator == ";", data_column=_data_column(header, rows))
    return _with_cpu_cores([reader.run(line, row) for line, row in rows])


def select(runs: Sequence[MeasuredRun], workload: str | None = None) -> tuple[MeasuredRun, ...]:
    """Return the runs of one workload.

    Parameters
    ----------
    runs
        From `read_table`.
    workload
        Which one; may be None where all runs are of the same.

    Raises
    ------
    UsageError
        If there is no such workload, or several to choose from.
    """
    names = list(dict.fromkeys(run.workload for run in runs))
    listed = ", ".join(name or "(none)" for name in names)
    if workload is None:
        if len(names) > 1:
            raise UsageError(
                f"the table has runs of several workloads: {listed}", hint="Choose one with --workload NAME."
            )
        return tuple(runs)
    found = tuple(run for run in runs if run.workload == workload)
    if not found:
        raise UsageError(
            f"the table has no runs of the workload '{workload}'",
            hint=f"It has {listed}." if any(names) else "It has no column 'workload'.",
        )
    return found


Row = dict[str, str]


def _with_cpu_cores(runs: Sequence[MeasuredRun]) -> tuple[MeasuredRun, ...]:
    """Return the runs with the cores that utilisations are relative to, where the table does not say so.

    A table means the cores of the executors where it tells the cores of the nodes, but has utilisations above
    1, which nodes cannot have, or CPU times of executors that are its utilisation of other cores than these.
    """
    of_nodes = not any(_above_all(run) or _of_other_cores(run) for run in runs)
    return tuple(run if run.cpu_cores else replace(run, cpu_cores=_cpu_cores(run, of_nodes)) for run in runs)


def _above_all(run: MeasuredRun) -> bool:
    return bool((run.cpu_utilisation or 0) > 1 and run.nodes and run.node_cores)


def _of_other_cores(run: MeasuredRun) -> bool:
    """Return whether CPU times say that the utilisation is not relative to the cores of the nodes."""
    times = [run.labels[name] for name in CPU_TIMES if name in run.labels]
    if not (times and run.cpu_utilisation and run.response_time_s and run.nodes and run.node_cores):
        return False
    try:
        cores = sum(map(float, times)) / (run.cpu_utilisation * run.response_time_s)
    except ValueError:  # a label, not a time
        return False
    return abs(cores / (run.nodes * run.node_cores) - 1) > SAME_CORES


def _cpu_cores(run: MeasuredRun, of_nodes: bool) -> int | None:
    if of_nodes and run.nodes and run.node_cores:
        return run.nodes * run.node_cores
    if run.executors and run.cores_per_executor:
        return run.executors * run.cores_per_executor
    return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise SourceNotFound(
            f"{path}: no such table of runs",
            hint="It is a CSV file with a row per run; its columns are in docs/validation.md.",
        ) from error
    except UnicodeDecodeError as error:
        raise UnrecognisedSource(
            f"{path}: not a table of runs, which is CSV text in UTF-8",
            hint="Logs are named in the column 'log' of such a table.",
        ) from error
    except OSError as error:
        raise UnreadableSource(
            f"{path}: cannot be read ({error.strerror})", hint="Is it a file, with permission to read it?"
        ) from error


def _cells(path: Path, lines: Iterable[list[str]]) -> tuple[list[str], list[tuple[int, Row]]]:
    """Return the header, and line and filled cells of each row that is not empty."""
    numbered = [(_line_of(lines, n), cells) for n, cells in enumerate(lines, 1)]
    filled = [
        (line, [cell.strip() for cell in cells]) for line, cells in numbered if any(map(str.strip, cells))
    ]
    if not filled:
        raise EmptySource(f"{path}: the table is empty", hint="It needs a header and a row per run.")
    line, header = filled[0]
    if not set(header) & set(COLUMNS):
        raise UnrecognisedSource(
            f"{path}, line {line}: no column of a table of runs; found {', '.join(header[:6])}",
            hint=f"Columns with a meaning are {', '.join(COLUMNS)}.",
        )
    if twice := [name for name in header if name and header.count(name) > 1]:
        raise UnreadableSource(
            f"{path}, line {line}: the column '{twice[0]}' occurs twice", hint="Rename or remove one of them."
        )
    rows = []
    for line, cells in filled[1:]:
        if any(cells[len(header) :]):
            raise UnreadableSource(
                f"{path}, line {line}: {len(cells)} cells, but the header names {len(header)} columns",
                hint='Put cells that contain the separator into quotes ("").',
            )
        rows.append((line, {name: cell for name, cell in zip(header, cells, strict=False) if name and cell}))
    if not rows:
        raise EmptySource(f"{path}: the table has a header but no runs", hint="Add a row per run.")
    return header, rows


def _line_of(reader: object, fallback: int) -> int:
    """Return the line that a CSV reader has just read; a quoted cell may span several."""
    return int(getattr(reader, "line_num", fallback))


def _data_column(header: Sequence[str], rows: Iterable[tuple[int, Row]]) -> str | None:
    """Return the column with the amount of data: the first one with numbers, else the last one."""
    present = [name for name in DATA_COLUMNS if name in header and any(name in row for _, row in rows)]
    for name in present[:-1]:
        if all(_is_size(row[name]) for _, row in rows if name in row):
            return name
    return present[-1] if present else None


def _is_size(text: str) -> bool:
    try:
        parse_size(text.replace(",", "."))
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _RowReader:
    """Turns cells into a run, and knows how to say where one is wrong."""

    path: Path
    decimal_comma: bool
    data_column: str | None

    def run(self, line: int, row: Row) -> MeasuredRun:
        log = self._place(row["log"]) if "log" in row else None
        size = self._data(line, row) if self.data_column in row else None
        known = {*COLUMNS} - {*DATA_COLUMNS} | {self.data_column}
        return MeasuredRun(
            row=line,
            label=row.get("label") or (row["log"].rpartition("/")[2] if log else f"line {line}"),
            log=log,
            samples=tuple(
                self._place(part.strip()) for part in row.get("samples", "").split("|") if part.strip()
            ),
            workload=row.get("workload"),
            data_size=size,
            data_column=self.data_column if size is not None else None,
            labels={name: cell for name, cell in row.items() if name not in known},
            executors=self._count(line, "executors", row),
            cores_per_executor=self._count(line, "cores_per_executor", row),
            nodes=self._count(line, "nodes", row),
            node_cores=self._count(line, "node_cores", row),
            response_time_s=self._measure(line, "response_time_s", row),
            job_span_s=self._measure(line, "job_span_s", row),
            cpu_utilisation=self._measure(line, "cpu_utilisation", row),
            cpu_cores=self._count(line, "cpu_cores", row),
        )

    def _place(self, cell: str) -> str:
        return cell if is_url(cell) else str(self.path.parent / cell)

    def _count(self, line: int, column: str, row: Row) -> int | None:
        if (cell := row.get(column)) is None:
            return None
        value = self._number(cell)
        if value is None or value < 1 or value != int(value):
            raise self._wrong(line, column, cell, "a whole number of 1 or more")
        return int(value)

    def _measure(self, line: int, column: str, row: Row) -> float | None:
        if (cell := row.get(column)) is None:
            return None
        value = self._number(cell)
        possible = column == "cpu_utilisation" and value == 0
        if value is None or not (possible or SHORTEST_S <= value <= LONGEST_S):
            wanted = (
                "a ratio such as 0.85"
                if column == "cpu_utilisation"
                else "a time in seconds that a run can take"
            )
            raise self._wrong(line, column, cell, wanted)
        return value

    def _data(self, line: int, row: Row) -> float:
        column = str(self.data_column)
        cell = row[column]
        try:
            value = parse_size(cell.replace(",", ".") if self.decimal_comma else cell)
        except ValueError:
            value = math.nan
        if not LEAST_DATA <= value <= MOST_DATA:
            raise self._wrong(
                line, column, cell, "an amount of data that a run can have, such as 1500 or 15GB"
            )
        return value

    def _number(self, cell: str) -> float | None:
        try:
            value = float(cell.replace(",", ".") if self.decimal_comma else cell)
        except ValueError:
            return None
        return value if math.isfinite(value) else None

    def _wrong(self, line: int, column: str, cell: str, wanted: str) -> UnreadableSource:
        return UnreadableSource(
            f"{self.path}, line {line}, column '{column}': '{cell}' is not {wanted}",
            hint="Correct the cell, or leave it empty if the value is not known.",
        )
