"""What this benchmark itself needs from an event log: its times, and the log without private words.

Independent of Pertract's own reader, which is what is measured here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

WARM_UP = "warm-up"
"""Job group of the job that loads classes."""
_PRIVATE = ("System Properties", "Hadoop Properties", "Metrics Properties", "Classpath Entries")


@dataclass(frozen=True)
class Times:
    """Times of an application, seconds."""

    response_time_s: float
    job_span_s: float
    warm_up_s: float
    """From the first job's submission to the end of the warm-up."""
    jobs_s: tuple[float, ...]
    """How long each job after the warm-up took, in the order of submission."""

    @property
    def work_s(self) -> float:
        """End of the warm-up to the end of the last job."""
        return self.job_span_s - self.warm_up_s


def times(lines: Iterable[str]) -> Times:
    """Return the times of an application from the lines of its log."""
    first = last = 0
    submitted: dict[int, int] = {}
    ended: dict[int, int] = {}
    warm: set[int] = set()
    for line in lines:
        kind = line[:60]
        if not any(f"SparkListener{name}" in kind for name in ("Application", "JobStart", "JobEnd")):
            continue
        event = json.loads(line)
        match event["Event"]:
            case "SparkListenerApplicationStart":
                first = event["Timestamp"]
            case "SparkListenerApplicationEnd":
                last = event["Timestamp"]
            case "SparkListenerJobStart":
                submitted[event["Job ID"]] = event["Submission Time"]
                if (event.get("Properties") or {}).get("spark.jobGroup.id") == WARM_UP:
                    warm.add(event["Job ID"])
            case "SparkListenerJobEnd":
                ended[event["Job ID"]] = event["Completion Time"]
    begin = min(submitted.values())
    return Times(
        (last - first) / 1e3,
        (max(ended.values()) - begin) / 1e3,
        max((ended[job] - begin for job in warm), default=0) / 1e3,
        tuple((ended[job] - submitted[job]) / 1e3 for job in sorted(submitted) if job not in warm),
    )


@dataclass(frozen=True)
class Facts:
    """What an application had and did."""

    application: str
    name: str
    spark_version: str
    began_s: float
    """Since the epoch."""
    response_time_s: float
    executors: int
    """The most that were there at a time, without the driver."""
    cores_per_executor: int
    hosts: int
    """That had executors."""
    jobs: int
    stages: int
    tasks: int
    """Finished attempts that succeeded."""
    task_run_s: float
    task_cpu_s: float


def facts(lines: Iterable[str]) -> Facts:
    """Return what stands in the lines of a log."""
    found: dict[str, Any] = {"application": "", "name": "", "spark_version": ""}
    cores: dict[str, int] = {}
    hosts: set[str] = set()
    present: set[str] = set()
    most = jobs = stages = tasks = first = last = run_ms = cpu_ns = 0
    for line in lines:
        event = json.loads(line)
        match event["Event"].removeprefix("SparkListener"):
            case "LogStart":
                found["spark_version"] = event["Spark Version"]
            case "ApplicationStart":
                first = event["Timestamp"]
                found |= {"application": event.get("App ID") or "", "name": event["App Name"]}
            case "ApplicationEnd":
                last = event["Timestamp"]
            case "ExecutorAdded" if event["Executor ID"] != "driver":
                present.add(event["Executor ID"])
                most = max(most, len(present))
                cores[event["Executor ID"]] = event["Executor Info"]["Total Cores"]
                hosts.add(event["Executor Info"]["Host"])
            case "ExecutorRemoved":
                present.discard(event["Executor ID"])
            case "JobStart":
                jobs += 1
            case "StageCompleted":
                stages += 1
            case "TaskEnd" if event["Task End Reason"]["Reason"] == "Success":
                tasks += 1
                metrics = event.get("Task Metrics") or {}
                run_ms += metrics.get("Executor Run Time", 0)
                cpu_ns += metrics.get("Executor CPU Time", 0)
    return Facts(
        **found,
        began_s=first / 1e3,
        response_time_s=(last - first) / 1e3,
        executors=most,
        cores_per_executor=max(cores.values(), default=0),
        hosts=len(hosts),
        jobs=jobs,
        stages=stages,
        tasks=tasks,
        task_run_s=run_ms / 1e3,
        task_cpu_s=cpu_ns / 1e9,
    )


def scrubbed(lines: Iterable[str], folders: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a log without what tells of the machine.

    Parameters
    ----------
    lines
        Lines of the log.
    folders
        Folders whose names are replaced, the longest first.
    """
    names = sorted({name for name in folders if name}, key=len, reverse=True)
    for line in lines:
        text = line.rstrip("\n")
        kind = text[:60]
        if "SparkListenerEnvironmentUpdate" in kind or "SparkListenerExecutorAdded" in kind:
            text = json.dumps(_without_machine(json.loads(text)), separators=(",", ":"))
        for name in names:
            text = text.replace(name, "/opt/lab")
        yield text + "\n"


def _without_machine(event: dict[str, Any]) -> dict[str, Any]:
    for part in _PRIVATE:
        if part in event:
            event[part] = {}
    if "JVM Information" in event:
        event["JVM Information"].pop("Java Home", None)
    if "Executor Info" in event:
        event["Executor Info"]["Log Urls"] = {}
    return event
