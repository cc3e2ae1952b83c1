"""The graph of stages and driver delays."""

from dataclasses import replace

import pytest

from pertract import dsl
from pertract.extract.execution import build_execution, entering_bytes, stage_id
from pertract.sources.spark.records import LocalityRecord


@pytest.fixture
def build(records):
    """Return a function from jobs to the graph, as edges by identifier and delays by identifier."""

    def build(jobs, response=None, **options):
        response = max(job.completed_s for job in jobs) if response is None else response
        return build_execution(records.run(jobs, response, **options), {})

    return build


def edges(graph):
    return {(edge.tail, edge.head) for edge in graph.edges}


def delays(graph):
    return {node.id: node.delay_s for node in graph.nodes if isinstance(node, dsl.Delay)}


def test_a_second_attempt_has_an_identifier_of_its_own(records):
    assert stage_id(records.stage(7)) == "stage-7"
    assert stage_id(records.stage(7, attempt=2)) == "stage-7.2"


def test_storage_and_shuffle_input_enter_a_stage_and_output_does_not(records):
    assert entering_bytes(records.stage(0, [(0, 1)], read=1, local=10, remote=100, written=1000)) == 111
    assert entering_bytes(records.stage(0)) == 0


def test_driver_time_before_between_and_after_jobs_becomes_delays(records, build):
    first = records.job(0, 2, 5, [records.stage(0, [(2, 5)])])
    second = records.job(1, 6.5, 8, [records.stage(1, [(6.5, 8)])])
    graph = build([first, second], response=9)
    assert delays(graph) == {"driver-before-job-0": 2.0, "driver-before-job-1": 1.5, "driver-end": 1.0}
    assert edges(graph) == {
        ("driver-before-job-0", "job-0"),
        ("job-0", "driver-before-job-1"),
        ("driver-before-job-1", "job-1"),
        ("job-1", "driver-end"),
    }


def test_gaps_below_a_millisecond_are_no_delays(records, build):
    first = records.job(0, 0, 5, [records.stage(0, [(0, 5)])])
    second = records.job(1, 5.0004, 8, [records.stage(1, [(5.0004, 8)])])
    graph = build([first, second])
    assert delays(graph) == {}
    assert edges(graph) == {("job-0", "job-1")}


def test_a_join_waits_for_both_branches_through_one_delay(records, build):
    spans = [(0, 4), (0, 6), (7, 9)]
    graph = build([records.job(i, b, e, [records.stage(i, [(b, e)])]) for i, (b, e) in enumerate(spans)])
    assert edges(graph) == {
        ("job-0", "driver-before-job-2"),
        ("job-1", "driver-before-job-2"),
        ("driver-before-job-2", "job-2"),
    }
    assert delays(graph) == {"driver-before-job-2": 1.0}  # counted from the later branch


def test_the_end_waits_for_every_job_that_nothing_follows(records, build):
    spans = [(0, 4), (0, 6)]
    graph = build(
        [records.job(i, b, e, [records.stage(i, [(b, e)])]) for i, (b, e) in enumerate(spans)], response=8
    )
    assert edges(graph) == {("job-0", "driver-end"), ("job-1", "driver-end")}


def test_a_diamond_of_stages_stays_parallel(records, build):
    stages = [
        records.stage(0, [(0, 2)]),
        records.stage(1, [(2, 4)], parents=[0]),
        records.stage(2, [(2, 5)], parents=[0]),
        records.stage(3, [(5, 6)], parents=[1, 2]),
    ]
    (job,) = build([records.job(0, 0, 6, stages)]).jobs
    assert edges(job) == {
        ("stage-0", "stage-1"),
        ("stage-0", "stage-2"),
        ("stage-1", "stage-3"),
        ("stage-2", "stage-3"),
    }


def test_driver_time_inside_a_job_becomes_delays(records, build):
    stages = [
        records.stage(0, [(1.2, 3)], submitted=1.1),
        records.stage(1, [(3.5, 5)], submitted=3.1, parents=[0]),
    ]
    (job,) = build([records.job(0, 1, 5.25, stages)]).jobs
    assert delays(job) == {"stage-0-delay": 0.2, "stage-1-delay": 0.5, "job-0-end": 0.25}
    assert edges(job) == {
        ("stage-0-delay", "stage-0"),
        ("stage-0", "stage-1-delay"),
        ("stage-1-delay", "stage-1"),
        ("stage-1", "job-0-end"),
    }


def test_waiting_for_slots_of_another_stage_is_no_delay(records, build):
    stages = [records.stage(0, [(0, 4)]), records.stage(1, [(4, 6)], submitted=0)]
    (job,) = build([records.job(0, 0, 6, stages)]).jobs
    assert delays(job) == {}
    assert edges(job) == set()


def test_waiting_for_the_first_executor_is_no_delay_of_the_stage(records, build):
    stages = [records.stage(0, [(5, 6)], submitted=0.5)]
    executors = [records.executor(added=4.5)]
    (job,) = build([records.job(0, 0.5, 6, stages)], executors=executors).jobs
    assert delays(job) == {}


def test_a_skipped_parent_stands_for_the_stage_that_made_its_data(records, build):
    first = records.job(0, 0, 4, [records.stage(0, [(0, 2)]), records.stage(1, [(2, 4)], parents=[0])])
    # Job 1 lists stage 2 over again for the data set of stage 0, but Spark skips it.
    second = records.job(1, 4, 6, [records.stage(3, [(4, 6)], parents=[2])], stage_ids=(2, 3))
    graph = build([first, second], rdd_of={0: 17, 1: 18, 2: 17, 3: 19})
    assert edges(graph) == {("job-0", "job-1"), ("stage-0", "stage-3")}


def test_a_skipped_parent_without_known_producer_is_left_out(records, build):
    job = records.job(0, 0, 2, [records.stage(3, [(0, 2)], parents=[2])])
    assert edges(build([job], rdd_of={2: 99})) == set()


def test_a_stage_reused_by_a_concurrent_job_waits_for_its_producer(records, build):
    first = records.job(0, 0, 9, [records.stage(0, [(0, 2)]), records.stage(1, [(2, 9)], parents=[0])])
    second = records.job(1, 1, 5, [records.stage(2, [(2, 5)], submitted=2, parents=[0])])
    graph = build([first, second])
    assert ("stage-0", "stage-2") in edges(graph)


def test_a_retry_waits_for_the_failed_attempt(records, build):
    stages = [
        records.stage(0, [(0, 1), (0, 2)], failed=True),
        records.stage(0, [(3, 4)], attempt=1),
        records.stage(1, [(4, 5)], parents=[0]),
    ]
    (job,) = build([records.job(0, 0, 5, stages)]).jobs
    assert edges(job) == {
        ("stage-0", "stage-0.1-delay"),
        ("stage-0.1-delay", "stage-0.1"),
        ("stage-0.1", "stage-1"),
    }
    assert delays(job) == {"stage-0.1-delay": 1.0}


def test_a_failed_stage_without_any_success_keeps_its_tasks(records, build):
    failing = records.stage(0, [(0, 1), (0, 1), (1, 2)], count=2, failed=True, succeeded=False)
    (stage,) = build([records.job(0, 0, 2, [failing])]).stages
    assert stage.partitions.count == 2


def test_a_stage_without_tasks_in_the_log_is_a_delay_of_its_length(records, build):
    stages = [
        records.stage(0, submitted=0, completed=2, count=10),
        records.stage(1, [(2, 3)], submitted=2, parents=[0]),
    ]
    (job,) = build([records.job(0, 0, 3, stages)]).jobs
    assert delays(job) == {"stage-0": 2.0}
    assert edges(job) == {("stage-0", "stage-1")}


def test_a_job_without_stages_takes_its_time(records, build):
    (job,) = build([records.job(0, 0, 2)]).jobs
    assert delays(job) == {"job-0-end": 2.0}


def test_the_transmission_factor_is_data_in_over_data_in_before(records, build):
    stages = [
        records.stage(0, [(0, 1), (0, 1)], read=1000, written=300),
        records.stage(1, [(1, 2)], parents=[0], local=200, remote=400),
    ]
    (job,) = build([records.job(0, 0, 2, stages)]).jobs
    assert [edge.data_transmission_factor for edge in job.edges] == [pytest.approx(0.3)]


def test_two_producers_share_the_data_by_what_they_wrote(records, build):
    stages = [
        records.stage(0, [(0, 1)], read=100, written=30),
        records.stage(1, [(0, 1)], read=100, written=90),
        records.stage(2, [(1, 2)], parents=[0, 1], local=120),
    ]
    (job,) = build([records.job(0, 0, 2, stages)]).jobs
    factors = {edge.tail: edge.data_transmission_factor for edge in job.edges}
    assert factors == {"stage-0": pytest.approx(0.3), "stage-1": pytest.approx(0.9)}


def test_operations_are_the_scopes_of_a_stage_in_order(records, build):
    rdds = (
        (3, "MapPartitionsRDD", '{"id":"2","name":"map"}', "map at  Main.scala:3"),
        (1, "hdfs://data", None, None),
        (2, "MapPartitionsRDD", '{"id":"1","name":"textFile"}', None),
        (4, "MapPartitionsRDD", '{"id":"2","name":"map"}', "map at Main.scala:3"),
        (5, "ShuffledRDD", "not json", None),
    )
    (stage,) = build([records.job(0, 0, 1, [records.stage(0, [(0, 1)], rdds=rdds)])]).stages
    assert [(o.name, o.call_site) for o in stage.operations] == [
        ("hdfs://data", None),
        ("textFile", None),
        ("map", "map at Main.scala:3"),
        ("ShuffledRDD", None),
    ]


def test_one_task_per_slot_counts_slots_that_were_there_at_one_time(records, build):
    """Executors that replace each other do not add up to more slots."""
    collection = (0, "ParallelCollectionRDD", None, None)
    stage = records.stage(0, [(0, 1)] * 4, rdds=[collection])
    executors = [records.executor("1", 4, removed=50.0), records.executor("2", 4, added=60.0)]
    model = build([records.job(0, 0, 1, [stage])], 100, executors=executors)
    assert model.stages[0].partitions.rule == "total_slots"


def test_a_stage_whose_tasks_start_together_is_a_barrier(records):
    stages = [records.stage(0, [(0, 1)]), replace(records.stage(1, [(1, 2)]), barrier=True)]
    execution = build_execution(records.run([records.job(0, 0, 2, stages)], 2), {})
    assert [stage.barrier for stage in execution.stages] == [False, True]


def test_stages_say_which_cached_data_they_read_and_where_these_lay(records):
    cached = replace(records.stage(0, [(0, 1)], attempt=1), cached_on={"2": 3, "1": 1})
    reading = replace(records.stage(1, [(1, 2)]), locality=LocalityRecord(cached_by=(0, 1), ratio=0.5))
    executors = [records.executor(name, added=float(i)) for i, name in enumerate(("1", "2", "3"))]
    run = records.run([records.job(0, 0, 2, [cached, reading])], 2, executors=executors)
    first, second = build_execution(run, {}).stages
    assert first.cached_on == (0.25, 0.75)  # the third one held nothing
    assert second.locality == dsl.Locality(cached_by="stage-0.1", ratio=0.5)
