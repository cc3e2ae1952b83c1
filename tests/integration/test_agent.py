"""The JVM agent in a real Spark: what it tells is what operating system and event log tell."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 1800
SHORT_TASK_S = 0.05
UNCOUNTED_S = 0.01
"""What a task's thread may use before and after what Spark's metrics of the task count."""
HALF_S = 0.05
"""Of one interval in which a thread went from one stage to the next, here half goes to each."""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("pyspark") is None, reason="needs pyspark"),
    pytest.mark.skipif(shutil.which("javac") is None, reason="needs a JDK of version 17 on the PATH"),
    pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="needs Linux"),
    pytest.mark.skipif(not (ROOT / "agent/src").is_dir(), reason="the agent's sources are not here"),
    pytest.mark.skipif(
        not (ROOT / "benchmarks").is_dir(), reason="benchmarks are not part of a source package"
    ),
]


@pytest.fixture(scope="module")
def jar(tmp_path_factory) -> Path:
    built = tmp_path_factory.mktemp("agent") / "pertract-agent.jar"
    command = ["make", "--silent", "agent", f"AGENT={built}", "MVN="]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=300)
    return built


def test_unit_tests_of_the_agent():
    if shutil.which("mvn") is None:
        pytest.skip("needs Maven")
    command = ["mvn", "--quiet", "--batch-mode", "-f", str(ROOT / "agent/pom.xml"), "test"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    assert ended.returncode == 0, ended.stdout[-5000:]


class Watch(threading.Thread):
    """Follows the CPU time of executors, s, until they end."""

    def __init__(self, cluster) -> None:
        super().__init__(daemon=True)
        self.cluster, self.stop = cluster, threading.Event()
        self.cpu_s: dict[int, float] = {}
        self.start()

    def run(self) -> None:
        looked_s = 0.0
        while not self.stop.wait(0.05):
            if time.monotonic() - looked_s > 1:
                looked_s = time.monotonic()
                for pid in executors(self.cluster):
                    self.cpu_s.setdefault(pid, 0.0)
            for pid in self.cpu_s:
                words = stat(pid)
                if words and words[0] != "Z":
                    self.cpu_s[pid] = (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def executors(cluster) -> list[int]:
    """Return the pids of what a worker of the cluster has started."""
    ours = {process.pid for process in cluster.processes}
    pids = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
    return [pid for pid in pids if (words := stat(pid)) and int(words[1]) in ours]


def stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


@dataclass
class Process:
    """What the agent told of one JVM."""

    executor: str
    pid: int
    cpu_us: int = 0
    threads_us: int = 0
    native_us: int = 0
    children_us: int = 0
    agent_us: int = 0
    ended: bool = False
    last_ms: int = 0
    applications: set[str | None] = field(default_factory=set)
    tasks_us: Counter[int] = field(default_factory=Counter)
    """CPU under the names of tasks, by the stage in the name; what was used under two names is halved."""


def lines(file: Path) -> list[dict]:
    text = zlib.decompressobj(31).decompress(file.read_bytes()).decode("ascii")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def read(folder: Path) -> dict[str, Process]:
    found: dict[int, Process] = {}
    for file in sorted(folder.glob("pertract-*.jsonl.gz")):
        if not (told := lines(file)):  # it has only just been made
            continue
        first, *rest = told
        one = found.setdefault(first["pid"], Process(first["executor"], first["pid"]))
        one.applications.add(first["application"])
        names = {}
        for line in rest:
            one.last_ms = max(one.last_ms, line.get("t_ms", 0))
            if line["kind"] == "thread":
                names[line["n"]] = line["name"]
            elif line["kind"] == "sample":
                one.cpu_us += line["cpu_us"]
                for number, cpu_us, *before in line["threads"]:
                    one.threads_us += cpu_us
                    for name in (number, *before):
                        if stage := re.search(r" in stage (\d+)\.", names[name]):
                            one.tasks_us[int(stage[1])] += cpu_us // (1 + len(before))
            elif line["kind"] == "system":
                one.native_us += sum(line["native_us"].values())
                one.children_us += line["children_us"]
                one.agent_us += line["agent_us"]
            elif line["kind"] == "end":
                one.ended = True
    return {one.executor: one for one in found.values()}


def logged(events: Path) -> tuple[str, dict[int, float], Counter[int]]:
    """Return the application and, by stage, the CPU seconds and the number of its tasks."""
    (file,) = (path for path in events.iterdir() if not path.name.startswith("."))
    application, cpu_s, tasks = "", defaultdict(float), Counter()
    for line in file.read_text().splitlines():
        event = json.loads(line)
        if event["Event"] == "SparkListenerApplicationStart":
            application = event["App ID"]
        if event["Event"] == "SparkListenerTaskEnd":
            metrics = event["Task Metrics"]
            used_ns = metrics["Executor CPU Time"] + metrics["Executor Deserialize CPU Time"]
            cpu_s[event["Stage ID"]] += used_ns / 1e9
            tasks[event["Stage ID"]] += 1
    return application, cpu_s, tasks


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    from benchmarks.cluster.standalone import Cluster, find_spark, make_folders

    folder = tmp_path_factory.mktemp("cluster")
    make_folders(folder)
    with Cluster(find_spark(), folder) as running:
        running.add_worker(2, "127.0.0.1", "4g")
        yield running


def submit(cluster, jar: Path, place: Path, options: str, millions: float, last_s: float = 0):
    """Start the program with the agent in the driver and two executors."""
    events = place / "events"
    events.mkdir()
    agent = f"-XX:+UseSerialGC -Dlog4j2.configurationFile={cluster.folder}/log4j2.properties "
    agent += f"-javaagent:{jar}={options}"
    settings = {
        "spark.executor.instances": "2",
        "spark.executor.cores": "1",
        "spark.cores.max": "2",
        "spark.executor.memory": "1g",
        "spark.scheduler.minRegisteredResourcesRatio": "1.0",
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": agent,
        "spark.executor.extraJavaOptions": agent,
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": events.as_uri(),
    }
    command = [str(cluster.spark.home / "bin/spark-submit"), "--master", cluster.master]
    for key, value in settings.items():
        command += ["--conf", f"{key}={value}"]
    command += [str(ROOT / "benchmarks/agent/job.py"), str(millions), str(last_s)]
    python = {"PYSPARK_PYTHON": sys.executable}
    log = place / "driver.log"
    return cluster.spark.start(command, log, address="127.0.0.1", folder=cluster.folder, more=python)


def test_what_the_agent_tells_is_what_system_and_event_log_tell(cluster, jar, tmp_path):
    watch = Watch(cluster)
    driver = submit(cluster, jar, tmp_path, f"folder={tmp_path}/samples,stacks=true", 4)
    assert driver.wait(LONGEST_S) == 0, (tmp_path / "driver.log").read_text()[-3000:]
    deadline = time.monotonic() + 60
    while any(stat(pid) for pid in watch.cpu_s) and time.monotonic() < deadline:
        time.sleep(0.1)
    watch.stop.set()
    watch.join()
    found = read(tmp_path / "samples")
    application, tasks_cpu_s, tasks = logged(tmp_path / "events")

    assert set(found) == {"driver", "0", "1"}
    assert found["driver"].applications == {None, application}
    for name, one in found.items():
        assert one.ended, name
        told_s = (one.threads_us + one.native_us) / 1e6
        if name != "driver":
            assert one.applications == {application}
            assert one.cpu_us / 1e6 == pytest.approx(watch.cpu_s[one.pid], rel=0.03)
            assert told_s == pytest.approx(watch.cpu_s[one.pid], rel=0.03)
            assert one.children_us > 100_000
    sums = sum((one.tasks_us for name, one in found.items() if name != "driver"), Counter())
    working = [stage for stage, cpu_s in tasks_cpu_s.items() if cpu_s / tasks[stage] > SHORT_TASK_S]
    assert len(working) >= 3
    assert sum(tasks_cpu_s[stage] for stage in working) > 2
    told_s = sum(sums[stage] for stage in working) / 1e6
    assert told_s == pytest.approx(sum(tasks_cpu_s[stage] for stage in working), rel=0.05)
    for stage in working:
        if tasks_cpu_s[stage] > 1:
            allowed_s = 0.05 * tasks_cpu_s[stage] + UNCOUNTED_S * tasks[stage]
            assert sums[stage] / 1e6 == pytest.approx(tasks_cpu_s[stage], abs=allowed_s), stage
    for stage, cpu_s in tasks_cpu_s.items():
        assert abs(sums[stage] / 1e6 - cpu_s) < 0.05 * cpu_s + UNCOUNTED_S * tasks[stage] + HALF_S, stage


def test_of_a_killed_executor_nearly_everything_is_there(cluster, jar, tmp_path):
    driver = submit(cluster, jar, tmp_path, f"folder={tmp_path}/samples", 1, 30)
    try:
        deadline = time.monotonic() + 300
        victim = None
        while victim is None and time.monotonic() < deadline and driver.poll() is None:
            time.sleep(0.5)
            for name, one in read(tmp_path / "samples").items() if (tmp_path / "samples").exists() else ():
                if name == "0" and one.cpu_us > 5e6:
                    victim = one.pid
        assert victim is not None, (tmp_path / "driver.log").read_text()[-3000:]
        used = stat(victim)
        killed_ms = time.time() * 1000
        os.kill(victim, signal.SIGKILL)
        cpu_s = (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")
        assert driver.wait(LONGEST_S) == 0, (tmp_path / "driver.log").read_text()[-3000:]
    finally:
        if driver.poll() is None:
            driver.kill()
            driver.wait()
    one = read(tmp_path / "samples")["0"]
    assert not one.ended
    assert killed_ms - one.last_ms < 8000
    assert cpu_s - one.cpu_us / 1e6 < 2


def test_an_agent_that_cannot_write_does_not_disturb_the_application(cluster, jar, tmp_path):
    (tmp_path / "blocked").touch()
    driver = submit(cluster, jar, tmp_path, f"folder={tmp_path}/blocked/samples", 0.5)
    assert driver.wait(LONGEST_S) == 0
    assert "pertract-agent: switched off" in (tmp_path / "driver.log").read_text()
    assert logged(tmp_path / "events")[1]
