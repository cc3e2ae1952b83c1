"""Logs of containers, however damaged, are read as far as they go."""

import io
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pertract.sources.containers import ContainerLogs, ContainerRecord, aggregated
from pertract.sources.containers.lines import read_lines

TEXT = (Path(__file__).parents[1] / "data/hadoop/yarn-logs/application_1795302742954_0003.txt").read_bytes()
PIECES = st.sampled_from(
    [
        b"LogLength:99999999999999999999999\n",
        b"LogContents:\n",
        b"\x00\xff",
        b"-Xmx9999999999999999g ",
        b"{",
        b"\n",
    ]
)


def contents(text):
    """Read a text and return all bytes that were in logs, and the containers."""
    into, read = ContainerLogs(), 0
    for log in aggregated.logs(io.BytesIO(text)):
        name = log.heading.container
        container = into.containers.setdefault(name, ContainerRecord(name))
        lines = list(log)
        read += sum(map(len, lines))
        assert log.missing == log.heading.size - sum(map(len, lines)) >= 0
        read_lines(lines, log.heading.kind, container, into)
    return read, into


WHOLE, _ = contents(TEXT)


@settings(max_examples=40)
@given(st.integers(0, len(TEXT)))
def test_text_that_is_cut(end):
    read, _ = contents(TEXT[:end])
    assert read <= min(end, WHOLE)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, len(TEXT)), PIECES), min_size=1, max_size=4))
def test_text_with_something_put_in(insertions):
    text = TEXT
    for place, piece in insertions:
        text = text[:place] + piece + text[place:]
    read, found = contents(text)
    assert read <= len(text)
    assert all(c.life_s is None or c.life_s >= 0 for c in found.containers.values())


@settings(max_examples=60)
@given(
    st.lists(st.binary(max_size=60), max_size=20),
    st.sampled_from(["stderr", "launch_container.sh", "syslog"]),
)
def test_any_lines(lines, kind):
    container = ContainerRecord("x")
    read_lines(lines, kind, container, ContainerLogs())
    assert container.collections.pause_s >= 0
