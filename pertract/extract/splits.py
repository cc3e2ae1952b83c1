"""The splits of stored files, one by one, and the hosts that tasks prefer for them.

The rules are those of `pertract.dsl.splits`, which only counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from ..dsl.splits import SPLIT_SLOP
from ..sources.hdfs import Block, StoredFile

MOST_HOSTS = 3
"""Hosts that a partition of Spark SQL prefers (``FilePartition.preferredLocations``)."""


class Split(NamedTuple):
    """A piece of a file."""

    file: StoredFile
    offset: int
    length: int

    def blocks(self) -> list[tuple[Block, int]]:
        """Return the blocks it reaches into, and how many of its bytes lie in each."""
        end = self.offset + self.length
        shared = (
            (block, min(end, block.offset + block.length) - max(self.offset, block.offset))
            for block in self.file.blocks
        )
        return [(block, size) for block, size in shared if size > 0]


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


def preferred_by_scan(partition: Sequence[Split]) -> tuple[str, ...]:
    """Return the hosts that a partition of a scan prefers, at most `MOST_HOSTS`.

    Those with most bytes; a piece counts as on the hosts of the block in which most of it lies
    (``PartitionedFileUtil.getBlockHosts``).
    """
    held: Counter[str] = Counter()
    for piece in partition:
        if blocks := piece.blocks():
            block, _ = max(blocks, key=itemgetter(1))
            held.update(dict.fromkeys(block.hosts, piece.length))
    return tuple(host for host, _ in held.most_common(MOST_HOSTS) if host != "localhost")


def preferred_by_hadoop(split: Split, addresses: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the hosts that the task of a Hadoop split prefers.

    The new API takes those of the first block. The old one does so only for splits inside of a block: it
    names hosts of others by their addresses, as they stand in the network topology. Where executors are known
    by names, such tasks find no node, only a rack (``FileInputFormat.identifyHosts``).

    Parameters
    ----------
    split
        The split.
    addresses
        Address of each host, for the old API; hosts that are missing have their name as address.
    """
    blocks = split.blocks()
    if not blocks:
        return ()
    hosts = blocks[0][0].hosts
    if addresses is not None and len(blocks) > 1:
        held: Counter[str] = Counter()
        for block, size in blocks:
            held.update(dict.fromkeys(block.hosts, size))
        hosts = tuple(addresses.get(host, host) for host, _ in held.most_common(len(blocks[-1][0].hosts)))
    return tuple(host for host in hosts if host != "localhost")
