"""From configurations to a decision: predict, compare, decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .. import dsl
from ..errors import UsageError
from .advice import advise
from .cache import Cache
from .comparison import BaseKind, Bases, compare
from .cost import Tariff
from .decisions import Decision, decide
from .effects import Experiments
from .grid import MOST_POINTS, MOST_SEARCHED, Grid
from .point import Point
from .result import WhatIf
from .search import Searched, search
from .standing import Goal, Standing, standing
from .sweep import Case, Sweep
from .timelines import timelines
from .workers import Progress

SEARCHED_FROM = 1_000
"""Configurations from which on the best are searched for, unless told otherwise."""


def study(
    model: dsl.PerformanceModel,
    grid: Grid,
    case: Callable[[int], Case],
    *,
    goal: Goal,
    tariff: Tariff,
    base: BaseKind = "calibration",
    searching: bool | None = None,
    advising: bool = False,
    tracing: bool = False,
    replications: int = 20,
    seed: int = 1,
    jobs: int = 1,
    cache: Cache,
    progress: Progress | None = None,
) -> WhatIf:
    """Return the comparison of configurations and what to take of them.

    Parameters
    ----------
    model
        A checked model.
    grid
        What varies.
    case
        Gives a combination by its number, as a whole question.
    goal, tariff
        What is wanted, and what time costs.
    base
        What speed-up and efficiency are relative to.
    searching
        Whether to search for the best instead of predicting all; None for from `SEARCHED_FROM` on.
    advising
        Whether to give advice for the recommended point, or the nearest miss.
    tracing
        Whether to tell what executors do over time.
    replications
        Simulated executions of each configuration.
    seed, jobs, cache, progress
        As for `Sweep`.

    Raises
    ------
    UsageError
        If there are too many configurations, or not one can be simulated.
    """
    if searching is None:
        searching = grid.size >= SEARCHED_FROM
    grid.check_size(MOST_SEARCHED if searching else MOST_POINTS)
    sweep = Sweep(model, seed=seed, jobs=jobs, cache=cache, progress=progress)
    searched = _searched(grid, case, sweep, goal, tariff, replications) if searching else None
    numbers = range(grid.size) if searched is None else searched.confirmed
    cases = [case(number) for number in numbers]
    bases = Bases(base, cases, first_free=grid.size)
    answers = sweep.ask([*bases.extra_cases(), *cases], replications)
    found = bases.found(answers)
    points = compare(cases, answers, goal=goal, tariff=tariff, bases=found)
    _check_some(points, complete=sweep.complete)
    decisions = decide(points, goal, tariff)
    advice = None
    if advising and (number := _chosen(decisions)) is not None and sweep.complete:
        point = next(point for point in points if point.number == number)
        assert point.prediction is not None
        advice = advise(
            model,
            case(number).options,
            point.prediction,
            Experiments(sweep, tariff, replications),
            point=number,
            label=point.label,
        )
        advice = advice if sweep.complete else None
    traced = None
    if tracing:
        traced = timelines(
            points, decisions, case, sweep, replications=replications, first_free=2 * grid.size
        )
    cache.shrink()
    return WhatIf(
        model=model,
        axes=grid.axes,
        fixed=grid.fixed,
        points=points,
        decisions=decisions,
        goal=goal,
        tariff=tariff,
        base_kind=base,
        bases=tuple(found.values()),
        replications=replications,
        seed=seed,
        simulated=sweep.simulated,
        known=sweep.known,
        searched=searched,
        advice=advice,
        timelines=traced,
        complete=sweep.complete,
    )


def _chosen(decisions: Sequence[Decision]) -> int | None:
    """Return the point to give advice for."""
    for decision in decisions:
        if choice := decision.recommended or next(iter(decision.misses), None):
            return choice.point
    return None


def _searched(
    grid: Grid,
    case: Callable[[int], Case],
    sweep: Sweep,
    goal: Goal,
    tariff: Tariff,
    replications: int,
) -> Searched:
    def ask(numbers: Sequence[int], count: int) -> dict[int, Standing]:
        answers = sweep.ask([case(number) for number in numbers], count, brief=count < replications)
        return {
            number: standing(answer, goal, tariff, replications=replications)
            for number, answer in answers.items()
            if isinstance(answer, dict)
        }

    return search(grid, ask, goal=goal, replications=replications)


def _check_some(points: Sequence[Point], *, complete: bool) -> None:
    """Raise UsageError if all configurations were refused."""
    refusals = [point.refusal for point in points if point.refusal is not None]
    if len(refusals) < len(points) or not refusals or not complete:
        return
    first = refusals[0]
    if all(refusal == first for refusal in refusals):
        raise UsageError(first.message, hint=first.hint)
    raise UsageError(
        f"none of {len(points)} configurations can be simulated; the first: {first.message}", hint=first.hint
    )
