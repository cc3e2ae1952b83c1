"""Which job waited for which, on timelines as drivers make them."""

import pytest

from pertract.extract.dependencies import job_predecessors


@pytest.fixture
def predecessors(records):
    """Return a function from (begin, end) or (begin, end, group) to predecessors."""

    def find(*timeline):
        jobs = [
            records.job(i, begin, end, group=group[0] if group else None)
            for i, (begin, end, *group) in enumerate(timeline)
        ]
        return job_predecessors(jobs)

    return find


def test_no_jobs(predecessors):
    assert predecessors() == []


def test_jobs_one_after_the_other_are_a_chain(predecessors):
    assert predecessors((1, 3), (4, 5), (5, 9)) == [[], [0], [1]]


def test_jobs_started_together_at_the_beginning_wait_for_nothing(predecessors):
    assert predecessors((1, 9), (1, 5), (2, 4)) == [[], [], []]


def test_fork_and_join(predecessors):
    fork_and_join = (0, 2), (3, 6), (3, 8), (3.1, 5), (9, 10)
    assert predecessors(*fork_and_join) == [[], [0], [0], [0], [1, 2, 3]]


def test_two_forks_in_a_row(predecessors):
    assert predecessors((0, 2), (0, 3), (4, 5), (4, 6), (7, 8)) == [[], [], [0, 1], [0, 1], [2, 3]]


def test_a_job_of_a_group_continues_its_group(predecessors):
    timeline = (0, 3, "a"), (0, 4, "b"), (3.5, 8, "a"), (5, 9, "b")
    assert predecessors(*timeline) == [[], [], [0], [1]]


def test_a_group_continues_across_a_later_end_of_another_group(predecessors):
    timeline = (0, 2, "a"), (0, 9, "b"), (0, 3, "c"), (4, 5, "a")
    assert predecessors(*timeline)[3] == [0]


def test_the_main_thread_joins_the_groups_when_nothing_runs(predecessors):
    assert predecessors((0, 3, "a"), (0, 4, "b"), (5, 6)) == [[], [], [0, 1]]


def test_in_a_pool_without_groups_a_job_follows_the_last_that_ended(predecessors):
    # Two threads: as soon as one job has ended, its thread begins the next one.
    assert predecessors((0, 4), (0, 6), (4.1, 9), (6.1, 8)) == [[], [], [0], [1]]


def test_jobs_that_last_no_time_still_follow_each_other(predecessors):
    found = predecessors((1, 1), (1, 1), (2, 2))
    assert found[0] == []
    assert found[2]


def test_an_unfinished_job_is_not_waited_for(predecessors):
    assert predecessors((0, 100), (1, 2), (3, 4)) == [[], [], [1]]
