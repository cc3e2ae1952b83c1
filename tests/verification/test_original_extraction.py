"""What the original's extractor makes of a run: its formulas, on a log whose numbers are calculated by hand.

Four jobs on two executors with two cores each, ``spark.default.parallelism`` 4:

- job 0: stage 0 reads 240 MiB in 3 tasks; 700 ms after it stage 1 fetches 64 MiB in 4 tasks
- job 1, 50 ms later: stage 2, one task, 32 MiB of shuffle blocks
- job 2, 400 ms later: stage 3, 4 tasks, 128 MiB of shuffle blocks
- job 3, 10 ms later, fails
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import pertract
from pertract.errors import TransformError
from pertract.transforms import stoex
from pertract.transforms.original import emf_json
from pertract.transforms.original.extraction import Quirks, extract
from pertract.transforms.original.mapping import to_model
from pertract.transforms.original.metamodel import BatchConfiguration, ExecutionNode

from ..unit.sources.conftest import Events, to_bytes

MIB = 2**20
Task = tuple[int, int, int, int]  # run, CPU, deserialisation and serialisation, ms
STAGES: dict[int, tuple[Task, ...]] = {
    0: ((1000, 800, 8, 1), (1200, 900, 10, 1), (3000, 1000, 30, 3)),
    1: tuple((400, 100, 2, 1) for _ in range(4)),
    2: ((500, 450, 6, 2),),
    3: ((100, 150, 1, 0), (100, 150, 1, 0), (100, 150, 1, 0), (100, 150, 1, 0)),
}
ENTERING = {0: 240 * MIB, 1: 64 * MIB, 2: 32 * MIB, 3: 128 * MIB}
JOBS = {0: (0, 1), 1: (2,), 2: (3,)}
SUBMITTED = {0: 1010, 1: 5010, 2: 6560, 3: 7970}
COMPLETED = {0: 4310, 1: 6000, 2: 7510, 3: 8900}
BEGUN = {0: 1000, 1: 6550, 2: 7960, 3: 9010}
ENDED = {0: 6500, 1: 7560, 2: 9000, 3: 9500}


def task_ends(stage: int):
    for run, cpu, deserialise, serialise in STAGES[stage]:
        launch = SUBMITTED[stage] + 5
        volume = ENTERING[stage] // len(STAGES[stage])
        read = (
            {"Input Metrics": {"Bytes Read": volume}}
            if stage == 0
            else {"Shuffle Read Metrics": {"Remote Bytes Read": volume}}
        )
        yield Events.task_end(
            stage,
            launch,
            launch + run + deserialise + serialise + 20,
            metrics={
                "Executor Run Time": run,
                "Executor CPU Time": cpu * 1_000_000,
                "Executor Deserialize Time": deserialise,
                "Result Serialization Time": serialise,
                **read,
            },
        )


def events(jobs=JOBS, properties=()):
    settings = {
        "spark__default__parallelism": "4",
        "spark__executor__instances": "2",
        "spark__executor__cores": "2",
        "spark__executor__memory": "4g",
    }
    yield Events.log_start("2.2.0")
    yield Events.app_start(app_id="application_7")
    yield Events.environment(**(settings | dict(properties)))
    yield Events.executor_added("1", at=500)
    yield Events.executor_added("2", at=500, host="host-2")
    for job, stages in jobs.items():
        infos = [Events.stage_info(stage, len(STAGES[stage])) for stage in stages]
        yield Events.job_start(job, BEGUN[job], infos)
        for stage in stages:
            yield Events.stage_submitted(stage, SUBMITTED[stage], len(STAGES[stage]))
            yield from task_ends(stage)
            yield Events.stage_completed(stage, SUBMITTED[stage], COMPLETED[stage], len(STAGES[stage]))
        yield Events.job_end(job, ENDED[job])
    yield Events.job_start(3, BEGUN[3], [Events.stage_info(4, 1)])
    yield Events.job_end(3, ENDED[3], "JobFailed")
    yield Events.app_end(9600)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    log = tmp_path_factory.mktemp("log") / "application_7"
    log.write_bytes(to_bytes(events()))
    return pertract.read_run(log)


@pytest.fixture(scope="module")
def original(run):
    return extract(run)


def node(trio, *numbers: int) -> ExecutionNode:
    found = trio.application.top_node
    for number in numbers:
        found = found.children[number]
    return found


def demands(found: ExecutionNode) -> list[tuple[str, str]]:
    return [(d.processing_type, d.random_variable) for d in found.resource_profile.resource_demands]


def edges(found: ExecutionNode) -> list[tuple[str, str, float]]:
    names = {}
    for edge in found.edges_of_children:
        for end in (edge.tail, edge.head):
            names[end] = found.children[int(end.rpartition(".")[2])].name
    return [(names[e.tail], names[e.head], e.data_transmission_factor) for e in found.edges_of_children]


def test_the_configuration(original) -> None:
    assert original.application.name == "application_7"
    assert original.application.framework == "SPARK"
    assert original.application.application_configuration == BatchConfiguration(
        default_parallelism=4,
        executors=2,
        memory_per_executor=4096,
        task_slots_per_executor=2,
        memory_per_task_slot=2048,
    )


def test_succeeded_jobs_and_the_time_between_them_are_nodes(original) -> None:
    top = node(original)
    assert top.name == "hiddenTopNode"
    assert [child.name for child in top.children] == ["job0", "job1", "jobDelay2", "job2"]
    assert [child.starting_node for child in top.children] == [True, False, False, False]


def test_stages_are_a_chain_with_the_time_before_them(original) -> None:
    job = node(original, 0)
    assert [child.name for child in job.children] == ["stage0", "stageDelay1", "stage1"]
    assert edges(job) == [("stage0", "stageDelay1", 64 / 240), ("stageDelay1", "stage1", 1.0)]
    # 5010 - 4310 = 700 ms, per MB of the 64 that enter the stage
    assert demands(job.children[1]) == [("DELAY", "dataSize.VALUE * 10.9375"), ("CPU", "0")]


def test_the_number_of_tasks_tells_a_spout(original) -> None:
    stages = [node(original, 0, 0), node(original, 0, 2), node(original, 1, 0), node(original, 3, 0)]
    assert [s.spout for s in stages] == [True, False, False, False]
    assert [s.parallelism for s in stages] == [0, 4, 1, 4]
    assert [s.starting_node for s in stages] == [True, False, True, True]


def test_factors_between_jobs_are_those_of_their_first_stages(original) -> None:
    assert edges(node(original)) == [
        ("job0", "job1", 32 / 240),
        ("job0", "jobDelay2", 1.0),  # should follow job1
        ("jobDelay2", "job2", 1.0),  # job1 begins with a starting node that is no spout
    ]
    # 400 ms, per MB of the 32 that entered the first stage of the last job
    assert demands(node(original, 2)) == [("DELAY", "dataSize.VALUE * 12.5"), ("CPU", "0")]


def test_demands_of_a_stage_that_reads(original) -> None:
    # CPU 800 + 900 + 1000 = 2700 ms of 240 MB: 11.25
    # run time: quantiles 1000, 1000, 1200, 3000, 3000, mean 1840 ms
    # overheads 9, 9, 11, 33, 33 ms by 4, rounded up: 3, 3, 3, 9, 9; delay 15 + 1840 - 2700 div 3
    assert demands(node(original, 0, 0)) == [
        ("CPU", "dataSize.VALUE * 12"),
        ("CPU", "0"),
        ("CPU", "DoublePDF[(3.0;0.55)(9.0;0.45)] * executors.BYTESIZE"),
        ("DELAY", str(15 + 1840 - 900)),
    ]


def test_demands_of_a_stage_of_alike_tasks(original) -> None:
    # CPU 400 ms of 64 MB: 6.25; overhead 3 ms by 4: 1
    assert demands(node(original, 0, 2)) == [
        ("CPU", "dataSize.VALUE * 7"),
        ("CPU", "0"),
        ("CPU", "1 * executors.BYTESIZE"),
        ("DELAY", str(15 + 400 - 100)),
    ]


def test_a_single_task_has_no_demand_that_follows_the_data(original) -> None:
    assert demands(node(original, 1, 0)) == [
        ("CPU", "0"),
        ("CPU", "2 * executors.BYTESIZE"),
        ("DELAY", "515"),
    ]


def test_cpu_is_capped_at_the_run_time(original) -> None:
    # 150 ms of CPU in 100 ms of run time, as measured by sampling: 4 x 100 ms of 128 MB
    assert demands(node(original, 3, 0))[0] == ("CPU", "dataSize.VALUE * 4")
    assert demands(node(original, 3, 0))[-1] == ("DELAY", "15")


def test_the_mean_of_the_quantile_table_is_lost_in_the_distribution(original) -> None:
    text = demands(node(original, 0, 0))[2][1]
    mean = stoex.mean(stoex.parse(text), {"executors.BYTESIZE": 1})
    assert mean == pytest.approx(0.55 * 1.5 + 0.45 * 6)
    assert mean < (9 + 9 + 11 + 33 + 33) / 5 / 4


# -- quirks, one by one -----------------------------------------------------------------------------


def without(**quirks: bool) -> Quirks:
    return Quirks(**quirks)


def test_the_true_mean_instead_of_that_of_quantiles(run) -> None:
    found = extract(run, without(mean_of_quantiles=False))
    assert demands(node(found, 0, 0))[-1] == ("DELAY", str(15 + math.ceil(5200 / 3 - 900)))


def test_overhead_by_the_number_of_executors(run) -> None:
    found = extract(run, without(four_executors=False))
    # 9, 9, 11, 33, 33 ms by 2
    assert demands(node(found, 0, 0))[2] == (
        "CPU",
        "DoublePDF[(5.0;0.3)(6.0;0.25)(17.0;0.45)] * executors.BYTESIZE",
    )


def test_delays_follow_the_last_job(run) -> None:
    found = extract(run, without(delay_after_last_but_one=False))
    assert ("job1", "jobDelay2", 1.0) in edges(node(found))


def test_what_is_read_tells_a_spout(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(to_bytes(events(properties={"spark__default__parallelism": "3"}.items())))
    run = pertract.read_run(log)
    kept, corrected = extract(run), extract(run, without(spout_by_count=False))
    assert [node(kept, 0, i).spout for i in (0, 2)] == [False, True]
    assert [node(corrected, 0, i).spout for i in (0, 2)] == [True, False]
    assert [node(corrected, 0, i).parallelism for i in (0, 2)] == [0, 4]


def test_stages_without_data(run, monkeypatch) -> None:
    monkeypatch.setattr("pertract.transforms.original.extraction.entering_bytes", lambda _: 0.0)
    kept, corrected = extract(run), extract(run, without(unguarded_ratios=False))
    assert math.isnan(edges(node(kept))[0][2])
    assert edges(node(corrected))[0][2] == 1.0
    assert demands(node(kept, 0, 0))[0] == ("CPU", "dataSize.VALUE * 2147483647")
    assert demands(node(corrected, 0, 0))[0] == ("CPU", "900")
    assert "NaN" in emf_json.write(kept.application, "m")


def gap_between_the_first_jobs(monkeypatch) -> None:
    monkeypatch.setitem(ENDED, 0, 6400)  # 150 ms before the next one


def test_a_delay_before_the_second_job_is_an_error(tmp_path: Path, monkeypatch) -> None:
    gap_between_the_first_jobs(monkeypatch)
    log = tmp_path / "log"
    log.write_bytes(to_bytes(events()))
    run = pertract.read_run(log)
    with pytest.raises(TransformError, match="error at the time before job 1"):
        extract(run)
    found = extract(run, without(delay_after_last_but_one=False))
    assert [child.name for child in node(found).children][:3] == ["job0", "jobDelay1", "job1"]


def test_a_stage_whose_number_does_not_follow_is_an_error(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(to_bytes(events(jobs={0: (0, 2)})))
    run = pertract.read_run(log)
    with pytest.raises(TransformError, match="error at stage 2: stage 1 did not run"):
        extract(run)
    found = extract(run, without(previous_stage_by_number=False))
    assert [child.name for child in node(found, 0).children] == ["stage0", "stageDelay2", "stage2"]


# -- what it is good for ----------------------------------------------------------------------------


@pytest.mark.parametrize("quirks", [Quirks(), Quirks.none()], ids=["kept", "corrected"])
def test_the_original_s_model_can_be_predicted(run, quirks: Quirks) -> None:
    model = to_model(extract(run, quirks), "application_7")
    assert [n.id for n in model.execution.nodes] == ["job0", "job1", "jobDelay2", "job2"]
    assert [(e.tail, e.head) for e in model.execution.edges] == [
        ("job0", "job1"),
        ("job1", "jobDelay2"),
        ("jobDelay2", "job2"),
    ]
    assert pertract.predict(model).response_time_s.mean > 0
