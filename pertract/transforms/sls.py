"""Traces for Hadoop's scheduler load simulator: jobs as containers with their times, and the nodes.

The keys are those that ``org.apache.hadoop.yarn.sls.AMDefinitionSLS`` and ``SLSUtils.parseNodesFromNodeFile``
of Hadoop read. Numbers are text: some versions turn values into text, others take them to be text
already. The simulator asks a real scheduler for the containers and lets each run for its time; when
they started here tells it nothing but that.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..units import MIB

RACK = "default-rack"
PRIORITY = {"map": 20, "reduce": 10}
"""As MapReduce asks (``RMContainerAllocator``); the simulator knows no other kinds."""
JOBS_FILE, NODES_FILE = "sls-jobs.json", "sls-nodes.json"


@dataclass(frozen=True, slots=True)
class SimulatedContainer:
    """A container of a job."""

    node: int
    start_s: float
    """After the submission of the job."""
    end_s: float
    kind: str = "map"
    """``map`` or ``reduce``."""
    memory_bytes: int = 1024 * MIB
    vcores: int = 1


@dataclass(frozen=True, slots=True)
class SimulatedNode:
    """A node of the cluster."""

    memory_bytes: int
    vcores: int


@dataclass(frozen=True, slots=True)
class SlsExport:
    """The files for the simulator, and what they hold."""

    files: dict[str, bytes]
    containers: int
    nodes: int
    response_time_s: float
    """Of the execution that was written."""
    warnings: tuple[str, ...]


def jobs_file(
    name: str,
    containers: Sequence[SimulatedContainer],
    *,
    end_s: float,
    queue: str = "default",
    user: str = "default",
    master_bytes: int | None = None,
) -> bytes:
    """Return a trace of one job.

    Parameters
    ----------
    name
        Identifier of the job.
    containers
        Its containers, without that of its master, which the simulator asks for itself.
    end_s
        End of the job after its submission.
    queue, user
        Where and who; the queue must be in the configuration of the simulated scheduler.
    master_bytes
        Memory of the application master, if it is known.
    """
    job: dict[str, Any] = {
        "am.type": "mapreduce",
        "job.start.ms": "0",
        "job.end.ms": str(_ms(end_s)),
        "job.queue.name": queue,
        "job.id": name,
        "job.user": user,
        "job.tasks": [_task(container) for container in containers],
    }
    if master_bytes:
        job["am.memory-mb"] = str(-(-master_bytes // MIB))
    return _text(job)


def nodes_file(nodes: Sequence[SimulatedNode]) -> bytes:
    """Return a list of nodes."""
    listed = [
        {"node": host(number), "memory-mb": node.memory_bytes // MIB, "vcores": node.vcores}
        for number, node in enumerate(nodes)
    ]
    return _text({"rack": RACK, "nodes": listed})


def host(number: int) -> str:
    """Return the name of a node."""
    return f"node{number}"


def _task(container: SimulatedContainer) -> dict[str, Any]:
    return {
        "container.host": f"/{RACK}/{host(container.node)}",
        "container.start.ms": str(_ms(container.start_s)),
        "container.end.ms": str(max(_ms(container.start_s) + 1, _ms(container.end_s))),
        "container.priority": str(PRIORITY[container.kind]),
        "container.type": container.kind,
        "container.execution.type": "GUARANTEED",
        "container.memory-mb": str(-(-container.memory_bytes // MIB)),
        "container.vcores": str(container.vcores),
    }


def _ms(time_s: float) -> int:
    return round(time_s * 1000)


def _text(found: Any) -> bytes:
    return (json.dumps(found, indent=1) + "\n").encode()
