"""Spark event logs: from bytes to the records of one run."""

from .layout import EventLog, find
from .reader import Progress, read
from .records import ExecutorRecord, JobRecord, SparkRun, StageRecord, TaskSummary

__all__ = [
    "EventLog",
    "ExecutorRecord",
    "JobRecord",
    "Progress",
    "SparkRun",
    "StageRecord",
    "TaskSummary",
    "find",
    "read",
]
