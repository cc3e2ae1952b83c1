"""`pertract extract` on folders, archives, attempts and web servers, as users call it."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import zstandard
from typer.testing import CliRunner

import pertract
from pertract.cli import app
from pertract.errors import SourceNotFound

ROOT = Path(__file__).parents[2]
LOG = ROOT / "examples" / "randomforest.zstd"
PLAIN = zstandard.ZstdDecompressor().stream_reader(LOG.read_bytes(), read_across_frames=True).read()


def application(number, *, attempt=None):
    """Return the example log as that of another application."""
    start = json.loads(next(line for line in PLAIN.splitlines() if b"ApplicationStart" in line[:50]))
    other = PLAIN.replace(start["App ID"].encode(), f"app-{number}".encode())
    if attempt is not None:
        other = other.replace(b'"App ID"', f'"App Attempt ID":"{attempt}","App ID"'.encode(), 1)
    return other


@pytest.fixture
def folder(tmp_path):
    logs = tmp_path / "logs"
    (logs / "deeper").mkdir(parents=True)
    (logs / "app-1.zst").write_bytes(zstandard.compress(application(1)))
    (logs / "deeper" / "app-2").write_bytes(application(2))
    (logs / "deeper" / "stdout").write_text("26/11/21 10:00:00 INFO Executor: hello\n")
    return logs


def run(*arguments):
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["extract", *map(str, arguments)])


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_folder_gives_a_model_of_every_application(folder, tmp_path, jobs):
    result = run(folder, "-o", f"{tmp_path}/models/", "--jobs", jobs)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "2 models written, 1 other file left alone"
    assert [p.name for p in sorted((tmp_path / "models").iterdir())] == ["app-1.yaml", "app-2.yaml"]
    assert pertract.load(tmp_path / "models" / "app-2.yaml").runs[0].application_id == "app-2"


def test_patterns_and_several_sources(folder, tmp_path):
    result = run(f"{folder}/app-*", folder / "deeper" / "app-2", "-o", f"{tmp_path}/m/", "--format", "json")
    document = json.loads(result.stdout)
    assert [row["summary"]["application_id"] for row in document["models"]] == ["app-1", "app-2"]
    assert (document["schema"], document["refused"], document["others"]) == ("pertract/extractions/1", [], [])


def test_a_log_that_cannot_be_used_is_named_and_the_others_are_written(folder, tmp_path):
    (folder / "app-3").write_bytes(b"".join(application(3).splitlines(keepends=True)[:6]))
    (folder / "app-4.zst").write_bytes(b"\x28\xb5\x2f\xfd" + b"\xff" * 50)
    result = run(folder, "-o", tmp_path / "models/")
    shutil.rmtree(tmp_path / "models", ignore_errors=True)
    (tmp_path / "models").mkdir()
    result = run(folder, "-o", tmp_path / "models")
    assert result.exit_code == 3
    assert "app-4.zst: the zstd data is damaged from the start" in result.stdout
    assert "app-3: no job finished" in result.stdout
    assert result.stdout.splitlines()[-1] == "2 models written, 2 logs not usable, 1 other file left alone"


def test_several_applications_do_not_fit_one_model(folder, tmp_path):
    result = run(folder, "-o", tmp_path / "model.yaml")
    assert result.exit_code == 3
    assert "there are 2 event logs, such as app-1, app-2" in result.stderr
    assert "--app" in result.stderr
    assert not (tmp_path / "model.yaml").exists()


def test_one_application_of_a_folder(folder, tmp_path):
    assert run(folder, "--app", "app-2", "-o", tmp_path / "model.yaml").exit_code == 0
    assert pertract.load(tmp_path / "model.yaml").runs[0].application_id == "app-2"
    result = run(folder, "--app", "app-7", "-o", tmp_path / "other.yaml")
    assert result.exit_code == 3
    assert "no log of application app-7; there is app-1, app-2" in result.stderr


def test_the_last_attempt_is_taken_unless_another_is_named(tmp_path):
    for attempt in (1, 2, 10):
        (tmp_path / f"log_{attempt}").write_bytes(application(5, attempt=attempt))
    run_ = pertract.read_run(tmp_path)
    assert run_.notes == ["this is attempt 10; there is also attempt 1, 2"]
    assert run(tmp_path, "--attempt", 2, "-o", tmp_path / "m.yaml").exit_code == 0
    result = run(tmp_path, "--app", "app-5", "--attempt", 3, "-o", tmp_path / "m.yaml")
    assert "no attempt 3 of app-5; there is 1, 10, 2" in result.stderr


def test_the_finished_log_is_taken_and_not_the_one_in_progress(tmp_path):
    (tmp_path / "app-1").write_bytes(application(1))
    (tmp_path / "app-1.inprogress").write_bytes(application(1)[:200_000])
    assert pertract.read_run(tmp_path).missing == []


def test_what_the_history_server_hands_out_as_zip(tmp_path):
    path = tmp_path / "eventLogs-app-1.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(LOG, "app-1.zstd")
    assert run(path, "-o", tmp_path / "m.yaml").exit_code == 0


def test_nothing_in_a_folder(tmp_path):
    (tmp_path / "a").mkdir()
    result = run(tmp_path / "a", "-o", f"{tmp_path}/m/")
    assert result.exit_code == 3
    assert "there is no event log" in result.stderr
    assert not (tmp_path / "m").exists()
    (tmp_path / "a" / "log").write_bytes(PLAIN)
    with pytest.raises(SourceNotFound, match=r"there is no event log of application x"):
        list(pertract.api.extract_all([tmp_path / "a"], tmp_path / "m", application="x"))


def test_an_attempt_is_for_one_model(folder, tmp_path):
    result = run(folder, "--attempt", 1, "-o", f"{tmp_path}/m/")
    assert (result.exit_code, "--attempt is for one model" in result.stderr) == (2, True)


def test_a_folder_that_cannot_be_made(folder, tmp_path):
    (tmp_path / "file").touch()
    result = run(folder, "-o", f"{tmp_path}/file/models/")
    assert (result.exit_code, "cannot be made" in result.stderr) == (2, True)


def test_names_of_models_are_safe_and_distinct(tmp_path):
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "log").write_bytes(application("1/../../etc"))
    run(tmp_path, "-o", f"{tmp_path}/m/")
    assert [p.name for p in sorted((tmp_path / "m").iterdir())] == [
        "app-1-..-..-etc-2.yaml",
        "app-1-..-..-etc.yaml",
    ]


def test_the_parts_of_a_rolled_log_give_the_same_model_side_by_side(tmp_path):
    """Run as a program of its own, as other processes import its main module again."""
    lines = PLAIN.splitlines(keepends=True)
    rolled = tmp_path / "eventlog_v2_app-1"
    rolled.mkdir()
    for number, begin in enumerate(range(0, len(lines), 150), 1):
        (rolled / f"events_{number}_app-1").write_bytes(b"".join(lines[begin : begin + 150]))
    program = tmp_path / "program.py"
    program.write_text(
        "import sys, pertract\n"
        "from pertract.sources.spark import reader\n"
        "if __name__ == '__main__':\n"
        "    reader._WORTH_IT = 0\n"
        "    for jobs in (1, 2):\n"
        "        model = pertract.extract(sys.argv[1], jobs=jobs)\n"
        "        print(model.model_copy(update={'provenance': None}).model_dump_json())\n"
    )
    done = subprocess.run([sys.executable, program, rolled], capture_output=True, text=True, check=True)
    one, two = done.stdout.splitlines()
    assert one == two
    assert json.loads(one)["runs"][0]["tasks"] > 100


def test_quietly_only_what_is_wrong_is_said(folder, tmp_path):
    (folder / "app-4.zst").write_bytes(b"\x28\xb5\x2f\xfd" + b"\xff" * 50)
    result = run(folder, "-o", f"{tmp_path}/models/", "-q")
    assert (result.exit_code, result.stdout) == (3, "")
    assert (
        result.stderr
        == f"error: {folder}/app-4.zst: the zstd data is damaged from the start, nothing can be unpacked\n"
    )
