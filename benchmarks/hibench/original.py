"""Measurements of an original HiBench run as a table of runs.

usage: python -m benchmarks.hibench.original HIBENCH.REPORT LOGS ... [--zone +02:00] [-o runs.csv]

LOGS are Spark event logs, or folders of them, in any form that Pertract reads. A log belongs to the line of
the report within whose time it lies; where HiBench names its application, that name must fit, too. The
report has local times: --zone tells where it was written, else this machine's time zone is taken.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from benchmarks.cluster.eventlog import Facts, Times, facts, times
from pertract import PertractError
from pertract.sources import places, spark
from pertract.sources.spark.parts import open_part

from . import campaign, report

SLACK_S = 2.0
"""The report has whole seconds, and its clock may be another machine's."""
NAMES = {
    "ScalaSparkWordcount": ("wordcount", "ScalaWordCount"),
    "ScalaSparkSort": ("sort", "ScalaSort"),
    "ScalaSparkTerasort": ("terasort", "ScalaTeraSort"),
    "RandomForest": ("rf", "RFC with"),
    "LinearRegression": ("linear", "LinearRegressionWithElasticNet"),
    "ScalaSparkKmeans": ("kmeans", "DenseKMeans with"),
    "ScalaSparkPagerank": ("pagerank", "ScalaPageRank"),
    "ScalaSparkAggregation": ("aggregation", "ScalaAggregation"),
    "ScalaSparkJoin": ("join", "ScalaJoin"),
}
"""Workload and beginning of the application's name, by the type in the report."""


@dataclass(frozen=True)
class Logged:
    """An application whose log was read."""

    path: str
    facts: Facts
    times: Times

    @property
    def ended_s(self) -> float:
        """Since the epoch."""
        return self.facts.began_s + self.facts.response_time_s


def read_logs(sources: Iterable[str]) -> Iterator[Logged]:
    """Yield the applications of all logs that hold a complete run.

    Raises
    ------
    PertractError
        If a source is not there.
    """
    for source in sources:
        for log in spark.find_all(places.expand(source)).logs:
            lines = list(_lines(log))
            try:
                yield Logged(str(log.place), facts(lines), times(lines))
            except (KeyError, ValueError):  # damaged, or no job ended
                print(f"{log.place}: left out, it holds no complete run", file=sys.stderr)


def _lines(log: spark.EventLog) -> Iterator[str]:
    for part in log.parts:
        with open_part(part) as opened:
            yield from (line.decode(errors="replace") for line in opened)


def workload_of(type_: str) -> str:
    """Return the workload of a type in a report."""
    return NAMES[type_][0] if type_ in NAMES else type_.removeprefix("PythonSpark").lower()


def belongs(logged: Logged, entry: report.Entry, ended_s: float) -> bool:
    """Return whether a log is that of a line.

    Parameters
    ----------
    logged
        The application.
    entry
        The line.
    ended_s
        When the line was written, since the epoch.
    """
    name = NAMES.get(entry.type, ("", ""))[1]
    began_s = ended_s - entry.duration_s
    return (
        logged.facts.name.startswith(name)
        and began_s - SLACK_S <= logged.facts.began_s
        and logged.ended_s <= ended_s + SLACK_S
    )


def table(
    entries: Sequence[report.Entry], logs: Sequence[Logged], zone: timezone | None, folder: Path
) -> list[campaign.Row]:
    """Return a row for every line of a report that has a log.

    Parameters
    ----------
    entries
        Lines of the report.
    logs
        Applications at hand.
    zone
        Of the times in the report; None for this machine's.
    folder
        Where the table will be.
    """
    rows = []
    for entry in entries:
        ended_s = (entry.ended.replace(tzinfo=zone) if zone else entry.ended).timestamp()
        mine = [logged for logged in logs if belongs(logged, entry, ended_s)]
        if len(mine) == 1:
            rows.append(_row(entry, mine[0], folder))
    return rows


def _row(entry: report.Entry, logged: Logged, folder: Path) -> campaign.Row:
    found, workload = logged.facts, workload_of(entry.type)
    return {
        "label": f"{workload}-{entry.ended:%Y%m%dT%H%M%S}",
        "workload": workload,
        "log": os.path.relpath(logged.path, folder),
        "executors": found.executors,
        "cores_per_executor": found.cores_per_executor,
        "nodes": found.hosts,
        "data_bytes": entry.data_bytes,
        "response_time_s": f"{logged.times.response_time_s:.3f}",
        "job_span_s": f"{logged.times.job_span_s:.3f}",
        "task_run_s": f"{found.task_run_s:.3f}",
        "task_cpu_s": f"{found.task_cpu_s:.3f}",
        "jobs": found.jobs,
        "stages": found.stages,
        "tasks": found.tasks,
        "spark_version": found.spark_version,
        "report_type": entry.type,
        "report_duration_s": f"{entry.duration_s:.3f}",
    }


def _zone(text: str) -> timezone:
    match = re.fullmatch(r"([+-])(\d\d):(\d\d)", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"'{text}' is not like +02:00")
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-offset if match[1] == "-" else offset)


def _nothing_fits(entries: Sequence[report.Entry], logs: Sequence[Logged]) -> str:
    lines = f"{min(e.ended for e in entries)} to {max(e.ended for e in entries)}" if entries else "no runs"
    ends = [datetime.fromtimestamp(logged.ended_s).replace(microsecond=0) for logged in logs]
    seen = f"{min(ends)} to {max(ends)} in this machine's time zone" if ends else "no runs"
    return f"No log lies within a line of the report: it has {lines}, the logs have {seen}. Is --zone right?"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("report", type=Path)
    parser.add_argument("logs", nargs="+")
    parser.add_argument("--zone", type=_zone, help="of the times in the report, such as +02:00")
    parser.add_argument("-o", "--output", type=Path, default=Path("runs.csv"))
    given = parser.parse_args()
    try:
        entries, logs = report.read(given.report), list(read_logs(given.logs))
    except (report.BadReport, PertractError, OSError) as error:
        raise SystemExit(str(error)) from error
    rows = table(entries, logs, given.zone, given.output.resolve().parent)
    if not rows:
        raise SystemExit(_nothing_fits(entries, logs))
    campaign.write(given.output, rows)
    print(
        f"{len(rows)} runs in {given.output}; {len(entries) - len(rows)} lines of the report without a log, "
        f"{len(logs) - len(rows)} logs without a line"
    )


if __name__ == "__main__":
    main()
