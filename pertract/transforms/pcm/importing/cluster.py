"""The cluster: pools of slots as executors, containers as groups of nodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from .... import dsl
from ...stoex import Expression, Variable
from ...stoex.tree import walk
from .environment import Container, Environment, label_and_nodes
from .flow import Flow
from .numbers import amount_of, count_of
from .objects import refusal
from .quantities import Quantities
from .reading import Reading
from .stages import Registration
from .system import Instance, System

SLOTS, EXECUTORS, NODES = "slotCount.VALUE", "executorCount.VALUE", "nodeCount.VALUE"
"""Component parameters that an export gives to the executors of a pool."""
MOST_NODES = 10_000
"""Nodes of a container, as many as can be predicted with."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Executors that share slots, on nodes that are alike."""

    key: str
    """Identifier of what holds the slots."""
    container: Container
    slots: int
    executors: int
    nodes: int
    cores: int
    """Of all nodes."""
    cores_known: bool
    batches: tuple[tuple[float, int], ...]
    """Slots that become usable together: seconds after application start, and how many."""
    slot_names: frozenset[str] = frozenset()
    """The quantities of the slots."""
    executor_names: frozenset[str] = frozenset()
    """The quantities of the executors."""
    joined: bool = False
    """Whether its nodes are said as one, because they differ and tasks can want more cores than one has."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Node groups and executors."""

    nodes: tuple[dsl.NodeGroup, ...]
    executors: tuple[dsl.ExecutorGroup, ...]


def pool_key(reading: Reading) -> str:
    """Return what tells the pools of slots apart: what holds them, or else the container."""
    return reading.passive.id if reading.passive is not None else reading.home


@dataclass(slots=True)
class Pools:
    """Collects the pools that stages use.

    Parameters
    ----------
    environment, system, quantities, flow
        The model.
    """

    environment: Environment
    system: System
    quantities: Quantities
    flow: Flow
    found: dict[str, Pool] = field(default_factory=dict)

    def of(self, stages: Iterable[Sequence[Reading]]) -> list[Pool]:
        """Return the pools of slots, in the order of their containers.

        Raises
        ------
        TransformError
            If a stage does not use all of them.
        """
        every = list(stages)
        by_key: dict[str, list[Reading]] = {}
        for readings in every:
            for reading in readings:
                by_key.setdefault(pool_key(reading), []).append(reading)
        order = list(self.environment.containers)
        pools = sorted(
            (self._pool(key, readings) for key, readings in by_key.items()),
            key=lambda pool: order.index(pool.container.id),
        )
        total = sum(pool.slots for pool in pools)
        for readings in every:
            tasks = sum(reading.tasks for reading in readings)
            shares = {pool_key(reading): reading.tasks for reading in readings}
            for pool in pools:
                here = shares.get(pool.key, 0)
                if abs(here - tasks * pool.slots / total) > 1 + 1e-9:
                    raise refusal(
                        readings[0].run.where,
                        f"{here} of {tasks} tasks run on {pool.container.name}, which has {pool.slots} of "
                        f"{total} slots; in the language tasks take any free slot",
                        "Give every node its share of the tasks by its slots.",
                    )
        for readings in every:
            for reading in readings:
                self._check_branches(reading, pools)
        return pools

    def _pool(self, key: str, readings: list[Reading]) -> Pool:
        first = readings[0]
        instance = self._instance(first)
        container = (
            self.environment.container_of(instance.element)
            if first.passive is not None and instance is not None
            else self.environment.containers[first.home]
        )
        if first.home in self.environment.containers and first.home != container.id:
            container = self.environment.containers[first.home]
        parameters = instance.parameters if instance is not None else {}
        slots = max(reading.slots for reading in readings)
        if first.passive is None and SLOTS in parameters:
            slots = self._number(parameters[SLOTS], instance)
        nodes = label_and_nodes(container.name)[1]
        if NODES in parameters:
            nodes = self._number(parameters[NODES], instance)
        executors = self._number(parameters[EXECUTORS], instance) if EXECUTORS in parameters else nodes
        processor = self.environment.processor(container.id)
        cores = processor.replicas if processor is not None else max(slots, 1)
        pool = Pool(
            key=key,
            container=container,
            slots=slots,
            executors=max(1, min(executors, slots)),
            nodes=max(1, min(nodes, cores, MOST_NODES)),
            cores=cores,
            cores_known=processor is not None,
            batches=self._batches(key, slots),
            slot_names=_names(first.passive.capacity if first.passive else parameters.get(SLOTS)),
            executor_names=_names(parameters.get(EXECUTORS)),
        )
        beside = any(channel.beside for channel in first.outcomes.channels)
        return pool if _has_nodes(pool, beside=beside) else replace(pool, nodes=1, joined=True)

    def _instance(self, reading: Reading) -> Instance | None:
        """Return the instance of the executors of a pool."""
        if reading.passive is not None:
            return self.system.instances[str(reading.passive.instance.get("id"))]
        for instance in self.system.instances.values():
            here = self.environment.container_of(instance.element).id == reading.home
            if here and SLOTS in instance.parameters:
                return instance
        return None

    def _number(self, expression: Expression, instance: Instance | None) -> int:
        where = self.system.objects.where(instance.element) if instance is not None else ""
        return count_of(expression, self.quantities.known, where)

    def _check_branches(self, reading: Reading, pools: list[Pool]) -> None:
        """Make sure that a stage with a branch for each slot has as many as there are slots."""
        if reading.passive is not None:
            return
        slots = next(pool.slots for pool in pools if pool.key == pool_key(reading))
        if reading.slots != min(reading.tasks, slots):
            raise refusal(
                reading.run.where,
                f"its tasks run in {reading.slots} branches where there are {slots} slots",
                "Add branches, or export the model again for so many slots.",
            )

    def _batches(self, key: str, slots: int) -> tuple[tuple[float, int], ...]:
        later: list[tuple[float, int]] = []
        for registration, at in self.flow.registrations:
            if registration.slots.id != key:
                continue
            count = count_of(registration.count, at, registration.where)
            later.append((_after_s(registration, self.quantities), count))
        held = sum(count for _, count in later)
        if held > slots:
            raise refusal(
                next(r.where for r, _ in self.flow.registrations),
                f"{held} slots become usable later, and there are only {slots}",
                "Hold back fewer slots.",
            )
        return tuple((after, count) for after, count in [(0.0, slots - held), *sorted(later)] if count)


def _after_s(registration: Registration, quantities: Quantities) -> float:
    work = registration.after
    value = amount_of(work.amount, quantities.known, work.where)
    if value < 0:
        raise refusal(work.where, f"a time must not be negative, found {value:g}", "Correct the expression.")
    return value / work.resource.rate


def _names(expression: Expression | None) -> frozenset[str]:
    if expression is None:
        return frozenset()
    return frozenset(part.name for part in walk(expression) if isinstance(part, Variable))


def cluster_of(pools: Sequence[Pool], environment: Environment, rate: float) -> Cluster:
    """Return node groups and executors.

    Parameters
    ----------
    pools
        The pools of slots.
    environment
        All containers; those in which nothing runs are nodes without executors.
    rate
        Speed of a core relative to a calibration run.
    """
    groups: list[dsl.NodeGroup] = []
    first_node: dict[str, int] = {}
    used = environment.used
    homes = {pool.container.id: pool for pool in pools}
    count = 0
    for container in environment.containers.values():
        if (pool := homes.get(container.id)) is not None:
            nodes, cores, known = pool.nodes, pool.cores, pool.cores_known
        elif container.id not in used and (processor := environment.processor(container.id)) is not None:
            _, nodes = label_and_nodes(container.name)
            nodes, cores, known = min(nodes, processor.replicas), processor.replicas, True
        else:
            continue
        first_node[container.id] = count
        count += nodes
        label = label_and_nodes(container.name)[0][:180] or container.id
        each, more = divmod(cores, nodes)
        for number, of in ((more, each + 1), (nodes - more, each)):
            if number:
                groups.append(
                    dsl.NodeGroup(
                        id=_unique(label, groups),
                        count=number,
                        cores=of,
                        cores_known=known,
                        processing_rate=rate,
                    )
                )
    alone = len(pools) == 1 and count == pools[0].nodes
    executors: list[dsl.ExecutorGroup] = []
    for pool in pools:
        for number, (registered_s, slots) in enumerate(_executors(pool)):
            node = None if alone else first_node[pool.container.id] + number % pool.nodes
            group = dsl.ExecutorGroup(count=1, slots=slots, registered_s=registered_s, node=node)
            if executors and executors[-1].model_copy(update={"count": 1}) == group:
                executors[-1] = group.model_copy(update={"count": executors[-1].count + 1})
            else:
                executors.append(group)
    return Cluster(tuple(groups), tuple(executors))


def _has_nodes(pool: Pool, *, beside: bool) -> bool:
    """Return whether the nodes of a pool can have cores of their own and predict as their sum does.

    In the files, all cores of a container serve all of its tasks. Nodes that are alike come close to that,
    and cores that are never all busy do not matter.
    """
    slots, executors = [0] * pool.nodes, [0] * pool.nodes
    for number, (_, of) in enumerate(_executors(pool)):
        slots[number % pool.nodes] += of
        executors[number % pool.nodes] += 1
    alike = pool.cores % pool.nodes == 0 and len(set(slots)) == 1 and len(set(executors)) == 1
    least = pool.cores // pool.nodes
    wanted = max(s + e * beside for s, e in zip(slots, executors, strict=True))
    return alike or wanted <= least


def _executors(pool: Pool) -> list[tuple[float, int]]:
    """Return when each executor becomes usable, and its slots.

    Executors are alike if they can be; else they share the slots that become usable together about evenly.
    """
    usual = pool.slots // pool.executors
    found: list[tuple[float, int]] = []
    left_slots, left = pool.slots, pool.executors
    for after, slots in pool.batches:
        if pool.slots % pool.executors == 0 and slots % usual == 0:
            count = slots // usual
        else:
            count = max(1, min(slots, round(left * slots / left_slots)))
        each, more = divmod(slots, count)
        found += [(after, each + (number < more)) for number in range(count)]
        left_slots -= slots
        left = max(1, left - count)
    return found


def _unique(label: str, groups: list[dsl.NodeGroup]) -> str:
    taken = {group.id for group in groups}
    found, number = label, 2
    while found in taken:
        found, number = f"{label} ({number})", number + 1
    return found
