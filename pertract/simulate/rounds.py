"""Parameters of the application: how often its loops repeat."""

from __future__ import annotations

import math
from collections.abc import Mapping

from .. import dsl
from ..dsl.unroll import unroll
from ..errors import UsageError

MOST_ROUNDS = 100_000
"""Most rounds of a loop that can be asked for."""


def measured_parameters(model: dsl.PerformanceModel) -> dict[str, float]:
    """Return the parameters that a model knows, with their values in the calibration run."""
    return {loop.parameter: loop.value for loop in model.execution.loops}


def with_rounds(model: dsl.PerformanceModel, parameters: Mapping[str, float]) -> dsl.PerformanceModel:
    """Return the model with the rounds that its loops have for values of parameters.

    Raises
    ------
    UsageError
        If the model does not know a parameter, or a value is out of range.
    """
    known = measured_parameters(model)
    for name, value in parameters.items():
        if name not in known:
            listed = ", ".join(sorted(known))
            raise UsageError(
                f"the model has no parameter '{name}'",
                hint=f"It has {listed}."
                if known
                else "Loops follow a column of the table of runs, such as iterations.",
            )
        rounds = (
            max((loop.rounds_for(value) for loop in model.execution.loops), default=0) if value >= 0 else 0
        )
        if not math.isfinite(value) or not 0 < rounds <= MOST_ROUNDS:
            raise UsageError(
                f"the parameter {name} cannot be {value:g}",
                hint=f"Give a number of which loops have 1 to {MOST_ROUNDS:,} rounds.",
            )
    changed = {name: value for name, value in parameters.items() if value != known[name]}
    if not changed:
        return model
    return model.model_copy(update={"execution": unroll(model.execution, changed)})
