"""What only a process of its own can show: exit codes, standard error, what is imported.

Each call takes about half a second, so there are few.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOG = ROOT / "examples" / "randomforest.zstd"
MINIMAL = ROOT / "dsl" / "valid" / "minimal.yaml"
INVALID = ROOT / "dsl" / "invalid"
ENVIRONMENT = {
    key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR", "GITHUB_ACTIONS", "COLUMNS")
}


def pertract(*arguments: object, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "pertract", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
        env=ENVIRONMENT,
        **options,
    )


def assert_error(done: subprocess.CompletedProcess, code: int) -> str:
    """One line that says what is wrong, at most one with a hint, and nothing else; return the first."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    message, *hint = done.stderr.splitlines()
    assert message.startswith("error: ")
    assert len(hint) <= 1
    return message


def test_from_a_log_to_a_prediction(tmp_path):
    extracted = pertract("extract", LOG, cwd=tmp_path)
    assert extracted.returncode == 0, extracted.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["model.yaml"]
    predicted = pertract("predict", "model.yaml", "--executors", 4, "-n", 2, cwd=tmp_path)
    assert predicted.returncode == 0, predicted.stderr
    assert "on 4 executors" in predicted.stdout
    assert predicted.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["predict", MINIMAL, "--no-such-option"], "--no-such-option"),
        (["predict", MINIMAL, "--executors", "many"], "--executors"),
        (["predict", MINIMAL, "--seed", "-1"], "--seed"),
        (["convert", MINIMAL, "--to", "xml", "-o", "out"], "--to"),
        (["show"], "MODEL"),
        (["no-such-command"], "no-such-command"),
    ],
    ids=["unknown option", "no number", "out of range", "unknown notation", "nothing", "unknown command"],
)
def test_wrong_usage_has_exit_code_2_and_names_what_is_wrong(arguments, named, tmp_path):
    done = pertract(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert named in done.stderr
    assert "mistake in pertract" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_arguments_the_help_is_shown():
    done = pertract()
    assert done.returncode in (0, 2)
    assert "Usage:" in done.stdout + done.stderr
    assert "unexpected" not in done.stderr


def test_contradictory_options_have_exit_code_2():
    done = pertract("predict", MINIMAL, "--data-size", "1GB", "--data-scale", 2)
    assert "exclude each other" in assert_error(done, 2)


@pytest.mark.parametrize(
    ("content", "expected"),
    [(None, "no such file"), (b"", "empty"), (b"not a log\n", "not a Spark event log")],
    ids=["missing", "empty", "other"],
)
def test_a_log_that_cannot_be_used_has_exit_code_3_and_leaves_no_model(tmp_path, content, expected):
    log = tmp_path / "log"
    if content is not None:
        log.write_bytes(content)
    message = assert_error(pertract("extract", log, "-o", tmp_path / "model.yaml"), 3)
    assert expected in message
    assert log.name in message
    assert not (tmp_path / "model.yaml").exists()


@pytest.mark.parametrize("name", ["unknown-field", "edge-to-nowhere", "other-schema"])
def test_an_invalid_model_has_exit_code_4_and_the_line_of_the_mistake(name):
    path = INVALID / f"{name}.yaml"
    message = assert_error(pertract("check", path), 4)
    remarks = dict(
        line[2:].split(": ", 1) for line in path.read_text(encoding="utf-8").splitlines() if line[:2] == "# "
    )
    assert remarks["expect"] in message
    place = f"{path}, line {remarks['line']}: " if "line" in remarks else f"{path}: "
    assert message.startswith(f"error: {place}")


def test_a_traceback_is_shown_with_debug_only_and_the_exit_code_stays(tmp_path):
    plain = pertract("check", tmp_path / "m.yaml")
    debug = pertract("check", tmp_path / "m.yaml", "--debug")
    assert "Traceback" not in plain.stderr
    assert "Traceback" in debug.stderr
    assert "SourceNotFound" in debug.stderr
    assert (plain.returncode, debug.returncode) == (3, 3)


def test_a_reader_that_stops_early_is_no_error():
    process = subprocess.Popen(
        [sys.executable, "-m", "pertract", "show", str(MINIMAL)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=60) == 0


def test_help_imports_no_library_for_numbers():
    program = (
        "import sys\n"
        "sys.argv = ['pertract', '--help']\n"
        "from pertract.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as stopped:\n"
        "    assert not stopped.code\n"
        "heavy = ('numpy', 'scipy', 'simpy', 'networkx', 'pydantic', 'msgspec', 'yaml')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=ENVIRONMENT,
    )
    assert done.returncode == 0, done.stderr
    assert "Usage:" in done.stdout
    assert done.stderr.strip() == "[]"


def test_output_in_another_encoding_does_not_fail(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "pertract", "predict", str(MINIMAL), "-n", "1"],
        capture_output=True,
        check=False,
        timeout=60,
        env={**ENVIRONMENT, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0, done.stderr
    assert b"response time" in done.stdout
