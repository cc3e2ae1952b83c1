"""The application's configuration: executors as they came and went, and Spark properties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from .. import dsl
from ..sources.spark import ExecutorRecord, SparkRun
from ..units import parse_duration, parse_memory


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
        dynamic_allocation=_dynamic_allocation(properties),
        shuffle_service=_truth(properties, "spark.shuffle.service.enabled"),
        scheduler_mode="FAIR" if fair else "FIFO",
        pools=_default_pool(run) if fair else (),
        locality=_locality(run),
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


def _locality(run: SparkRun) -> dsl.LocalityWaits:
    """Return how long tasks wait for a slot near their data; the rule changed with Spark 3.1."""
    prefix = "spark.locality.wait"

    def seconds(key: str) -> float | None:
        return parse_duration(run.properties.get(key, ""), default_unit="ms")

    usual_s, revive_s = seconds(prefix), seconds("spark.scheduler.revive.interval")
    since = tuple(int(n) for n in (run.version or "").split(".")[:2] if n.isdecimal())
    return dsl.LocalityWaits(
        wait_s=3.0 if usual_s is None else usual_s,
        process_s=seconds(prefix + ".process"),
        node_s=seconds(prefix + ".node"),
        rack_s=seconds(prefix + ".rack"),
        every_launch_resets=_truth(run.properties, prefix + ".legacyResetOnTaskLaunch")
        or bool(since and since < (3, 1)),
        revive_s=revive_s or 1.0,
    )


def _default_pool(run: SparkRun) -> tuple[dsl.SchedulerPool, ...]:
    """Return the pool of jobs that name none, as ``FairSchedulableBuilder`` makes it.

    Without an allocation file it is FAIR inside since Spark 3.0. What a file says is not in the log.
    """
    major = (run.version or "").partition(".")[0]
    since_3 = not major.isdecimal() or int(major) >= 3
    shared = since_3 and "spark.scheduler.allocation.file" not in run.properties
    return (dsl.SchedulerPool(name="default", mode="FAIR" if shared else "FIFO"),)


def _dynamic_allocation(properties: Mapping[str, str]) -> dsl.DynamicAllocation | None:
    """Return how executors were allocated; what cannot be read has Spark's default."""
    prefix = "spark.dynamicAllocation."
    if not _truth(properties, prefix + "enabled"):
        return None

    def seconds(key: str, default: float) -> float:
        found = parse_duration(properties.get(prefix + key, ""))
        return default if found is None else found

    backlog_s = seconds("schedulerBacklogTimeout", 1.0)
    least = positive_integer(properties, prefix + "minExecutors") or 0
    timeout_s = parse_duration(properties.get(prefix + "shuffleTracking.timeout", ""))
    return dsl.DynamicAllocation(
        initial_executors=max(
            least,
            positive_integer(properties, prefix + "initialExecutors") or 0,
            positive_integer(properties, "spark.executor.instances") or 0,
        ),
        minimum_executors=least,
        maximum_executors=_limit(positive_integer(properties, prefix + "maxExecutors")),
        backlog_timeout_s=backlog_s,
        sustained_backlog_timeout_s=seconds("sustainedSchedulerBacklogTimeout", backlog_s),
        idle_timeout_s=seconds("executorIdleTimeout", 60.0),
        allocation_ratio=_ratio(properties.get(prefix + "executorAllocationRatio", "")),
        shuffle_tracking=not _truth(properties, "spark.shuffle.service.enabled"),
        shuffle_tracking_timeout_s=timeout_s,
    )


def _limit(executors: int | None) -> int | None:
    """Return a number of executors, or None for Spark's largest one, which is no limit."""
    return executors if executors is not None and executors < 2**31 - 1 else None


def _ratio(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 1.0
    return value if 0 < value <= 1 else 1.0


def _truth(properties: Mapping[str, str], key: str) -> bool:
    return properties.get(key, "").strip().lower() == "true"


def _executor_groups(run: SparkRun) -> tuple[dsl.ExecutorGroup, ...]:
    """Return the executors, with their nodes only where they do not go round these in order."""
    memory = _executor_memory(run)
    executors = working(run)
    hosts = list(dict.fromkeys(executor.host for executor in executors))
    nodes = [hosts.index(executor.host) for executor in executors]
    in_turn = nodes == [i % len(hosts) for i in range(len(nodes))]
    alike = Counter(
        (
            executor.slots,
            round(executor.added_s, 3),
            None if executor.removed_s is None else round(max(executor.removed_s, executor.added_s), 3),
            None if in_turn else node,
        )
        for executor, node in zip(executors, nodes, strict=True)
    )
    return tuple(
        dsl.ExecutorGroup(
            count=n,
            slots=slots,
            memory_bytes=memory,
            registered_s=added_s,
            removed_s=removed_s,
            node=node,
        )
        for (slots, added_s, removed_s, node), n in alike.items()
    )


def working(run: SparkRun) -> list[ExecutorRecord]:
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
