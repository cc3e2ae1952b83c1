"""Whatever happens to a saved listing, it is read as far as it goes or refused with one sentence."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pertract.errors import SourceError
from pertract.sources import hdfs

RECORDED = Path(__file__).resolve().parents[1] / "data/hadoop"
SAMPLES = [
    "fsimage/fsimage.tsv",
    "fsimage/fsimage.xml",
    "fsimage/ls-R.txt",
    "fsck.txt",
    "webhdfs/GET_BLOCK_LOCATIONS-file.json",
    "webhdfs/GETFILEBLOCKLOCATIONS-file.json",
    "webhdfs/LISTSTATUS.json",
    "webhdfs/GETCONTENTSUMMARY.json",
]


@pytest.mark.parametrize("sample", SAMPLES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_damage(sample: str, data: st.DataObject) -> None:
    content = bytearray((RECORDED / sample).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(content)))
        end = min(len(content), begin + data.draw(st.integers(0, 200)))
        numbers = [found.span() for found in re.finditer(rb"\d+", content)]
        if numbers and data.draw(st.booleans()):  # one of the numbers
            begin, end = data.draw(st.sampled_from(numbers))
        put = data.draw(
            st.one_of(st.binary(max_size=20), st.sampled_from([b"-1", b"9" * 30, b"1e99", b"{", b'"', b"\n"]))
        )
        content[begin:end] = put
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "listing"
        path.write_bytes(content)
        said, listing = "", hdfs.Listing()
        try:
            listing = hdfs.read(path)
        except SourceError as error:
            said = f"{error} {error.hint}" if error.hint else "no hint\n"
    assert "\n" not in said
    assert all("\n" not in note for note in listing.notes)
    assert all(0 <= file.size_bytes < 2**63 for file in listing.files)
    assert all(block.length >= 0 for file in listing.files for block in file.blocks)
