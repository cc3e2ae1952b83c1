"""The JVM agent: how it is found, what a plain JDK makes of it, and what it writes of a small program."""

import json
import re
import shutil
import subprocess
import tomllib
import zipfile
import zlib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pertract.api import agent
from pertract.cli import app

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "agent"
JAVA_8 = 52
"""Version of its class files."""
pytestmark = pytest.mark.skipif(not SOURCES.is_dir(), reason="the agent's sources are not here")
PROGRAM = """
import java.lang.management.ManagementFactory;

public class Two {
    public static void main(String[] words) throws Exception {
        for (int task = 0; task < 3; task++) {
            Thread.currentThread().setName("Executor task launch worker for task " + task);
            long end = cpu() + 300_000_000L;
            while (cpu() < end) { }
        }
        System.out.println("done");
        if (words.length > 0) Runtime.getRuntime().halt(9);
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return where the command looks for the jar: nothing is there yet."""
    monkeypatch.setattr(agent, "JAR", tmp_path / "pertract-agent.jar")
    return tmp_path / "pertract-agent.jar"


def test_without_a_jar_one_sentence_says_how_to_build_it(place):
    result = CliRunner().invoke(app, ["agent", "path"])
    assert result.exit_code == 3
    assert result.stdout == ""
    sentence, hint = result.stderr.splitlines()
    assert sentence == f"error: The agent is not built: there is no {place}."
    assert "make agent" in hint


def test_the_path_and_the_two_settings(place):
    place.touch()
    result = CliRunner().invoke(app, ["agent", "path", "--folder", "/data/s", "--stacks"])
    assert result.exit_code == 0
    agent_is = f"-javaagent:{place}=folder=/data/s,stacks=true"
    assert result.stdout.splitlines() == [
        str(place),
        f"spark.driver.extraJavaOptions {agent_is}",
        f"spark.executor.extraJavaOptions {agent_is}",
    ]


def test_the_settings_for_a_jar_that_is_elsewhere_on_the_hosts(place):
    place.touch()
    words = ["--jar", "pertract-agent.jar", "--folder", "", "--interval", "10ms", "--format", "json"]
    result = CliRunner().invoke(app, ["agent", "path", *words])
    assert json.loads(result.stdout) == {
        "jar": str(place),
        "settings": {
            "spark.driver.extraJavaOptions": "-javaagent:pertract-agent.jar=interval=10ms",
            "spark.executor.extraJavaOptions": "-javaagent:pertract-agent.jar=interval=10ms",
        },
    }
    result = CliRunner().invoke(app, ["agent", "path", "--folder", ""])
    assert result.stdout.splitlines()[1] == f"spark.driver.extraJavaOptions -javaagent:{place}"


def test_the_version_is_that_of_the_package():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert re.search(r"<version>(.+?)</version>", (SOURCES / "pom.xml").read_text())[1] == version
    assert f"Implementation-Version: {version}\n" in (SOURCES / "MANIFEST.MF").read_text()


@pytest.fixture(scope="module")
def jar(tmp_path_factory) -> Path:
    """Return the agent as a machine without Maven builds it."""
    if any(shutil.which(tool) is None for tool in ("make", "java", "javac", "jar")):
        pytest.skip("there is no JDK")
    built = tmp_path_factory.mktemp("agent") / "pertract-agent.jar"
    subprocess.run(
        ["make", "--silent", "agent", f"AGENT={built}", "MVN="],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return built


def test_the_jar_is_small_and_for_java_8(jar):
    assert jar.stat().st_size < 100_000
    with zipfile.ZipFile(jar) as archive:
        assert "Premain-Class: org.pertract.agent.Agent" in archive.read("META-INF/MANIFEST.MF").decode()
        classes = [name for name in archive.namelist() if name.endswith(".class")]
        assert all(name.startswith("org/pertract/agent/") for name in classes)
        for name in classes:
            assert int.from_bytes(archive.read(name)[6:8], "big") == JAVA_8


@pytest.fixture(scope="module")
def program(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("program")
    (folder / "Two.java").write_text(PROGRAM)
    subprocess.run(["javac", "-d", str(folder), str(folder / "Two.java")], check=True, timeout=60)
    return folder


def run(jar, program, options, *words):
    command = ["java", "-XX:+UseSerialGC", f"-javaagent:{jar}={options}", "-cp", str(program), "Two", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def lines(file: Path) -> list[dict]:
    text = zlib.decompressobj(31).decompress(file.read_bytes()).decode("ascii")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def documented() -> dict[str, set[str]]:
    """Return the keys of every kind of line that FORMAT.md lists."""
    kinds = {}
    for section in re.split(r"^## ", (SOURCES / "FORMAT.md").read_text(), flags=re.MULTILINE)[1:]:
        if section.startswith("`"):
            cells = re.findall(r"^\| (`.+?) \|", section, re.MULTILINE)
            kinds[section.split("`")[1]] = {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}
    return kinds


def test_what_is_written_is_what_is_documented(jar, program, tmp_path):
    done = run(jar, program, f"folder={tmp_path},stacks=true,interval=20ms,system=100ms,extra=1")
    assert (done.returncode, done.stdout) == (0, "done\n")
    assert done.stderr.startswith("pertract-agent: there is no option 'extra'")
    (file,) = tmp_path.glob("pertract-*.jsonl.gz")
    found = lines(file)
    kinds = documented()
    assert {line["kind"] for line in found} == set(kinds) - {"interval"}
    for line in found:
        assert set(line) <= kinds[line["kind"]], line
        missing = kinds[line["kind"]] - set(line)
        assert missing <= {"stacks"} if line["kind"] == "sample" else not missing, (line["kind"], missing)
    names = {line["n"]: line["name"] for line in found if line["kind"] == "thread"}
    tasks = dict.fromkeys(range(3), 0)
    for sample in (line for line in found if line["kind"] == "sample"):
        for number, cpu_us, *_ in sample["threads"]:
            if match := re.fullmatch(r"Executor task launch worker for task (\d)", names[number]):
                tasks[int(match[1])] += cpu_us
    assert min(tasks[1], tasks[2]) > 0  # the first may be over before the first sample
    end = found[-1]
    used_us = sum(line["cpu_us"] for line in found if line["kind"] == "sample")
    assert used_us == end["cpu_us"] == sum(line["cpu_us"] for line in found if line["kind"] == "system")


def test_of_a_program_that_is_cut_off_most_is_there(jar, program, tmp_path):
    done = run(jar, program, f"folder={tmp_path},interval=20ms,system=100ms", "halt")
    assert (done.returncode, done.stdout, done.stderr) == (9, "done\n", "")
    (file,) = tmp_path.glob("pertract-*.jsonl.gz")
    found = lines(file)
    assert found[0]["kind"] == "process"
    assert found[-1]["kind"] != "end"
    assert found[-1]["t_ms"] - found[0]["t_ms"] > 600


@pytest.mark.parametrize("folder", ["blocked/x", "/dev/null/x", "/proc/x"])
def test_a_folder_that_cannot_be_written_does_not_disturb_the_program(jar, program, tmp_path, folder):
    (tmp_path / "blocked").touch()
    done = run(jar, program, f"folder={tmp_path / folder}")
    assert (done.returncode, done.stdout) == (0, "done\n")
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("pertract-agent: switched off: ")


def test_a_full_drive_does_not_disturb_the_program(jar, program, tmp_path):
    resource = pytest.importorskip("resource")

    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700))

    options = f"folder={tmp_path},interval=1ms,system=5ms,budget=0,stacks=true"
    command = ["java", "-XX:-UsePerfData", f"-javaagent:{jar}={options}", "-cp", str(program), "Two"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, preexec_fn=little_room
    )
    assert (done.returncode, done.stdout) == (0, "done\n")
    (sentence,) = done.stderr.splitlines()
    assert sentence == "pertract-agent: switched off: java.io.IOException: File too large"
    (file,) = tmp_path.glob("pertract-*.jsonl.gz")
    assert file.stat().st_size == 700
