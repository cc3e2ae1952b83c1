"""From configurations to a decision: predict, compare, decide."""

from __future__ import annotations

from collections.abc import Sequence

from .. import dsl
from ..errors import UsageError
from .cache import Cache
from .comparison import BaseKind, Bases, compare
from .cost import Tariff
from .decisions import Goal, decide
from .grid import Grid
from .point import Point
from .result import WhatIf
from .sweep import Case, sweep
from .workers import Progress


def study(
    model: dsl.PerformanceModel,
    grid: Grid,
    cases: Sequence[Case],
    *,
    goal: Goal,
    tariff: Tariff,
    base: BaseKind = "calibration",
    replications: int = 20,
    seed: int = 1,
    jobs: int = 1,
    cache: Cache,
    progress: Progress | None = None,
) -> WhatIf:
    """Return the comparison of all cases and what to take of them.

    Parameters
    ----------
    model
        A checked model.
    grid
        What varies.
    cases
        Its combinations as whole questions.
    goal, tariff
        What is wanted, and what time costs.
    base
        What speed-up and efficiency are relative to.
    replications, seed, jobs, cache, progress
        As for `sweep`.

    Raises
    ------
    UsageError
        If not one configuration can be simulated.
    """
    bases = Bases(base, cases)
    swept = sweep(
        model,
        [*bases.extra_cases(), *cases],
        replications=replications,
        seed=seed,
        jobs=jobs,
        cache=cache,
        progress=progress,
    )
    found = bases.found(swept.answers)
    points = compare(cases, swept.answers, tariff, found)
    _check_some(points, complete=swept.complete)
    return WhatIf(
        model=model,
        axes=grid.axes,
        fixed=grid.fixed,
        points=points,
        decisions=decide(points, goal, tariff),
        goal=goal,
        tariff=tariff,
        base_kind=base,
        bases=tuple(found.values()),
        replications=replications,
        seed=seed,
        simulated=swept.simulated,
        known=swept.known,
        complete=swept.complete,
    )


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
