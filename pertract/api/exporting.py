"""Models in the formats of other tools."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import dsl
from ..simulate import Options
from ..simulate import predict as _predict
from ..simulate.configuration import resolve
from ..simulate.configured import configured_plan
from ..simulate.prediction import Progress
from ..simulate.rounds import with_rounds
from ..transforms.pcm import Form, Omission, PcmExport
from ..transforms.pcm import export as _export
from ..transforms.pcm.limits import LIMITS, approximations
from .questions import Asking
from .scenario import scenario_of

MOST_TASKS = 200_000
"""Larger applications are simulated for the effect of limits only when that is asked for."""
REPLICATIONS = 5
"""Simulated executions behind an effect."""


def export_pcm(
    model: dsl.PerformanceModel,
    *,
    form: Form = "tokens",
    join_nodes: bool = False,
    effects: bool | None = None,
    seed: int = 1,
    progress: Progress | None = None,
    catalogue: str | Path | None = None,
    **options: Any,
) -> PcmExport:
    """Return a model in a configuration as a model of the Palladio Component Model 5.2.

    Parameters
    ----------
    model
        From `extract` or `load`.
    form
        How tasks share the slots: ``tokens``, ``slots`` or ``tree`` (`transforms.pcm.stages`).
    join_nodes
        Whether the slots of all node groups are one pool. Groups whose cores are unknown always are.
    effects
        Whether to simulate what is lost by leaving out; None: unless there are very many tasks.
    seed
        Of these simulations.
    progress
        Called with simulations done and simulations in all.
    catalogue
        A file of node types, as in `predict`.
    **options
        What differs from the calibration run, as in `predict`.

    Raises
    ------
    UsageError
        If options are unknown or contradict each other.
    SimulationError
        If the configuration cannot run the application.
    """
    asked = Asking(catalogue).options(options)
    model = with_rounds(model, asked.parameters)
    asked = replace(asked, parameters={})
    variants = [(model, asked)]
    left_out = []
    for name, instead, change in _OPTION_LIMITS:
        if (simpler := change(asked)) != asked:
            asked = simpler
            variants.append((model, asked))
            left_out.append((name, instead))
    for limit in LIMITS:
        if (reduced := limit.without(model)) is not model:
            model = reduced
            variants.append((model, asked))
            left_out.append((limit.name, limit.instead))
    configuration = resolve(model, asked)
    plan, assumed = configured_plan(model, configuration, asked)
    scenario = scenario_of(model, configuration, plan, join_nodes=join_nodes)
    files = _export(model, scenario, form=form)
    if effects is None:
        effects = sum(stage.tasks for stage in plan.stages) <= MOST_TASKS
    predicted: list[tuple[float, float]] = []
    for number, (variant, question_of) in enumerate(variants if effects else (), start=1):
        found = _predict(variant, question_of, replications=REPLICATIONS, seed=seed)
        predicted.append((found.response_time_s.mean, found.cpu_utilisation.mean))
        if progress:
            progress(number, len(variants))
    changes: list[tuple[float | None, float | None]] = [
        (_change(before[0], after[0]), _change(before[1], after[1]))
        for before, after in itertools.pairwise(predicted)
    ]
    changes = changes or [(None, None)] * len(left_out)
    omissions = [Omission(*words, *change) for words, change in zip(left_out, changes, strict=True)]
    return PcmExport(
        files=files,
        model=model,
        response_time_s=predicted[-1][0] if predicted else None,
        omissions=(*omissions, *approximations(model, scenario, form)),
        warnings=(*configuration.warnings, *assumed),
    )


def _change(before: float, after: float) -> float:
    return after / before - 1 if before else 0.0


def _without_speculation(options: Options) -> Options:
    kept = {k: v for k, v in options.settings.items() if not k.startswith("spark.speculation")}
    return replace(options, settings=kept)


def _fixed_executors(options: Options) -> Options:
    kept = {k: v for k, v in options.settings.items() if not k.startswith("spark.dynamicAllocation.")}
    return replace(options, settings=kept)


_OPTION_LIMITS: tuple[tuple[str, str, Callable[[Options], Options]], ...] = (
    ("speculation", "Slow tasks are not copied.", _without_speculation),
    ("dynamic allocation", "The executors stay from the beginning to the end.", _fixed_executors),
    ("lost executors", "No executor is lost.", lambda o: replace(o, lose_executor_s=())),
    (
        "bandwidth of drives and network",
        "Moving data takes the measured times, whoever else moves data.",
        lambda o: replace(o, drive_bytes_per_s=None, network_bytes_per_s=None),
    ),
)
"""What a configuration can ask for and PCM cannot say: name, what is said instead, and the change."""
