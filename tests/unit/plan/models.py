"""Applications whose predictions are known, or at least small."""

from __future__ import annotations

from typing import Any

import pertract
from pertract import dsl, plan
from tests.unit.simulate.models import demand, group, model, profile, stage, workers

__all__ = ["demand", "group", "model", "profile", "stage", "workers"]

MIB = 2**20


def chain(
    tasks: int = 24, *, task_s: float = 2.0, spread: tuple[float, ...] = (1.0, 1.0, 1.0), **fields: Any
):
    """Return one stage of equal tasks on 2 executors of 4 slots, after a second of the driver.

    On s slots it takes 1 s + ceil(tasks / s) x task_s.
    """
    work = demand(mean={"task_bytes": task_s / MIB}, spread=spread)
    weights = (tasks / 3,) * 3
    return model(
        nodes=(
            dsl.Delay(id="d", delay_s=1.0),
            dsl.Job(id="j", nodes=(stage(count=tasks, **fields),)),
        ),
        edges=(("d", "j"),),
        profiles=(profile(weights=weights, demands=(work,), volumes={"input_bytes": tasks * MIB}),),
        cluster=(workers(2, 4, cores_known=False),),
    )


def compared(application: dsl.PerformanceModel, **options: Any) -> plan.WhatIf:
    """Return a comparison of few replications that touches no cache."""
    return pertract.what_if(application, **{"replications": 2, "cache": False, "jobs": 1} | options)
