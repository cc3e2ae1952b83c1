"""Links shared max-min fairly, against cases worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import simpy

from pertract.simulate.network import Network, fair_rates, receivers_limit

Arrival = tuple[float, int, float]
"""Time, receiving node, bytes."""


def even(nodes: int) -> list[float]:
    return [1 / nodes] * nodes


def rates(
    tasks: Sequence[int],
    ingress: float | Sequence[float] = 12.0,
    egress: float | Sequence[float] = 12.0,
    shares: Sequence[float] | None = None,
) -> list[float]:
    count = len(tasks)
    links = [[float(c)] * count if isinstance(c, int | float) else list(c) for c in (ingress, egress)]
    return fair_rates(tasks, shares or even(count), *links)


def fetched(nodes: int, arrivals: Sequence[Arrival], capacity: float = 12.0) -> list[float]:
    """Return when each fetch has all its bytes."""
    env = simpy.Environment()
    ends_s = [-1.0] * len(arrivals)

    def done(key: tuple[int, int, int]) -> None:
        assert ends_s[key[1]] == -1, "served twice"
        ends_s[key[1]] = env.now

    network = Network(env, even(nodes), capacity, done)
    for number, (at_s, node, size_bytes) in enumerate(arrivals):
        event = env.timeout(at_s)
        event.callbacks.append(lambda _, n=number, r=node, b=size_bytes: network.add((0, n, 0), r, b))
    env.run()
    assert network.served_bytes == pytest.approx(sum(size for _, _, size in arrivals))
    return ends_s


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [
        pytest.param([0, 0], [0, 0], id="nobody"),
        pytest.param([1, 0], [12, 0], id="alone"),
        pytest.param([1, 1], [12, 12], id="links carry both directions"),
        pytest.param([3, 1], [4, 12], id="a receiver's link is shared by its tasks"),
        pytest.param([2, 2, 2, 2], [6, 6, 6, 6], id="all to all"),
        pytest.param([4, 2, 1], [3, 6, 12], id="idle receivers use what busy ones leave"),
    ],
)
def test_rates_of_alike_links(tasks: list[int], expected: list[float]) -> None:
    assert rates(tasks) == pytest.approx(expected)


def test_two_receivers_from_two_senders() -> None:
    """Two senders of 6 B/s each serve two receivers: 12 B/s in all, and 4 tasks get 3 B/s each."""
    shares = [0.5, 0.5, 0.0, 0.0]
    assert rates([0, 0, 2, 2], egress=6.0, shares=shares) == pytest.approx([0, 0, 3, 3])
    assert rates([0, 0, 3, 1], egress=6.0, shares=shares) == pytest.approx([0, 0, 3, 3])


def test_what_one_link_denies_goes_to_others() -> None:
    """Bertsekas and Gallager, Data Networks, section 6.5.2: three flows at a third, one gets two thirds.

    Two tasks on a slow receiver are stopped at 2 B/s; the sender's other 10 - 4 B/s go to the third.
    """
    assert rates([0, 2, 1], ingress=[9, 4, 9], egress=10.0, shares=[1.0, 0.0, 0.0]) == pytest.approx(
        [0, 2, 6]
    )


def test_a_slow_sender_stops_all_but_its_own_tasks() -> None:
    """Half of what tasks on nodes 1 and 2 fetch comes from node 0, which can give 3 B/s: 3 B/s each."""
    assert rates([1, 1, 1], egress=[3, 12, 12]) == pytest.approx([12, 3, 3])


@pytest.mark.parametrize(
    ("nodes", "arrivals", "expected_s"),
    [
        pytest.param(2, [(0, 0, 36)], [3], id="alone: bytes by bandwidth"),
        pytest.param(5, [(1, 3, 36)], [4], id="alone among five"),
        pytest.param(2, [(0, 0, 12), (0, 0, 24), (0, 0, 36)], [3, 5, 6], id="three at one link"),
        pytest.param(2, [(0, 0, 12), (0, 1, 24)], [1, 2], id="a link for each"),
        pytest.param(2, [(0, 0, 24), (1, 0, 24)], [3, 4], id="the second comes half-way"),
        pytest.param(2, [(0, 0, 12), (5, 0, 12)], [1, 6], id="idle between"),
        pytest.param(3, [(0, r, 24) for r in (0, 1, 2)] * 2, [4] * 6, id="all to all"),
        pytest.param(2, [(0, 0, 0), (0, 0, 12)], [0, 1], id="no bytes"),
    ],
)
def test_fetches_end(nodes: int, arrivals: list[Arrival], expected_s: list[float]) -> None:
    assert fetched(nodes, arrivals) == pytest.approx(expected_s)


def test_a_fetch_that_is_given_up_leaves_its_share_to_others() -> None:
    env = simpy.Environment()
    ends_s: list[float] = []
    network = Network(env, even(2), 10.0, lambda _: ends_s.append(env.now))
    network.add((0, 0, 0), 0, 100.0)
    network.add((0, 1, 0), 0, 100.0)
    env.timeout(2).callbacks.append(lambda _: left.append(network.remove((0, 0, 0), 0)))
    left: list[float] = []
    env.run()
    assert left == pytest.approx([90.0])
    assert ends_s == pytest.approx([11.0])
    assert network.remove((0, 0, 0), 0) == 0


@pytest.mark.parametrize(
    ("shares", "receivers", "expected"),
    [
        pytest.param(even(5), range(5), True, id="blocks everywhere, fetches everywhere"),
        pytest.param(even(5), [0, 3], True, id="fetches on some nodes"),
        pytest.param([1.0], [0], True, id="one node has nobody to fetch from"),
        pytest.param([0.5, 0.5, 0, 0], [2, 3], True, id="two senders fill two receivers"),
        pytest.param([0.5, 0.5, 0, 0, 0], [2, 3, 4], False, id="two senders for three receivers"),
        pytest.param([0.6, 0.2, 0.2], range(3), False, id="one node holds most"),
        pytest.param([0.5, 0.5, 0], range(3), False, id="a node without blocks fetches, too"),
    ],
)
def test_where_only_the_links_of_receivers_can_be_full(
    shares: Sequence[float], receivers: Sequence[int], expected: bool
) -> None:
    assert receivers_limit(shares, receivers) == expected
