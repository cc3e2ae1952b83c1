"""Which rule gave a stage its number of tasks."""

from __future__ import annotations

import json
from collections.abc import Sequence

from .. import dsl
from ..dsl.execution import PartitionRule
from ..sources.spark import StageRecord

DEFAULT_SHUFFLE_PARTITIONS = 200
"""Default of ``spark.sql.shuffle.partitions`` since Spark 1.1."""


def partition_rule(
    stage: StageRecord,
    tasks: int,
    *,
    settings: dsl.ApplicationConfiguration,
    slots: int,
    parents: Sequence[tuple[int, PartitionRule]],
) -> PartitionRule:
    """Return the rule that explains the number of tasks of a stage.

    A number that equals the slots by chance must not follow them: only collections that the driver
    distributes (``parallelize``, ``range``) get one partition per slot from Spark. Shuffles of RDDs
    inherit the number of the largest data set they read, unless a parallelism is set
    (``org.apache.spark.Partitioner.defaultPartitioner``).

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
    parents
        Numbers of tasks of the stages it reads from, and their rules.
    """
    if stage.summary is None:
        return "fixed"
    if settings.adaptive is not None and _is_joined(stage):
        return "adaptive"
    if tasks == 1:
        return "fixed"
    if stage.summary.volumes["input_bytes"] > 0 and not stage.parents:
        return "input_splits"
    if _is_exchange(stage) and tasks == (settings.shuffle_partitions or DEFAULT_SHUFFLE_PARTITIONS):
        return "shuffle_partitions"
    if settings.default_parallelism:
        return "default_parallelism" if tasks == settings.default_parallelism else "fixed"
    if not parents:
        return "total_slots" if tasks == slots and _is_collection(stage) else "fixed"
    largest, rule = max(parents)
    inherits = tasks == largest and rule in ("total_slots", "input_splits") and not _is_exchange(stage)
    return rule if inherits else "fixed"


def scope_name(scope: str) -> str:
    """Return the operator in a scope (``org.apache.spark.rdd.RDDOperationScope``), empty if unreadable."""
    try:
        return str(json.loads(scope)["name"])
    except (ValueError, KeyError, TypeError):
        return ""


def _is_exchange(stage: StageRecord) -> bool:
    return any("Exchange" in scope_name(scope).partition(" ")[0] for _, _, scope, _ in stage.rdds if scope)


def _is_joined(stage: StageRecord) -> bool:
    """Return whether adaptive execution joined the shuffle partitions (or split skewed ones)."""
    return any(
        scope_name(scope) in ("AQEShuffleRead", "CustomShuffleReader") for *_, scope, _ in stage.rdds if scope
    )


def _is_collection(stage: StageRecord) -> bool:
    return any("ParallelCollection" in name or name == "RangeRDD" for _, name, _, _ in stage.rdds)
