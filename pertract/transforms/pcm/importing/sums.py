"""How values follow data and cluster: sums of coefficient x variable, found by asking and not by reading.

An expression is evaluated at other values of what it may depend on, and a sum is fitted to the answers. It
counts only if it gives all of them exactly, so it does not matter how the expression is written.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from ....dsl.law import Law, law_variables
from ....dsl.profile import Variable as DemandVariable
from ...stoex import Call, Expression, ExpressionProblem, Value
from ..demands import PARAMETERS
from ..xml import INT
from .quantities import Evaluation, Quantities, number, with_parts

Floats = NDArray[np.float64]
EXACT = 1e-9
"""Relative difference up to which a sum is the value."""
_ROUNDING = ("Round", "Trunc", "Ceil")


def coefficients(rows: Floats, answers: Floats, *, constant_below_zero: bool = False) -> Floats | None:
    """Return coefficients of columns that give all answers, or None.

    Parameters
    ----------
    rows
        Values of the variables, shape ``(n_questions, n_variables)``; the first one is the constant.
    answers
        Shape ``(n_questions,)``.
    constant_below_zero
        Whether that of the constant may be negative.
    """
    sizes = np.abs(rows).max(axis=0)
    sizes[sizes == 0] = 1.0
    found, *_ = np.linalg.lstsq(rows / sizes, answers, rcond=None)
    largest = float(np.abs(answers).max())
    if largest == 0:
        return np.zeros(rows.shape[1])
    found[np.abs(found) < EXACT * largest] = 0.0
    wrong = np.abs(rows / sizes @ found - answers).max()
    negative = found[1:] if constant_below_zero else found
    if wrong > 10 * EXACT * largest or (negative < 0).any():
        return None
    return np.array([float(f"{coefficient:.12g}") for coefficient in found / sizes])


# -- demands of tasks ----------------------------------------------------------------------------------

_TASK_VARIABLES: dict[str, tuple[DemandVariable, ...]] = {
    "taskBytes": ("task_bytes",),
    "taskRecords": ("task_records", "task_records_log"),
    "taskData": ("task_data",),
    "data": ("data",),
    "tasks": ("partitions",),
    "executors": ("executors", "log_executors"),
}
"""Variables of the language by parameter of a task, as an export passes them."""


def _task_row(values: Mapping[str, float]) -> dict[DemandVariable, float]:
    """Return the variables of a demand for values of the parameters of a task."""
    row: dict[DemandVariable, float] = {"constant": 1.0}
    for name, value in values.items():
        match name:
            case "taskRecords":
                row |= {"task_records": value, "task_records_log": value * math.log2(1 + value)}
            case "executors":
                row |= {"executors": value, "log_executors": math.log(value)}
            case _:
                [variable] = _TASK_VARIABLES[name]
                row[variable] = value
    return row


class TaskParameters:
    """The parameters of a task that the language has variables for.

    Parameters
    ----------
    inputs
        What is passed to a task, by name with characterisation.
    at
        Values of the task.
    """

    def __init__(self, inputs: Mapping[str, Expression], quantities: Quantities, at: Evaluation) -> None:
        self._names: dict[str, str] = {}
        self.values: dict[str, float] = {}
        """Their values."""
        for name in _TASK_VARIABLES:
            quantity = inputs.get(f"{name}.VALUE")
            if quantity is None or quantities.depends(quantity):
                continue
            value = at.value(quantity)
            if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
                self._names[name] = getattr(quantity, "name", "")
                self.values[name] = float(value)

    def variables(self) -> dict[DemandVariable, float]:
        """Return the variables of a demand for the values as they are."""
        return _task_row(self.values)

    def questions(self) -> list[tuple[dict[str, Value], dict[DemandVariable, float]]]:
        """Return other values by quantity, with the variables for them; at first the values as they are."""
        rng = np.random.default_rng(2)
        found: list[tuple[dict[str, Value], dict[DemandVariable, float]]] = []
        for question in range(3 * (1 + len(_task_row(self.values)))):
            asked: dict[str, Value] = {}
            values: dict[str, float] = {}
            for name, value in self.values.items():
                factor = float(rng.uniform(1, 4)) if question else 1.0
                whole = PARAMETERS[name] == INT
                changed = int(value) + int(rng.integers(0, 9)) * bool(question) if whole else value * factor
                asked[self._names[name]] = changed
                values[name] = float(changed)
            found.append((asked, _task_row(values)))
        return found


# -- the whole application -------------------------------------------------------------------------------


class Laws:
    """Finds how values follow the size of the data and the cluster.

    Parameters
    ----------
    quantities
        Of the model.
    data
        The quantity of the size of the data, if any.
    slots, executors
        The quantities of the slots and executors of each pool.
    """

    def __init__(
        self,
        quantities: Quantities,
        data: str | None,
        slots: frozenset[str],
        executors: frozenset[str],
    ) -> None:
        self._quantities = quantities
        self._names = frozenset([*slots, *executors, *([data] if data else [])])
        known = quantities.known
        self._data = {data: float(known[data])} if data and _is_number(known[data]) else {}
        self._slots, self._executors = (
            {name: int(known[name]) for name in names if isinstance(known[name], int)}
            for names in (slots, executors)
        )
        rng = np.random.default_rng(3)
        self._questions: list[tuple[dict[str, Value], list[float]]] = []
        for question in range(16):
            data_scale = float(rng.uniform(1, 4)) if question else 1.0
            slots_scale, executors_scale = (int(rng.integers(1, 5)) if question else 1 for _ in range(2))
            asked: dict[str, Value] = {name: value * data_scale for name, value in self._data.items()}
            asked |= {name: value * slots_scale for name, value in self._slots.items()}
            asked |= {name: value * executors_scale for name, value in self._executors.items()}
            variables = law_variables(
                data=data_scale,
                slots=sum(self._slots.values()) * slots_scale,
                executors=max(1, sum(self._executors.values()) * executors_scale),
            )
            self._questions.append((asked, list(variables.values())))
        self._variables = list(variables)

    def depends(self, expression: Expression) -> bool:
        """Return whether an expression may follow data or cluster."""
        return self._quantities.mentions(expression, self._names)

    def of(self, expressions: Sequence[Expression], at: Evaluation) -> Law | None:
        """Return the law of a sum of expressions, before rounding; None if it has none.

        Parameters
        ----------
        expressions
            Over quantities.
        at
            Where they are evaluated.
        """
        smooth = [_smooth(self._quantities.expanded(e, self._names)) for e in expressions]
        try:
            answers = [
                math.fsum(number(at.anew(asked).value(e)) for e in smooth) for asked, _ in self._questions
            ]
        except ExpressionProblem:
            return None
        found = coefficients(np.array([row for _, row in self._questions]), np.array(answers))
        if found is None:
            return None
        return {name: float(c) for name, c in zip(self._variables, found, strict=True) if c}


def _smooth(expression: Expression) -> Expression:
    """Return an expression without rounding."""
    if isinstance(expression, Call) and expression.function in _ROUNDING and len(expression.arguments) == 1:
        return _smooth(expression.arguments[0])
    return with_parts(expression, _smooth)


def _is_number(value: Value) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
