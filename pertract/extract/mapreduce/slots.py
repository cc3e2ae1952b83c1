"""Where and when containers were: slots and their nodes, and how long a container is waited for.

A slot is room for one container. As many are taken to have been there as containers ran at one time: what
else the job could have had is not known. The k-th slot is there from when k containers ran for the first time.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ... import dsl
from ...sources.mapreduce import AttemptRecord, MapReduceRun
from ...sources.mapreduce.configuration import number
from ...units import MIB


_SOME = 3


@dataclass(frozen=True, slots=True)
class Slot:
    """Room for one container."""

    host: str
    """Node of its first container."""
    first_s: float
    """Start of that, seconds after submission."""


def slots(run: MapReduceRun) -> list[Slot]:
    """Return the slots of a run, first one first; a job inside its master has one."""
    found: list[Slot] = []
    changes = sorted(
        [(a.finish_s, 0, a.host) for a in run.attempts] + [(a.start_s, 1, a.host) for a in run.attempts]
    )
    running = 0
    for time_s, starts, host in changes:  # what ends at a moment has left before what begins
        running += 1 if starts else -1
        if running > len(found):
            found.append(Slot(host, time_s))
    return found[:1] if run.uber else found


def map_wait_s(run: MapReduceRun) -> float:
    """Return the median time from the end of a container to the start of a map in its place, seconds.

    That is the time to ask for a container, to be given it with a message of a node, and to start it. The
    first container of the job needed all of this, too; where others seem to have needed longer, the cluster
    was busy with something else.
    """
    there = slots(run)
    gaps = _gaps(run.attempts, len(there))
    found = [wait for attempt, wait in gaps if attempt.kind == "map" and wait >= 0]
    first_s = max(0.0, there[0].first_s - run.launched_s)
    return min(median(found), first_s) if found else 0.0


def reduce_wait_s(run: MapReduceRun, eligible_s: float) -> float:
    """Return the time from when a reduce could have had a container to its start, seconds.

    The median of those that took the slot of another reduce, if there are some: nothing else held them up.
    Otherwise the shortest, because others may have waited for a slot that maps were to have first.
    """
    gaps = _gaps(run.attempts, len(slots(run)))
    freed = {attempt.id: attempt.start_s - wait for attempt, wait in gaps}
    reduces = run.of_kind("reduce")
    maps_end_s = max((a.finish_s for a in run.of_kind("map")), default=0.0)
    alone = [wait for a, wait in gaps if a.kind == "reduce" and freed[a.id] > maps_end_s and wait >= 0]
    if len(alone) >= _SOME:
        return median(alone)
    waits = [a.start_s - max(eligible_s, freed.get(a.id, 0.0)) for a in reduces]
    return min((wait for wait in waits if wait >= 0), default=0.0)


def _gaps(attempts: Sequence[AttemptRecord], places: int) -> list[tuple[AttemptRecord, float]]:
    """Return the attempts that took the slot of another one, and the time between the two.

    With all slots busy, the k-th start takes the slot that the (k - places)-th end freed.
    """
    ends = sorted(attempt.finish_s for attempt in attempts)
    ordered = sorted(attempts, key=lambda a: a.start_s)
    return [(a, a.start_s - end_s) for a, end_s in zip(ordered[places:], ends, strict=False)]


def eligible_s(run: MapReduceRun, completed_ratio: float) -> float:
    """Return when reduces could start: when enough maps had ended, seconds after submission."""
    ends = sorted(a.finish_s for a in run.of_kind("map") if a.state == "SUCCEEDED")
    needed = math.ceil(completed_ratio * run.maps - 1e-9)
    if not ends or not needed:
        return run.launched_s
    return ends[min(needed, len(ends)) - 1]


def executors(run: MapReduceRun, wait_s: float) -> tuple[dsl.ExecutorGroup, ...]:
    """Return the slots as executors of one slot each, alike ones together.

    They come before their first container started by as much as a container is waited for.
    """
    places = {host: node for node, host in enumerate(_hosts(run))}
    size = container(run, "map")
    alike = Counter((round(max(0.0, s.first_s - wait_s), 3), places[s.host]) for s in slots(run))
    return tuple(
        dsl.ExecutorGroup(
            count=count,
            slots=1,
            registered_s=came_s,
            memory_bytes=size.memory_bytes if size else None,
            node=node,
        )
        for (came_s, node), count in alike.items()
    )


def container(run: MapReduceRun, kind: str) -> dsl.ContainerSize | None:
    """Return the size of the containers of a kind of tasks, as far as the configuration tells."""
    memory = number(run.properties, f"mapreduce.{kind}.memory.mb")
    cores = number(run.properties, f"mapreduce.{kind}.cpu.vcores")
    if memory is None or memory < 1:
        return None
    return dsl.ContainerSize(memory_bytes=round(memory) * MIB, vcores=None if cores is None else round(cores))


def master(run: MapReduceRun) -> dsl.ContainerSize | None:
    """Return the size of the container of the application master, as far as the configuration tells."""
    memory = number(run.properties, "yarn.app.mapreduce.am.resource.mb")
    cores = number(run.properties, "yarn.app.mapreduce.am.resource.cpu-vcores")
    if memory is None or memory < 1:
        return None
    return dsl.ContainerSize(memory_bytes=round(memory) * MIB, vcores=None if cores is None else round(cores))


def _hosts(run: MapReduceRun) -> list[str]:
    """Return the nodes that had slots, those with fewer ones first, as `nodes` groups them."""
    count = Counter(slot.host for slot in slots(run))
    return sorted(count, key=lambda host: count[host])


def nodes(run: MapReduceRun) -> dsl.ResourceArchitecture:
    """Return groups of alike nodes; slots stand for their cores."""
    alike = Counter(Counter(slot.host for slot in slots(run)).values())
    return dsl.ResourceArchitecture(
        nodes=tuple(
            dsl.NodeGroup(
                id="workers" if len(alike) == 1 else f"workers-{places}-slots",
                count=count,
                cores=places,
                cores_known=False,
            )
            for places, count in sorted(alike.items())
        )
    )
