"""However a job history is damaged: what can be read is read, or one sentence says why not."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pertract.errors import PertractError
from pertract.extract.mapreduce import build_mapreduce_model
from pertract.extract.mapreduce.phases import fetch_alone_s
from pertract.simulate.slow_start import fetched_s
from pertract.sources.mapreduce.history_file import read_history

FOLDER = Path(__file__).resolve().parents[1] / "data" / "mapreduce"
HISTORIES = [gzip.decompress(path.read_bytes()) for path in sorted(FOLDER.glob("*.jhist.gz"))]


def read(data: bytes) -> None:
    refusal = None
    try:
        build_mapreduce_model(read_history(data, "x.jhist"), source="x.jhist")
    except PertractError as error:
        refusal = error
    if refusal is not None:
        assert str(refusal)
        assert "\n" not in str(refusal)
        assert refusal.hint


@pytest.mark.parametrize("history", HISTORIES, ids=["binary", "json"])
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_history_that_is_cut(history, data):
    read(history[: data.draw(st.integers(0, len(history)))])


@pytest.mark.parametrize("history", HISTORIES, ids=["binary", "json"])
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_history_with_foreign_bytes(history, data):
    at = data.draw(st.integers(0, len(history)))
    foreign = data.draw(st.binary(min_size=1, max_size=12))
    read(history[:at] + foreign + history[at + len(foreign) :])


@given(
    ends=st.lists(st.floats(0.1, 100), min_size=1, max_size=20).map(sorted),
    start=st.floats(0, 100),
    fetch=st.floats(0, 50),
)
def test_what_fetching_takes_alone_is_found_again(ends, start, fetch):
    """The simulation of a measured reduce ends when the measured one did."""
    end = fetched_s(start, fetch, ends)
    again = fetch_alone_s(start, end, ends)
    assert again <= fetch * (1 + 1e-6) + 1e-6 or again == pytest.approx(fetch)
    assert fetched_s(start, again, ends) == pytest.approx(end, abs=1e-6)
