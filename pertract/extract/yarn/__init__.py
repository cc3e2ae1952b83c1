"""From what YARN tells of a cluster to the resource architecture of the model.

`cluster.with_cluster` puts it together: `nodes` groups nodes and finds those of the executors, `queues`
and `scheduler` describe the cluster manager, `request` what the application asked it for, `delays` how
long that took, `load` what others held meanwhile, and `accounts` what was accounted.
"""

from .accounts import ContainerSeconds, container_seconds
from .cluster import with_cluster

__all__ = ["ContainerSeconds", "container_seconds", "with_cluster"]
