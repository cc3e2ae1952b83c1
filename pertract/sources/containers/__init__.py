"""Logs of containers of YARN: what Spark's executors and masters wrote beside the event log.

`files` finds them, in the text of ``yarn logs``, in exported folders or alone; `aggregated` cuts that text
into logs; `lines` (with `pauses` for garbage collection and `failures` for exceptions) takes from a log
what event logs lack; `reader` puts it together by container, as `records`.
"""

from .reader import read
from .records import Collections, ContainerLogs, ContainerRecord, Failure, Request

__all__ = ["Collections", "ContainerLogs", "ContainerRecord", "Failure", "Request", "read"]
