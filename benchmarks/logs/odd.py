"""What is said about damaged and odd logs, next to what the core of spark-rapids-tools says.

usage: python benchmarks/logs/odd.py [--tools-wheel FILE] [--spark-jars FOLDER] [--full]

Every case is made from the shipped example, and what is right is laid down here: a result, a refusal, or
either; an exit code other than zero exactly where there is no result; and, where something is lost or wrong,
a message that names it. Any wording counts that holds one of the words given here, in what was printed or in
the table of states that the other tool writes; of its log only warnings and errors. The message alone is
counted too. ``--full`` prints all of these lines and not the last one only.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import tools
import zstandard

EXAMPLE = tools.ROOT / "examples" / "randomforest.zstd"
PACKED = EXAMPLE.read_bytes()
PLAIN = zstandard.ZstdDecompressor().decompressobj().decompress(PACKED)
LINES = PLAIN.splitlines(keepends=True)
_CUT = r"\bcut\b|truncat|incomplete|not complete|breaks|unfinished|damage|corrupt|premature|unexpected end"
_NOT_A_LOG = r"not an? (spark )?event ?log|looks like|not supported|no valid|unrecogni[sz]ed|malformed"
_CONTAINER_LOG = b"""26/11/21 02:52:43 INFO SignalUtils: Registering signal handler for TERM
26/11/21 02:52:44 INFO CoarseGrainedExecutorBackend: Successfully registered with driver
26/11/21 02:52:47 INFO Executor: Running task 0.0 in stage 0.0 (TID 0)
26/11/21 02:52:49 INFO Executor: Finished task 0.0 in stage 0.0 (TID 0). 2081 bytes result sent to driver
"""


@dataclass(frozen=True)
class Case:
    """A log, and what a tool should do with it."""

    name: str
    make: Callable[[Path], Path]
    """Writes it to a folder and returns what to give to the tool."""
    result: bool | None
    """Whether there is enough in it for a result; None where that is a matter of taste."""
    message: str = ""
    """What a right message matches; empty if nothing is wrong with the log."""


def file(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return make


def without(*events: str) -> bytes:
    names = tuple(event.encode() for event in events)
    return b"".join(line for line in LINES if not any(name in line[:60] for name in names))


def spaced() -> bytes:
    return b"".join(json.dumps(json.loads(line)).encode() + b"\n" for line in LINES)


def rolled(missing: int) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        log = folder / "eventlog_v2_app-1"
        log.mkdir()
        (log / "appstatus_app-1").touch()
        third = len(LINES) // 3
        for part in range(3):
            if part + 1 != missing:
                end = None if part == 2 else (part + 1) * third
                (log / f"events_{part + 1}_app-1").write_bytes(b"".join(LINES[part * third : end]))
        return log

    return make


def no_log(folder: Path) -> Path:
    logs = folder / "logs"
    logs.mkdir()
    return logs


def flipped() -> bytes:
    damaged = bytearray(PLAIN)
    at = len(b"".join(LINES[: len(LINES) // 2])) + 20
    damaged[at : at + 40] = b"\x00" * 40
    return bytes(damaged)


CASES = (
    Case("zstd cut in the middle", file("app.zstd", PACKED[: len(PACKED) // 2]), True, _CUT),
    Case("gzip cut in the middle", file("app.gz", gzip.compress(PLAIN)[:60_000]), None, _CUT),
    Case("plain, cut inside a line", file("app", PLAIN[: len(PLAIN) // 2]), True, _CUT),
    Case(
        "still running",
        file("app.inprogress", without("ApplicationEnd")),
        True,
        r"running|killed|(no|application) end",
    ),
    Case(
        "one line overwritten",
        file("app", flipped()),
        True,
        r"malformed|unreadable|damage|\bline|\d of \d+ tasks",
    ),
    Case("rolled, second part missing", rolled(2), None, r"missing|gap|not found"),
    Case("rolled, whole", rolled(0), True),
    Case("zstd, named .lz4", file("app.lz4", PACKED), True),
    Case("zstd, named .log", file("app.log", PACKED), True),
    Case("spaces after the colons", file("app", spaced()), True),
    Case(
        "no application start", file("app", without("ApplicationStart")), True, r"application start|AppInfo"
    ),
    Case("empty file", file("app", b""), False, r"empty"),
    Case("log of a container", file("stderr", _CONTAINER_LOG), False, _NOT_A_LOG),
    Case("gzip, damaged from the start", file("app.gz", b"\x1f\x8b\x08" + b"\x55" * 5000), False, _CUT),
    Case("JSON of something else", file("app.json", b'{"id": 1}\n' * 100), False, _NOT_A_LOG),
    Case("folder without a log", no_log, False, r"no event log|no .*files|empty|no valid"),
    Case(
        "nothing there", lambda folder: folder / "absent", False, r"no such|not exist|not found|invalid path"
    ),
)


@dataclass(frozen=True)
class Answer:
    """What a tool did with a log."""

    result: bool
    exit_code: int
    said: list[str]

    def names(self, case: Case) -> bool:
        """Return whether the message is right; where nothing is wrong, the result is the message."""
        if not case.message:
            return self.result
        return bool(re.search(case.message, "\n".join(self.said), re.IGNORECASE))

    def right(self, case: Case) -> bool:
        """Return whether result, exit code and message are what was laid down."""
        expected = self.result if case.result is None else case.result
        return self.result == expected == (self.exit_code == 0) and self.names(case)


def ours(log: Path, folder: Path) -> Answer:
    model = folder / "model.yaml"
    done = tools.run(tools.extract_command(log, model))
    lines = done.output.splitlines()
    telling = [line for line in lines if re.match(r"(error|note|warning): ", line)]
    return Answer(model.is_file(), done.exit_code, telling)


def theirs(other: tools.Peer, log: Path, folder: Path) -> Answer:
    output = folder / "profile"
    done = tools.run(other.command(log, output))
    said = [line for line in done.output.splitlines() if re.search(r" (WARN|ERROR) |Exception", line)]
    for states in output.rglob("profiling_status.csv"):
        said += states.read_text().splitlines()[1:]
    result = any(output.rglob("job_information.csv"))
    return Answer(result, done.exit_code, [line for line in said if "NativeCodeLoader" not in line])


def shown(answer: Answer, case: Case, folder: Path, *, full: bool) -> str:
    mark = "right" if answer.right(case) else "only the message" if answer.names(case) else "WRONG"
    said = answer.said if full else answer.said[-1:]
    text = " / ".join(said).replace(f"{folder}/", "") or "(nothing said)"
    what = "result" if answer.result else "no result"
    return f"{mark}, {what}, exit code {answer.exit_code}: {text[: 2000 if full else 160]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tools-wheel", type=Path, metavar="FILE", help="of spark-rapids-user-tools")
    parser.add_argument("--spark-jars", type=Path, metavar="FOLDER", help="pyspark/jars of pyspark 3.5")
    parser.add_argument("--full", action="store_true", help="print everything that was said")
    options = parser.parse_args()
    other = tools.peer(options.tools_wheel, options.spark_jars)
    right = {"pertract": 0, "spark-rapids-tools": 0}
    named = dict(right)
    expected = {True: "a result", False: "a refusal", None: "a result or a refusal"}
    for case in CASES:
        print(f"{case.name} ({expected[case.result]} is right)")
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            log = case.make(folder)
            answers = {"pertract": ours(log, folder), "spark-rapids-tools": theirs(other, log, folder)}
            for tool, answer in answers.items():
                right[tool] += answer.right(case)
                named[tool] += answer.names(case)
                print(f"  {tool:18} {shown(answer, case, folder, full=options.full)}", flush=True)
    for tool, number in right.items():
        print(f"{tool}: {number} of {len(CASES)} right, {named[tool]} with a right message")


if __name__ == "__main__":
    main()
