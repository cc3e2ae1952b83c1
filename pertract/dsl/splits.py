"""Into how many splits input formats cut files, counted for groups of files of one size.

``org.apache.hadoop.mapred.FileInputFormat`` (old API), ``org.apache.hadoop.mapreduce.lib.input`` (new API and
``CombineFileInputFormat``) and ``org.apache.spark.sql.execution.datasources.FilePartition``. Sizes are in
bytes; `pertract.extract.splits` makes the splits themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

SPLIT_SLOP = 1.1
"""The last split of a file may be so much larger than the others (``FileInputFormat``)."""

Sizes = Sequence[tuple[int, int]]
"""Number of files, and bytes of each."""


def split_bytes(block_bytes: int, *, least_bytes: int = 1, most_bytes: int | None = None) -> int:
    """Return the size of splits: that of blocks within limits, of which the lower one counts more.

    Parameters
    ----------
    block_bytes
        Block size of the file.
    least_bytes
        ``mapreduce.input.fileinputformat.split.minsize``.
    most_bytes
        ``mapreduce.input.fileinputformat.split.maxsize``; in the old API the volume for each of the splits
        that are asked for (`goal_bytes`).
    """
    most = block_bytes if most_bytes is None else min(most_bytes, block_bytes)
    return max(1, least_bytes, most)


def goal_bytes(total_bytes: int, splits: int) -> int:
    """Return the volume for each of the splits that the old API is asked for."""
    return total_bytes // max(1, splits)


def file_splits(size_bytes: int, split: int, *, splittable: bool = True) -> int:
    """Return into how many splits Hadoop cuts a file; an empty one has a split as well.

    Parameters
    ----------
    size_bytes
        Size of the file.
    split
        Size of splits.
    splittable
        Whether its format and compression let readers begin in the middle.
    """
    if not splittable or not size_bytes:
        return 1
    whole = max(0, math.ceil(size_bytes / split - SPLIT_SLOP) - 1)
    while (size_bytes - whole * split) / split > SPLIT_SLOP:  # once or twice, for rounding
        whole += 1
    return whole + (size_bytes > whole * split)


def combined_splits(files: Sizes, most_bytes: int) -> int:
    """Return about how many splits ``CombineFileInputFormat`` makes of files, on one rack.

    It puts whole files together until they reach the size, first those of a node and then the rest.
    """
    most, splits, filled = max(1, most_bytes), 0, 0
    for count, size in files:
        if not size:
            continue
        missing = math.ceil((most - filled) / size)
        if count < missing:
            filled += count * size
            continue
        full, rest = divmod(count - missing, math.ceil(most / size))
        splits, filled = splits + 1 + full, rest * size
    return max(1, splits + (filled > 0))


def scan_split_bytes(files: Sizes, *, most_bytes: int, opening_bytes: int, least_splits: int) -> int:
    """Return the most bytes of a split of a scan of Spark SQL (``FilePartition.maxSplitBytes``).

    Parameters
    ----------
    files
        All files of the scan; empty ones are not read.
    most_bytes
        ``spark.sql.files.maxPartitionBytes``.
    opening_bytes
        ``spark.sql.files.openCostInBytes``.
    least_splits
        ``spark.sql.files.minPartitionNum``, else the default parallelism.
    """
    total = sum(count * (size + opening_bytes) for count, size in files if size)
    return max(1, min(most_bytes, max(opening_bytes, total // max(1, least_splits))))


def scan_splits(files: Sizes, most: int, *, opening_bytes: int, splittable: bool = True) -> int:
    """Return into how many tasks Spark SQL cuts a scan (``FilePartition.getFilePartitions``).

    Files are cut into pieces of ``most`` bytes. The pieces go into a partition in order of size, largest
    first, each with the cost of opening it, until the next one would not fit.

    Parameters
    ----------
    files
        All files of the scan; empty ones are not read.
    most
        Most bytes of a split (`scan_split_bytes`).
    opening_bytes
        What opening a file counts as.
    splittable
        Whether readers can begin in the middle of a file.
    """
    partitions, filled = 0, most + 1  # as if the first partition were full
    for size, count in _pieces(files, most, splittable=splittable):
        each = max(1, size + opening_bytes)
        here = max(0, (most - size - filled) // each + 1)
        if count <= here:
            filled += count * each
            continue
        full = max(1, (most - size) // each + 1)
        opened, last = divmod(count - here - 1, full)
        partitions += opened + 1
        filled = (last + 1) * each
    return partitions


def _pieces(files: Sizes, most: int, *, splittable: bool) -> Iterable[tuple[int, int]]:
    """Return sizes of pieces and their numbers, largest first."""
    pieces: dict[int, int] = {}
    for count, size in files:
        whole, rest = divmod(size, most) if splittable else (0, size)
        if whole:
            pieces[most] = pieces.get(most, 0) + whole * count
        if rest:
            pieces[rest] = pieces.get(rest, 0) + count
    return sorted(((size, count) for size, count in pieces.items() if count), reverse=True)


def scaled(files: Sizes, factor: float) -> list[tuple[int, int]]:
    """Return files for another volume: so many times the files, each of about the size it had.

    At least one file is left; the volume is exact but for rounding.
    """
    counts, before, exact = [], 0, 0.0
    for count, _ in files:
        exact += count * factor
        counts.append(max(0, math.floor(exact + 0.5) - before))
        before += counts[-1]
    if not before and files:
        counts[max(range(len(files)), key=lambda i: files[i][1])] = 1
    volume = sum(count * size for count, size in files) * factor
    now = sum(count * size for count, (_, size) in zip(counts, files, strict=True))
    stretch = volume / now if now else 1.0
    return [(count, round(size * stretch)) for count, (_, size) in zip(counts, files, strict=True) if count]
