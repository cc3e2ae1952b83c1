"""A recorded run with the agent: what `tests/data/agent` says holds for it."""

import csv
import json
import re
import zlib
from collections import Counter
from pathlib import Path

import pytest
import zstandard

DATA = Path(__file__).resolve().parents[1] / "data/agent"
UNCOUNTED_S = 0.01
"""What a task's thread may use before and after what Spark's metrics of the task count."""
HALF_S = 0.05
"""Of one interval in which a thread went from one stage to the next, here half goes to each."""


def lines(file: Path) -> list[dict]:
    text = zlib.decompressobj(31).decompress(file.read_bytes()).decode("ascii")
    return [json.loads(line) for line in text.split("\n")[:-1]]


FILES = sorted(DATA.glob("pertract-*.jsonl.gz"))


@pytest.fixture(scope="module")
def parts() -> dict[str, list[list[dict]]]:
    """Return the parts of each JVM by its executor."""
    found: dict[str, list[list[dict]]] = {}
    for part in sorted(map(lines, FILES), key=lambda part: part[0]["part"]):
        found.setdefault(part[0]["executor"], []).append(part)
    return found


def test_every_jvm_is_there_from_start_to_end(parts):
    assert set(parts) == {"driver", "0", "1"}
    for told in parts.values():
        assert [part[0]["part"] for part in told] == list(range(len(told)))
        assert all(part[0]["kind"] == "process" for part in told)
        assert told[-1][-1]["kind"] == "end"
    applications = [part[0]["application"] for part in parts["driver"]]
    assert applications[0] is None
    assert len(set(applications[1:])) == 1


def test_threads_and_vm_add_up_to_what_the_operating_system_counted(parts):
    with (DATA / "processes.csv").open(newline="") as file:
        counted_s = {row["executor"]: float(row["cpu_s"]) for row in csv.DictReader(file)}
    assert set(counted_s) == {"0", "1"}
    for executor, cpu_s in counted_s.items():
        told_us = 0
        for line in (line for part in parts[executor] for line in part):
            if line["kind"] == "sample":
                told_us += sum(cpu_us for _, cpu_us, *_ in line["threads"])
            elif line["kind"] == "system":
                told_us += sum(line["native_us"].values())
        assert told_us / 1e6 == pytest.approx(cpu_s, rel=0.03)


def test_threads_of_tasks_used_what_the_event_log_says_and_a_little_more(parts):
    told_us: Counter[int] = Counter()
    for part in (part for executor in ("0", "1") for part in parts[executor]):
        names = {line["n"]: line["name"] for line in part if line["kind"] == "thread"}
        for line in (line for line in part if line["kind"] == "sample"):
            for number, cpu_us, *before in line["threads"]:
                for name in (number, *before):
                    if stage := re.search(r" in stage (\d+)\.", names[name]):
                        told_us[int(stage[1])] += cpu_us // (1 + len(before))
    logged_s: Counter[int] = Counter()
    tasks: Counter[int] = Counter()
    packed = (DATA / "eventlog.zstd").read_bytes()
    for event in map(json.loads, zstandard.ZstdDecompressor().decompress(packed).splitlines()):
        if event["Event"] == "SparkListenerTaskEnd":
            metrics = event["Task Metrics"]
            used_ns = metrics["Executor CPU Time"] + metrics["Executor Deserialize CPU Time"]
            logged_s[event["Stage ID"]] += used_ns / 1e9
            tasks[event["Stage ID"]] += 1
    assert len(logged_s) > 5
    for stage, cpu_s in logged_s.items():
        assert abs(told_us[stage] / 1e6 - cpu_s) < 0.05 * cpu_s + UNCOUNTED_S * tasks[stage] + HALF_S, stage
    assert sum(told_us.values()) / 1e6 > 0.95 * sum(logged_s.values())


def test_nothing_of_the_machine_is_in_the_files():
    assert sum(file.stat().st_size for file in DATA.iterdir()) < 300_000
    texts = [zlib.decompressobj(31).decompress(file.read_bytes()) for file in FILES]
    texts.append(zstandard.ZstdDecompressor().decompress((DATA / "eventlog.zstd").read_bytes()))
    assert not [text for text in texts if b"/tmp/" in text or b"/root" in text or b"/home/" in text]
