"""Put what events and traces say of a job together, in whatever order it comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from .configuration import kept, number
from .records import COUNTER_GROUPS, STATES, AttemptRecord, Kind, MapReduceRun, host_of, job_id

MS = 1e-3
SLOWEST_CLOCK_MS = 1e11
"""Times before 1973 in epoch milliseconds are none: counted from zero, as simulators do, or unknown."""


def whole(value: Any) -> int | None:
    """Return a number of an event, trace or old log as a whole one, or None if it says nothing."""
    try:
        found = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found >= 0 else None


def kind_of(text: Any) -> Kind | None:
    """Return whether a task is a map or a reduce; None for those that set up and clean up."""
    return {"MAP": "map", "REDUCE": "reduce"}.get(str(text).upper())  # type: ignore[return-value]


def counters(groups: Iterable[tuple[str, Mapping[str, int]]]) -> dict[str, int]:
    """Return Hadoop's own counters of some groups by their names."""
    found: dict[str, int] = {}
    for group, values in groups:
        if COUNTER_GROUPS.search(group):
            found.update(values)
    return found


class JobCollector:
    """What is known so far of one job; times in epoch milliseconds."""

    def __init__(self, job: str) -> None:
        self.id = job_id(job)
        self.facts: dict[str, Any] = {}
        """Fields of `MapReduceRun` that were told; times as ``submit_ms``, ``launch_ms`` ..."""
        self.attempts: dict[str, dict[str, Any]] = {}
        self.task_starts: dict[str, int] = {}
        """When the tasks themselves were started, which is before their attempts get containers."""
        self.events: Counter[str] = Counter()
        self.malformed = 0
        self.missing: list[str] = []
        self.notes: list[str] = []

    def attempt(self, name: str, **facts: Any) -> None:
        """Note facts of an attempt; what is None says nothing."""
        known = self.attempts.setdefault(name, {})
        known.update({key: value for key, value in facts.items() if value is not None})

    def tell(self, **facts: Any) -> None:
        """Note facts of the job; what is None or empty says nothing."""
        self.facts.update({key: value for key, value in facts.items() if value not in (None, "")})

    def run(self, properties: Mapping[str, str], digest: str) -> MapReduceRun:
        """Return the record of the job."""
        facts, missing = self.facts, list(self.missing)
        if without := self._start_with_tasks():
            missing.append(
                f"the start of {without} task attempts is missing; it counts as that of their tasks"
            )
        ended = {name: known for name, known in self.attempts.items() if self._complete(known)}
        starts = [known["start_ms"] for known in ended.values()]
        ends = [known["finish_ms"] for known in ended.values()]
        submit_ms = facts.get("submit_ms")
        if submit_ms is None:
            submit_ms = facts.get("launch_ms", min(starts, default=0))
            missing.append("when the job was submitted is not known; it counts from the start of its tasks")
        state = facts.get("state", "")
        finish_ms = facts.get("finish_ms")
        if finish_ms is None or finish_ms < max(ends, default=finish_ms):
            if finish_ms is None:
                missing.append("the end of the job is missing; it counts as the end of its last task")
            finish_ms = max(ends, default=submit_ms)
        tasks = [known for known in self.attempts.values() if known.get("kind")]
        if len(tasks) > len(ended):
            missing.append(f"the end of {len(tasks) - len(ended)} of {len(tasks)} task attempts is missing")
        launch_ms = facts.get("launch_ms")
        launched_s = max(0.0, ((launch_ms if launch_ms is not None else submit_ms) - submit_ms) * MS)
        master_ms = facts.get("master_ms")
        attempts = [self._record(name, known, submit_ms) for name, known in ended.items()]
        counts = Counter(kind for kind, _ in {(a.kind, a.task) for a in attempts})
        usual = properties.get
        return MapReduceRun(
            id=self.id,
            name=str(facts.get("name") or usual("mapreduce.job.name", "") or self.id),
            user=str(facts.get("user", "")),
            queue=str(facts.get("queue") or usual("mapreduce.job.queuename", "")),
            state=state or "UNKNOWN",
            submitted_ms=float(submit_ms),
            master_s=None if master_ms is None else max(0.0, (master_ms - submit_ms) * MS),
            launched_s=launched_s,
            finish_s=max(0.0, (finish_ms - submit_ms) * MS),
            maps=max(facts.get("maps") or 0, counts["map"]),
            reduces=max(facts.get("reduces") or 0, counts["reduce"]),
            attempts=tuple(sorted(attempts, key=lambda a: (a.start_s, a.id))),
            properties=kept(properties),
            uber=bool(facts.get("uber")),
            digest=digest,
            events=dict(self.events),
            malformed=self.malformed,
            missing=tuple(missing),
            notes=tuple(self.notes),
        )

    def _start_with_tasks(self) -> int:
        """Let attempts whose start is missing start with their tasks; return how many there are."""
        found = 0
        for known in self.attempts.values():
            start_ms = self.task_starts.get(str(known.get("task")))
            if "start_ms" not in known and "finish_ms" in known and start_ms is not None:
                known["start_ms"] = start_ms
                found += 1
        return found

    @staticmethod
    def _complete(known: Mapping[str, Any]) -> bool:
        return bool(known.get("kind")) and known.get("start_ms") is not None and "finish_ms" in known

    def _record(self, name: str, known: Mapping[str, Any], submit_ms: float) -> AttemptRecord:
        rack, host = host_of(str(known.get("host", "")))

        def time_s(key: str) -> float | None:
            return None if known.get(key) is None else (known[key] - submit_ms) * MS

        start_s = max(0.0, (known["start_ms"] - submit_ms) * MS)  # clocks of nodes differ
        return AttemptRecord(
            id=name,
            task=str(known.get("task") or name.rpartition("_")[0].replace("attempt_", "task_", 1)),
            kind=known["kind"],
            state=STATES.get(str(known.get("state", "SUCCEEDED")).upper(), "FAILED"),
            start_s=start_s,
            finish_s=max(start_s, (known["finish_ms"] - submit_ms) * MS),
            shuffle_finish_s=time_s("shuffle_ms"),
            sort_finish_s=time_s("sort_ms"),
            host=host,
            rack=str(known.get("rack") or rack),
            locality=str(known.get("locality", "")),
            container=str(known.get("container", "")),
            speculative=known.get("avataar") == "SPECULATIVE",
            counters=known.get("counters", {}),
        )


def reduces_by_setting(properties: Mapping[str, str]) -> int | None:
    """Return the number of reduces that a configuration asks for, or None."""
    value = number(properties, "mapreduce.job.reduces", "mapred.reduce.tasks")
    return None if value is None else max(0, int(value))
