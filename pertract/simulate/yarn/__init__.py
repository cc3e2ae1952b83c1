"""Hadoop YARN: how many containers an application is granted, on which nodes, and when.

`sizes` says how large containers are that Spark asks for and YARN grants; `cluster` what nodes offer and
where the application master sits; `queues` what queues and users may have; `grants` gives containers at
the heartbeats of nodes; `reasons` says in a sentence why there are not more. The rules are those of Hadoop
3.4 (``CapacityScheduler``, ``FairScheduler``, ``FifoScheduler``); preemption is not simulated.
"""

from __future__ import annotations

from .cluster import Nodes, can_offer, nodes, used_by_others
from .grants import Grant, grant
from .reasons import why
from .sizes import ContainerSizes, container_sizes

__all__ = [
    "ContainerSizes",
    "Grant",
    "Nodes",
    "can_offer",
    "container_sizes",
    "grant",
    "nodes",
    "used_by_others",
    "why",
]
