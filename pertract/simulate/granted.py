"""The executors that the model's cluster manager grants, and when they register."""

from __future__ import annotations

from dataclasses import dataclass

from .. import dsl
from ..errors import UsageError
from ..units import counted
from . import yarn
from .memory import OVERHEAD
from .options import Options
from .settings import YARN_SETTINGS
from .yarn.heap import QUEUE

_TURN = 0.618034
"""Part of a turn by which the delays of successive executors differ, so that all sizes mix."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What a cluster manager grants, and why."""

    grant: yarn.Grant
    queue: str
    """Path of the application's queue."""
    why: str
    """What an executor needs, and why there are not more, in words."""
    assumed: tuple[str, ...]
    """What had to be assumed, one sentence each."""

    @property
    def executors(self) -> int:
        """Executors granted."""
        return len(self.grant.nodes)

    @property
    def reason(self) -> str:
        """How many executors were asked for and granted, and why not more, in a sentence."""
        asked = counted(self.grant.asked, "executor")
        return f"asked for {asked}, {self.executors} {'fits' if self.executors == 1 else 'fit'}: {self.why}"


def limits(model: dsl.PerformanceModel, options: Options) -> bool:
    """Return whether a cluster manager decides how many executors there are.

    That is where the model has one that tells what its nodes offer, and the memory of executors is known.
    """
    return yarn.can_offer(model.resources, options.node_memory_bytes) and (
        heap_bytes(model, options) is not None or _request(model).executor is not None
    )


def check_manager(model: dsl.PerformanceModel, options: Options) -> None:
    """Raise UsageError for properties of YARN where the model has no cluster manager that heeds them."""
    for key in options.settings:
        if key in YARN_SETTINGS and not limits(model, options):
            raise UsageError(
                f"the setting '{key}' has no effect on the prediction: the model does not tell what YARN "
                "grants",
                hint="Extract the model with what YARN knows of the run, or leave the setting out.",
            )


def matters(options: Options) -> bool:
    """Return whether something is asked for that only a cluster manager makes matter."""
    keys = (OVERHEAD, *YARN_SETTINGS)
    return options.executor_memory_bytes is not None or any(key in options.settings for key in keys)


def asked_executors(model: dsl.PerformanceModel, options: Options, measured: int) -> int:
    """Return how many executors are asked for.

    As many as the options say; else as many as the application asked for, with another number of nodes as
    many for each of them.

    Parameters
    ----------
    model, options
        The model and the question.
    measured
        Most executors there were at one time, which counts where it is unknown how many were asked for.
    """
    if options.executors is not None:
        return options.executors
    asked = _request(model).executors or measured
    if options.nodes is None:
        return asked
    return max(1, round(asked * options.nodes / _worker_count(model)))


def granted(model: dsl.PerformanceModel, options: Options, *, cores: int, asked: int) -> Granted:
    """Return what the cluster manager grants; `limits` must hold.

    Parameters
    ----------
    model, options
        The model and the question.
    cores
        Cores of an executor.
    asked
        Executors asked for.

    Raises
    ------
    UsageError
        If a container is larger than allowed, no executor fits, or there is no such queue.
    """
    manager, request = model.resources.manager, _request(model)
    assert manager is not None
    queue = _queue(manager, request, options)
    nodes = yarn.nodes(
        model,
        options.nodes or _worker_count(model),
        node_memory_bytes=options.node_memory_bytes,
        node_cores=options.node_cores,
        node_type=options.node_type,
    )
    sizes = yarn.container_sizes(
        manager,
        request,
        heap_bytes=heap_bytes(model, options),
        cores=cores,
        settings=options.settings,
        largest=nodes.largest,
    )
    grant = yarn.grant(manager, queue, nodes, sizes, asked)
    why = yarn.why(manager, nodes, grant)
    if not grant.nodes:
        raise UsageError(
            f"YARN grants none of {counted(asked, 'executor')}: {why}",
            hint="Ask for smaller executors, another queue, or more or larger nodes.",
        )
    assumed = list(nodes.assumed)
    used = yarn.used_by_others(manager)
    if used.memory_mib or used.vcores:
        assumed.append(
            "other applications are taken to keep what they held of the cluster when the application asked, "
            "evenly on its nodes"
        )
    return Granted(grant, queue, why, tuple(assumed))


def registered_s(model: dsl.PerformanceModel, grant: yarn.Grant) -> list[float]:
    """Return when executors register, in the order of their containers, seconds after application start.

    Containers are granted at heartbeats, the first one after the shortest delay of the calibration run
    where it is known; executors start with its delays. Where these are unknown, the first executor
    registers when the first one did then.
    """
    manager, request = model.resources.manager, _request(model)
    assert manager is not None
    first_s = min(group.registered_s for group in model.execution.configuration.executors)
    begin_s = grant.allocated_s[0] if grant.allocated_s else 0.0
    delays = sorted(manager.start_delays_s)
    if not delays:
        return [first_s + at_s - begin_s for at_s in grant.allocated_s]
    allocation_s = min(manager.allocation_delays_s, default=begin_s)
    asked_s = request.requested_s
    if asked_s is None:
        asked_s = max(0.0, first_s - allocation_s - delays[0])
    return [
        asked_s + allocation_s + at_s - begin_s + delays[int((0.5 + i * _TURN) % 1.0 * len(delays))]
        for i, at_s in enumerate(grant.allocated_s)
    ]


def heap_bytes(model: dsl.PerformanceModel, options: Options) -> int | None:
    """Return the heap of an executor: as asked for, or as measured."""
    return options.executor_memory_bytes or model.execution.configuration.executors[0].memory_bytes


def _request(model: dsl.PerformanceModel) -> dsl.ContainerRequest:
    return model.execution.configuration.containers or dsl.ContainerRequest()


def _worker_count(model: dsl.PerformanceModel) -> int:
    return sum(group.count for group in model.resources.workers)


def _queue(manager: dsl.ClusterManager, request: dsl.ContainerRequest, options: Options) -> str:
    """Return the path of the application's queue; a setting may give its last part alone."""
    name = options.settings.get(QUEUE, request.queue).strip()
    paths = [queue.path for queue in manager.queues]
    if not paths or name in paths:
        return name
    if found := [path for path in paths if path.rpartition(".")[2] == name]:
        return found[0]
    if QUEUE not in options.settings:  # as if it was not listed
        return name
    raise UsageError(
        f"the cluster has no queue '{name}'", hint=f"Name one of them: {', '.join(sorted(paths))}."
    )
