"""How the demands of tasks follow what is passed to them: coefficients by variable of the language."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .... import dsl
from ....dsl.profile import Variable, task_variables
from ...stoex import ExpressionProblem, Value
from ...stoex import Variable as Quantity
from .chances import quantile
from .quantities import Quantities
from .reading import Reading
from .sums import TaskParameters, coefficients


@dataclass(frozen=True, slots=True)
class Fit:
    """A sum of coefficient x variable, in the values that the files pass."""

    terms: dict[Variable, float]
    """Coefficients by variable."""

    @property
    def constant(self) -> float:
        """The part that follows nothing."""
        return self.terms.get("constant", 0.0)

    def plus(self, constant: float) -> Fit:
        """Return the sum with a constant added."""
        total = self.constant + constant
        rest: dict[Variable, float] = {k: v for k, v in self.terms.items() if k != "constant"}
        return Fit({"constant": total, **rest} if abs(total) > 1e-12 else rest)


def fitted(quantities: Quantities, reading: Reading, channels: Sequence[int]) -> Fit | None:
    """Return how demands follow the parameters of a task; None if they do in no way that the language has.

    Parameters
    ----------
    quantities
        Of the model.
    reading, channels
        A stage, and the demands of its tasks that are added up.
    """
    if not reading.outcomes.is_plain:
        return Fit({})
    works = [reading.outcomes.channels[channel].work for channel in channels]
    parameters = TaskParameters(reading.inputs, quantities, reading.cold)
    try:
        given = _given(quantities, reading)
        rows, answers = [], []
        for asked, row in parameters.questions():
            here = reading.cold.anew({**given, **asked})
            rows.append(list(row.values()))
            answers.append(math.fsum(float(here.value(work.amount)) / work.resource.rate for work in works))
    except ExpressionProblem:
        return None
    found = coefficients(np.array(rows), np.array(answers), constant_below_zero=True)
    if found is None:
        return None
    return Fit({name: float(c) for name, c in zip(row, found, strict=True) if c})


def _given(quantities: Quantities, reading: Reading) -> dict[str, Value]:
    """Return values of what changes from task to task, for a task of the mean size on a warm slot."""
    given: dict[str, Value] = {}
    here = reading.at
    expressions = reading.outcomes.expressions
    draws = {d for e in expressions for d in quantities.depends(e) & quantities.draws.keys()}
    for draw in sorted(draws, key=lambda name: int(name[1:])):
        given[draw] = quantile(quantities.draws[draw].law, here, 0.5)
        here = here.given({draw: given[draw]})
    for name, quantity in reading.inputs.items():
        if isinstance(quantity, Quantity) and quantities.depends(quantity):
            given[quantity.name] = 1.0 if name == "size.VALUE" else here.value(quantity)
    return given


def mean_of(
    mean: float, fit: Fit | None, parameters: TaskParameters, entering: dsl.Volumes, tasks: int
) -> dict[Variable, float]:
    """Return coefficients that give a mean for the variables of the imported model.

    Its variables differ from what the files pass where these are relative to another configuration, or
    where a volume is rounded to whole bytes.

    Parameters
    ----------
    mean
        Mean demand.
    fit, parameters
        How it follows the parameters of a task, and their values in the files.
    entering, tasks
        Data that enters the imported stage, and its tasks.
    """
    if fit is None or not fit.terms or fit.constant < 0:
        return {"constant": rounded(mean)}
    passed = parameters.variables()
    own = task_variables(
        entering_bytes=entering.entering_bytes,
        entering_records=entering.entering_records,
        tasks=tasks,
        measured_tasks=tasks,
        data=1.0,
        executors=passed.get("executors", 1.0),
    )
    total = sum(c * passed[name] for name, c in fit.terms.items())
    if total <= 0 or any(passed[name] and not own[name] for name in fit.terms):
        return {"constant": rounded(mean)}
    scale = mean / total
    return {
        name: rounded(c * scale * (passed[name] / own[name] if own[name] else 1.0))
        for name, c in fit.terms.items()
    }


def rounded(value: float) -> float:
    """Return a number with ten digits, as many as an export writes."""
    return float(f"{value:.10g}")
