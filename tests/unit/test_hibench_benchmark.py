"""The benchmark that measures HiBench's workloads, without Spark: its tables, plans and samples."""

import csv
import importlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data" / "hibench" / "reports" / "hibench.report"
pytestmark = pytest.mark.skipif(
    not (ROOT / "benchmarks").is_dir(), reason="benchmarks are not part of a source package"
)
REPORT = """Type         Date       Time     Input_data_size   Duration(s) Throughput(bytes/s) Throughput/node
ScalaSparkSort 2026-01-31 09:05:07 3200               20.000               160                  53
RandomForestDataPrepare 2026-02-01 23:59:59 1000000007         7.500       133333334       66666667
"""


@pytest.fixture
def load(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    return lambda name: importlib.import_module(f"benchmarks.{name}")


@pytest.fixture
def report(load):
    return load("hibench.report")


def test_lines_of_a_report_are_divided_by_blanks_and_not_by_columns(report):
    sort, forest = report.parse(REPORT.splitlines())

    assert sort == report.Entry("ScalaSparkSort", datetime(2026, 1, 31, 9, 5, 7), 3200, 20.0, 160, 53)
    assert (forest.type, forest.data_bytes, forest.nodes) == ("RandomForestDataPrepare", 1_000_000_007, 2)


def test_a_report_that_was_written_is_read_again(report, tmp_path):
    path = tmp_path / "hibench.report"
    entries = [
        report.entry("LinearRegressionDataPrepare", datetime(2026, 1, 1, 1, 2, 3), 999, 1.5, 4),
        report.entry("Sort", datetime(2026, 1, 1, 1, 2, 4), 0, 20.0, 1),
    ]
    for entry in entries:
        report.append(path, entry)

    assert report.read(path) == entries
    lines = path.read_text().splitlines()
    assert lines[0].split() == list(report.HEADER)
    assert lines[2].startswith("Sort         2026-01-01 01:02:04 0                    20.000 ")


def test_throughputs_are_rounded_down(report):
    entry = report.entry("Sort", datetime(2026, 1, 1, 1, 2, 3, 999), 100, 3.0009, 4)

    assert (entry.duration_s, entry.throughput, entry.node_throughput) == (3.0, 33, 8)
    assert entry.ended.microsecond == 0


def test_lines_that_hibench_leaves_in_its_configuration_are_read_too(report):
    (entry,) = report.parse([f"# {line}" for line in REPORT.splitlines()[:2]])

    assert entry.type == "ScalaSparkSort"


@pytest.mark.parametrize("line", ["Sort 2026-01-31", "Sort 2026-01-31 9:05 x 1.0 2 3"])
def test_what_is_no_run_is_refused_by_its_line(report, line):
    with pytest.raises(report.BadReport, match=r"my\.report, line 2: not a run of HiBench"):
        report.parse([REPORT.splitlines()[0], line], "my.report")


@pytest.mark.skipif(not REAL.is_file(), reason="needs ../shared/data/hibench")
def test_a_real_report_is_written_as_it_was_read(report):
    entries = report.read(REAL)

    assert len(entries) == 11
    assert {entry.nodes for entry in entries} == {3}
    assert [report.formatted(entry) for entry in entries] == REAL.read_text().splitlines()[1:]
    for entry in entries:
        assert report.entry(entry.type, entry.ended, entry.data_bytes, entry.duration_s, 3) == entry


def test_a_campaign_makes_all_of_one_repetition_before_the_next(load):
    campaign = load("hibench.campaign")

    found = campaign.runs(["sort", "kmeans"], ["tiny"], [1, 2], 4, None, 2)

    assert [run.label for run in found[:4]] == [
        "sort-tiny-1x4-r1",
        "sort-tiny-2x4-r1",
        "kmeans-tiny-1x4-r1",
        "kmeans-tiny-2x4-r1",
    ]
    assert [run.repetition for run in found] == [1] * 4 + [2] * 4
    assert [run.iterations for run in found[:4]] == [None, None, 5, 5]


def test_other_iterations_are_another_run_where_there_are_any(load):
    campaign = load("hibench.campaign")

    sort, kmeans = campaign.runs(["sort", "kmeans"], ["tiny"], [1], 1, 9, 1)

    assert (sort.label, kmeans.label) == ("sort-tiny-1x1-r1", "kmeans-tiny-i9-1x1-r1")


def test_a_stopped_campaign_goes_on(load, tmp_path):
    campaign = load("hibench.campaign")
    first, second = campaign.runs(["sort"], ["tiny"], [1, 2], 1, None, 1)
    campaign.Table(tmp_path / "runs.csv").add({"label": first.label, "executors": 1, "extra": "x"})

    again = campaign.Table(tmp_path / "runs.csv")

    assert (again.has(first), again.has(second)) == (True, False)
    again.add({"label": second.label, "executors": 2})
    with (tmp_path / "runs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["executors"], row["extra"]) for row in rows] == [("1", "x"), ("2", "")]


def test_every_workload_has_all_scales_and_they_grow(load):
    workloads = load("hibench.workloads")
    for name in workloads.NAMES:
        workload = workloads.load(name)
        assert tuple(workload.SCALES) == workloads.SCALES
        sizes = [tuple(size.values()) for size in workload.SCALES.values()]
        assert sizes == sorted(sizes)
        assert workload.REPORT_TYPE.startswith("PythonSpark")


def _row(label, executors, data, **more):
    return {
        "label": label,
        "workload": "sort",
        "log": f"logs/{label}.zstd",
        "executors": str(executors),
        "cores_per_executor": "1",
        "data_bytes": str(data),
        "response_time_s": "9.5",
        "other_busy_cores": "",
        **more,
    }


ROWS = [
    _row("c", 1, 300),
    _row("a", 1, 100),
    _row("b", 1, 200, other_busy_cores="0.9"),
    _row("a again", 1, 100),
    _row("d", 2, 100, other_busy_cores="0.1"),
    _row("e", 2, 50),
]


def test_the_smallest_cluster_with_its_two_smallest_sizes_is_calibration(load):
    regression = load("hibench.regression")

    chosen = regression.calibration(ROWS)

    assert [row["label"] for row in chosen] == ["a", "b", "a again"]
    lines = regression.described(ROWS, chosen)[1:]
    assert [line.split("  ")[-1].strip() for line in lines] == [
        "prediction",
        "calibration",
        "calibration (disturbed)",
        "calibration",
        "prediction",
        "prediction",
    ]


def test_a_model_is_made_of_the_calibration_runs_alone(load, tmp_path, monkeypatch):
    regression = load("hibench.regression")
    (tmp_path / "logs").mkdir()
    for row in ROWS:
        (tmp_path / row["log"]).touch()
    asked = []
    monkeypatch.setattr(regression, "pertract", lambda *words: asked.append(words) or 0)

    assert regression.compare("sort", ROWS, tmp_path, tmp_path / "out" / "sort", ["--max-error", "9%"])

    (verb, _, learnt, *_, model), (other_verb, validated, _, measured, *rest) = asked
    assert (verb, other_verb, validated) == ("extract", "validate", model)
    assert rest[-2:] == ["--max-error", "9%"]
    seen = {}
    for name, path in (("learnt", learnt), ("measured", measured)):
        with path.open(newline="") as file:
            seen[name] = list(csv.DictReader(file))
            assert all((path.parent / row["log"]).is_file() for row in seen[name])
    assert [row["label"] for row in seen["learnt"]] == ["a", "b", "a again"]
    assert len(seen["measured"]) == len(ROWS)


@pytest.mark.parametrize(("code", "is_met"), [(0, True), (1, False)])
def test_a_gate_that_is_not_met_is_told_from_a_failure(load, tmp_path, monkeypatch, code, is_met):
    regression = load("hibench.regression")
    monkeypatch.setattr(regression, "pertract", lambda verb, *_: code if verb == "validate" else 0)
    assert regression.compare("sort", ROWS, tmp_path, tmp_path, []) is is_met

    monkeypatch.setattr(regression, "pertract", lambda verb, *_: 3 if verb == "validate" else 0)
    with pytest.raises(SystemExit) as ended:
        regression.compare("sort", ROWS, tmp_path, tmp_path, [])
    assert ended.value.code == 3


BEGAN = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)


def _log(name, seconds=30, begins_s=0.0):
    """Return the lines of a log of two executors on two hosts."""
    first = int((BEGAN.timestamp() + begins_s) * 1000)

    def event(kind, **fields):
        return json.dumps({"Event": f"SparkListener{kind}", **fields})

    def executor(number, cores=2):
        info = {"Host": f"host{number}", "Total Cores": cores}
        return event("ExecutorAdded", **{"Executor ID": str(number), "Executor Info": info})

    def task(reason, run_ms):
        metrics = {"Executor Run Time": run_ms, "Executor CPU Time": run_ms * 500_000}
        return event("TaskEnd", **{"Task End Reason": {"Reason": reason}, "Task Metrics": metrics})

    return [
        event("LogStart", **{"Spark Version": "2.4.8"}),
        event("ApplicationStart", **{"App ID": "app-1", "App Name": name, "Timestamp": first}),
        executor(1),
        executor(2),
        event("ExecutorRemoved", **{"Executor ID": "2"}),
        executor(3),
        event("JobStart", **{"Job ID": 0, "Submission Time": first + 1000}),
        task("Success", 4000),
        task("TaskKilled", 9000),
        event("StageCompleted"),
        event("JobEnd", **{"Job ID": 0, "Completion Time": first + 11_000}),
        event("ApplicationEnd", Timestamp=first + seconds * 1000),
    ]


def test_facts_of_an_application(load):
    found = load("cluster.eventlog").facts(_log("ScalaSort"))

    assert (found.application, found.name, found.spark_version) == ("app-1", "ScalaSort", "2.4.8")
    assert (found.executors, found.cores_per_executor, found.hosts) == (2, 2, 3)
    assert (found.jobs, found.stages, found.tasks) == (1, 1, 1)
    assert (found.task_run_s, found.task_cpu_s, found.response_time_s) == (4, 2, 30)
    assert found.began_s == BEGAN.timestamp()


@pytest.fixture
def original(load, report, tmp_path):
    """Return a function from applications and lines of a report to the labels and logs of the table."""
    module = load("hibench.original")

    def original(applications, entries, zone=UTC):
        for number, application in enumerate(applications):
            (tmp_path / f"app-{number}").write_text("\n".join(_log(*application)) + "\n")
        logs = list(module.read_logs([str(tmp_path)]))
        assert len(logs) == len(applications)
        made = [report.entry(kind, ended, 1000, 40, 2) for kind, ended in entries]
        return [
            (row["label"], Path(row["log"]).name) for row in module.table(made, logs, zone, tmp_path / "x")
        ]

    return original


ENDED = BEGAN.replace(tzinfo=None) + timedelta(seconds=33)


def test_a_log_belongs_to_the_line_within_whose_time_it_lies(original):
    found = original(
        [("ScalaSort", 30), ("ScalaSort", 30, 60.0)],
        [
            ("ScalaSparkSort", ENDED),
            ("ScalaSparkSort", ENDED + timedelta(seconds=60)),
            ("ScalaSparkSort", ENDED + timedelta(hours=1)),
        ],
    )

    assert found == [("sort-20260131T090033", "app-0"), ("sort-20260131T090133", "app-1")]


def test_a_log_of_another_program_belongs_to_no_line(original):
    assert original([("ScalaPageRank", 30)], [("ScalaSparkSort", ENDED)]) == []


def test_the_zone_of_a_report_counts(original):
    east = timezone(timedelta(hours=2))
    lines = [("ScalaSparkSort", ENDED + timedelta(hours=2))]

    assert len(original([("ScalaSort", 30)], lines, east)) == 1
    assert original([("ScalaSort", 30)], lines) == []


def test_a_table_of_an_original_run_has_the_columns_of_all_tables(load, report, tmp_path):
    module, campaign = load("hibench.original"), load("hibench.campaign")
    (tmp_path / "app").write_text("\n".join(_log("DenseKMeans with Params(x)")) + "\n")
    entry = report.entry("ScalaSparkKmeans", ENDED, 1000, 40, 2)

    rows = module.table([entry], list(module.read_logs([str(tmp_path / "app")])), UTC, tmp_path)
    campaign.write(tmp_path / "runs.csv", rows)

    with (tmp_path / "runs.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert tuple(row)[: len(campaign.COLUMNS)] == campaign.COLUMNS
    expected = {
        "workload": "kmeans",
        "log": "app",
        "executors": "2",
        "cores_per_executor": "2",
        "data_bytes": "1000",
        "response_time_s": "30.000",
        "job_span_s": "10.000",
        "report_duration_s": "40.000",
    }
    assert {name: row[name] for name in expected} == expected


BURN = """import sys, time
while time.process_time() < 0.5: pass
print("done", flush=True)
sys.stdin.read()
"""


def test_cpu_time_is_told_apart_by_role_and_application(load, tmp_path):
    sample = load("hibench.sample")
    if not sample.is_possible():
        pytest.skip("there is no /proc here")
    java = tmp_path / "java"
    java.symlink_to(os.path.realpath(sys.executable))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    # a driver; then two executors of two applications, the first one with a Python worker
    worker = (
        f"import subprocess, sys; subprocess.run([sys.executable.replace('java', 'python'), '-c', {BURN!r}])"
    )
    (tmp_path / "python").symlink_to(os.path.realpath(sys.executable))
    commands = [
        [sys.executable, "-c", BURN],
        [str(java), "-c", f"{worker}", sample.BACKEND, "--app-id", "app-1"],
        [str(java), "-c", BURN, sample.BACKEND, "--app-id", "app-2"],
    ]
    driver = subprocess.Popen(commands[0], **pipes)
    started = [driver]
    try:
        with sample.Sampler(driver.pid) as sampler:
            started += [subprocess.Popen(command, **pipes) for command in commands[1:]]
            assert [process.stdout.readline() for process in started] == ["done\n"] * 3
            sampler._sample()
        usage = sampler.usage("app-1")
        other = sampler.usage("app-2")
    finally:
        for process in started:
            process.communicate("")
    assert usage.driver_cpu_s >= 0.45
    assert usage.executor_python_cpu_s >= 0.45
    assert usage.executor_jvm_cpu_s < 0.45 <= other.executor_jvm_cpu_s
    assert other.executor_python_cpu_s == 0
    assert usage.host_busy_cores >= usage.other_busy_cores >= 0

    sampler.write(tmp_path / "samples.csv", "app-1")
    with (tmp_path / "samples.csv").open(newline="") as file:
        roles = {row["role"] for row in csv.DictReader(file)}
    assert roles == {"driver", "executor", "python"}
