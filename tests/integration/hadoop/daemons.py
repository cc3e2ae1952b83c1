"""Processes of a cluster: each started in a group of its own, and ended by its pid."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

STOP_S = 20
"""How long a process may take to end before it is killed."""


class DidNotStart(Exception):
    """A daemon that ended or kept silent; the message has the end of its log."""


@dataclass
class Daemons:
    """The processes that were started here."""

    folder: Path
    """Of their logs."""
    started: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        """Start a daemon; it also ends if this process is killed and cannot end it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        tied = [found, "--pdeathsig", "KILL"] if (found := shutil.which("setpriv")) else []
        with self.log(name).open("ab") as output:
            self.started[name] = subprocess.Popen(
                [*tied, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                start_new_session=True,
            )

    def log(self, name: str) -> Path:
        """Return where a daemon's log is."""
        return self.folder / f"hadoop-{name}.log"

    def wait(self, what: str, names: list[str], is_ready: Callable[[], bool], limit_s: float) -> None:
        """Wait until something holds, as long as some daemons live.

        Raises
        ------
        DidNotStart
            If it does not hold in time, or a daemon has ended.
        """
        deadline = time.monotonic() + limit_s
        while not (ended := [name for name in names if self.started[name].poll() is not None]):
            with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
                if is_ready():
                    return
            if time.monotonic() > deadline:
                break
            time.sleep(0.25)
        tails = (f"{name}:\n{self.log(name).read_text(errors='replace')[-3000:]}" for name in ended or names)
        raise DidNotStart(f"{what}: not within {limit_s:.0f} s, or ended.\n" + "\n".join(tails))

    def stop(self) -> None:
        """End all processes, the last started first, and what their containers left."""
        for process in reversed(self.started.values()):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_S
        for process in self.started.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.started.clear()


def end_processes_in(folder: Path) -> int:
    """End processes that work in a folder, which is how containers that outlive a NodeManager are known.

    Returns
    -------
    How many there were.
    """
    count = 0
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if entry.joinpath("cwd").readlink().is_relative_to(folder.resolve()):
                os.kill(int(entry.name), signal.SIGKILL)
                count += 1
    return count
