"""The jars of Hadoop, by their Maven coordinates (`pom.xml`)."""

import os
import shutil
import subprocess
from pathlib import Path

POM = Path(__file__).with_name("pom.xml")
FETCH_S = 600
"""The longest that fetching some hundred MB may take."""


class NoHadoop(Exception):
    """Why there can be no cluster on this machine."""


def find(folder: Path) -> Path:
    """Return a folder with the jars: the one that PERTRACT_HADOOP_JARS names, or filled by Maven.

    Raises
    ------
    NoHadoop
        If Maven or Java are absent, or the jars cannot be had.
    """
    if shutil.which("java") is None:
        raise NoHadoop("no java on the PATH: Hadoop and Spark need Java 17")
    if named := os.environ.get("PERTRACT_HADOOP_JARS"):
        if not any(Path(named).glob("hadoop-yarn-server-resourcemanager-*.jar")):
            raise NoHadoop(f"no hadoop-yarn-server-resourcemanager jar in PERTRACT_HADOOP_JARS={named}")
        return Path(named)
    maven = shutil.which("mvn")
    if maven is None:
        raise NoHadoop(
            "no mvn on the PATH: Maven fetches the jars of Hadoop (tests/integration/hadoop/pom.xml)"
        )
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [
            maven,
            "--batch-mode",
            "--quiet",
            f"--file={POM}",
            "dependency:copy-dependencies",
            "-DincludeScope=runtime",
            f"-DoutputDirectory={folder}",
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=FETCH_S,
        check=False,
    )
    if done.returncode:
        raise NoHadoop(f"Maven cannot fetch the jars of Hadoop:\n{done.stdout[-1500:]}{done.stderr[-500:]}")
    return folder
