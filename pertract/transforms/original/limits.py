"""What a model holds and original files cannot say, one sentence each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ... import dsl
from ...dsl.base import Element
from ...units import MIB
from .demands import FOLLOW_TASK_DATA, TYPES, WRITTEN_AS
from .resources import RATE, written_rate
from .workload import file_sizes


@dataclass(frozen=True, slots=True)
class Limit:
    """Fields of the language without a place in the original."""

    fields: tuple[str, ...]
    """As ``Element.field``; those that have their default lose nothing."""
    sentence: str
    """What the files say instead."""


def _of(element: str, *fields: str) -> tuple[str, ...]:
    return tuple(f"{element}.{field}" for field in fields)


LIMITS = (
    Limit(
        _of("PerformanceModel", "runs", "replay", "completeness", "provenance"),
        "Calibration runs and how well the model repeats them are left out.",
    ),
    Limit(_of("ExecutionArchitecture", "framework_version"), "The version of the framework is left out."),
    Limit(_of("ExecutionArchitecture", "loops"), "Jobs repeat as often as measured: loops are left out."),
    Limit(
        _of(
            "ApplicationConfiguration",
            "task_cpus",
            "shuffle_partitions",
            "adaptive",
            "dynamic_allocation",
            "executor_start_s",
            "shuffle_service",
            "scheduler_mode",
            "pools",
            "locality",
            "containers",
        ),
        "Of the settings, only executors and default parallelism are written.",
    ),
    Limit(
        _of("ExecutorGroup", "registered_s", "removed_s", "allocated_s", "released_s", "node"),
        "All executors are there from start to end, on any node.",
    ),
    Limit(_of("Job", "group", "pool", "batch"), "Groups, pools and batches of jobs are left out."),
    Limit(
        _of("Stage", "barrier", "locality", "cached_on", "near_blocks"),
        "Tasks run anywhere, one by one: cached data, the nodes of blocks and barriers are left out.",
    ),
    Limit(
        _of("Edge", "slow_start"),
        "Tasks start when the stage has ended whose output they fetch: slow start is left out.",
    ),
    Limit(
        (
            *_of("Partitions", "law"),
            *_of("Delay", "law"),
            *_of("Edge", "law"),
            *_of("FileData", "law"),
            *_of("Demand", "fit"),
        ),
        "Laws of tasks, delays and volumes from several runs are left out; "
        "their values are those of the first run.",
    ),
    Limit(
        _of(
            "StageProfile",
            "launch_order",
            "warm_up_s",
            "warm_up_core_seconds",
            "usable_slots_ratio",
            "dispatch_s",
            "launch_interval_s",
            "handling_s",
            "attempts_per_task",
        ),
        "What happens between tasks is left out: warm-up, launching, waits for slots, repeated attempts.",
    ),
    Limit(_of("StageProfile", "cpu_shares"), "What CPU is used for is left out."),
    Limit(
        (*_of("ResourceProfiles", "executor", "driver", "includes_core_waits"),),
        "The work of executors outside of tasks and of the driver is left out.",
    ),
    Limit(
        _of(
            "Volumes",
            "allocated_bytes",
            "input_records",
            "shuffle_read_records",
            "shuffle_write_bytes",
            "output_bytes",
            "memory_spilled_bytes",
            "disk_spilled_bytes",
        ),
        "Of the volumes, only what enters a stage is written, as factors of edges.",
    ),
    Limit(
        _of(
            "FileData",
            "split_rule",
            "opening_bytes",
            "least_split_bytes",
            "least_splits",
            "storage",
            "placement",
        ),
        "How files are stored and cut is left out but for the size of splits: they are of equal size.",
    ),
    Limit(
        (*_of("FileData", "format"), *_of("RecordData", "query")),
        "Formats of data, and which jobs process a stream, are left out.",
    ),
    Limit(_of("OpenSource", "batch_driver_s"), "What a batch takes beside its jobs is left out."),
    Limit(
        (*_of("Drives", "read_bytes_per_s", "write_bytes_per_s"), *_of("NetworkChannel", "rate")),
        "Bandwidths of drives and the relative speed of the network are left out.",
    ),
    Limit(
        (
            *_of("ResourceArchitecture", "manager"),
            *_of("NodeGroup", "vcores", "container_memory_bytes", "labels", "racks"),
        ),
        "Who grants containers, what nodes offer to them, labels and racks are left out.",
    ),
    Limit(_of("NodeGroup", "cores_known"), "The slots of the executors are written as the cores of nodes."),
)


DRIVES = "Demands on drives and memory are written; the original's own tools do not simulate them."
"""What the files of the original can say, but not what it generates from them."""


def limits(model: dsl.PerformanceModel) -> list[str]:
    """Return a sentence for everything in a model that original files cannot say.

    Parameters
    ----------
    model
        A checked model, not read from original files or changed since.
    """
    used = set(_used(model))
    found = [limit.sentence for limit in LIMITS if used.intersection(limit.fields)]
    return found + [sentence for loses, sentence in _ROUNDED if loses(model)]


def _used(element: Element) -> Iterator[str]:
    """Yield ``Element.field`` for every field that has not its default."""
    for name, field in type(element).model_fields.items():
        value = getattr(element, name)
        if value != field.get_default(call_default_factory=True):
            yield f"{type(element).__name__}.{name}"
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, Element):
                    yield from _used(item)


# -- values that have a place, but not all of which fit -----------------------------------------------


def _mixed_executors(model: dsl.PerformanceModel) -> bool:
    groups = model.execution.configuration.executors
    return len({(g.slots, g.memory_bytes) for g in groups}) > 1


def _rules(model: dsl.PerformanceModel) -> bool:
    fixed = ("fixed", "input_splits", "default_parallelism")
    return any(stage.partitions.rule not in fixed for stage in model.execution.stages)


def _between_jobs(model: dsl.PerformanceModel) -> bool:
    outer = {node.id for node in model.execution.nodes}
    return any(not {edge.tail, edge.head} <= outer for edge in model.execution.edges)


def _several_inputs(model: dsl.PerformanceModel) -> bool:
    return any(len(stage.reads) > 1 for stage in model.execution.stages)


def _other_names(model: dsl.PerformanceModel) -> bool:
    return any(data.name for data in model.workload.data[1:])


def _varying(model: dsl.PerformanceModel) -> Iterator[list[str]]:
    """Yield the kinds of the demands of every profile that are not the same for all tasks."""
    for profile in model.profiles.stages:
        yield [WRITTEN_AS[d.resource] for d in profile.demands if len(set(d.spread)) > 1]


def _varying_together(model: dsl.PerformanceModel) -> bool:
    return any(len(set(kinds)) > 1 for kinds in _varying(model))


def _varying_alike(model: dsl.PerformanceModel) -> bool:
    return any(len(set(kinds)) < len(kinds) for kinds in _varying(model))


def _demands(model: dsl.PerformanceModel) -> Iterator[dsl.Demand]:
    return (demand for profile in model.profiles.stages for demand in profile.demands)


def _activities(model: dsl.PerformanceModel) -> bool:
    return any(TYPES[WRITTEN_AS[d.resource]] != (d.resource, d.activity) for d in _demands(model))


def _drives(model: dsl.PerformanceModel) -> bool:
    return any(d.resource in ("drive_read", "drive_write", "memory") for d in _demands(model))


def _variables(model: dsl.PerformanceModel) -> bool:
    known = ("constant", "executors", *FOLLOW_TASK_DATA)
    return any(set(demand.mean) - set(known) for demand in _demands(model))


def _no_data(model: dsl.PerformanceModel) -> bool:
    first = model.workload.data[0] if model.workload.data else None
    known = isinstance(first, dsl.FileData) and first.size_bytes > 0
    return not known and any(set(d.mean).intersection(FOLLOW_TASK_DATA) for d in _demands(model))


def _sizes(model: dsl.PerformanceModel) -> bool:
    sizes = [data.size_bytes for data in model.workload.data if isinstance(data, dsl.FileData)]
    sizes += [group.memory_bytes or 0 for group in model.resources.nodes]
    sizes += [group.memory_bytes or 0 for group in model.execution.configuration.executors]
    return any(size % MIB for size in sizes)


def _splits(model: dsl.PerformanceModel) -> bool:
    for data in model.workload.data:
        if isinstance(data, dsl.FileData) and data.size_bytes:
            sizes, split = file_sizes(data)
            if sum(-(-size // split) for size in sizes) != data.partitions:
                return True
    return False


def _rates(model: dsl.PerformanceModel) -> bool:
    groups = model.resources.nodes
    rates = [rate for g in groups for rate in (g.processing_rate, g.drives.read_rate, g.drives.write_rate)]
    return any(abs(written_rate(rate) / RATE / rate - 1) > 1e-9 for rate in rates)


def _intervals(model: dsl.PerformanceModel) -> bool:
    sources = [data.source for data in model.workload.data if isinstance(data.source, dsl.OpenSource)]
    return any((source.batch_interval_s or 0) % 1 for source in sources)


_ROUNDED: tuple[tuple[Callable[[dsl.PerformanceModel], bool], str], ...] = (
    (_mixed_executors, "Executors that differ are written as alike, with the mean number of slots."),
    (_rules, "Numbers of tasks that follow slots or settings are written as they were measured."),
    (_between_jobs, "Dependencies between stages of different jobs become dependencies between the jobs."),
    (_several_inputs, "Of the data models a stage reads, only the first is named."),
    (_other_names, "Of the names of data, only the first is written."),
    (_varying_together, "Demands of different kinds that vary together in a task vary on their own."),
    (_varying_alike, "Demands of one kind that vary are written as one."),
    (_activities, "What tasks do meanwhile is left out; time on the network is written as DELAY."),
    (_drives, DRIVES),
    (
        _variables,
        "Demands that follow neither the data of a task nor the executors are written as constants.",
    ),
    (_no_data, "There is no data size that demands could follow, so all are written as constants."),
    (_sizes, "Sizes are rounded to whole MB."),
    (_splits, "The number of splits differs: splits are whole MB."),
    (_rates, "Rates are rounded to thousandths."),
    (_intervals, "Intervals of batches are rounded to whole seconds."),
)
