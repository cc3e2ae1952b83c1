"""What the JVM agent's own thread uses in a busy program with 80 threads, after its start.

usage: python -m benchmarks.agent.steady [--seconds S] [--jar PATH]

The agent writes it down itself: CPU of its thread, counted by the operating system, and of the process.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
import zlib
from pathlib import Path

from benchmarks.agent.memory import PROGRAM
from benchmarks.agent.overhead import WAYS

STARTING = 3
"""System lines of the start, which is `start.py`'s matter."""


def system_lines(folder: Path) -> list[dict[str, int]]:
    (file,) = folder.glob("*.gz")
    text = zlib.decompressobj(31).decompress(file.read_bytes()).decode("ascii")
    lines = (json.loads(line) for line in text.split("\n")[:-1])
    return [line for line in lines if line["kind"] == "system"]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jar", type=Path, help="the agent; else the one that 'make agent' built")
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args()
    if given.jar is None:
        from pertract.api.agent import agent_path

        given.jar = agent_path()
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "Many.java").write_text(PROGRAM)
        subprocess.run(["javac", "-d", work, f"{work}/Many.java"], check=True)
        for number, (way, options) in enumerate(WAYS.items()):
            if options is None:
                continue
            folder = Path(work) / str(number)
            agent = f"-javaagent:{given.jar.resolve()}=folder={folder},{options}"
            with subprocess.Popen(["java", "-XX:+UseSerialGC", agent, "-cp", work, "Many"]) as program:
                time.sleep(given.seconds)
                program.kill()
            steady = system_lines(folder)[STARTING:]
            own_us, cpu_us, time_us = (
                sum(line[key] for line in steady) for key in ("agent_us", "cpu_us", "dt_us")
            )
            print(
                f"{way:16} {own_us / cpu_us:6.2%} of the process's CPU, {own_us / time_us:6.2%} of a core; "
                f"the process used {cpu_us / time_us:.2f} cores",
                flush=True,
            )


if __name__ == "__main__":
    main()
