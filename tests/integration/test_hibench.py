"""Every workload of the HiBench benchmark computes what it should, and a campaign leaves what it promises."""

import csv
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import pertract

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 900
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("pyspark") is None, reason="needs pyspark"),
    pytest.mark.skipif(shutil.which("java") is None, reason="needs Java 17 on the PATH"),
    pytest.mark.skipif(
        not (ROOT / "benchmarks").is_dir(), reason="benchmarks are not part of a source package"
    ),
]
ALL = """
import json, sys
from pathlib import Path
from pyspark.sql import SparkSession
from benchmarks.hibench import application, workloads

spark = SparkSession.builder.getOrCreate()
place, name, spoil = sys.argv[1:]
workload = workloads.load(name)
size = workload.SCALES["tiny"]
data, again, output = (f"{place}/{name}-{what}" for what in ("data", "again", "output"))
for folder in (data, again):
    workload.generate(spark, folder, 4, size)
assert application.size_bytes(spark, data) == application.size_bytes(spark, again)
job = workloads.Job(data, output, 4, workload.ITERATIONS or 0)
found = workload.run(spark, job)
workload.check(spark, job, size, found)
answer = {"found": found, "bytes": application.size_bytes(spark, data), "refused": ""}
if spoil == "output":
    parts = Path(output.removeprefix("file://")).glob("part-*")
    part = max(parts, key=lambda one: one.stat().st_size)
    part.write_text("".join(part.read_text().splitlines(keepends=True)[1:]))
    part.with_name(f".{part.name}.crc").unlink()
if spoil == "cost":
    found["cost"] *= 10
if spoil == "rmse":
    found["rmse"] *= 10
if spoil == "error":
    found["error"] = 0.5
try:
    workload.check(spark, job, size, found)
except workloads.WrongResult as error:
    answer["refused"] = str(error)
print("ANSWER " + json.dumps(answer))
"""


def _environment():
    here = {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable, "PYTHONHASHSEED": "0"}
    settings = "--master local[2] --conf spark.ui.enabled=false --conf spark.default.parallelism=4"
    settings += " --conf spark.sql.shuffle.partitions=4 pyspark-shell"
    return {**os.environ, **here, "PYTHONPATH": str(ROOT), "PYSPARK_SUBMIT_ARGS": settings}


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("wordcount", "output"),
        ("sort", "output"),
        ("terasort", "output"),
        ("rf", "error"),
        ("linear", "rmse"),
        ("kmeans", "cost"),
        ("pagerank", "output"),
        ("aggregation", "output"),
        ("join", "output"),
    ],
)
def test_a_workload_computes_what_it_should_and_its_check_notices_if_not(tmp_path, name, spoil):
    ended = subprocess.run(
        [sys.executable, "-c", ALL, tmp_path.as_uri(), name, spoil],
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
        cwd=tmp_path,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    (line,) = (line for line in ended.stdout.splitlines() if line.startswith("ANSWER "))
    answer = json.loads(line.removeprefix("ANSWER "))
    assert answer["refused"]
    assert answer["bytes"] > 0


def _campaign(folder, *words):
    command = [sys.executable, "-m", "benchmarks.hibench.run", "-o", str(folder), "--memory", "1024", *words]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False, cwd=ROOT)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    with (folder / "runs.csv").open(newline="") as file:
        return ended.stdout, list(csv.DictReader(file))


def test_a_campaign_on_a_cluster_of_its_own(tmp_path):
    words = ("--workloads", "wordcount", "kmeans", "--executors", "2", "--iterations", "2", "--check")
    _, rows = _campaign(tmp_path, *words)

    assert [row["label"] for row in rows] == ["wordcount-tiny-2x1-r1", "kmeans-tiny-i2-2x1-r1"]
    assert [row["iterations"] for row in rows] == ["", "2"]
    for row in rows:
        run = pertract.read_run(tmp_path / row["log"])
        assert float(row["response_time_s"]) == pytest.approx(run.response_time_s, abs=0.01)
        assert float(row["job_span_s"]) == pytest.approx(run.job_span_s, abs=0.01)
        assert (int(row["executors"]), int(row["tasks"])) == (len(run.executors), run.tasks)
        assert {executor.host for executor in run.executors} == {"127.0.0.1"}
        assert (row["nodes"], int(row["node_cores"])) == ("1", os.cpu_count())
        assert pertract.extract(tmp_path / row["log"]).replay is not None
    if Path("/proc/stat").is_file():
        words_row, means_row = rows
        assert float(words_row["executor_python_cpu_s"]) > 0
        assert all(float(row["executor_jvm_cpu_s"]) > float(row["task_cpu_s"]) * 0.5 for row in rows)
        assert 0 < float(means_row["cpu_utilisation"]) < 2
    lines = (tmp_path / "hibench.report").read_text().splitlines()
    assert [line.split()[0] for line in lines] == ["Type", "PythonSparkWordcount", "PythonSparkKmeans"]
    assert float(lines[1].split()[4]) > float(rows[0]["response_time_s"])
    assert not list((tmp_path / "data").glob("output"))

    said, again = _campaign(tmp_path, *words)
    assert "0 of 2 runs to make" in said
    assert again == rows


def test_a_campaign_in_a_single_process(tmp_path):
    _, (row,) = _campaign(tmp_path, "--workloads", "wordcount", "--master", "local[2]", "--executors", "1")

    assert (row["executors"], row["cores_per_executor"], row["nodes"]) == ("1", "2", "1")
    assert row["executor_jvm_cpu_s"] == ""
