"""Coverage: what is read from every event log at hand, next to a count made without Pertract.

usage: python benchmarks/logs/coverage.py [--write FILE] [LOG ...]

Without logs, the public event logs and the HiBench event logs beside the project (`../shared/data`) are
taken; given logs are added to them. Printed per log: Spark version, codec, application, jobs, stages and
tasks, duration, completeness (share of the expected tasks that the log holds) and replay error, or the
sentence of the refusal. Numbers that differ from those in the collection's MANIFEST.csv are marked with
`!`, known and explained ones with `*`. ``--write`` writes the table as Markdown.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pertract
from pertract.sources import sniff

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
PUBLIC = DATA / "spark-eventlogs" / "public"
HIBENCH = DATA / "measurements" / "hibench-eventlogs"
_CLUSTER = "spark-rapids-tools/spark-events-qualification/cluster_information"
EXPLAINED = {
    f"{_CLUSTER}/eventlog_2nodes_8cores": "two executor times were edited by hand to lie in the far future",
    f"{_CLUSTER}/eventlog_3nodes_12cores_variable_cores": "as before",
    "spark-rapids-tools/event_logs/incorrect_app_status_eventlog.zstd": "the log has no application start",
}
"""Logs whose duration in the manifest means nothing, and why."""
HEADINGS = (
    "log",
    "Spark",
    "codec",
    "application",
    "jobs",
    "stages",
    "tasks",
    "duration s",
    "complete",
    "replay error",
)
WIDTHS = (44, 15, 6, 20, 6, 7, 8, 12, 9, 13)
NUMBERS = slice(4, None)


@dataclass
class Outcome:
    """What became of one log."""

    name: str
    cells: list[str]
    """One for each of `HEADINGS`, or only the log's name and its codec if it was refused."""
    sentence: str = ""
    """Of the refusal, or of an error that is none of ours."""
    refused: bool = False
    failed: bool = False
    compared: bool = False
    differs: bool = False


def logs_at_hand() -> Iterator[tuple[str, Path, dict[str, str] | None]]:
    """Yield name, path and line of the manifest of each log beside the project."""
    if (PUBLIC / "MANIFEST.csv").is_file():
        with (PUBLIC / "MANIFEST.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                yield row["file"], PUBLIC / row["file"], row
    for path in sorted(HIBENCH.glob("*.gz")):
        yield f"{HIBENCH.name}/{path.name}", path, None


def codec_of(path: Path) -> str:
    files = (
        sorted(p for p in path.iterdir() if not p.name.startswith((".", "_"))) if path.is_dir() else [path]
    )
    kinds = []
    for file in files:
        if file.is_file() and file.stat().st_size:
            with file.open("rb") as stored:
                kind = sniff.kind_of(stored.read(1 << 16))
            kinds.append("plain" if kind in ("events", "json") else kind)
    return "+".join(dict.fromkeys(kinds)) or "empty"


def outcome_of(name: str, path: Path, row: dict[str, str] | None) -> Outcome:
    codec = codec_of(path) if path.exists() else ""
    try:
        model = pertract.extract(path)
        version = pertract.read_run(path).version
    except pertract.PertractError as error:
        sentence = str(error).replace(str(path), path.name)
        expected = row is None or not int(row["jobs"])
        return Outcome(
            name, [name, codec], sentence, refused=True, compared=row is not None, differs=not expected
        )
    except Exception as error:  # the benchmark is there to find these
        return Outcome(name, [name, codec], f"{type(error).__name__}: {error}", failed=True, differs=True)
    run, replay = model.runs[0], model.replay
    assert replay is not None
    found = {
        "app_name": model.name,
        "jobs": str(run.jobs),
        "stages": str(run.stages),
        "tasks": str(run.tasks),
        "app_duration_ms": str(round(1000 * run.response_time_s)),
    }
    marks = {key: _mark(name, key, value, row) for key, value in found.items()}
    cells = [
        name,
        version or "?",
        codec,
        model.name + marks["app_name"],
        *(found[key] + marks[key] for key in ("jobs", "stages", "tasks")),
        f"{run.response_time_s:.3f}{marks['app_duration_ms']}",
        f"{model.completeness.ratio:.1%}",
        f"{replay.error:+.2%}",
    ]
    return Outcome(name, cells, compared=row is not None, differs="!" in marks.values())


def _mark(name: str, key: str, value: str, row: dict[str, str] | None) -> str:
    if row is None or row[key] == value or (key == "app_name" and not row[key]):
        return ""
    return "*" if name in EXPLAINED and key == "app_duration_ms" else "!"


def as_text(outcome: Outcome) -> str:
    cells = [_fitted(cell, width) for cell, width in zip(outcome.cells, WIDTHS, strict=False)]
    if outcome.sentence:
        what = "refused" if outcome.refused else "FAILED"
        return f"{cells[0]:{WIDTHS[0]}} {cells[1]:>{WIDTHS[1]}} {what}: {outcome.sentence}"
    return _aligned(cells)


def _fitted(cell: str, width: int) -> str:
    return cell if len(cell) <= width else f"..{cell[2 - width :]}"


def _aligned(cells: list[str]) -> str:
    left = [f"{cell:{width}}" for cell, width in zip(cells[:4], WIDTHS[:4], strict=True)]
    right = [f"{cell:>{width}}" for cell, width in zip(cells[NUMBERS], WIDTHS[NUMBERS], strict=True)]
    return " ".join([*left, *right])


def totals(outcomes: list[Outcome]) -> str:
    refused = sum(o.refused for o in outcomes)
    compared = [o for o in outcomes if o.compared]
    right = sum(not o.differs for o in compared)
    return (
        f"{len(outcomes)} logs: {sum(not o.sentence for o in outcomes)} extracted, {refused} refused with a "
        f"sentence, {sum(o.failed for o in outcomes)} failed; {right} of {len(compared)} in the manifest are "
        "as it says (a log in which no job finished is to be refused)"
    )


def as_markdown(outcomes: list[Outcome]) -> str:
    rows = ["| " + " | ".join(HEADINGS) + " |", "| --- " * 4 + "| ---: " * 6 + "|"]
    for outcome in outcomes:
        cells = [cell.replace("|", "\\|").replace("*", "\\*").replace("_", "\\_") for cell in outcome.cells]
        if not outcome.sentence:
            rows.append("| " + " | ".join(cells) + " |")
    explained = [f"- `{name}`: {why}." for name, why in EXPLAINED.items()]
    refused = [f"- `{o.name}` ({o.cells[1]}): {o.sentence}" for o in outcomes if o.sentence]
    return "\n".join(
        [
            "# Coverage of event logs",
            "",
            "Written by `coverage.py --write`; the logs are those beside the project and none of ours. `!`",
            "marks what differs from a count made without Pertract, `*` durations for which that count means",
            "nothing.",
            "",
            f"**{totals(outcomes)}.**",
            "",
            *rows,
            "",
            "## Refused",
            "",
            *refused,
            "",
            "## Explained durations",
            "",
            *explained,
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logs", nargs="*", type=Path, metavar="LOG", help="logs of your own")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table as Markdown")
    options = parser.parse_args()
    todo = [*logs_at_hand(), *((path.name, path, None) for path in options.logs)]
    if not todo:
        sys.exit("The event logs beside the project are absent; give logs of your own.")
    print(_aligned(list(HEADINGS)))
    outcomes = []
    for name, path, row in todo:
        outcomes.append(outcome_of(name, path, row))
        print(as_text(outcomes[-1]), flush=True)
    print(totals(outcomes))
    if options.write:
        options.write.write_text(as_markdown(outcomes), encoding="utf-8")


if __name__ == "__main__":
    main()
