"""What a plan has found, for notebooks and programs."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import dsl
from ..errors import UsageError
from .advice import Advice
from .comparison import Base, BaseKind
from .cost import Tariff
from .decisions import Decision
from .grid import Axis
from .point import Point
from .search import Searched
from .standing import Goal
from .table import rows
from .timelines import Timelines


@dataclass(frozen=True)
class WhatIf:
    """Compared configurations and what to take of them."""

    model: dsl.PerformanceModel
    axes: tuple[Axis, ...]
    """What varies."""
    fixed: Mapping[str, Any]
    """What was asked for all points alike, in the form of the fields of `simulate.Options`."""
    points: tuple[Point, ...]
    """All configurations, the last axis changing fastest; of a search those predicted in full."""
    decisions: tuple[Decision, ...]
    """What to take, for each amount of data and value of parameters."""
    goal: Goal
    tariff: Tariff
    base_kind: BaseKind
    bases: tuple[Base, ...]
    """What speed-up and efficiency are relative to, for each workload."""
    replications: int
    seed: int
    simulated: int
    """Replications simulated now; the others were known from the cache."""
    known: int
    """Predictions that were known from the cache."""
    searched: Searched | None
    """What a search has looked at; None where all configurations were predicted."""
    advice: Advice | None
    """How to run in the recommended configuration; None unless asked for."""
    timelines: Timelines | None
    """What executors do over time; None unless asked for."""
    complete: bool
    """Whether nobody pressed Ctrl-C before all points were there."""

    @property
    def best(self) -> Point | None:
        """The recommended point; None if none keeps deadline and budget.

        Where data or parameters vary, there is a decision for each: this is the first one's.
        """
        choice = self.decisions[0].recommended if self.decisions else None
        return self.point(choice.point) if choice else None

    def point(self, number: int) -> Point:
        """Return the point with a number."""
        return next(point for point in self.points if point.number == number)

    def to_frame(self) -> Any:
        """Return the points as a pandas data frame, one row each.

        Raises
        ------
        UsageError
            If pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise UsageError(
                "pandas is not installed",
                hint="Install it with: pip install pandas; or use .points, or rows() of pertract.plan.table.",
            ) from error
        return pandas.DataFrame(rows(self))

    def _repr_html_(self) -> str:
        """Return a table for Jupyter."""
        table = rows(self)
        heads = "".join(f"<th>{html.escape(name)}</th>" for name in table[0]) if table else ""
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_cell(v))}</td>" for v in row.values()) + "</tr>"
            for row in table
        )
        answers = "".join(
            f"<p>{html.escape(d.recommended.reason if d.recommended else 'nothing qualifies')}</p>"
            for d in self.decisions
        )
        return f"{answers}<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
