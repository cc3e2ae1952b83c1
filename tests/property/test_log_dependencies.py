"""Job predecessors are consistent for every timeline."""

import networkx as nx
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pertract.extract.dependencies import job_predecessors
from pertract.sources.spark import JobRecord

# Without the explain phase, which takes a minute where a test fails.
repeatable = settings(
    derandomize=True,
    deadline=None,
    max_examples=150,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)


def job(identifier, begin, end, group=None):
    return JobRecord(
        id=identifier,
        name="",
        stage_ids=(),
        submitted_s=begin,
        completed_s=end,
        finished=True,
        succeeded=True,
        group=group,
        pool=None,
    )


# Whole numbers, so that jobs often begin when others end, and some last no time at all.
timelines = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 8), st.sampled_from([None, "a", "b"])),
    min_size=1,
    max_size=25,
).map(
    lambda rows: [
        job(i, float(begin), float(begin + length), group)
        for i, (begin, length, group) in enumerate(sorted(rows, key=lambda r: r[0]))
    ]
)


@repeatable
@given(timelines)
def test_a_predecessor_ended_before_and_so_there_is_no_cycle(jobs):
    found = job_predecessors(jobs)
    graph = nx.DiGraph((k, i) for i, before in enumerate(found) for k in before)
    graph.add_nodes_from(range(len(jobs)))
    assert nx.is_directed_acyclic_graph(graph)
    for i, before in enumerate(found):
        assert all(jobs[k].completed_s <= jobs[i].submitted_s for k in before)
        assert len(set(before)) == len(before)


@repeatable
@given(timelines)
def test_a_job_with_an_ended_job_before_it_waits_for_one_unless_started_with_others(jobs):
    for i, before in enumerate(job_predecessors(jobs)):
        alone = all(other.completed_s <= jobs[i].submitted_s for other in jobs[:i])
        assert before or not i or not alone


@repeatable
@given(timelines)
def test_after_a_barrier_every_earlier_job_is_waited_for(jobs):
    """A job submitted while no other runs comes after all earlier jobs, directly or not."""
    found = job_predecessors(jobs)
    graph = nx.DiGraph((k, i) for i, before in enumerate(found) for k in before)
    graph.add_nodes_from(range(len(jobs)))
    for i, later in enumerate(jobs):
        if i and all(other.completed_s <= later.submitted_s for other in jobs[:i]):
            latest_s = max(other.completed_s for other in jobs[:i])
            assert max(jobs[k].completed_s for k in found[i]) == latest_s


@repeatable
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5)), min_size=1, max_size=25))
def test_a_sequence_is_a_chain(pauses_and_lengths):
    jobs, now = [], 0
    for i, (pause, length) in enumerate(pauses_and_lengths):
        jobs.append(job(i, float(now + pause), float(now + pause + length)))
        now += pause + length
    assert job_predecessors(jobs) == [[i - 1] if i else [] for i in range(len(jobs))]
