"""Splits that are counted are those that are made, and these are the files."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pertract.dsl import splits as rules
from pertract.extract.splits import Split, hadoop, preferred_by_scan, scan
from pertract.sources.hdfs import Block, StoredFile

GROUPS = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 400)), min_size=1, max_size=5)


def listed(groups: list[tuple[int, int]]) -> list[StoredFile]:
    sizes = [size for count, size in groups for _ in range(count)]
    return [StoredFile(f"/{number}", size) for number, size in enumerate(sizes)]


def covered(splits: list[Split]) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for split in sorted(splits, key=lambda split: split.offset):
        found.setdefault(split.file.path, []).append((split.offset, split.length))
    return found


def once(files: list[StoredFile], splits: list[Split]) -> bool:
    """Return whether each byte of each file is in one split."""
    pieces = covered(splits)
    for file in files:
        end = 0
        for offset, length in pieces.get(file.path, []):
            if offset != end:
                return False
            end += length
        if end != file.size_bytes:
            return False
    return True


@given(GROUPS, st.integers(1, 120), st.integers(0, 30), st.integers(1, 20), st.booleans())
def test_scans(
    groups: list[tuple[int, int]], most_bytes: int, opening_bytes: int, least: int, splittable: bool
) -> None:
    most = rules.scan_split_bytes(
        groups, most_bytes=most_bytes, opening_bytes=opening_bytes, least_splits=least
    )
    files = listed(groups)
    made = scan(files, most, opening_bytes=opening_bytes, splittable=splittable)
    counted = rules.scan_splits(groups, most, opening_bytes=opening_bytes, splittable=splittable)
    assert counted == len(made)
    assert once(files, [piece for partition in made for piece in partition])


@given(GROUPS, st.integers(1, 100), st.booleans())
def test_hadoop(groups: list[tuple[int, int]], split: int, splittable: bool) -> None:
    files = listed(groups)
    made = hadoop(files, [split] * len(files), splittable=splittable)
    counted = sum(n * rules.file_splits(size, split, splittable=splittable) for n, size in groups)
    assert counted == len(made)
    assert once(files, made)


@given(GROUPS, st.floats(0.1, 10))
def test_scaled_files_have_the_volume(groups: list[tuple[int, int]], factor: float) -> None:
    found = rules.scaled(groups, factor)
    before = sum(count * size for count, size in groups)
    after = sum(count * size for count, size in found)
    assert abs(after - before * factor) <= sum(count for count, _ in found)


@given(st.lists(st.sets(st.sampled_from("abcdef"), max_size=4), min_size=1, max_size=6), st.integers(1, 9))
def test_a_partition_prefers_at_most_three_hosts_that_hold_some_of_it(
    hosts: list[set[str]], step: int
) -> None:
    blocks = tuple(Block(10 * i, 10, tuple(sorted(on))) for i, on in enumerate(hosts))
    file = StoredFile("/f", 10 * len(hosts), 10, 3, blocks)
    for partition in scan([file], step, opening_bytes=0, splittable=True):
        preferred = preferred_by_scan(partition)
        assert len(preferred) <= 3
        assert set(preferred) <= {host for piece in partition for b, _ in piece.blocks() for host in b.hosts}
