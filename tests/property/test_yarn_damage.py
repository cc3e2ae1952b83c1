"""Damaged answers, logs and configuration files never end in a traceback, and what is read makes a model."""

import json
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import pertract
from pertract.errors import SourceError
from pertract.extract import build_model
from pertract.extract.yarn import with_cluster
from pertract.sources import yarn
from pertract.sources.yarn import answers, configuration, rm_log, tree
from pertract.sources.yarn.merge import merge
from pertract.sources.yarn.records import Snapshot

DATA = Path(__file__).parents[1] / "data" / "yarn"
FILES = sorted(path for folder in ("rm", "timeline", "conf") for path in (DATA / folder).iterdir())
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.sampled_from(["", "NaN", "-1", "1e400", "<html>", "root", "\x00", "0"]),
    st.lists(st.none(), max_size=2),
    st.dictionaries(st.sampled_from(["a", "memory", "queue"]), st.integers(), max_size=2),
)


@cache
def run():
    return pertract.read_run(DATA / "application_1795302742954_0004_1.zstd")


@cache
def content(path):
    return path.read_bytes()


@cache
def model():
    return build_model(run(), source="x")


def places(value, at=()):
    """Yield the place of every value in a document."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*at, key)
        yield from places(inner, (*at, key))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_bytes_that_are_cut_or_changed(data):
    path = data.draw(st.sampled_from(FILES))
    whole = content(path)
    begin, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    damaged = whole[:begin] + data.draw(st.binary(max_size=5)) + whole[end:]
    refusal = None
    try:
        parsed = tree.parse(damaged, "f")
    except SourceError as error:
        refusal = error
    if refusal is not None:
        assert str(refusal).startswith("f: ")
        assert refusal.hint
        return
    answers.read(parsed)
    configuration.read(parsed, Snapshot())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_values_of_other_kinds_still_make_a_model(data):
    """Every combination of odd values is a valid document of the language in the end."""
    snapshot = Snapshot()
    for path in FILES:
        if path.suffix != ".json":
            continue
        document = json.loads(content(path))
        everywhere = list(places(document))
        for _ in range(data.draw(st.integers(0, 3))):
            *way, last = data.draw(st.sampled_from(everywhere or [("x",)]))
            inner = document
            try:
                for key in way:
                    inner = inner[key]
                inner[last] = data.draw(ODD)
            except (KeyError, IndexError, TypeError):
                continue  # an earlier change took it away
        if (told := answers.read(document)) is not None:
            merge(snapshot, told[0], path.name)
    with_cluster(model(), run(), snapshot)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_lines_that_are_cut_or_mixed(data, tmp_path_factory):
    lines = content(DATA / "logs/resourcemanager.log").splitlines(keepends=True)
    kept = data.draw(st.lists(st.sampled_from(lines), max_size=40))
    for i in range(len(kept)):
        if data.draw(st.integers(0, 3)) == 0:
            kept[i] = kept[i][: data.draw(st.integers(0, len(kept[i])))]
    log = rm_log.new_log()
    log.read(kept)
    assert log.lines == len(kept)
    assert log.understood + log.damaged <= log.lines
    path = tmp_path_factory.mktemp("log") / "rm.log"
    path.write_bytes(b"".join(kept))
    snapshot = yarn.read([path])
    with_cluster(model(), run(), snapshot)
