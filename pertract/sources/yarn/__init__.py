"""Hadoop YARN: what its servers, logs and configuration files tell of a cluster.

`reader.read` puts together what `rest` asks servers, and `saved` finds in files: `answers` (with
`policies` and `timeline`) knows JSON and XML answers by their content, `rm_log` and `nm_log` logs,
`configuration` Hadoop's XML files; `merge` lets sources complete each other.
"""

from .reader import read
from .records import (
    Application,
    Attempt,
    ClusterInfo,
    ClusterMetrics,
    Container,
    Node,
    Queue,
    Scheduler,
    Size,
    Snapshot,
    host_of,
    is_master,
)

__all__ = [
    "Application",
    "Attempt",
    "ClusterInfo",
    "ClusterMetrics",
    "Container",
    "Node",
    "Queue",
    "Scheduler",
    "Size",
    "Snapshot",
    "host_of",
    "is_master",
    "read",
]
