"""Processor sharing on its own, against cases worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import simpy

from pertract.simulate.agenda import EventAgenda
from pertract.simulate.servers import ProcessorSharing


def served(cores: int, arrivals: Sequence[tuple[float, float]]) -> tuple[list[float], ProcessorSharing]:
    """Return when each demand, given with its time of arrival, has been served, and the server."""
    env = simpy.Environment()
    ends_s = [-1.0] * len(arrivals)

    def done(key: tuple[int, int, int]) -> None:
        assert ends_s[key[1]] == -1, "served twice"
        ends_s[key[1]] = env.now

    server = ProcessorSharing(EventAgenda(env), cores, done, recorded=True)

    def arrive(number: int, demand_s: float) -> None:
        server.add((0, number, 0), demand_s)

    for number, (at_s, demand_s) in enumerate(arrivals):
        event = env.timeout(at_s)
        event.callbacks.append(lambda _, n=number, d=demand_s: arrive(n, d))
    env.run()
    return ends_s, server


@pytest.mark.parametrize(
    ("cores", "arrivals", "expected_s"),
    [
        pytest.param(1, [(0, 3)], [3], id="alone"),
        pytest.param(4, [(0, 3)], [3], id="no more than one core per task"),
        pytest.param(1, [(0, 1), (0, 2), (0, 3)], [3, 5, 6], id="one core for three"),
        pytest.param(2, [(0, 1), (0, 2), (0, 3)], [1.5, 2.5, 3.5], id="two cores for three"),
        pytest.param(3, [(0, 1), (0, 2), (0, 3)], [1, 2, 3], id="a core for each"),
        pytest.param(1, [(0, 2), (1, 2)], [3, 4], id="the second comes half-way"),
        pytest.param(1, [(0, 4), (1, 1)], [5, 3], id="the second overtakes"),
        pytest.param(1, [(0, 1), (5, 1)], [1, 6], id="idle between"),
        pytest.param(1, [(0, 2), (2, 2)], [2, 4], id="one comes when the other ends"),
        pytest.param(1, [(0, 0), (0, 1)], [0, 1], id="no demand"),
        pytest.param(1, [(0, 2), (0, 2)], [4, 4], id="two alike"),
        pytest.param(2, [(0, 3), (0, 3), (1, 3), (1, 3)], [5, 5, 6, 6], id="two and two"),
    ],
)
def test_demands_are_served_at_an_even_share(
    cores: int, arrivals: list[tuple[float, float]], expected_s: list[float]
) -> None:
    ends_s, _ = served(cores, arrivals)
    assert ends_s == pytest.approx(expected_s, rel=1e-12)


def test_what_is_left_may_be_shorter_than_late_times_can_tell() -> None:
    """After 8e17 s the next time that a number can tell is 128 s later."""
    ends_s, _ = served(1, [*[(0, 1e17)] * 7, (0, 1e17 + 16)])
    assert ends_s == pytest.approx([8e17] * 8)


def test_the_history_tells_the_core_seconds_served() -> None:
    """Two cores: one busy until 1, two until 2, one until 3, none until 5, one until 6."""
    _, server = served(2, [(0, 3), (1, 1), (5, 1)])
    assert dict(server.history) == pytest.approx({0: 0, 1: 1, 2: 3, 3: 4, 5: 4, 6: 5})
    assert server.busy_core_s == 5


def test_a_demand_that_comes_first_is_not_served_before() -> None:
    _, server = served(1, [(2, 1)])
    assert server.history == [(0, 0), (2, 0), (3, 1)]
