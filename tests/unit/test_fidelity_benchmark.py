"""The core of the benchmark that compares predictions with recorded runs of sleeping tasks."""

import importlib
import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "fidelity"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="benchmarks are not part of a source package")
TABLE = """scenario,workload,label,repetition,log,options,job_span_s,warm_up_s,jobs_s
calibration,chain,small,2,b.zstd,,12.5,2.5,10
calibration,chain,small,1,a.zstd,,12,2,10
more,chain,large,1,c.zstd,--executors 4 --set 'a.b=c d',8,2,4 5.5
more,chain,large,2,d.zstd,--executors 4,9,2,4 5
"""


@pytest.fixture
def load(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.syspath_prepend(str(FOLDER.parents[1]))
    return importlib.import_module


@pytest.fixture
def scheduling(load):
    return load("scheduling")


def _document(*stages, mean=8.8, low=7.0, high=9.0):
    keys = ("job", "start_s", "end_s")
    span = {"mean": mean, "interval90": [low, high]}
    return {"job_span_s": span, "stages": [dict(zip(keys, stage, strict=True)) for stage in stages]}


def test_the_first_plain_run_of_a_workload_is_used_for_calibration(scheduling):
    rows = scheduling.read_rows(TABLE.splitlines())

    assert {name: row.log for name, row in scheduling.calibrations(rows).items()} == {"chain": "a.zstd"}
    assert rows[2].options == ("--executors", "4", "--set", "a.b=c d")


def test_jobs_before_the_work_are_the_warm_up(scheduling):
    document = _document(("w", 10, 11), ("w", 11, 12), ("x", 12, 15), ("y", 12.5, 18.8))

    found = scheduling.predicted(document, 2)

    assert found.work_s == pytest.approx(8.8 - 2)
    assert found.jobs_s == pytest.approx((3, 6.3))


def test_without_a_warm_up_all_is_work(scheduling):
    assert scheduling.predicted(_document(("x", 1, 9.8)), 1).work_s == pytest.approx(8.8)


def test_errors_are_relative_to_what_was_measured(scheduling):
    row = scheduling.read_rows(TABLE.splitlines())[2]
    document = _document(("w", 0, 2), ("x", 2, 5), ("y", 2, 8.6), mean=8.8)

    found = scheduling.Compared(row, scheduling.predicted(document, 2), calibration_work_s=9)

    assert found.error == pytest.approx(0.1)
    assert found.work_error == pytest.approx(6.8 / 6 - 1)
    assert found.same_error == pytest.approx(0.5)
    assert found.jobs_error == pytest.approx((0.25 + 0.2) / 2)
    assert found.is_inside


@pytest.mark.parametrize(("low", "high"), [(8.1, 9), (7, 7.9)])
def test_a_measured_span_beside_its_interval_is_outside(scheduling, low, high):
    row = scheduling.read_rows(TABLE.splitlines())[2]
    document = _document(("w", 0, 2), ("x", 2, 5), ("y", 2, 8.6), low=low, high=high)

    assert not scheduling.Compared(row, scheduling.predicted(document, 2), 9).is_inside


def test_noise_compares_repetitions_of_the_same_run_only(scheduling):
    rows = scheduling.read_rows(TABLE.splitlines())

    assert scheduling.noise(rows) == pytest.approx([0, 1 / 6.5])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("error: the setting 'a' has no effect\nSettings that have: b.\n", "the setting 'a' has no effect"),
        (
            "Usage: pertract predict [OPTIONS]\nTry 'pertract predict --help' for help.\n"
            "╭─ Error ──────╮\n│ No such option: --lose-executor      │\n╰──────╯\n",
            "No such option: --lose-executor",
        ),
    ],
)
def test_a_refusal_is_told_by_its_sentence(scheduling, text, sentence):
    assert scheduling.refusal(text) == sentence


def test_options_tell_how_a_run_differs_from_its_calibration(load):
    scenarios = load("scenarios")
    plain = scenarios.CALIBRATION["chain"]
    dynamic = {
        "spark.dynamicAllocation.enabled": "true",
        "spark.dynamicAllocation.initialExecutors": "1",
    }

    def run(*cluster, **settings):
        return scenarios.Run("any", "chain", "any", *cluster, settings=settings)

    assert scenarios.options(plain, plain) == ""
    assert scenarios.options(run(4, 1), plain) == "--executors 4 --executor-cores 1"
    assert scenarios.options(run(2, 2), plain, 12.34) == "--lose-executor 12.3s"
    assert scenarios.options(run(4, 2, **dynamic), plain) == (
        "--set spark.dynamicAllocation.enabled=true --set spark.dynamicAllocation.initialExecutors=1"
    )


def test_every_recorded_label_is_one_of_the_scenarios(load, scheduling):
    scenarios = load("scenarios")
    runs = (*scenarios.CALIBRATION.values(), *scenarios.TARGETS)
    labels = {run.label: run for one in runs for run in (one, one.beside) if run}
    recorded = scheduling.RECORDED
    with recorded.open() as file:
        rows = scheduling.read_rows(file)

    assert {row.label for row in rows} == set(labels)
    assert {row.repetition for row in rows} == {1, 2}
    assert all((recorded.parent / row.log).is_file() for row in rows)
    for row in rows:
        plain = scenarios.CALIBRATION[row.workload]
        usual = scenarios.options(labels[row.label], plain).split()
        assert list(row.options)[: len(usual)] == usual
        assert ("--lose-executor" in row.options) == (labels[row.label].lose_after_s is not None)


def test_times_come_from_the_events_of_applications_and_jobs(load):
    def event(name, **fields):
        return json.dumps({"Event": f"SparkListener{name}", **fields}) + "\n"

    warm = {"spark.jobGroup.id": "warm-up"}
    lines = [
        event("ApplicationStart", Timestamp=1000),
        event("JobStart", **{"Job ID": 0, "Submission Time": 3000, "Properties": warm}),
        event("TaskEnd", Timestamp=1),
        event("JobEnd", **{"Job ID": 0, "Completion Time": 5000}),
        event("JobStart", **{"Job ID": 1, "Submission Time": 5100}),
        event("JobStart", **{"Job ID": 2, "Submission Time": 5200}),
        event("JobEnd", **{"Job ID": 2, "Completion Time": 6200}),
        event("JobEnd", **{"Job ID": 1, "Completion Time": 8100}),
        event("ApplicationEnd", Timestamp=9000),
    ]

    found = load("benchmarks.cluster.eventlog").times(lines)

    assert (found.response_time_s, found.job_span_s, found.warm_up_s) == (8, 5.1, 2)
    assert found.jobs_s == (3, 1)
    assert found.work_s == pytest.approx(3.1)


def test_recorded_logs_say_nothing_about_the_machine(load):
    lines = [
        '{"Event":"SparkListenerEnvironmentUpdate","JVM Information":{"Java Home":"/j","Java Version":"17"},'
        '"Spark Properties":{"spark.jars":"file:/home/me/work/x.jar"},"System Properties":{"a":"b"}}\n',
        '{"Event":"SparkListenerTaskEnd","Host":"127.0.0.2"}\n',
    ]

    environment, task = load("benchmarks.cluster.eventlog").scrubbed(lines, ["/home/me", "/home/me/work"])

    assert task == lines[1]
    assert json.loads(environment) == {
        "Event": "SparkListenerEnvironmentUpdate",
        "JVM Information": {"Java Version": "17"},
        "Spark Properties": {"spark.jars": "file:/opt/lab/x.jar"},
        "System Properties": {},
    }
