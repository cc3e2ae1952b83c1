"""From a model and a what-if question to the plan that is simulated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .. import dsl
from .configuration import Configuration
from .contention import Calibration, without_waiting
from .options import Options
from .plan import Plan, compile_plan

Change = Callable[[dsl.PerformanceModel], dsl.PerformanceModel]
"""Makes another application of a model."""


def configured_plan(
    model: dsl.PerformanceModel,
    configuration: Configuration,
    options: Options,
    change: Change | None = None,
    calibration: Calibration | None = None,
) -> tuple[Plan, list[str]]:
    """Return the plan of a configuration, without the waits for cores in measured times, and what it assumes.

    Parameters
    ----------
    model, configuration, options
        The model with its rounds, and what the options say of it (`resolve`).
    change, calibration
        As for `predict`.
    """
    plan, assumed = compile_plan(change(model) if change else model, configuration)
    if not plan.cores_known or not model.profiles.includes_core_waits:
        return plan, assumed
    # Where the model does not know the cores of its nodes, they are taken to have been those asked for,
    # unless other machines were asked for.
    cores = options.node_cores if options.node_type is None else None
    waits = (calibration or Calibration()).waiting(model, node_cores=cores, parameters=options.parameters)
    return replace(plan, stages=without_waiting(plan.stages, waits)), assumed
