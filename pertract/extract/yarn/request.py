"""What the application asked YARN for, by its properties (``org.apache.spark.deploy.yarn.Client``)."""

from __future__ import annotations

from collections.abc import Mapping

from ... import dsl
from ...sources.spark import SparkRun
from ...sources.yarn import Application
from ...units import MIB, parse_memory
from ..settings import positive_integer

_LEAST = 384 * MIB
_RATIO = 0.1
_EXECUTOR, _DRIVER, _MASTER = "spark.executor", "spark.driver", "spark.yarn.am"


def request(run: SparkRun, application: Application | None, queue: str) -> dsl.ContainerRequest:
    """Return what an application asked for.

    Parameters
    ----------
    run
        The run, with its properties.
    application
        What YARN tells of it.
    queue
        Path of its queue.
    """
    properties = run.properties
    ratio = _ratio(properties, "spark.executor.memoryOverheadFactor")
    least = _memory(properties, "spark.executor.minMemoryOverhead") or _LEAST
    overhead = _memory(properties, "spark.executor.memoryOverhead", "spark.yarn.executor.memoryOverhead")
    heap = _memory(properties, "spark.executor.memory") or 1024 * MIB
    off_heap = _off_heap(run)
    pyspark = _memory(properties, "spark.executor.pyspark.memory") or 0
    cluster = is_cluster_mode(properties)
    label = properties.get("spark.yarn.executor.nodeLabelExpression") or (
        application and application.node_label
    )
    dynamic = properties.get("spark.dynamicAllocation.enabled", "").strip().lower() == "true"
    executors = positive_integer(properties, "spark.executor.instances")
    beside = overhead if overhead is not None else max(least, int(ratio * heap))
    return dsl.ContainerRequest(
        queue=queue,
        deploy_mode="cluster" if cluster else "client",
        node_label=label or None,
        executors=executors or (None if dynamic else 2),  # SchedulerBackendUtils.DEFAULT_NUMBER_EXECUTORS
        executor=dsl.ContainerSize(
            memory_bytes=heap + beside + off_heap + pyspark,
            vcores=positive_integer(properties, "spark.executor.cores") or 1,
        ),
        master=_master(properties, cluster),
        overhead_bytes=overhead,
        overhead_ratio=ratio,
        least_overhead_bytes=least,
        off_heap_bytes=off_heap,
        pyspark_bytes=pyspark,
    )


def is_cluster_mode(properties: Mapping[str, str]) -> bool:
    """Return whether the driver ran in the container of the application master."""
    mode = properties.get("spark.submit.deployMode", "").strip().lower()
    return mode == "cluster" or properties.get("spark.master", "").strip().lower() == "yarn-cluster"


def _master(properties: Mapping[str, str], cluster: bool) -> dsl.ContainerSize:
    prefix = _DRIVER if cluster else _MASTER
    usual = 1024 * MIB if cluster else 512 * MIB
    heap = _memory(properties, f"{prefix}.memory") or usual
    overhead = _memory(
        properties, f"{prefix}.memoryOverhead", "spark.yarn.driver.memoryOverhead" if cluster else ""
    )
    ratio = _ratio(properties, "spark.driver.memoryOverheadFactor") if cluster else _RATIO
    if overhead is None:
        overhead = max(_LEAST, int(ratio * heap))
    cores = positive_integer(properties, f"{prefix}.cores") or 1
    return dsl.ContainerSize(memory_bytes=heap + overhead, vcores=cores)


def _memory(properties: Mapping[str, str], *names: str) -> int | None:
    for name in names:
        found = parse_memory(properties.get(name, ""))
        if found is not None:
            return found
    return None


def _ratio(properties: Mapping[str, str], name: str) -> float:
    try:
        found = float(properties.get(name, ""))
    except ValueError:
        return _RATIO
    return found if 0 <= found < 100 else _RATIO


def _off_heap(run: SparkRun) -> int:
    """Return the off-heap memory that containers are asked for, which they are since Spark 3.0."""
    if run.properties.get("spark.memory.offHeap.enabled", "").strip().lower() != "true":
        return 0
    major = (run.version or "").partition(".")[0]
    if major.isdecimal() and int(major) < 3:
        return 0
    return parse_memory(run.properties.get("spark.memory.offHeap.size", ""), default_unit="b") or 0
