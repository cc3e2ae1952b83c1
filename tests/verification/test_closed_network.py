"""The engine against mean value analysis: slots that are never empty are a closed queueing network.

A stage with many more tasks than slots keeps its slots full. Each task first needs a core of its node, shared
with the tasks in the other slots, and then waits without one. So the slots are customers that go in circles
between cores (processor sharing) and a delay, and mean value analysis gives the tasks per second exactly,
whatever the distributions of both times.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pertract.simulate import simulate

from ..property.strategies_plan import examples, plan, slots_at_once, stage

Floats = NDArray[np.float64]

TASKS, WARM_UP, BATCHES = 41_000, 1_000, 20
STANDARD_ERRORS = 3.9
"""Two-sided quantile 0.999 of Student's t with 19 degrees of freedom is 3.88."""


def mean_value_analysis(customers: int, cores: int, demand_s: float, delay_s: float) -> float:
    """Return the throughput of cores and a delay, after Reiser and Lavenberg, customers per second.

    Parameters
    ----------
    customers
        Customers in the network.
    cores
        Cores of the station; a customer uses at most one.
    demand_s
        Mean time on a core.
    delay_s
        Mean time elsewhere.
    """
    present = [1.0]  # probability of 0, 1, ... customers at the cores, with one customer less
    throughput = 0.0
    for n in range(1, customers + 1):
        response_s = demand_s * sum(j / min(j, cores) * present[j - 1] for j in range(1, n + 1))
        throughput = n / (response_s + delay_s)
        more = [demand_s * throughput / min(j, cores) * present[j - 1] for j in range(1, n + 1)]
        present = [max(0.0, 1.0 - sum(more)), *more]
    return throughput


def birth_and_death(customers: int, cores: int, demand_s: float, delay_s: float) -> float:
    """Return the same from the balance of arrivals and departures."""
    weights = [1.0]
    for n in range(1, customers + 1):
        weights.append(weights[-1] * (customers - n + 1) / delay_s * demand_s / min(n, cores))
    busy = sum(min(n, cores) * weight for n, weight in enumerate(weights)) / sum(weights)
    return busy / demand_s


@pytest.mark.parametrize(("customers", "cores"), [(1, 1), (4, 1), (6, 2), (12, 4), (3, 8)])
def test_both_formulations_agree(customers: int, cores: int) -> None:
    """Guard against a slip in the formula that the engine is compared with."""
    expected = birth_and_death(customers, cores, 1.0, 2.0)
    assert mean_value_analysis(customers, cores, 1.0, 2.0) == pytest.approx(expected, rel=1e-9)


def closed_system(cpu_s: Floats, delay_s: Floats, slots: int, cores: int) -> tuple[Floats, Floats]:
    """Return start and end of each task."""
    nodes = [(stage(cpu_s + delay_s, cpu_s=cpu_s), [])]
    times = simulate(plan(nodes, slots_at_once(slots), [cores]), np.random.default_rng(0)).stages[0]
    return times.starts_s, times.ends_s


def agree(expected: float, values: Floats) -> None:
    """Assert that the values after the warm-up have this mean, as far as batch means can tell."""
    batches = values[WARM_UP:TASKS].reshape(BATCHES, -1).mean(axis=1)
    error = float(batches.std(ddof=1)) / math.sqrt(BATCHES)
    assert error < 0.05 * expected  # or the comparison says nothing
    assert float(batches.mean()) == pytest.approx(expected, rel=0, abs=STANDARD_ERRORS * error)


def exponential(rng: np.random.Generator, count: int) -> Floats:
    return rng.exponential(1.0, count)


def far_apart(rng: np.random.Generator, count: int) -> Floats:
    """Return one of ten times 5.5 times as long, the others half as long as the mean of 1."""
    return np.where(rng.random(count) < 0.1, 5.5, 0.5) * rng.exponential(1.0, count)


@pytest.mark.parametrize(("slots", "cores", "delay_s"), [(4, 1, 4.0), (6, 2, 1.0), (12, 4, 2.0)])
@pytest.mark.parametrize("sizes", [exponential, far_apart])
def test_tasks_per_second_are_those_of_mean_value_analysis(
    slots: int, cores: int, delay_s: float, sizes: object
) -> None:
    rng = np.random.default_rng(10)
    tasks = TASKS + 2 * slots  # the last ones run with slots empty
    cpu_s = sizes(rng, tasks)  # type: ignore[operator]
    starts_s, ends_s = closed_system(cpu_s, rng.exponential(delay_s, tasks), slots, cores)
    expected = mean_value_analysis(slots, cores, 1.0, delay_s)
    agree(1 / expected, np.diff(np.sort(ends_s)))
    agree(slots / expected, ends_s - starts_s)


@examples(100)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(1, 8), st.floats(0.1, 5.0))
def test_throughput_lies_below_the_asymptotic_bounds(
    seed: int, slots: int, cores: int, delay_s: float
) -> None:
    """No more tasks per second than cores serve, and no more than slots hold."""
    rng = np.random.default_rng(seed)
    cpu_s, waits_s = rng.lognormal(0, 0.5, 60), rng.exponential(delay_s, 60)
    starts_s, ends_s = closed_system(cpu_s, waits_s, slots, cores)
    makespan_s = float(ends_s.max())
    assert makespan_s >= cpu_s.sum() / min(slots, cores) - 1e-9
    assert makespan_s >= (cpu_s + waits_s).sum() / slots - 1e-9
    assert (ends_s - starts_s >= cpu_s + waits_s - 1e-9).all()
