"""Jobs of Hadoop MapReduce: history files, traces, old logs, and answers of servers."""

from .reader import JobFile, find, read, read_all
from .records import AttemptRecord, MapReduceRun, job_id

__all__ = ["AttemptRecord", "JobFile", "MapReduceRun", "find", "job_id", "read", "read_all"]
