"""Every public Spark event log at hand: what is read equals the manifest, and the replay repeats it.

The logs come from other projects (see MANIFEST.csv) and lie beside the repository, not in it.
"""

import csv
import statistics
from functools import cache
from pathlib import Path

import pytest

from pertract import api
from pertract.errors import NoUsableRun

LOGS = Path(__file__).resolve().parents[2].parent / "shared/data/spark-eventlogs/public"
MANIFEST = LOGS / "MANIFEST.csv"

if not MANIFEST.is_file():
    pytest.skip(f"no public event logs at {LOGS}", allow_module_level=True)

with MANIFEST.open(newline="") as _file:
    ROWS = {row["file"]: row for row in csv.DictReader(_file)}

_CLUSTER = "spark-rapids-tools/spark-events-qualification/cluster_information"
DURATION_DIFFERS = {
    f"{_CLUSTER}/eventlog_2nodes_8cores": "the manifest counts executor times edited by hand",
    f"{_CLUSTER}/eventlog_3nodes_12cores_variable_cores": "the manifest counts executor times edited by hand",
    "spark-rapids-tools/event_logs/incorrect_app_status_eventlog.zstd": "without application start",
}
"""Logs without a meaningful duration in the manifest, and why."""

USABLE = [name for name, row in ROWS.items() if int(row["jobs"])]
UNUSABLE = [name for name, row in ROWS.items() if not int(row["jobs"])]


@cache
def model_of(name):
    return api.extract(LOGS / name)


@pytest.mark.parametrize("name", USABLE)
def test_what_is_read_equals_the_manifest(name):
    row, model = ROWS[name], model_of(name)
    (run,) = model.runs
    found = {"jobs": run.jobs, "stages": run.stages, "tasks": run.tasks}
    expected = {key: int(row[key]) for key in found}
    if row["app_name"]:
        found["app_name"], expected["app_name"] = model.name, row["app_name"]
    if name not in DURATION_DIFFERS:
        found["app_duration_ms"] = round(1000 * run.response_time_s)
        expected["app_duration_ms"] = int(row["app_duration_ms"])
    assert found == expected


@pytest.mark.parametrize("name", DURATION_DIFFERS)
def test_logs_with_absurd_or_missing_duration_get_a_sane_one(name):
    assert 1 < model_of(name).runs[0].response_time_s < 60


@pytest.mark.parametrize("name", UNUSABLE)
def test_logs_without_a_job_are_refused(name):
    with pytest.raises(NoUsableRun, match="no job finished"):
        api.extract(LOGS / name)


def test_the_replay_repeats_the_measured_response_times():
    errors = {name: abs(model_of(name).replay.error) for name in USABLE}
    worst = sorted(errors.items(), key=lambda item: -item[1])[:5]
    assert statistics.median(errors.values()) <= 0.02, worst
    assert statistics.quantiles(errors.values(), n=10)[-1] <= 0.06, worst


def test_the_tables_of_a_query_are_told_apart():
    model = model_of("spark-rapids-tools/spark-events-qualification/nds_q72_dataproc_2_2.zstd")
    tables = {data.name.rpartition("/")[2]: data for data in model.workload.data}
    assert len(tables) == len(model.workload.data) == 9
    assert {table.format for table in tables.values()} == {"parquet"}
    largest = max(tables, key=lambda name: tables[name].size_bytes)
    assert (largest, tables["inventory"].files) == ("catalog_sales", 261)
    reading = [stage for stage in model.execution.stages if tables["item"].id in stage.reads]
    assert len(reading) == 1


def test_a_stream_has_the_rate_of_its_progress():
    model = model_of("spark-rapids-tools/event_logs/streaming_eventlog.zstd")
    (stream,) = [data for data in model.workload.data if data.kind == "record"]
    assert stream.name.startswith("CloudFilesSource[abfss://")
    assert stream.source.arrival_rate_per_s == pytest.approx(7.10949)
