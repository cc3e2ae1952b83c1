"""The engine against what is known of forks and joins: a stage ends when the last of its tasks ends."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from pertract.simulate import simulate

from ..property.strategies_plan import plan, slots_at_once, stage

Floats = NDArray[np.float64]

STAGES = 3_000
STANDARD_ERRORS = 3.9
"""A correct engine fails with a probability below 1e-4; seeds are fixed, so never or always."""


def stage_times_s(durations_s: Floats, slots: int) -> Floats:
    """Return how long each stage of a chain takes, for durations of shape ``(n_stages, n_tasks)``."""
    nodes = [(stage(row), [i - 1] if i else []) for i, row in enumerate(durations_s)]
    trace = simulate(plan(nodes, slots_at_once(slots)), np.random.default_rng(0))
    return np.array([times.ended_s - times.submitted_s for times in trace.stages])


def standard_error(values: Floats) -> float:
    return float(values.std(ddof=1)) / math.sqrt(len(values))


def harmonic(n: int) -> float:
    return sum(1 / k for k in range(1, n + 1))


@pytest.mark.parametrize("tasks", [1, 2, 5, 20])
def test_exponential_tasks_with_a_slot_each_take_a_harmonic_number(tasks: int) -> None:
    times_s = stage_times_s(np.random.default_rng(1).exponential(1.0, (STAGES, tasks)), tasks)
    assert times_s.mean() == pytest.approx(harmonic(tasks), abs=STANDARD_ERRORS * standard_error(times_s))


@pytest.mark.parametrize(("tasks", "slots"), [(10, 1), (10, 3), (20, 8), (9, 9)])
def test_exponential_tasks_in_waves_take_their_share_and_a_harmonic_number(tasks: int, slots: int) -> None:
    """While tasks wait, one of all slots ends every 1/slots s; the last ones end as 1/slots, ..., 1/1."""
    times_s = stage_times_s(np.random.default_rng(2).exponential(1.0, (STAGES, tasks)), slots)
    expected = (tasks - slots) / slots + harmonic(slots)
    assert times_s.mean() == pytest.approx(expected, abs=STANDARD_ERRORS * standard_error(times_s))


def test_the_longer_of_two_branches_decides() -> None:
    """Branches of exponential length with rates a and b: E[max] = 1/a + 1/b - 1/(a + b)."""
    rng = np.random.default_rng(3)
    nodes: list[tuple[object, list[int]]] = [(0.0, [])]
    for _ in range(STAGES):
        fork = len(nodes) - 1
        nodes += [
            (stage(rng.exponential(1.0, 1)), [fork]),
            (stage(rng.exponential(0.5, 1)), [fork]),
            (0.0, [fork + 1, fork + 2]),
        ]
    trace = simulate(plan(nodes, slots_at_once(2)), np.random.default_rng(0))  # type: ignore[arg-type]
    times_s = np.diff(np.array(trace.end_s)[::3])
    expected = 1.0 + 0.5 - 1 / (1 + 2)
    assert times_s.mean() == pytest.approx(expected, abs=STANDARD_ERRORS * standard_error(times_s))


@pytest.mark.parametrize("tasks", [2, 10, 50])
@pytest.mark.parametrize("shape", [0.3, 1.0])
def test_any_tasks_with_a_slot_each_stay_below_the_bound_of_hartley_and_david(
    tasks: int, shape: float
) -> None:
    """E[max] <= mean + deviation (n - 1) / sqrt(2 n - 1) for independent times of any distribution."""
    durations_s = np.random.default_rng(4).lognormal(0.0, shape, (1_000, tasks))
    times_s = stage_times_s(durations_s, tasks)
    mean_s = math.exp(shape**2 / 2)
    deviation_s = mean_s * math.sqrt(math.exp(shape**2) - 1)
    error_s = STANDARD_ERRORS * standard_error(times_s)
    assert times_s.mean() >= mean_s - error_s
    assert times_s.mean() <= mean_s + deviation_s * (tasks - 1) / math.sqrt(2 * tasks - 1) + error_s


@pytest.mark.parametrize("slots", [2, 5])
def test_waves_of_any_tasks_stay_between_their_share_and_one_task_more(slots: int) -> None:
    durations_s = np.random.default_rng(5).lognormal(0.0, 1.0, (500, 23))
    times_s, share_s = stage_times_s(durations_s, slots), durations_s.sum(axis=1) / slots
    assert (times_s >= share_s - 1e-6).all()
    assert (times_s <= share_s + durations_s.max(axis=1) * (1 - 1 / slots) + 1e-6).all()
