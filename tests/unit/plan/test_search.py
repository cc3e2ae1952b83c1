"""The search in large spaces, against looking at everything."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pertract.plan import Goal, grid
from pertract.plan.search import SHARE, Ask, search
from pertract.plan.space import spaces
from pertract.plan.standing import Standing

from .models import chain, compared

REPLICATIONS = 20


class World:
    """Configurations of n executors of c cores whose time is known, and who asked for what.

    One replication says ``noise`` more or less than all of them.
    """

    def __init__(self, time_s: Callable[[int, int], float], *, noise: float = 0.0, most: int = 100) -> None:
        self.grid = grid({"executors": range(1, most + 1), "executor_cores": [1, 2, 4, 8]})
        self.time_s, self.noise = time_s, noise
        self.replications = 0

    def standing(self, number: int, factor: float = 1.0) -> Standing:
        asked = self.grid.asked(number)
        slots = asked["executors"] * asked["executor_cores"]
        time_s = self.time_s(asked["executors"], asked["executor_cores"]) * factor
        return Standing(time_s, 1.5 * time_s, slots * time_s, slots * 1.5 * time_s)

    def ask(self) -> Ask:
        def predict(numbers: Sequence[int], replications: int) -> dict[int, Standing]:
            self.replications += len(numbers) * replications
            off = self.noise if replications == 1 else 0.0
            return {n: self.standing(n, 1 + off * math.sin(n * 12.9898)) for n in numbers}

        return predict

    def best(self, goal: Goal) -> tuple[float, int] | None:
        able = [n for n in range(self.grid.size) if self.standing(n).excess(goal) <= 1]
        return min(((value(self.standing(n), goal), n) for n in able), default=None)


def value(standing: Standing, goal: Goal) -> float:
    if goal.deadline_s is not None:
        assert standing.cost is not None
        return standing.cost
    return standing.time_s if goal.is_set else standing.time_s * (standing.cost or 0)


def amdahl(executors: int, cores: int) -> float:
    """A serial part, waves of tasks, and what more executors cost."""
    return 20 + 3 * math.ceil(400 / (executors * cores)) + 0.1 * executors + 2 / cores


GOALS = [Goal(), Goal(deadline_s=60.0), Goal(deadline_s=45.0), Goal(budget=3000.0), Goal(deadline_s=1e6)]


@pytest.mark.parametrize("goal", GOALS)
@pytest.mark.parametrize("noise", [0.0, 0.004])
def test_it_comes_within_three_per_cent_with_a_tenth_of_the_simulations(goal, noise):
    world = World(amdahl, noise=noise)
    found = search(world.grid, world.ask(), goal=goal, replications=REPLICATIONS)
    assert world.replications == found.replications <= SHARE * world.grid.size * REPLICATIONS
    assert found.share == pytest.approx(found.replications / (world.grid.size * REPLICATIONS))
    known = [world.standing(n) for n in found.confirmed]
    able = [value(s, goal) for s in known if s.excess(goal) <= 1]
    best = world.best(goal)
    assert best is not None
    assert min(able) <= 1.03 * best[0]


def test_a_space_too_large_to_be_screened_is_looked_at_in_ever_smaller_steps():
    world = World(amdahl, most=10_000)
    goal = Goal(deadline_s=60.0)
    found = search(world.grid, world.ask(), goal=goal, replications=REPLICATIONS)
    assert found.screened < 4_000 < world.grid.size
    able = [s for n in found.confirmed if (s := world.standing(n)).excess(goal) <= 1]
    best = min(
        s.cost
        for executors in range(1, 1000)
        for cores in range(4)
        if (s := world.standing(world.grid.number([executors - 1, cores]))).excess(goal) <= 1
    )
    assert min(s.cost for s in able) <= 1.03 * best


def test_where_nothing_qualifies_the_nearest_are_predicted_in_full():
    world = World(amdahl)
    goal = Goal(deadline_s=10.0)
    found = search(world.grid, world.ask(), goal=goal, replications=REPLICATIONS)
    nearest = min(range(world.grid.size), key=lambda n: world.standing(n).excess(goal))
    assert nearest in found.confirmed


def test_configurations_that_cannot_be_predicted_are_left_out():
    world = World(amdahl)
    ask = world.ask()

    def half(numbers, replications):
        return ask([n for n in numbers if n % 2], replications)

    found = search(world.grid, half, goal=Goal(deadline_s=60.0), replications=REPLICATIONS)
    assert found.confirmed
    assert all(n % 2 for n in found.confirmed)
    nothing = search(world.grid, lambda _n, _r: {}, goal=Goal(), replications=REPLICATIONS)
    assert nothing.confirmed == ()


@given(
    times=st.lists(st.floats(1.0, 100.0), min_size=40, max_size=40),
    deadline_s=st.none() | st.floats(1.0, 200.0),
    noise=st.floats(0.0, 0.02),
)
def test_it_ends_within_its_budget_and_finds_what_there_is(times, deadline_s, noise):
    world = World(lambda executors, cores: times[(7 * executors + cores) % 40], noise=noise, most=25)
    goal = Goal(deadline_s=deadline_s)
    found = search(world.grid, world.ask(), goal=goal, replications=REPLICATIONS)
    assert world.replications <= SHARE * world.grid.size * REPLICATIONS
    assert found.confirmed
    assert len(set(found.confirmed)) == len(found.confirmed)


def test_every_workload_is_a_space_of_its_own_in_the_order_of_the_values():
    found = list(spaces(grid({"data_scale": [1.0, 2.0], "nodes": [8, 2, 4], "node_type": ["b", "a"]})))
    assert [space.size for space in found] == [6, 6]
    assert found[0].orders == ((0,), (1, 2, 0), (0, 1))
    assert found[0].ordered == (True, True, False)
    assert [found[1].number(place) for place in ((0, 0, 0), (0, 2, 1))] == [8, 7]


def test_neighbours_are_those_on_ordered_axes():
    (space,) = spaces(grid({"nodes": range(1, 10), "node_type": ["a", "b"]}))
    assert set(space.around((4, 1), 2)) == {(2, 1), (4, 1), (6, 1)}
    assert set(space.around((0, 1), 2)) == {(0, 1), (2, 1)}
    places, step = space.coarse(8)
    assert step == 4
    assert places == [(rank, kind) for rank in (0, 4, 8) for kind in (0, 1)]
    assert space.coarse(100)[1] == 1


def test_searched_points_are_those_of_the_whole_sweep():
    options = {"executors": range(1, 31), "executor_cores": [1, 2, 4], "replications": 12}
    everything = compared(chain(48, spread=(0.5, 1.0, 1.5)), search=False, deadline_s=40.0, **options)
    found = compared(chain(48, spread=(0.5, 1.0, 1.5)), search=True, deadline_s=40.0, **options)
    assert found.searched is not None
    assert found.searched.share <= SHARE
    assert len(found.points) == len(found.searched.confirmed) < len(everything.points)
    for point in found.points:
        assert point.standing == everything.point(point.number).standing
    assert found.best is not None
    assert everything.best is not None
    assert found.best.standing.cost <= 1.03 * everything.best.standing.cost
