"""What the JVM agent adds to the start of a JVM: a program that loads many classes, with and without it.

usage: python -m benchmarks.agent.start [--rounds N] [--jar PATH]

The JVM announces every class that it loads to an agent, and the agent loads its own. Here Spark prints its
version, some thousand classes, and the CPU seconds of the process are taken from the operating system when it
ends, so they are exact.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

from benchmarks.agent.overhead import interval95
from benchmarks.cluster.standalone import find_spark

MAIN = ["org.apache.spark.deploy.SparkSubmit", "--version"]


def cpu_s(command: list[str]) -> float:
    """Return user and system time of a program, s."""
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(program.pid, 0)
    program.returncode = os.waitstatus_to_exitcode(status)
    if program.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed.")
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--jar", type=Path, help="the agent; else the one that 'make agent' built")
    given = parser.parse_args()
    if given.jar is None:
        from pertract.api.agent import agent_path

        given.jar = agent_path()
    java = ["java", "-XX:+UseSerialGC", "-cp", f"{find_spark().home}/jars/*"]
    differences_s, without_s = [], []
    with tempfile.TemporaryDirectory() as folder:
        agent = f"-javaagent:{given.jar.resolve()}=folder={folder}"
        for number in range(given.rounds):
            ways = [[], [agent]] if number % 2 else [[agent], []]
            used_s = {len(way): cpu_s([*java, *way, *MAIN]) for way in ways}
            differences_s.append(used_s[1] - used_s[0])
            without_s.append(used_s[0])
    low_s, high_s = interval95(differences_s)
    print(f"without the agent {statistics.median(without_s):.2f} s of CPU (median of {given.rounds})")
    print(f"with it {statistics.median(differences_s):+.3f} s; 95 % interval {low_s:+.3f} to {high_s:+.3f} s")


if __name__ == "__main__":
    main()
