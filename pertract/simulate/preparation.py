"""From a model and a question to what is simulated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from .. import dsl
from .configuration import Configuration, resolve
from .contention import Calibration, without_waiting
from .options import Options
from .plan import Plan, compile_plan
from .rounds import with_rounds

Change = Callable[[dsl.PerformanceModel], dsl.PerformanceModel]
"""Makes another application of a model."""


class Prepared(NamedTuple):
    """A question that is ready to be simulated."""

    model: dsl.PerformanceModel
    """The model with as many rounds of its loops as were asked for."""
    configuration: Configuration
    plan: Plan
    assumed: list[str]
    """What had to be assumed, one sentence each."""


def prepare(
    model: dsl.PerformanceModel,
    options: Options,
    change: Change | None = None,
    calibration: Calibration | None = None,
) -> Prepared:
    """Return what is simulated for a question; parameters and errors are those of `prediction.predict`."""
    model = with_rounds(model, options.parameters)
    configuration = resolve(model, options)
    plan, assumed = compile_plan(change(model) if change else model, configuration)
    if plan.cores_known and model.profiles.includes_core_waits:
        # Where the model does not know the cores of its nodes, they are taken to have been those asked for,
        # unless other machines were asked for.
        cores = options.node_cores if options.node_type is None else None
        known = calibration or Calibration()
        waits = known.waiting(model, node_cores=cores, parameters=options.parameters)
        plan = replace(plan, stages=without_waiting(plan.stages, waits))
    return Prepared(model, configuration, plan, assumed)
