"""CPU that is attributed in a real run, held against the operating system and the event log."""

import os
import shutil
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import pytest

import pertract
from pertract.extract import attribute
from pertract.extract.traces import CATEGORIES
from pertract.sources import profilers, spark

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 900
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("pyspark") is None, reason="needs pyspark"),
    pytest.mark.skipif(shutil.which("javac") is None, reason="needs a JDK of version 17 on the PATH"),
    pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="needs Linux"),
    pytest.mark.skipif(not (ROOT / "agent/src").is_dir(), reason="the agent's sources are not here"),
]

JOB = """
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
for _ in range(3):
    spark.range(0, 30_000_000, 1, 4).selectExpr("sum(hash(id, id * 7, string(id)))").collect()
    spark.range(0, 6_000_000, 1, 4).selectExpr("id % 1000000 k").groupBy("k").count().count()
words = spark.sparkContext.parallelize(range(300_000), 4).map(lambda n: (n % 97, str(n) * 3))
words.reduceByKey(lambda a, b: max(a, b), 4).count()
spark.stop()
"""


class Watch(threading.Thread):
    """Follows the CPU time of executors until they end, as the operating system counts it."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.stop = threading.Event()
        self.cpu_s: dict[str, float] = {}
        """By executor."""
        self._executor_of: dict[int, str | None] = {}
        self.start()

    def run(self) -> None:
        while not self.stop.wait(0.05):
            for pid in (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()):
                if executor := self._executor(pid):
                    self._look(pid, executor)

    def _executor(self, pid: int) -> str | None:
        if self._executor_of.get(pid) is None:
            try:
                words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            except OSError:
                return None
            ours = "--executor-id" in words and any(self.mark in word for word in words)
            self._executor_of[pid] = words[words.index("--executor-id") + 1] if ours else None
        return self._executor_of[pid]

    mark = f"attribution-{os.getpid()}"
    """In the command line of the executors of this test."""

    def _look(self, pid: int, executor: str) -> None:
        try:
            words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return
        if words[0] != "Z":
            self.cpu_s[executor] = (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Event log, samples, and CPU seconds of each executor's process."""
    folder = tmp_path_factory.mktemp("attribution")
    jar = folder / "pertract-agent.jar"
    build = ["make", "--silent", "agent", f"AGENT={jar}", "MVN="]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=300)
    (folder / "events").mkdir()
    (folder / "job.py").write_text(JOB)
    java = (
        f"-XX:+UseSerialGC -Dpertract.test={Watch.mark} -javaagent:{jar}=folder={folder}/samples,stacks=true"
    )
    settings = {
        "spark.executor.memory": "768m",
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "4",
        "spark.driver.extraJavaOptions": java,
        "spark.executor.extraJavaOptions": java,
        "spark.eventLog.enabled": "true",
        "spark.eventLog.compress": "false",
        "spark.eventLog.dir": (folder / "events").as_uri(),
    }
    home = Path(find_spec("pyspark").origin).parent
    command = [str(home / "bin/spark-submit"), "--master", "local-cluster[2,1,768]"]
    for key, value in settings.items():
        command += ["--conf", f"{key}={value}"]
    environment = {**os.environ, "SPARK_HOME": str(home), "PYSPARK_PYTHON": sys.executable}
    environment |= {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_HOSTNAME": "127.0.0.1"}
    watch = Watch()
    try:
        ended = subprocess.run(
            [*command, str(folder / "job.py")],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
    finally:
        watch.stop.set()
        watch.join()
    assert ended.returncode == 0, ended.stderr[-3000:]
    return folder / "events", folder / "samples", watch.cpu_s


@pytest.fixture(scope="module")
def attribution(recorded):
    log, samples, _ = recorded
    return attribute(spark.read(log, keep_tasks=True), profilers.read(samples))


def test_the_sum_is_what_the_operating_system_counts(recorded, attribution):
    _, _, cpu_s = recorded
    python = CATEGORIES.index("python")
    assert len(attribution.of_executors) == len(cpu_s) == 2
    for i in attribution.of_executors:
        executor = attribution.executors[i]
        assert attribution.core_s[i].sum() == pytest.approx(attribution.process_core_s[i])
        of_jvm = attribution.core_s[i].sum() - attribution.core_s[i, :, python].sum()
        assert of_jvm == pytest.approx(cpu_s[executor], rel=0.03)


def test_cpu_of_tasks_is_that_of_the_event_log(attribution):
    told = attribution.log_core_s[attribution.of_executors].sum(axis=0)
    large = told >= 1.0  # what Spark's metrics leave out at the end of tasks is more where tasks are small
    assert large.sum() >= 3
    assert attribution.task_error()[large] == pytest.approx(0, abs=0.05)


def test_categories_are_those_of_the_application(attribution):
    used = dict(zip(CATEGORIES, attribution.by_stage().sum(axis=0), strict=True))
    assert attribution.complete
    assert used["operators"] > 1
    assert used["jit"] > 1
    assert used["python"] > 0.1
    assert used["task"] == 0
    assert used["shuffle_serialisation"] > 0


def test_a_model_of_it_predicts_its_own_utilisation(recorded):
    log, samples, _ = recorded
    model = pertract.extract(log, samples=[samples])
    measured = model.runs[0].cpu_utilisation
    assert model.profiles.executor.basis == "measured"
    found = pertract.predict(model, replications=3)
    used = found.cpu_utilisation.mean * found.response_time_s.mean
    # Not nearer on a busy machine: the warm-up of tasks is a median over few of them.
    assert used == pytest.approx(measured * model.runs[0].response_time_s, rel=0.15)
