"""A shared cluster against closed forms of queueing theory, and against plain arithmetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pertract.simulate.shared import (
    Application,
    Closed,
    Cluster,
    Executions,
    Open,
    Queue,
    poisson_times,
    share,
)
from tests.property.strategies_plan import executor, plan, stage

SERVICE_S = 10.0


def application(tasks: int, executors: int, **options) -> Application:
    """Return an application of one stage of equal tasks of 10 s, one at a time on an executor."""
    made = plan([(stage([SERVICE_S] * tasks), [])], [executor(1) for _ in range(executors)])
    return Application(f"app-{tasks}", made, **options)


def simulated(applications, arrivals, cluster, **options):
    executions = [Executions(each, seed=1, streams=5) for each in applications]
    return share(executions, arrivals, cluster, **options)


def test_deterministic_arrivals_below_the_capacity_never_wait():
    """D/D/1."""
    runs = simulated([application(1, 1)], [Open(tuple(12.0 * i for i in range(20)))], Cluster((1,)))
    assert [run.waiting_s for run in runs] == [0.0] * 20
    assert [run.response_s for run in runs] == pytest.approx([SERVICE_S] * 20)


def test_deterministic_arrivals_above_the_capacity_wait_longer_and_longer():
    """D/D/1 with load 10/8: each run waits 2 s longer than the one before."""
    runs = simulated([application(1, 1)], [Open(tuple(8.0 * i for i in range(20)))], Cluster((1,)))
    assert [run.waiting_s for run in runs] == pytest.approx([2.0 * i for i in range(20)])


@pytest.mark.parametrize("load", [0.3, 0.7])
def test_random_arrivals_wait_as_pollaczek_and_khinchine_say(load):
    """M/D/1: the mean wait is load x service time / (2 (1 - load))."""
    means = []
    for replication in range(6):
        rng = np.random.default_rng([7, replication])
        times_s = poisson_times(load / SERVICE_S, rng, count=800, until_s=np.inf)
        runs = simulated([application(1, 1)], [Open(times_s)], Cluster((1,)))
        means.append(np.mean([run.waiting_s for run in runs[80:]]))
    expected_s = load * SERVICE_S / (2 * (1 - load))
    standard_error_s = np.std(means, ddof=1) / np.sqrt(len(means))
    assert abs(np.mean(means) - expected_s) < 3 * standard_error_s
    assert standard_error_s < 0.2 * expected_s


def test_several_servers_wait_less_than_one_and_as_the_recursion_says():
    """M/D/3 in order of arrival: every run takes the server that is free first."""
    times_s = poisson_times(0.27, np.random.default_rng(3), count=500, until_s=np.inf)
    runs = simulated([application(1, 1)], [Open(times_s)], Cluster((1, 1, 1)))
    free_s = [0.0] * 3
    for run, time_s in zip(runs, times_s, strict=True):
        begin_s = max(time_s, min(free_s))
        free_s[free_s.index(min(free_s))] = begin_s + SERVICE_S
        assert run.granted_s[0] == pytest.approx(begin_s)


def test_users_who_wait_for_their_runs_follow_the_cycle():
    """Two users, one server, no pause: the server is always busy, and users take turns."""
    runs = simulated([application(1, 1)], [Closed(2, 0.0, 10)], Cluster((1,)))
    assert max(run.end_s for run in runs) == pytest.approx(20 * SERVICE_S)
    assert [run.response_s for run in runs[2:]] == pytest.approx([2 * SERVICE_S] * 18)
    assert [run.copy for run in runs] == [0, 1] * 10


def test_pauses_come_between_the_runs_of_a_user():
    runs = simulated([application(1, 1)], [Closed(1, 5.0, 4)], Cluster((1,)))
    assert [run.arrival_s for run in runs] == pytest.approx([0.0, 15.0, 30.0, 45.0])


def test_first_come_first_served_gives_what_is_left_to_the_next():
    """Eight places: the first takes six of them, the second two, and four more when the first has ended."""
    runs = simulated([application(12, 6)], [Open((0.0, 1.0))], Cluster((8,)))
    first, second = runs
    assert first.granted_s == [0.0] * 6
    assert first.end_s == pytest.approx(20.0)
    assert second.granted_s == pytest.approx([1.0, 1.0, 20.0, 20.0, 20.0, 20.0])
    # On two executors tasks begin at 1 s, 11 s and 21 s; on four others at 20 s, and the last two at 30 s.
    assert second.end_s == pytest.approx(40.0)


def test_fair_shares_are_equal_where_all_arrive_at_once():
    runs = simulated([application(12, 6)], [Open((0.0, 0.0))], Cluster((6,), "fair"))
    assert [len(run.granted_s) for run in runs] == [3, 3]
    assert [run.end_s for run in runs] == pytest.approx([40.0, 40.0])


def test_weights_divide_fair_shares():
    heavy, light = application(40, 9, weight=2.0), application(40, 9, weight=1.0)
    runs = simulated([heavy, light], [Open((0.0,)), Open((0.0,))], Cluster((9,), "fair"))
    at_first = [sum(granted_s == 0 for granted_s in run.granted_s) for run in runs]
    assert at_first == [6, 3]


QUEUES = (Queue("a", 0.7), Queue("b", 0.3, 0.5))


def test_a_queue_takes_what_others_leave_up_to_its_maximum():
    lone = application(40, 10, queue="b")
    (run,) = simulated([lone], [Open((0.0,))], Cluster((10,), "capacity", QUEUES))
    assert len(run.granted_s) == 5
    (run,) = simulated([replace(lone, queue="a")], [Open((0.0,))], Cluster((10,), "capacity", QUEUES))
    assert len(run.granted_s) == 10


def test_queues_share_by_their_capacity_where_all_want_room():
    applications = [application(40, 10, queue="a"), application(40, 10, queue="b")]
    runs = simulated(applications, [Open((0.0,)), Open((0.0,))], Cluster((10,), "capacity", QUEUES))
    assert [sum(granted_s == 0 for granted_s in run.granted_s) for run in runs] == [7, 3]


def test_inside_a_queue_the_first_is_served_first():
    runs = simulated([application(10, 5, queue="b")], [Open((0.0, 1.0))], Cluster((10,), "capacity", QUEUES))
    assert runs[1].waiting_s == pytest.approx(runs[0].end_s - 1.0)


def test_executors_that_waited_start_before_they_register():
    made = plan([(stage([SERVICE_S]), [])], [executor(1, registered_s=3.0)])
    lone = Application("lone", made, executor_start_s=2.0)
    runs = simulated([lone], [Open((0.0, 0.0, 12.5))], Cluster((1,)))
    # The first one registers as measured; the second after 13 s, when there is room, and a start of 2 s.
    assert [run.end_s for run in runs] == pytest.approx([13.0, 25.0, 37.0])
    # Room that comes before the driver asks for it is no sooner of use.
    (early, late) = simulated([lone], [Open((0.0, 12.5))], Cluster((1,)))
    assert late.end_s - late.arrival_s == pytest.approx(13.0)
    assert late.granted_s == pytest.approx([13.0])
    assert early.response_s == pytest.approx(13.0)


def test_room_is_counted_on_each_node():
    """Two nodes of three cores have room for two executors of two cores, and not for three."""
    (run,) = simulated([application(9, 3, needs=2)], [Open((0.0,))], Cluster((3, 3)))
    assert len(run.granted_s) == 2


def test_rates_stretch_the_same_arrivals():
    slow, fast = (
        poisson_times(rate, np.random.default_rng(1), count=300, until_s=np.inf) for rate in (0.1, 0.4)
    )
    assert np.array(slow) == pytest.approx(4 * np.array(fast))
    assert len(slow) == 300
    limited = poisson_times(0.1, np.random.default_rng(1), count=None, until_s=1000.0)
    assert limited == slow[: len(limited)]
    assert slow[len(limited)] > 1000.0
