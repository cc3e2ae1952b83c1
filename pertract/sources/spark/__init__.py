"""Spark event logs: from bytes to the records of one run."""

from .layout import EventLog, Found, choose, find, find_all
from .reader import Progress, read
from .records import ExecutorRecord, JobRecord, SparkRun, StageRecord, StreamRecord, TaskSummary
from .task_times import TaskTimes

__all__ = [
    "EventLog",
    "ExecutorRecord",
    "Found",
    "JobRecord",
    "Progress",
    "SparkRun",
    "StageRecord",
    "StreamRecord",
    "TaskSummary",
    "TaskTimes",
    "choose",
    "find",
    "find_all",
    "read",
]
