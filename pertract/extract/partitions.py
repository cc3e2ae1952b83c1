"""Which rule gave a stage its number of tasks."""

from __future__ import annotations

from .. import dsl
from ..dsl.execution import PartitionRule
from ..sources.spark import StageRecord

DEFAULT_SHUFFLE_PARTITIONS = 200
"""Default of ``spark.sql.shuffle.partitions`` since Spark 1.1."""


def partition_rule(
    stage: StageRecord, tasks: int, settings: dsl.ApplicationConfiguration, slots: int
) -> PartitionRule:
    """Return the rule that explains the number of tasks of a stage.

    Parameters
    ----------
    stage
        The stage.
    tasks
        Its number of tasks.
    settings
        Settings of the application.
    slots
        All task slots of the application.
    """
    if tasks == 1 or stage.summary is None:
        return "fixed"
    volumes = stage.summary.volumes
    if volumes["input_bytes"] > 0 and not stage.parents:
        return "input_splits"
    is_sql = any(
        name in ("ShuffledRowRDD", "MapPartitionsRDD") and scope and "Exchange" in scope
        for _, name, scope, _ in stage.rdds
    )
    if is_sql and tasks == (settings.shuffle_partitions or DEFAULT_SHUFFLE_PARTITIONS):
        return "shuffle_partitions"
    if settings.default_parallelism:
        return "default_parallelism" if tasks == settings.default_parallelism else "fixed"
    return "total_slots" if tasks == slots else "fixed"
