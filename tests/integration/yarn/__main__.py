"""Record what Hadoop's schedulers grant.

usage: python -m tests.integration.yarn OUT.json [--count N] [--seed S] [--jars FOLDER]

Needs a JDK and Maven, which brings the jars that pom.xml names.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

from . import cases

HERE = Path(__file__).parent
MARK = "ANSWER "


def jars(folder: Path) -> Path:
    """Return a folder with the jars; they are fetched where it has none."""
    if not any(folder.glob("hadoop-*.jar")):
        command = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
        subprocess.run([*command, f"-DoutputDirectory={folder}"], check=True)
    return folder


def record(asked: list[cases.Case], jar_folder: Path, folder: Path) -> list[cases.Case]:
    """Return the cases with what was granted."""
    subprocess.run(
        ["javac", "-cp", f"{jar_folder}/*", "-d", str(folder), str(HERE / "Grants.java")], check=True
    )
    lines = [json.dumps({**case, "properties": cases.properties(case, folder)}) for case in asked]
    command = ["java", "-Xmx600m", "-cp", f"{folder}:{jar_folder}/*", "Grants"]
    done = subprocess.run(
        command, input="\n".join(lines) + "\n", capture_output=True, text=True, check=True, cwd=folder
    )
    answers = [line.removeprefix(MARK) for line in done.stdout.splitlines() if line.startswith(MARK)]
    return [{**case, "answer": json.loads(answer)} for case, answer in zip(asked, answers, strict=True)]


def main() -> None:
    """Record cases and write them, one per line."""
    parser = argparse.ArgumentParser(prog="python -m tests.integration.yarn", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jars", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = record(
            list(cases.drawn(asked.seed, asked.count)), jars(asked.jars or folder / "jars"), folder
        )
    asked.out.write_text("[\n" + ",\n".join(json.dumps(case) for case in found) + "\n]\n")


if __name__ == "__main__":
    main()
