"""The splits of stored files, one by one, and the hosts that tasks prefer for them.

The rules are those of `pertract.dsl.splits`, which only counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ..dsl.splits import SPLIT_SLOP
from ..sources.hdfs import StoredFile

MOST_HOSTS = 3
"""Hosts that a partition of Spark SQL prefers (``FilePartition.preferredLocations``)."""


class Split(NamedTuple):
    """A piece of a file."""

    file: StoredFile
    offset: int
    length: int

    def bytes_on(self) -> Counter[str]:
        """Return how many of its bytes each host holds."""
        held: Counter[str] = Counter()
        end = self.offset + self.length
        for block in self.file.blocks:
            shared = min(end, block.offset + block.length) - max(self.offset, block.offset)
            if shared > 0:
                for host in block.hosts:
                    held[host] += shared
        return held


def hadoop(files: Sequence[StoredFile], split_bytes: Sequence[int], *, splittable: bool) -> list[Split]:
    """Return the splits of Hadoop's ``FileInputFormat``.

    Parameters
    ----------
    files
        The files.
    split_bytes
        Size of splits of each (`dsl.splits.split_bytes`).
    splittable
        Whether readers can begin in the middle.
    """
    found = []
    for file, size in zip(files, split_bytes, strict=True):
        begin, end = 0, file.size_bytes
        while splittable and (end - begin) / size > SPLIT_SLOP:
            found.append(Split(file, begin, size))
            begin += size
        if begin < end or not end:
            found.append(Split(file, begin, end - begin))
    return found


def scan(
    files: Sequence[StoredFile], most: int, *, opening_bytes: int, splittable: bool
) -> list[list[Split]]:
    """Return the partitions of a scan of Spark SQL, each of one or several pieces.

    Parameters
    ----------
    files
        The files in order of their paths.
    most
        Most bytes of a partition (`dsl.splits.scan_split_bytes`).
    opening_bytes
        What opening a file counts as.
    splittable
        Whether readers can begin in the middle.
    """
    pieces = []
    for file in files:
        step = most if splittable else max(1, file.size_bytes)
        pieces += [
            Split(file, begin, min(step, file.size_bytes - begin))
            for begin in range(0, file.size_bytes, step)
        ]
    pieces.sort(key=lambda piece: piece.length, reverse=True)
    partitions: list[list[Split]] = []
    filled = most + 1
    for piece in pieces:
        if filled + piece.length > most:
            partitions.append([])
            filled = 0
        partitions[-1].append(piece)
        filled += piece.length + opening_bytes
    return partitions


def preferred(split: Sequence[Split], *, most: int = MOST_HOSTS) -> tuple[str, ...]:
    """Return the hosts that the task of a split, or of several pieces, prefers: those with most bytes."""
    held: Counter[str] = Counter()
    for piece in split:
        held += piece.bytes_on()
    return tuple(host for host, _ in held.most_common(most) if host != "localhost")
