"""The application's configuration: executors as they came and went, and Spark properties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from .. import dsl
from ..sources.spark import SparkRun
from ..units import parse_memory


def configuration(run: SparkRun) -> dsl.ApplicationConfiguration:
    """Return the executors and settings of a run."""
    properties = run.properties
    fair = properties.get("spark.scheduler.mode", "").upper() == "FAIR"
    return dsl.ApplicationConfiguration(
        executors=_executor_groups(run),
        task_cpus=positive_integer(properties, "spark.task.cpus") or 1,
        default_parallelism=positive_integer(properties, "spark.default.parallelism"),
        shuffle_partitions=positive_integer(properties, "spark.sql.shuffle.partitions"),
        adaptive=_adaptive(run),
        dynamic_allocation=properties.get("spark.dynamicAllocation.enabled", "").lower() == "true",
        scheduler_mode="FAIR" if fair else "FIFO",
        pools=_default_pool(run) if fair else (),
    )


def _adaptive(run: SparkRun) -> dsl.AdaptiveExecution | None:
    """Return how adaptive execution joins partitions; it is on unless said otherwise since Spark 3.2."""
    properties = run.properties
    since = tuple(int(n) for n in (run.version or "0.0").split(".")[:2] if n.isdecimal())
    usual = "true" if since >= (3, 2) else "false"
    if properties.get("spark.sql.adaptive.enabled", usual).lower() != "true":
        return None
    if properties.get("spark.sql.adaptive.coalescePartitions.enabled", "true").lower() != "true":
        return None
    sizes = {
        name: size
        for name, key in (
            ("advisory_bytes", "spark.sql.adaptive.advisoryPartitionSizeInBytes"),
            ("smallest_bytes", "spark.sql.adaptive.coalescePartitions.minPartitionSize"),
        )
        if (size := parse_memory(properties.get(key, ""), default_unit="b")) is not None and size > 0
    }
    first = properties.get("spark.sql.adaptive.coalescePartitions.parallelismFirst", "true")
    return dsl.AdaptiveExecution(**sizes, parallelism_first=first.lower() == "true")


def _default_pool(run: SparkRun) -> tuple[dsl.SchedulerPool, ...]:
    """Return the pool of jobs that name none, as ``FairSchedulableBuilder`` makes it.

    Without an allocation file it is FAIR inside since Spark 3.0. What a file says is not in the log.
    """
    major = (run.version or "").partition(".")[0]
    since_3 = not major.isdecimal() or int(major) >= 3
    shared = since_3 and "spark.scheduler.allocation.file" not in run.properties
    return (dsl.SchedulerPool(name="default", mode="FAIR" if shared else "FIFO"),)


def _executor_groups(run: SparkRun) -> tuple[dsl.ExecutorGroup, ...]:
    memory = _executor_memory(run)
    alike = Counter(
        (
            executor.slots,
            round(executor.added_s, 3),
            None if executor.removed_s is None else round(max(executor.removed_s, executor.added_s), 3),
        )
        for executor in _working(run)
    )
    return tuple(
        dsl.ExecutorGroup(
            count=n, slots=slots, memory_bytes=memory, registered_s=added_s, removed_s=removed_s
        )
        for (slots, added_s, removed_s), n in alike.items()
    )


def _working(run: SparkRun) -> list:  # type: ignore[type-arg]
    """Return the executors that can matter: not those registered after the run had ended."""
    inside = [e for e in run.executors if e.tasks or e.added_s < run.response_time_s]
    return inside or run.executors


def _executor_memory(run: SparkRun) -> int | None:
    local = all(executor.id in ("driver", "<driver>", "localhost") for executor in run.executors)
    key = "spark.driver.memory" if local else "spark.executor.memory"
    text = run.properties.get(key)
    return parse_memory(text) if text else None


def positive_integer(properties: Mapping[str, str], key: str) -> int | None:
    """Return a property that is a whole number above zero, or None."""
    text = properties.get(key, "").strip()
    return int(text) if text.isdecimal() and int(text) > 0 else None
