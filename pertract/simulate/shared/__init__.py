"""Several applications on one cluster: who gets room for executors, and what becomes of each run."""

from .application import Application, Executions, application
from .arrivals import Arrivals, Closed, Open, poisson_times
from .cluster import Cluster, Queue, Scheduling
from .events import Run, share

__all__ = [
    "Application",
    "Arrivals",
    "Closed",
    "Cluster",
    "Executions",
    "Open",
    "Queue",
    "Run",
    "Scheduling",
    "application",
    "poisson_times",
    "share",
]
