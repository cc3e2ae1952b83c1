"""Run the same Spark job with and without the agent in turn, and tell the difference in CPU time.

usage: python -m benchmarks.agent.overhead [--rounds N] [--millions N] [--ways WAY ...] [-o FOLDER]

Every round runs the job once in each way, the next round in the opposite order. The difference is the
median, over rounds, of CPU seconds of the executor's process with the agent / without, as the operating
system counts them, with a 95 % interval (bootstrap over rounds). Runs differ by some percent anyway, so
what the agent's own thread used stands beside it, which is exact; only that is without its share in
starting the JVM and compiling. Writes FOLDER/overhead.csv, a row per run, and goes on there if stopped.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import sys
import tempfile
import time
import zlib
from pathlib import Path

import numpy as np

from benchmarks.cluster.eventlog import facts
from benchmarks.cluster.standalone import Cluster, find_spark, make_folders
from benchmarks.hibench import sample

WAYS = {
    "without": None,
    "100 ms": "interval=100ms",
    "100 ms, stacks": "interval=100ms,stacks=true",
    "10 ms": "interval=10ms,budget=0",
    "10 ms, stacks": "interval=10ms,stacks=true,budget=0",
}
COLUMNS = (
    "round",
    "way",
    "cpu_s",
    "python_cpu_s",
    "task_cpu_s",
    "agent_cpu_s",
    "wall_s",
    "bytes",
    "other_cores",
)
HERE = Path(__file__).resolve().parent
LONGEST_S = 1800
Row = dict[str, str]


def run(cluster: Cluster, jar: Path, way: str, millions: float, place: Path) -> Row:
    """Run the job once in a way and return what was measured."""
    events, written = place / "events", place / "samples"
    events.mkdir()
    java = f"-XX:+UseSerialGC -Dlog4j2.configurationFile={cluster.folder}/log4j2.properties"
    agent = f" -javaagent:{jar}=folder={written},{WAYS[way]}" if WAYS[way] else ""
    settings = {
        "spark.cores.max": "1",
        "spark.executor.cores": "1",
        "spark.executor.memory": "1g",
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": java,
        "spark.executor.extraJavaOptions": java + agent,
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": events.as_uri(),
    }
    command = [str(cluster.spark.home / "bin/spark-submit"), "--master", cluster.master]
    for key, value in settings.items():
        command += ["--conf", f"{key}={value}"]
    command += [str(HERE / "job.py"), str(millions)]
    began_s = time.monotonic()
    driver = cluster.spark.start(
        command,
        place / "driver.log",
        address="127.0.0.1",
        folder=cluster.folder,
        more={"PYSPARK_PYTHON": sys.executable},
    )
    try:
        with sample.Sampler(driver.pid) as sampler:
            if driver.wait(LONGEST_S) != 0:
                raise SystemExit(f"The job failed; see {place}/driver.log.")
            wall_s = time.monotonic() - began_s
            time.sleep(1)  # the executor ends after the driver
    finally:
        if driver.poll() is None:
            driver.kill()
            driver.wait()
    (log,) = (file for file in events.iterdir() if not file.name.startswith("."))
    found = facts(log.read_text().splitlines())
    usage = sampler.usage(found.application)
    files = list(written.glob("*.gz"))
    return {
        "cpu_s": f"{usage.executor_jvm_cpu_s:.2f}",
        "python_cpu_s": f"{usage.executor_python_cpu_s:.2f}",
        "task_cpu_s": f"{found.task_cpu_s:.3f}",
        "agent_cpu_s": f"{sum(agent_cpu_s(file) for file in files):.4f}",
        "wall_s": f"{wall_s:.1f}",
        "bytes": str(sum(file.stat().st_size for file in files)),
        "other_cores": f"{usage.other_busy_cores:.2f}",
    }


def agent_cpu_s(file: Path) -> float:
    """Return what the agent's own thread used, as it wrote it down."""
    text = zlib.decompressobj(31).decompress(file.read_bytes()).decode("ascii")
    lines = (json.loads(line) for line in text.split("\n")[:-1])
    return sum(line["agent_us"] for line in lines if line["kind"] == "system") / 1e6


def interval95(ratios: list[float]) -> tuple[float, float]:
    """Return the 95 % interval of the median, by bootstrap."""
    drawn = np.random.default_rng(1).choice(ratios, (10_000, len(ratios)))
    low, high = np.quantile(np.median(drawn, axis=1), [0.025, 0.975])
    return float(low), float(high)


def table(rows: list[Row]) -> list[str]:
    """Return the lines of the table that is printed."""
    rounds: dict[str, dict[str, Row]] = {}
    for row in rows:
        rounds.setdefault(row["round"], {})[row["way"]] = row
    title = f"{'agent':16}{'CPU, s':>8}{'difference':>12}{'95 % interval':>20}{'own thread':>12}{'of CPU':>9}"
    told = [title + f"{'per core':>10}{'written, kB/min':>17}"]
    for way, options in WAYS.items():
        of_way = [one[way] for one in rounds.values() if way in one]
        if not of_way:
            continue
        line = f"{way:16}{statistics.median(float(row['cpu_s']) for row in of_way):8.2f}"
        pairs = [(one[way], one["without"]) for one in rounds.values() if way in one and "without" in one]
        if options and pairs:
            ratios = [float(with_it["cpu_s"]) / float(without["cpu_s"]) - 1 for with_it, without in pairs]
            low, high = interval95(ratios)
            line += f"{statistics.median(ratios):+12.1%}{f'{low:+.1%} to {high:+.1%}':>20}"
            own = [float(row["agent_cpu_s"]) for row in of_way]
            share = [float(row["agent_cpu_s"]) / float(row["cpu_s"]) for row in of_way]
            core = [float(row["agent_cpu_s"]) / float(row["wall_s"]) for row in of_way]
            size = [float(row["bytes"]) / float(row["wall_s"]) * 60 / 1e3 for row in of_way]
            line += f"{statistics.median(own):10.2f} s{statistics.median(share):9.2%}"
            line += f"{statistics.median(core):10.2%}{statistics.median(size):17.0f}"
        told.append(line)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--millions", type=float, default=12, help="work of the job in the JVM")
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=WAYS)
    parser.add_argument("--jar", type=Path, help="the agent; else the one that 'make agent' built")
    parser.add_argument("-o", "--output", type=Path, default=Path("out/agent"))
    given = parser.parse_args()
    if given.jar is None:
        from pertract.api.agent import agent_path

        given.jar = agent_path()
    sample.PERIOD_S = 0.1
    given.output.mkdir(parents=True, exist_ok=True)
    path = given.output / "overhead.csv"
    rows: list[Row] = []
    if path.exists():
        with path.open(newline="") as file:
            rows += csv.DictReader(file)
    done = {(row["round"], row["way"]) for row in rows}
    with tempfile.TemporaryDirectory() as work:
        make_folders(Path(work))
        with Cluster(find_spark(), Path(work)) as cluster:
            cluster.add_worker(1, "127.0.0.1", "2g")
            for number in range(1, given.rounds + 1):
                for way in given.ways[:: 1 if number % 2 else -1]:
                    if (str(number), way) in done:
                        continue
                    with tempfile.TemporaryDirectory(dir=work) as place:
                        found = run(cluster, given.jar.resolve(), way, given.millions, Path(place))
                    rows.append({"round": str(number), "way": way} | found)
                    print(" ".join(f"{key}={value}" for key, value in rows[-1].items()), flush=True)
                    with path.open("w", newline="") as file:
                        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
                        writer.writeheader()
                        writer.writerows(rows)
    print("\n".join(["", *table(rows)]))


if __name__ == "__main__":
    main()
