"""Which hosts the task of a split prefers."""

from __future__ import annotations

from pertract.extract.splits import Split, hadoop, preferred_by_hadoop, preferred_by_scan
from pertract.sources.hdfs import Block, StoredFile

FILE = StoredFile(
    "/f", 300, 128, 2, (Block(0, 128, ("a", "b")), Block(128, 128, ("b", "c")), Block(256, 44, ("c",)))
)
ADDRESSES = {"a": "10.0.0.1", "b": "10.0.0.2", "c": "10.0.0.3"}


def test_splits_inside_of_a_block_prefer_its_hosts() -> None:
    first, second, third = hadoop([FILE], [128], splittable=True)
    assert [preferred_by_hadoop(split) for split in (first, second, third)] == [
        ("a", "b"),
        ("b", "c"),
        ("c",),
    ]
    assert preferred_by_hadoop(first, ADDRESSES) == ("a", "b")


def test_splits_over_blocks_prefer_the_first_or_in_the_old_api_addresses() -> None:
    across = Split(FILE, 100, 100)
    assert preferred_by_hadoop(across) == ("a", "b")
    assert preferred_by_hadoop(across, ADDRESSES) == ("10.0.0.2", "10.0.0.3")  # 100 and 72 of its bytes
    assert preferred_by_hadoop(across, {}) == ("b", "c")


def test_partitions_of_scans_prefer_those_with_most_bytes() -> None:
    assert preferred_by_scan([Split(FILE, 0, 40), Split(FILE, 128, 100)]) == ("b", "c", "a")
    assert preferred_by_scan([Split(FILE, 100, 100)]) == ("b", "c")  # most of it lies in the second block


def test_this_machine_and_unknown_places_are_not_preferred() -> None:
    local = StoredFile("/f", 9, 9, 1, (Block(0, 9, ("localhost",)),))
    assert preferred_by_scan([Split(local, 0, 9)]) == preferred_by_hadoop(Split(local, 0, 9)) == ()
    assert preferred_by_hadoop(Split(StoredFile("/f", 9), 0, 9)) == ()
