"""Which stages a stage read from, where nothing but volumes and times tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from .answers import Job, Stage, millis

_TRIED = 14  # candidates among which all combinations are tried
_LARGEST = 4  # parents in a combination


@dataclass(slots=True)
class _Shuffles:
    """What a stage wrote and read through shuffles, in all its attempts."""

    id: int
    begun_ms: int
    ended_ms: int
    read: tuple[int, int] = (0, 0)
    """Records and bytes."""
    written: tuple[int, int] = (0, 0)


def infer_parents(jobs: Iterable[Job], stages: Iterable[Stage]) -> dict[int, list[int]]:
    """Return the likely parents of stages.

    A stage reads what stages of its job had written before it began. Those are its parents whose
    records and bytes add up to what it read; failing that, all whose output no other one has read.
    A stage whose output nobody seems to read belongs to the next stage that began.

    Parameters
    ----------
    jobs, stages
        As the server tells them. A stage that a job skips stands for the earlier one that computed
        the same data set.
    """
    stages = list(stages)
    ran = _by_id(stages)
    last = {stage.stage_id: max(stage.rdd_ids) for stage in stages if stage.rdd_ids}
    computed: dict[int, list[int]] = {}
    for number in sorted(ran):
        computed.setdefault(last.get(number, -1 - number), []).append(number)
    found: dict[int, list[int]] = {}
    for job in sorted(jobs, key=lambda job: job.job_id):
        writers: dict[int, _Shuffles] = {}  # by the number the job knows it under
        for number in job.stage_ids:
            same = [number] if number in ran else computed.get(last.get(number, -1), [])
            if written := [k for k in same if any(ran[k].written)]:
                writers[number] = ran[written[-1]]
        for number in sorted(job.stage_ids):
            if number in ran and number not in found:
                found[number] = _parents(ran[number], writers, found)
        _adopt([ran[number] for number in sorted(job.stage_ids) if number in ran], found)
    return found


def _adopt(stages: Sequence[_Shuffles], found: dict[int, list[int]]) -> None:
    """Give a reader to stages of a job whose output no other one seems to read.

    Only the last stage of a job has no reader. One that wrote nothing leaves no trace but the time:
    its reader began when it had ended.
    """
    for stage in stages[:-1]:
        if any(stage.id in parents for parents in found.values()):
            continue
        after = [s for s in stages if s.id > stage.id and s.begun_ms >= stage.ended_ms]
        if after:
            reader = min(after, key=lambda s: (s.begun_ms, s.id)).id
            found[reader] = sorted([*found[reader], stage.id])


def _by_id(stages: Iterable[Stage]) -> dict[int, _Shuffles]:
    ran: dict[int, _Shuffles] = {}
    for stage in stages:
        begun_ms, ended_ms = millis(stage.submission_time), millis(stage.completion_time)
        if begun_ms is None or ended_ms is None:
            continue
        one = ran.setdefault(stage.stage_id, _Shuffles(stage.stage_id, begun_ms, ended_ms))
        one.begun_ms, one.ended_ms = min(one.begun_ms, begun_ms), max(one.ended_ms, ended_ms)
        one.read = (one.read[0] + stage.shuffle_read_records, one.read[1] + stage.shuffle_read_bytes)
        one.written = (
            one.written[0] + stage.shuffle_write_records,
            one.written[1] + stage.shuffle_write_bytes,
        )
    return ran


def _parents(
    stage: _Shuffles, writers: Mapping[int, _Shuffles], known: Mapping[int, Sequence[int]]
) -> list[int]:
    if not any(stage.read):
        return []
    before = [
        number
        for number in sorted(writers, reverse=True)
        if number < stage.id and writers[number].ended_ms <= stage.begun_ms
    ]
    for size in range(1, _LARGEST + 1):
        for some in combinations(before[:_TRIED], size):
            if tuple(sum(writers[n].written[k] for n in some) for k in (0, 1)) == stage.read:
                return sorted(some)
    consumed = {parent for number in before for parent in known.get(number, ())}
    return sorted(number for number in before if number not in consumed)
