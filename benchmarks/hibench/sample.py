"""CPU time of the processes of one application on this machine, from Linux's /proc.

Kept per process: executors (JVMs), their Python workers, the driver (JVM and the Python program). Other
machines are not seen: with executors elsewhere, there is only the driver.
"""

from __future__ import annotations

import csv
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

PROC = Path("/proc")
PERIOD_S = 0.5
BACKEND = "org.apache.spark.executor.CoarseGrainedExecutorBackend"


@dataclass(frozen=True)
class Process:
    """What the operating system says about a process."""

    parent: int
    name: str
    cpu_s: float
    """User and system time since its start."""


@dataclass(frozen=True)
class Usage:
    """CPU seconds of an application; times end with the last sample of each process."""

    executor_jvm_cpu_s: float
    executor_python_cpu_s: float
    driver_cpu_s: float
    host_busy_cores: float
    """Mean over the time of sampling."""
    other_busy_cores: float
    """Of these, what is not the application's."""


def is_possible() -> bool:
    """Return whether this system tells what is sampled."""
    return (PROC / "stat").is_file()


def processes() -> dict[int, Process]:
    """Return all processes by their pid."""
    tick_s = 1 / os.sysconf("SC_CLK_TCK")
    found = {}
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                text = (folder / "stat").read_text()
            except OSError:  # it has ended
                continue
            name, _, rest = text.partition("(")[2].rpartition(")")
            words = rest.split()
            found[int(folder.name)] = Process(int(words[1]), name, (int(words[11]) + int(words[12])) * tick_s)
    return found


def host_busy_s() -> float:
    """Return the seconds that all cores of this machine were busy since it started."""
    numbers = [int(word) for word in (PROC / "stat").read_text().split("\n", 1)[0].split()[1:]]
    user, nice, system, _, _, irq, softirq, steal = numbers[:8]
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def busy_cores(seconds_s: float) -> float:
    """Return how many cores are busy, from now on for some seconds."""
    began_s, busy_s = time.monotonic(), host_busy_s()
    time.sleep(seconds_s)
    return (host_busy_s() - busy_s) / (time.monotonic() - began_s)


class Sampler:
    """Samples while it is open; a context manager."""

    def __init__(self, driver: int) -> None:
        """Sample a driver, all that descends from it, and all executors that start from now on."""
        self.driver = driver
        self.rows: list[tuple[float, str, str, int, float]] = []
        """Time (epoch, s), role, application or nothing, pid, CPU time since the start of the process, s."""
        self._before = {pid for pid in processes() if _application(pid)}
        self._applications: dict[int, str] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._busy_s: list[tuple[float, float]] = []

    def __enter__(self) -> Sampler:
        self._busy_s.append((time.monotonic(), host_busy_s()))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._busy_s.append((time.monotonic(), host_busy_s()))

    def _run(self) -> None:
        while not self._stop.is_set():
            self._sample()
            self._stop.wait(PERIOD_S)

    def _sample(self) -> None:
        now_s, all_of_them = time.time(), processes()
        for pid, process in all_of_them.items():
            is_new = process.name == "java" and pid not in self._before and pid not in self._applications
            if is_new and (application := _application(pid)):
                self._applications[pid] = application
        for pid, process in all_of_them.items():
            line = _ancestry(pid, all_of_them)
            owner = next((one for one in line if one in self._applications), None)
            if owner is not None:
                role = "executor" if pid == owner else "python"
                self.rows.append((now_s, role, self._applications[owner], pid, process.cpu_s))
            elif self.driver in line:
                self.rows.append((now_s, "driver", "", pid, process.cpu_s))

    def usage(self, application: str) -> Usage:
        """Return the usage of an application whose driver was sampled."""
        latest = {(role, pid): cpu_s for _, role, of, pid, cpu_s in self.rows if of in ("", application)}
        sums = dict.fromkeys(("executor", "python", "driver"), 0.0)
        for (role, _), cpu_s in latest.items():
            sums[role] += cpu_s
        (began_s, busy_before_s), (ended_s, busy_after_s) = self._busy_s
        busy_s = busy_after_s - busy_before_s
        span_s = ended_s - began_s
        other_s = max(0.0, busy_s - sum(sums.values()))
        return Usage(sums["executor"], sums["python"], sums["driver"], busy_s / span_s, other_s / span_s)

    def write(self, path: Path, application: str) -> None:
        """Write the samples of an application as a table."""
        with path.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("time_s", "role", "pid", "cpu_s"))
            for time_s, role, of, pid, cpu_s in self.rows:
                if of in ("", application):
                    writer.writerow((f"{time_s:.3f}", role, pid, f"{cpu_s:.2f}"))


def _application(pid: int) -> str:
    """Return the application of an executor, or nothing."""
    try:
        words = (PROC / str(pid) / "cmdline").read_text(errors="replace").split("\0")
    except OSError:
        return ""
    if BACKEND not in words or "--app-id" not in words:
        return ""
    return words[words.index("--app-id") + 1]


def _ancestry(pid: int, all_of_them: dict[int, Process]) -> list[int]:
    """Return a process, its parent, and so on."""
    line: list[int] = []
    while pid in all_of_them and pid not in line:
        line.append(pid)
        pid = all_of_them[pid].parent
    return line
