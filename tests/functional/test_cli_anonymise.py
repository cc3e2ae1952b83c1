"""``pertract anonymise`` as people call it, on real logs: no name is left, and the model is the same."""

import csv
import json
import re
from contextlib import suppress
from functools import cache
from pathlib import Path

import msgspec
import pytest
import typer
import zstandard
from typer.testing import CliRunner

from pertract.cli import anonymise as command
from pertract.errors import NoUsableRun
from pertract.extract import build_model
from pertract.sources import spark
from pertract.sources.spark.anonymise import DAMAGED, anonymise_log, vocabulary
from pertract.sources.spark.parts import open_part

ROOT = Path(__file__).parents[2]
LOG = ROOT / "examples" / "randomforest.zstd"
PUBLIC = ROOT.parent / "shared/data/spark-eventlogs/public"
MANIFEST = PUBLIC / "MANIFEST.csv"
KEY = b"a key for tests only"

LOGS = [pytest.param(LOG, id=LOG.name)]
if MANIFEST.is_file():
    with MANIFEST.open(newline="") as _file:
        LOGS += [pytest.param(PUBLIC / row["file"], id=row["file"]) for row in csv.DictReader(_file)]
else:  # the collection lies beside the repository, not in it
    _skip = pytest.mark.skip(reason=f"no public event logs at {PUBLIC}")
    LOGS.append(pytest.param(PUBLIC, id="public logs", marks=_skip))


# -- what is in a log, found without what is tested ------------------------------------------------

TOKEN = re.compile(r"[A-Za-z]+[-_][0-9a-f]{12}")
PUBLIC_TEXT = "\n".join(sorted(vocabulary.VOCABULARY | vocabulary.COMMANDS | vocabulary.FORMATS))
PLAIN = re.compile(  # numbers, sizes, times, versions; identifiers that Spark counts up
    r"[-+0-9.eE]+|\d+ ?([bkmgtp]b?|ms|s|min|h|d)|true|false|localhost|local\[[\d*, ]+\]"
    r"|local-cluster\[[\d, ]+\]|yarn(-client|-cluster)?"
    r"|\d{4}-\d\d-\d\dT[\d:.]+Z|(version )?[\d._]+(-SNAPSHOT|-amzn-\d)?|(rdd|broadcast)_\d+(_(piece)?\d+)?"
    r"|(\w+) \(\d+\)|(Gpu)?Scan \w+ ?|\{\"id\":.*\}",
    re.IGNORECASE,
)
SPECIAL = {
    *("spark.app.id", "spark.app.name", "spark.master", "spark.jobGroup.id", "spark.job.description"),
    *("spark.scheduler.pool", "spark.sql.execution.id", "spark.sql.execution.root.id"),
}


def texts(value):
    if isinstance(value, dict):
        for key, held in value.items():
            yield key
            yield from texts(held)
    elif isinstance(value, list):
        for held in value:
            yield from texts(held)
    elif isinstance(value, str):
        yield value
        if value.startswith('{"'):
            with suppress(ValueError):
                yield from texts(json.loads(value))


def lines_of(path):
    for part in spark.find(path).parts:
        with open_part(part) as opened:
            yield from opened


def texts_of(path):
    found = set()
    for line in lines_of(path):
        try:
            found.update(texts(msgspec.json.decode(line)))
        except (msgspec.DecodeError, UnicodeDecodeError):
            found.add(line.decode("utf-8", "replace").strip())
    return found


def words_of(found):
    """Whole texts, and the words and names with dots and dashes in them."""
    words = set(found)
    for text in found:
        words.update(word for word in re.split(r"[^\w.@-]+", text) if len(word) >= 6)
        words.update(word for word in re.split(r"[\W_]+", text) if len(word) >= 6)
    return {word for word in words if len(word.strip()) >= 4}


@pytest.fixture(scope="module")
def anonymous(tmp_path_factory):
    """Return the anonymous form of a log, made once."""
    folder = tmp_path_factory.mktemp("anonymous")
    made = {}

    @cache
    def form(path):
        made[path] = folder / f"log-{len(made)}"
        return made[path], anonymise_log(spark.find(path), made[path], key=KEY)

    return form


@pytest.mark.parametrize("path", LOGS)
def test_no_text_of_the_original_is_left(path, anonymous):
    output, done = anonymous(path)
    kept = {text for text in texts_of(output) if text not in SPECIAL and not PLAIN.fullmatch(text)}
    kept.discard(DAMAGED.decode().strip())
    left = TOKEN.sub("", "\n".join(kept))
    secrets = {
        word
        for word in words_of(texts_of(path))
        if word not in PUBLIC_TEXT and word not in SPECIAL and not PLAIN.fullmatch(word)
    }
    assert {word for word in secrets if word in left} == set()
    assert done.lines == sum(1 for line in lines_of(path) if line.strip())


# -- the model -------------------------------------------------------------------------------------


def compared(before, after, place, names):
    """Collect the texts that differ by place; everything else must be equal."""
    assert type(before) is type(after), place
    if isinstance(before, dict):
        assert before.keys() == after.keys(), place
        for key in before:
            compared(before[key], after[key], f"{place}.{key}", names)
    elif isinstance(before, list):
        assert len(before) == len(after), place
        for one, other in zip(before, after, strict=True):
            compared(one, other, place, names)
    elif isinstance(before, str):
        names.setdefault(place, set()).add((before, after))
    else:
        assert before == after, place


def model_of(path):
    model = build_model(spark.read(spark.find(path)), source="log").model_dump(mode="json")
    del model["runs"][0]["digest"]
    events = model["completeness"].pop("events")
    known = {name: number for name, number in events.items() if name in vocabulary.EVENTS}
    return model, known, sorted(events.values())


NAMED = {
    ".name",
    ".runs.application_id",
    ".execution.nodes.name",
    ".execution.nodes.group",
    ".execution.nodes.pool",
    ".execution.nodes.nodes.name",
    ".execution.nodes.nodes.operations.name",
    ".execution.nodes.nodes.operations.call_site",
    ".workload.data.name",
    ".workload.data.query",
}


@pytest.mark.parametrize("path", LOGS)
def test_the_model_is_the_same_but_for_names(path, anonymous):
    output, _ = anonymous(path)
    try:
        before, *events_before = model_of(path)
    except NoUsableRun:
        with pytest.raises(NoUsableRun):
            model_of(output)
        return
    after, *events_after = model_of(output)
    assert events_after == events_before
    names = {}
    compared(before, after, "", names)
    for place, pairs in names.items():
        assert place in NAMED or all(one == other for one, other in pairs), place
        assert len({one for one, _ in pairs}) == len({other for _, other in pairs}) == len(pairs), place


# -- the command -----------------------------------------------------------------------------------

app = typer.Typer()
command.register(app)


@app.callback()
def _several() -> None:
    """Make typer expect the name of a command."""


def run(*arguments):
    result = CliRunner(env={"FORCE_COLOR": None, "GITHUB_ACTIONS": None, "COLUMNS": "100"}).invoke(
        app, ["anonymise", *map(str, arguments)]
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def assert_error(result, code, text):
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert text in result.stderr


def test_help_has_an_example():
    result = run("--help")
    assert result.exit_code == 0
    assert "pertract anonymise eventlogs/" in result.stdout


def test_it_says_what_it_did(tmp_path):
    result = run(LOG, "-o", tmp_path / "shared.zstd")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    assert f"anonymous log written to {tmp_path / 'shared.zstd'}" in result.stdout
    assert "634 lines, " in result.stdout
    assert "1 user" in result.stdout
    packed = (tmp_path / "shared.zstd").read_bytes()
    assert b"randforest" not in zstandard.ZstdDecompressor().decompressobj().decompress(packed)


def test_quiet_says_nothing(tmp_path):
    result = run(LOG, "-o", tmp_path / "out", "--quiet")
    assert (result.exit_code, result.output) == (0, "")


def test_json_says_it_to_programs(tmp_path):
    result = run(LOG, "-o", tmp_path / "out", "--format", "json")
    document = json.loads(result.stdout)
    assert document["schema"] == "pertract/anonymised-log/1"
    assert document["log"] == str(tmp_path / "out")
    assert (document["lines"], document["damaged_lines"], document["missing"]) == (634, 0, [])
    assert document["tokens"]["user"] == 1
    assert document["stored_bytes"] == (tmp_path / "out").stat().st_size


def test_a_key_makes_logs_comparable(tmp_path):
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    assert run(LOG, "-o", first, "--key", tmp_path / "key").exit_code == 0
    assert run(LOG, "-o", second, "--key", tmp_path / "key").exit_code == 0
    assert run(LOG, "-o", third).exit_code == 0
    assert first.read_bytes() == second.read_bytes() != third.read_bytes()


def test_a_rolled_log_becomes_one_file(tmp_path):
    folder = tmp_path / "eventlog_v2_app-1"
    folder.mkdir()
    lines = list(lines_of(LOG))
    (folder / "events_2_app-1").write_bytes(b"".join(lines[300:]))
    (folder / "events_1_app-1").write_bytes(b"".join(lines[:300]).rstrip())
    (folder / "appstatus_app-1").touch()
    assert run(folder, "-o", tmp_path / "out", "--key", tmp_path / "key").exit_code == 0
    assert run(LOG, "-o", tmp_path / "expected", "--key", tmp_path / "key").exit_code == 0
    assert (tmp_path / "out").read_bytes() == (tmp_path / "expected").read_bytes()


def test_damaged_lines_are_counted(tmp_path):
    log = tmp_path / "log"
    log.write_bytes(b"".join(lines_of(LOG)) + b'{"Event":"SparkListenerTaskEnd","Host":"secr')
    result = run(log, "-o", tmp_path / "out")
    assert "635 lines, 1 of them damaged" in result.stdout
    assert (tmp_path / "out").read_bytes().endswith(b"\n" + DAMAGED)


def test_a_cut_log_is_noted(tmp_path):
    cut = tmp_path / "cut.zstd"
    cut.write_bytes(LOG.read_bytes()[:-100])
    result = run(cut, "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert "note: the zstd data of cut.zstd ends or breaks in the middle" in result.stdout


def test_the_log_is_not_overwritten(tmp_path):
    log = tmp_path / "log.zstd"
    log.write_bytes(LOG.read_bytes())
    assert_error(run(log, "-o", log), 2, "this is the log itself")
    assert log.read_bytes() == LOG.read_bytes()


def test_the_key_is_not_overwritten(tmp_path):
    assert_error(run(LOG, "-o", tmp_path / "x", "--key", tmp_path / "x"), 2, "the same file")
    assert list(tmp_path.iterdir()) == []


def test_a_log_is_no_key(tmp_path):
    assert_error(run(LOG, "-o", tmp_path / "x", "--key", LOG), 2, "not a key")


def test_a_missing_log_is_said(tmp_path):
    assert_error(run(tmp_path / "none", "-o", tmp_path / "x", "--key", tmp_path / "key"), 3, "no such file")
    assert list(tmp_path.iterdir()) == []


def test_something_else_than_a_log_is_said(tmp_path):
    assert_error(run(ROOT / "README.md", "-o", tmp_path / "x"), 3, "not a Spark event log")


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    assert_error(run(LOG, "-o", tmp_path / "none" / "x"), 2, "cannot be written")


def test_debug_shows_where_an_error_comes_from(tmp_path):
    result = run(LOG, "-o", tmp_path / "none" / "x", "--debug")
    assert result.exit_code == 2
    assert "Traceback" in result.stderr
