"""Data workload from the input of stages."""

from __future__ import annotations

from operator import itemgetter

from .. import dsl
from ..sources.spark import SparkRun, StageRecord
from .execution import stage_id

_PATH_MARKS = ("/", ":")


def build_workload(run: SparkRun) -> tuple[dsl.DataWorkload, dict[str, str]]:
    """Return the data models of a run, and which stage reads which.

    Stages that read the same root data set, as iterations do, share one data model; its size is the
    largest volume any of them read.
    """
    by_root: dict[int, list[StageRecord]] = {}
    for stage in run.stages:
        if stage.summary and stage.summary.volumes["input_bytes"] > 0:
            root = min((rdd[0] for rdd in stage.rdds), default=-1 - stage.id)
            by_root.setdefault(root, []).append(stage)
    data, reads = [], {}
    for stages in by_root.values():
        largest = max(stages, key=lambda s: s.summary.volumes["input_bytes"] if s.summary else 0)
        assert largest.summary is not None
        model = dsl.FileData(
            id=f"data-{stage_id(stages[0])}",
            name=_path(largest),
            size_bytes=round(largest.summary.volumes["input_bytes"]),
            records=round(largest.summary.volumes["input_records"]),
            partitions=max(1, largest.summary.succeeded),
        )
        data.append(model)
        reads.update({stage_id(stage): model.id for stage in stages})
    return dsl.DataWorkload(data=tuple(data)), reads


def _path(stage: StageRecord) -> str:
    names = [
        name
        for _, name, _, _ in sorted(stage.rdds, key=itemgetter(0))
        if any(mark in name for mark in _PATH_MARKS)
    ]
    return " ".join(names[0].split())[:200] if names else ""
