"""How the files that a run read are stored: their sizes and blocks, from a listing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import partial

from .. import dsl
from ..dsl import splits as rules
from ..dsl.workload import SPLITTABLE
from ..sources.hdfs import Listing, StoredFile, fixed_part, matcher, path_of
from ..sources.spark import SparkRun, StageRecord
from .placement import NEAR, nearness_of, parallelism_of, placement_of, prefers_nodes

MOST_SIZES = 64
"""Sizes of files that are kept apart."""
_WHOLE = re.compile(r"\.(gz|gzip|snappy|lz4|zst|zstd|deflate|lzo|z|xz|br)$", re.IGNORECASE)
"""Compressions that are only read from the start; bzip2 can be read in parts."""


def stored_files(paths: Sequence[str], listing: Listing) -> list[StoredFile]:
    """Return the files that jobs read at paths or patterns, in order: hidden ones are left out.

    Paths of which a listing only knows the ends are taken to be meant.
    """
    found: dict[str, StoredFile] = {}
    for path in paths:
        wanted = matcher(path_of(path))
        for file in listing.files:
            known = file.path.startswith("/")
            fits = wanted(file.path) if known else len(paths) == 1 and not _rooted(listing)
            if fits and not _hidden(file.path.removeprefix(fixed_part(path_of(path)))):
                found[file.path] = file
    return [found[path] for path in sorted(found)]


def _rooted(listing: Listing) -> bool:
    return any(file.path.startswith("/") for file in listing.files)


def _hidden(path: str) -> bool:
    """Return whether Spark and Hadoop pass over a file: names that begin with ``_`` or a point."""
    return any(
        name.startswith(".") or (name.startswith("_") and "=" not in name) or name.endswith("._COPYING_")
        for name in path.split("/")
    )


def with_storage(
    data: dsl.FileData,
    paths: Sequence[str],
    stages: Sequence[StageRecord],
    run: SparkRun,
    listing: Listing | None,
    racks: Sequence[str],
) -> dsl.FileData:
    """Return a data model that tells how its files are stored, as far as listing and log tell.

    Parameters
    ----------
    data
        The data model.
    paths
        Where its files are.
    stages
        Those that read it.
    run
        The run.
    listing
        Files of the file system; None for none.
    racks
        Rack of each node; empty where unknown.
    """
    files = stored_files(paths, listing) if listing is not None else []
    if data.split_rule == "scan" or _drops_empty(run.version):
        files = [file for file in files if file.size_bytes]
    readers = [stage for stage in stages if prefers_nodes(stage)]
    if files:
        found = [
            data.model_copy(update={"placement": placement_of(data, files, readers, run, listing, racks)})
            for data in _stored(data, files, parallelism_of(run))
        ]
        return min(found, key=partial(_unlike_measured, readers))
    changes: dict[str, object] = {}
    if listing is not None:
        meant = [matcher(path_of(path)) for path in paths]
        total = next((t for t in listing.totals if any(wanted(t.path) for wanted in meant)), None)
        if total is not None and not data.files:
            changes = {"files": total.files, "files_bytes": total.size_bytes}
    changes["placement"] = placement_of(data, files, readers, run, listing, racks)
    return data.model_copy(update=changes)


def _unlike_measured(readers: Sequence[StageRecord], data: dsl.FileData) -> float:
    """Return how far the share of tasks that can run near their blocks is from those that did."""
    near = nearness_of(readers)
    if data.placement is None or not any(data.placement.on_node) or not near:
        return 0.0
    return abs(data.placement.preferring_share - near[NEAR] / sum(near.values()))


def _drops_empty(version: str | None) -> bool:
    """Return whether Spark makes no task of an empty file (``spark.hadoopRDD.ignoreEmptySplits``)."""
    return tuple(int(n) for n in (version or "").split(".")[:2] if n.isdecimal()) >= (3, 2)


def _stored(data: dsl.FileData, files: Sequence[StoredFile], slots: int) -> list[dsl.FileData]:
    """Return the data model with what a listing tells of it.

    Where the format does not tell whether files can be read in parts, or how many splits the program asked
    for, there is one for each answer that gives the measured number of tasks.
    """
    counts = Counter(file.size_bytes for file in files)
    total = sum(file.size_bytes for file in files)
    sizes: rules.Sizes = [(count, size) for size, count in sorted(counts.items())]
    # A scan that leaves out folders of a table reads fewer files than lie there.
    if data.files and data.files < len(files) and data.files_bytes < total:
        sizes = rules.scaled(sizes, data.files_bytes / total)
    blocks = Counter(file.block_bytes for file in files if file.block_bytes)
    likely = data.format in SPLITTABLE or not any(_WHOLE.search(file.path) for file in files)
    usual = dsl.Storage(
        sizes=tuple(dsl.FileSizes(count=count, size_bytes=size) for count, size in _grouped(sizes)),
        block_bytes=blocks.most_common(1)[0][0] if blocks else None,
        splittable=likely,
    )
    candidates = [(usual, data.least_splits)]
    if data.split_rule in ("hadoop_old", "combined"):
        candidates.append((usual, data.partitions))
    if data.format not in SPLITTABLE:
        candidates.append((usual.model_copy(update={"splittable": not likely}), data.least_splits))

    known = {"files": data.files or len(files), "files_bytes": data.files_bytes or total}
    found = [
        data.model_copy(update={**known, "storage": storage, "least_splits": least_splits})
        for storage, least_splits in candidates
    ]
    return [one for one in found if one.splits(1.0, slots) == data.partitions] or found[:1]


def _grouped(sizes: rules.Sizes) -> rules.Sizes:
    """Return at most `MOST_SIZES` groups with the same volume: of many sizes, similar ones together."""
    if len(sizes) <= MOST_SIZES:
        return sizes
    files = sum(count for count, _ in sizes)
    groups: dict[int, list[int]] = {}
    seen = 0
    for count, size in sorted(sizes, key=lambda group: group[1]):
        group = groups.setdefault(min(MOST_SIZES - 1, seen * MOST_SIZES // files), [0, 0])
        group[0] += count
        group[1] += count * size
        seen += count
    return [(count, round(volume / count)) for count, volume in groups.values()]
