"""Files, folders, archives and patterns; what is refused."""

import gzip
import zipfile

import pytest
import zstandard

from pertract.errors import EmptySource, SourceNotFound, UnreadableSource, UnrecognisedSource
from pertract.sources import profilers

from .recordings import agent, lines, write

FOLDED = b"a;b 1\nc 2\n"


def test_compressed_files_zips_folders_and_patterns_are_the_same(tmp_path):
    write(tmp_path / "plain", FOLDED)
    write(tmp_path / "x.gz", FOLDED, packed=True)
    (tmp_path / "x.zst").write_bytes(zstandard.compress(FOLDED))
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("inner/stacks.folded", FOLDED)
    totals = [
        sum(p.stacks.total for p in profilers.read(tmp_path / n).processes)
        for n in ("plain", "x.gz", "x.zst", "x.zip")
    ]
    assert totals == [3, 3, 3, 3]
    assert sum(p.stacks.total for p in profilers.read(str(tmp_path / "x.*")).processes) == 9
    assert sum(p.stacks.total for p in profilers.read(tmp_path).processes) == 12


def test_other_files_of_a_folder_are_passed_over_and_damaged_ones_told(tmp_path):
    write(tmp_path / "stacks.txt", FOLDED)
    write(tmp_path / "README", b"read me\n")
    (tmp_path / "bad.gz").write_bytes(b"\x1f\x8bnothing")
    samples = profilers.read(tmp_path)
    assert len(samples.processes) == 1
    assert len(samples.notes) == 1
    assert "bad.gz: the gzip data is empty or damaged" in samples.notes[0]


def test_the_same_file_counts_once(tmp_path):
    path = write(tmp_path / "stacks.txt", FOLDED)
    assert sum(p.stacks.total for p in profilers.read(path, tmp_path).processes) == 3


def test_executors_are_in_order_and_the_driver_is_first(tmp_path):
    for name in ("10", "driver", "2"):
        records = agent(name)
        records[0]["pid"] = len(name) + (10 if name == "2" else 0)
        write(tmp_path / name, lines(records))
    assert [p.executor for p in profilers.read(tmp_path).processes] == ["driver", "2", "10"]


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (b"", EmptySource, "the file is empty"),
        (gzip.compress(b"", mtime=0), UnreadableSource, "empty or damaged from the start"),
        (gzip.compress(gzip.compress(FOLDED, mtime=0), mtime=0), UnrecognisedSource, "packed twice"),
        (b"PAR1xxxx", UnrecognisedSource, "a Parquet table"),
        (
            b"FLR\0\0\2\0\0" + b"\0" * 20,
            UnreadableSource,
            "cut off or damaged|is empty and damaged|jfr command",
        ),
        (lines(agent()[1:]), UnrecognisedSource, "JSON"),
        (b'{"processUuid": "u", "x": ', UnreadableSource, "is empty and damaged"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path, content, error, says):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(error, match=says) as raised:
        profilers.read(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)
    assert raised.value.hint


def test_a_folder_without_recordings_says_so(tmp_path):
    write(tmp_path / "README", b"read me\n")
    with pytest.raises(UnrecognisedSource, match="no file of a profiler is there"):
        profilers.read(tmp_path)
    with pytest.raises(SourceNotFound):
        profilers.read(tmp_path / "absent")
