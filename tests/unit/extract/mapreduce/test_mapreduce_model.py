from __future__ import annotations

from pathlib import Path

import pytest

from pertract.api.extracting import replayed
from pertract.errors import NoUsableRun
from pertract.extract.mapreduce import build_mapreduce_model, slots
from pertract.extract.mapreduce.phases import fetch_alone_s
from pertract.sources import mapreduce
from pertract.sources.mapreduce import AttemptRecord, MapReduceRun

REAL = Path(__file__).resolve().parents[3] / "data" / "mapreduce"


def attempt(kind: str, number: int, begin_s: float, end_s: float, **fields: object) -> AttemptRecord:
    return AttemptRecord(
        id=f"attempt_1_1_{kind[0]}_{number:06d}_{fields.pop('again', 0)}",
        task=f"task_1_1_{kind[0]}_{number:06d}",
        kind=kind,  # type: ignore[arg-type]
        state=fields.pop("state", "SUCCEEDED"),  # type: ignore[arg-type]
        start_s=begin_s,
        finish_s=end_s,
        host=fields.pop("host", "a"),  # type: ignore[arg-type]
        **fields,  # type: ignore[arg-type]
    )


def run(*attempts: AttemptRecord, finish_s: float, **fields: object) -> MapReduceRun:
    ordered = tuple(sorted(attempts, key=lambda a: a.start_s))
    known = {
        "id": "job_1_0001",
        "name": "job",
        "user": "me",
        "queue": "default",
        "state": "SUCCEEDED",
        "submitted_ms": 0.0,
        "master_s": 1.0,
        "launched_s": 2.0,
        "finish_s": finish_s,
        "maps": len({a.task for a in ordered if a.kind == "map"}),
        "reduces": len({a.task for a in ordered if a.kind == "reduce"}),
        "attempts": ordered,
        "properties": {},
    }
    return MapReduceRun(**(known | fields))  # type: ignore[arg-type]


def waves() -> MapReduceRun:
    """Return four maps in two waves on two slots, a second between them, then a reduce."""
    return run(
        attempt("map", 0, 4, 9),
        attempt("map", 1, 4, 9),
        attempt("map", 2, 10, 15),
        attempt("map", 3, 10, 15),
        attempt("reduce", 0, 17, 22, shuffle_finish_s=19, sort_finish_s=20),
        finish_s=22.5,
        properties={"mapreduce.job.reduce.slowstart.completedmaps": "1.0"},
    )


def test_the_replay_of_waves_is_exact():
    model = replayed(build_mapreduce_model(waves(), source="x"))
    assert model.replay.error == pytest.approx(0, abs=1e-6)
    assert model.replay.job_span_error == pytest.approx(0, abs=1e-6)


def test_slots_are_what_ran_at_one_time_and_come_with_their_first_container():
    found = slots.slots(waves())
    assert [(slot.first_s, slot.kind) for slot in found] == [(4, "map"), (4, "map")]
    assert slots.map_wait_s(waves()) == 1.0


def test_a_job_inside_its_master_has_one_slot():
    assert len(slots.slots(run(attempt("map", 0, 4, 9), finish_s=10, uber=True))) == 1


def test_phases_of_a_reduce_are_demands_of_their_own():
    model = build_mapreduce_model(waves(), source="x")
    reduce = model.profiles.stages[1]
    found = {demand.activity: sum(demand.mean.values()) for demand in reduce.demands}
    assert found["deserialisation"] + found["shuffle_fetch"] == pytest.approx(2)
    assert found["sort"] == pytest.approx(1)
    assert found["compute"] == pytest.approx(2)
    assert [o.name for o in model.execution.stages[1].operations] == ["shuffle", "sort", "reduce"]


def test_a_reduce_that_waited_for_maps_is_known_without_the_wait():
    # It had fetched all 2 s after the last of two maps ended, when half was new: alone 4 s.
    assert fetch_alone_s(0, 12, [5, 10]) == pytest.approx(4)
    assert fetch_alone_s(11, 14, [5, 10]) == pytest.approx(3)


def test_attempts_that_were_beaten_hold_nothing_up():
    found = run(
        attempt("map", 0, 3, 8),
        attempt("map", 0, 5, 30, state="KILLED", again=1),
        attempt("reduce", 0, 9, 12, shuffle_finish_s=10, sort_finish_s=10),
        finish_s=12.5,
    )
    model = replayed(build_mapreduce_model(found, source="x"))
    assert model.profiles.stages[0].attempts == 1
    assert "1 attempts that another one of their task had beaten" in model.completeness.notes[0]


def test_attempts_that_failed_count():
    found = run(attempt("map", 0, 3, 5, state="FAILED"), attempt("map", 0, 6, 9, again=1), finish_s=10)
    model = build_mapreduce_model(found, source="x")
    assert model.profiles.stages[0].attempts_per_task == 2
    assert model.execution.stages[0].partitions.count == 1


@pytest.mark.parametrize(
    ("state", "why"), [("FAILED", "failed"), ("KILLED", "was killed"), ("RUNNING", "was still running")]
)
def test_only_jobs_that_succeeded_make_models(state, why):
    with pytest.raises(NoUsableRun, match=why):
        build_mapreduce_model(run(attempt("map", 0, 3, 5), finish_s=6, state=state), source="x")
    with pytest.raises(NoUsableRun, match="no task"):
        build_mapreduce_model(run(finish_s=6), source="x")


@pytest.mark.parametrize("number", [5, 6])
def test_the_model_of_a_real_job(number):
    real = mapreduce.read(mapreduce.find(REAL / f"job_1795302742954_000{number}.jhist.gz"))
    model = replayed(build_mapreduce_model(real, source="x"))
    assert abs(model.replay.error) < 0.01
    configuration = model.execution.configuration
    assert configuration.shuffle_partitions == 2
    assert configuration.containers.executor.memory_bytes == 512 * 2**20
    (edge, *_) = model.execution.jobs[0].edges
    assert (edge.tail, edge.head, edge.slow_start.completed_ratio) == ("map", "reduce", 0.05)
    maps, reduces = model.profiles.stages
    assert maps.volumes.input_records == 60000
    assert maps.volumes.input_bytes > 0
    assert reduces.volumes.shuffle_read_bytes > 0
    assert reduces.volumes.output_bytes > 0
    assert model.workload.data[0].size_bytes == maps.volumes.input_bytes
