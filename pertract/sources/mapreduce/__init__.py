"""Jobs of Hadoop MapReduce: history files, traces, old logs, and answers of servers."""

from .reader import JobFile, find, read, read_all
from .records import AttemptRecord, MapReduceRun, job_id
from .server import JobServer, applications, ask, probe

__all__ = [
    "AttemptRecord",
    "JobFile",
    "JobServer",
    "MapReduceRun",
    "applications",
    "ask",
    "find",
    "job_id",
    "probe",
    "read",
    "read_all",
]
