"""The engine against queueing theory: what an open system does on average.

Every job is a delay, which ends when it arrives, and a stage of one task.
Standard errors come from batch means; a correct engine fails one of these with probability below
1e-3, and as seeds are fixed it does so never or always.
"""

from __future__ import annotations

import math
from heapq import heapreplace

import numpy as np
import pytest
from numpy.typing import NDArray

from pertract.simulate import simulate

from ..property.strategies_plan import plan, slots_at_once, stage

Floats = NDArray[np.float64]

JOBS, WARM_UP, BATCHES = 42_000, 2_000, 20
STANDARD_ERRORS = 3.9
"""Two-sided quantile 0.999 of Student's t with 19 degrees of freedom is 3.88."""


def open_system(
    arrivals_s: Floats, sizes_s: Floats, slots: int, cores: int | None = None
) -> tuple[Floats, Floats]:
    """Return start and end of each job."""
    nodes: list[tuple[object, list[int]]] = [(float(t), []) for t in arrivals_s]
    for job, size in enumerate(sizes_s):
        nodes.append((stage([size], cpu_s=[size if cores else 0.0]), [job]))
    trace = simulate(
        plan(nodes, slots_at_once(slots), None if cores is None else [cores]),  # type: ignore[arg-type]
        np.random.default_rng(0),
    )
    return (
        np.array([s.starts_s[0] for s in trace.stages]),
        np.array([s.ends_s[0] for s in trace.stages]),
    )


def agree(expected: float, values: Floats) -> None:
    """Assert that the values after the warm-up have this mean, as far as batch means can tell."""
    batches = values[WARM_UP:].reshape(BATCHES, -1).mean(axis=1)
    error = float(batches.std(ddof=1)) / math.sqrt(BATCHES)
    assert error < 0.1 * expected  # or the comparison says nothing
    assert float(batches.mean()) == pytest.approx(expected, rel=0, abs=STANDARD_ERRORS * error)


def erlang_c(servers: int, load: float) -> float:
    """Return the probability that a job waits in M/M/c; load is arrival rate times mean size."""
    queueing = load**servers / math.factorial(servers) * servers / (servers - load)
    return queueing / (sum(load**k / math.factorial(k) for k in range(servers)) + queueing)


@pytest.mark.parametrize(("servers", "utilisation"), [(1, 0.5), (2, 0.8), (4, 0.7), (16, 0.9)])
def test_mean_wait_of_m_m_c_is_erlangs(servers: int, utilisation: float) -> None:
    rng = np.random.default_rng(1)
    arrivals_s = np.cumsum(rng.exponential(1 / (servers * utilisation), JOBS))
    starts_s, _ = open_system(arrivals_s, rng.exponential(1.0, JOBS), servers)
    waits = erlang_c(servers, servers * utilisation)
    agree(waits, (starts_s > arrivals_s + 1e-9).astype(float))
    agree(waits / (servers * (1 - utilisation)), starts_s - arrivals_s)


def test_each_wait_in_g_g_c_follows_kiefer_and_wolfowitz() -> None:
    """A job starts when it has arrived and the first of the servers is free."""
    rng = np.random.default_rng(2)
    servers, jobs = 3, 3_000
    arrivals_s = np.cumsum(rng.lognormal(-1.5, 1.0, jobs))
    sizes_s = rng.lognormal(-0.5, 1.0, jobs)
    free_at_s, expected_s = [0.0] * servers, []
    for arrival_s, size_s in zip(arrivals_s, sizes_s, strict=True):
        expected_s.append(max(arrival_s, free_at_s[0]))
        heapreplace(free_at_s, expected_s[-1] + size_s)
    starts_s, ends_s = open_system(arrivals_s, sizes_s, servers)
    assert starts_s == pytest.approx(np.array(expected_s), rel=0, abs=1e-9)
    assert ends_s == pytest.approx(np.array(expected_s) + sizes_s, rel=0, abs=1e-9)


def sizes_all_the_same(rng: np.random.Generator) -> Floats:
    return np.ones(JOBS)


def sizes_far_apart(rng: np.random.Generator) -> Floats:
    """Return one of ten jobs 5.5 times as long, the others half as long as the mean of 1."""
    return np.where(rng.random(JOBS) < 0.1, 5.5, 0.5) * rng.exponential(1.0, JOBS)


@pytest.mark.parametrize(("sizes", "second_moment"), [(sizes_all_the_same, 1.0), (sizes_far_apart, 6.5)])
def test_mean_wait_of_m_g_1_is_that_of_pollaczek_and_khinchine(sizes: object, second_moment: float) -> None:
    """One slot: E[W] = lambda E[S^2] / (2 (1 - rho))."""
    rng, rho = np.random.default_rng(6), 0.5
    arrivals_s = np.cumsum(rng.exponential(1 / rho, JOBS))
    starts_s, _ = open_system(arrivals_s, sizes(rng), slots=1)  # type: ignore[operator]
    agree(rho * second_moment / (2 * (1 - rho)), starts_s - arrivals_s)


@pytest.mark.parametrize("sizes", [sizes_all_the_same, sizes_far_apart])
def test_mean_response_time_of_m_g_1_ps_depends_on_the_mean_size_only(sizes: object) -> None:
    """More slots than jobs are ever present, on one core: E[T] = E[S] / (1 - rho)."""
    rng, rho = np.random.default_rng(3), 0.6
    arrivals_s = np.cumsum(rng.exponential(1 / rho, JOBS))
    starts_s, ends_s = open_system(arrivals_s, sizes(rng), slots=64, cores=1)  # type: ignore[operator]
    assert starts_s == pytest.approx(arrivals_s, abs=1e-9)
    agree(1.0 / (1 - rho), ends_s - arrivals_s)


@pytest.mark.parametrize(
    ("sizes", "cores", "utilisation"), [(sizes_all_the_same, 2, 0.7), (sizes_far_apart, 4, 0.8)]
)
def test_mean_response_time_of_m_g_c_ps_is_that_of_m_m_c(
    sizes: object, cores: int, utilisation: float
) -> None:
    """Cores shared evenly, at most one for each job: the mean does not depend on how sizes vary."""
    rng = np.random.default_rng(7)
    arrivals_s = np.cumsum(rng.exponential(1 / (cores * utilisation), JOBS))
    starts_s, ends_s = open_system(arrivals_s, sizes(rng), slots=160, cores=cores)  # type: ignore[operator]
    assert starts_s == pytest.approx(arrivals_s, abs=1e-9)
    agree(1 + erlang_c(cores, cores * utilisation) / (cores * (1 - utilisation)), ends_s - arrivals_s)


def test_shared_cores_slow_down_every_size_alike() -> None:
    """In M/G/1-PS the mean response time of a job of size x is x / (1 - rho)."""
    rng, rho = np.random.default_rng(8), 0.6
    arrivals_s = np.cumsum(rng.exponential(1 / rho, JOBS))
    sizes_s = np.where(rng.random(JOBS) < 0.5, 0.4, 1.6)
    _, ends_s = open_system(arrivals_s, sizes_s, slots=128, cores=1)
    for size_s in (0.4, 1.6):
        slowdown = ((ends_s - arrivals_s) / size_s)[sizes_s == size_s]
        enough = (len(slowdown) - WARM_UP) // BATCHES * BATCHES + WARM_UP
        agree(1 / (1 - rho), slowdown[:enough])


def test_busy_slots_without_waiting_follow_a_poisson_distribution() -> None:
    """M/G/infinity: mean and variance of the number in service are arrival rate times mean size."""
    rng, load = np.random.default_rng(9), 5.0
    arrivals_s = np.cumsum(rng.exponential(1 / load, JOBS))
    starts_s, ends_s = open_system(arrivals_s, sizes_far_apart(rng), slots=64)
    assert starts_s == pytest.approx(arrivals_s, abs=1e-9)
    probes_s = np.linspace(0, arrivals_s[-1], JOBS)
    busy = np.searchsorted(np.sort(starts_s), probes_s) - np.searchsorted(np.sort(ends_s), probes_s)
    agree(load, busy.astype(float))
    agree(load, (busy - load) ** 2.0)


def test_busy_slots_obey_littles_law() -> None:
    """Mean number in service is arrival rate times mean size, measured over the same interval."""
    rng = np.random.default_rng(4)
    arrivals_s = np.cumsum(rng.exponential(0.5, 2_000))
    sizes_s = rng.exponential(1.5, 2_000)
    starts_s, ends_s = open_system(arrivals_s, sizes_s, 4)
    horizon_s = ends_s.max()
    moments = np.concatenate([starts_s, ends_s])
    change = np.concatenate([np.ones(2_000), -np.ones(2_000)])
    order = np.argsort(moments)
    busy = np.cumsum(change[order])[:-1]
    mean_busy = float(busy @ np.diff(moments[order])) / horizon_s
    assert mean_busy == pytest.approx(sizes_s.sum() / horizon_s, rel=1e-9)
