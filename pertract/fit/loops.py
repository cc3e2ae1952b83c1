"""Loops: jobs that repeat, and the parameter that decides how often.

A loop is a sequence of jobs of the same names, one after the other. A label of the runs is its parameter
where the numbers of rounds follow it in all runs, or where its only value is the number of rounds. Of several
that would do, one that adds a round for each unit is meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .. import dsl
from .matching import job_name

LONGEST_ROUND = 12
"""Jobs of a round."""

NO_PARAMETERS = ("label", "repetition", "seed", "partitions", "jobs", "stages", "tasks")
"""Columns that count something else."""

_Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """Consecutive jobs that repeat."""

    names: _Names
    """What the jobs of one round do."""
    start: int
    """Position of the first job."""
    rounds: int


def find_loops(
    runs: Sequence[dsl.ExecutionArchitecture], labels: Sequence[Mapping[str, str]]
) -> tuple[dsl.Loop, ...]:
    """Return the loops of the first run whose parameter the labels of all runs tell.

    Parameters
    ----------
    runs
        Execution architectures of the runs, the reference run first.
    labels
        What is known of each run; numbers are candidates for parameters.
    """
    values = _numbers(labels)
    if not values:
        return ()
    found = []
    for block in _blocks(_chain(runs[0])):
        counts = [_count(execution, block) for execution in runs]
        slopes = {name: _rounds_per_unit(of_runs, counts) for name, of_runs in values.items()}
        known = [(slope, name) for name, slope in slopes.items() if slope is not None]
        if known:
            slope, name = min(known, key=lambda entry: entry[0] != 1)  # else the first column
            found.append(_loop(runs[0], block, name, values[name][0], slope))
    return tuple(found)


def _numbers(labels: Sequence[Mapping[str, str]]) -> dict[str, list[float]]:
    """Return the labels that are whole numbers in every run, and could be parameters."""
    found = {}
    for name in labels[0]:
        if name in NO_PARAMETERS:
            continue
        try:
            found[name] = [float(int(label[name])) for label in labels]
        except (KeyError, ValueError):
            continue
    return found


def _chain(execution: dsl.ExecutionArchitecture) -> list[dsl.Job]:
    """Return the jobs up to the first two that do not follow each other."""
    before: dict[str, set[str]] = {}
    for edge in execution.edges:
        before.setdefault(edge.head, set()).add(edge.tail)
    chain: list[dsl.Job] = []
    for job in execution.jobs:
        direct = before.get(job.id, set())
        tails = direct.union(*(before.get(tail, set()) for tail in direct))
        if chain and chain[-1].id not in tails:
            break
        chain.append(job)
    return chain


def _blocks(jobs: Sequence[dsl.Job]) -> Iterator[_Block]:
    """Yield repetitions, the longest first, that do not overlap."""
    names = [job_name(job) for job in jobs]
    free = [True] * len(names)
    while (best := _longest(names, free)) is not None:
        yield best
        for i in range(best.start, best.start + best.rounds * len(best.names)):
            free[i] = False


def _longest(names: Sequence[str], free: Sequence[bool]) -> _Block | None:
    best: _Block | None = None
    for length in range(1, min(LONGEST_ROUND, len(names) // 2) + 1):
        start = 0
        while start + 2 * length <= len(names):
            rounds = _rounds(names, start, length, free)
            if rounds > 1 and (best is None or rounds * length > best.rounds * len(best.names)):
                best = _Block(tuple(names[start : start + length]), start, rounds)
            start += max(1, (rounds - 1) * length)
    return best


def _rounds(names: Sequence[str], start: int, length: int, free: Sequence[bool]) -> int:
    """Return how often the jobs from a start repeat."""
    pattern, count = names[start : start + length], 0
    while names[start : start + length] == pattern and all(free[start : start + length]):
        count += 1
        start += length
    return count


def _count(execution: dsl.ExecutionArchitecture, block: _Block) -> int:
    """Return how often the jobs of a block repeat in a run, at most."""
    names = [job_name(job) for job in _chain(execution)]
    free = [True] * len(names)
    return max((_rounds(names, i, len(block.names), free) for i in _starts(names, block.names)), default=0)


def _starts(names: Sequence[str], pattern: _Names) -> Iterator[int]:
    return (i for i in range(len(names)) if tuple(names[i : i + len(pattern)]) == pattern)


def _rounds_per_unit(values: Sequence[float], counts: Sequence[int]) -> float | None:
    """Return how many rounds a unit of the parameter adds, or None if they do not follow it."""
    if not all(counts):
        return None
    if len(set(values)) == 1:
        return 1.0 if set(counts) == {round(values[0])} == {values[0]} else None
    least, most = min(values), max(values)
    low, high = counts[values.index(least)], counts[values.index(most)]
    slope = (high - low) / (most - least)
    fits = all(abs(low + slope * (v - least) - c) <= 0.5 for v, c in zip(values, counts, strict=True))
    return slope if slope > 0 and fits else None


def _loop(
    execution: dsl.ExecutionArchitecture, block: _Block, parameter: str, value: float, slope: float
) -> dsl.Loop:
    jobs = [job.id for job in _chain(execution)]
    delays = {node.id for node in execution.nodes if isinstance(node, dsl.Delay)}
    waits = {edge.head: edge.tail for edge in execution.edges if edge.tail in delays}
    rounds = []
    for number in range(block.rounds):
        begin = block.start + number * len(block.names)
        names = jobs[begin : begin + len(block.names)]
        rounds.append(tuple(n for job in names for n in (waits.get(job), job) if n is not None))
    return dsl.Loop(parameter=parameter, value=value, rounds=tuple(rounds), rounds_per_unit=slope)
