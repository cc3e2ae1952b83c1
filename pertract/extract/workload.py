"""Data workload: files from the input of stages and the plans of queries; streams in `streams`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from operator import itemgetter

from .. import dsl
from ..dsl.workload import OPENING_BYTES, SplitRule
from ..sources.hdfs import Listing, split_paths
from ..sources.spark import SparkRun, StageRecord
from ..units import parse_memory
from .execution import stage_id
from .partitions import scope_name
from .placement import racks_of
from .settings import positive_integer
from .storage import with_storage
from .streams import build_streams, stream_stages

_PATH_MARKS = ("/", ":")
_PATHS = re.compile(r"(?:[A-Za-z][\w+.-]*:)?/\S|[\w.-]+/\S")
_HADOOP = "spark.hadoop.mapreduce.input.fileinputformat.split."
_USUAL_SPLIT_BYTES = 128 * 2**20
"""Default of ``spark.sql.files.maxPartitionBytes``."""


def build_workload(
    run: SparkRun, listing: Listing | None = None
) -> tuple[dsl.DataWorkload, dict[str, tuple[str, ...]]]:
    """Return the data models of a run, and which stage reads which.

    Stages that scan the same table, or whose data sets have the same root, as iterations over cached data
    do, share data models. The size of one is the largest volume that any stage read of it. Of a stage that
    reads several tables the log tells only the sum, which is divided as the sizes of their files.

    Parameters
    ----------
    run
        The measured run.
    listing
        Files of the file system that it read from; None without one.
    """
    streaming = stream_stages(run)
    sources = _sources(run, set(streaming))
    readers: dict[int, list[StageRecord]] = {}
    for stage in run.stages:
        for source in sources.get(stage_id(stage), ()):
            readers.setdefault(source, []).append(stage)
    shares = {name: _shares(read, run) for name, read in sources.items()}
    racks = racks_of(run, listing)
    models = {
        source: with_storage(
            _files(source, stages, shares, run),
            _paths(source, stages, run),
            stages,
            run,
            listing,
            racks,
        )
        for source, stages in readers.items()
    }
    reads = {name: tuple(models[source].id for source in read) for name, read in sources.items()}
    streams, read_streams = build_streams(run, streaming)
    return dsl.DataWorkload(data=(*models.values(), *streams)), reads | read_streams


def _sources(run: SparkRun, streaming: set[str]) -> dict[str, tuple[int, ...]]:
    """Return what each stage that read bytes from storage read, by its identifier.

    A table is its position among the tables of the run; what plans do not name is minus one minus the
    identifier of its root data set.
    """
    found: dict[str, tuple[int, ...]] = {}
    of_root: dict[int, tuple[int, ...]] = {}
    for stage in run.stages:
        if not stage.summary or not stage.summary.volumes["input_bytes"] or stage_id(stage) in streaming:
            continue
        root = min((rdd[0] for rdd in stage.rdds), default=-1)
        usual = (-1 - root,) if root >= 0 else (-1_000_000_000 - stage.id,)
        # A stage that finds its data in memory scans no table, but has the root of the one that did.
        read = stage.tables or of_root.get(root, usual)
        if root >= 0:
            of_root.setdefault(root, read)
        found[stage_id(stage)] = read
    return found


def _shares(sources: tuple[int, ...], run: SparkRun) -> dict[int, float]:
    """Return which part of a stage's input is of which source."""
    sizes = [run.tables[source].size_bytes if source >= 0 else 0 for source in sources]
    if not all(sizes):
        sizes = [1] * len(sizes)
    return {source: size / sum(sizes) for source, size in zip(sources, sizes, strict=True)}


def _files(
    source: int, stages: list[StageRecord], shares: Mapping[str, Mapping[int, float]], run: SparkRun
) -> dsl.FileData:
    def volume(stage: StageRecord, name: str) -> float:
        assert stage.summary is not None
        return stage.summary.volumes[name] * shares[stage_id(stage)][source]

    largest = max(stages, key=lambda stage: volume(stage, "input_bytes"))
    assert largest.summary is not None
    table = run.tables[source] if source >= 0 else None
    return dsl.FileData(
        id=f"data-{stage_id(stages[0])}" + (f"-{source}" if len(shares[stage_id(stages[0])]) > 1 else ""),
        name=table.name if table else _path(largest),
        size_bytes=round(volume(largest, "input_bytes")),
        records=round(volume(largest, "input_records")),
        partitions=max(1, largest.summary.succeeded),
        format=table.format if table else "",
        files=table.files if table else 0,
        files_bytes=table.size_bytes if table else 0,
        split_bytes=_split_bytes(run.properties, table=table is not None),
        split_rule="scan" if table else _split_rule(largest),
        opening_bytes=_opening_bytes(run.properties),
        least_split_bytes=_bytes(run.properties, _HADOOP + "minsize") or 0,
        least_splits=_least_splits(run.properties) if table else None,
    )


def read_paths(run: SparkRun) -> list[str]:
    """Return the paths of what the stages of a run read, as far as the log tells."""
    found: list[str] = []
    for table in run.tables:
        found += table.locations
    for stage in run.stages:
        if stage.summary and stage.summary.volumes["input_bytes"] and not stage.tables:
            found += _rdd_paths(stage)
    return list(dict.fromkeys(found))


def _paths(source: int, stages: list[StageRecord], run: SparkRun) -> list[str]:
    if source >= 0:
        return list(run.tables[source].locations)
    return list(dict.fromkeys(path for stage in stages for path in _rdd_paths(stage)))


def _rdd_paths(stage: StageRecord) -> list[str]:
    """Return the paths that Hadoop's input formats were given: Spark names their data sets so."""
    names = [name for _, name, _, _ in sorted(stage.rdds, key=itemgetter(0))]
    found = next((name for name in names if _PATHS.match(name)), "")
    return split_paths(found)


def _split_rule(stage: StageRecord) -> SplitRule:
    """Return which input format reads files, from the operator that made the first data set of a stage."""
    operators = {scope_name(scope) for _, _, scope, _ in stage.rdds if scope}
    if operators & {"newAPIHadoopFile", "newAPIHadoopRDD"}:
        return "hadoop"
    return "combined" if operators & {"wholeTextFiles", "binaryFiles"} else "hadoop_old"


def _opening_bytes(properties: Mapping[str, str]) -> int:
    found = _bytes(properties, "spark.sql.files.openCostInBytes")
    return OPENING_BYTES if found is None else found


def _least_splits(properties: Mapping[str, str]) -> int | None:
    return positive_integer(properties, "spark.sql.files.minPartitionNum") or positive_integer(
        properties, "spark.sql.leafNodeDefaultParallelism"
    )


def _bytes(properties: Mapping[str, str], key: str) -> int | None:
    return parse_memory(properties.get(key, ""), default_unit="b")


def _split_bytes(properties: Mapping[str, str], *, table: bool) -> int | None:
    """Return the most bytes of a split; without a setting, splits of files that no plan scans are blocks."""
    if table:
        return _bytes(properties, "spark.sql.files.maxPartitionBytes") or _USUAL_SPLIT_BYTES
    return _bytes(properties, _HADOOP + "maxsize") or None


def _path(stage: StageRecord) -> str:
    names = [
        name
        for _, name, _, _ in sorted(stage.rdds, key=itemgetter(0))
        if any(mark in name for mark in _PATH_MARKS)
    ]
    return " ".join(names[0].split())[:200] if names else ""
