"""Demands of a stage as functions of data and cluster."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .. import dsl
from ..dsl.law import evaluate
from ..dsl.profile import Variable
from .observations import Observed, observations
from .regression import FEWEST_POINTS, USUAL_NOISE, choose

_Form = tuple[Variable, ...]

_GROWS: tuple[_Form, ...] = (
    ("task_bytes",),
    ("task_records",),
    ("constant",),
    ("constant", "task_bytes"),
    ("constant", "task_records"),
    ("task_records_log",),
    ("constant", "task_records_log"),
    ("task_data",),
    ("constant", "task_data"),
)
_GROWS_WITHOUT_BYTES: tuple[_Form, ...] = (("constant",), ("task_data",), ("constant", "task_data"))
_STAYS: tuple[_Form, ...] = (("constant",), ("constant", "data"))
_STAYING = ("scheduling", "deserialisation", "result")
STAYING_NOISE = 1.0
"""Relative differences of what usually does not follow the data that are noise."""
_CLUSTER: tuple[Variable, ...] = ("executors", "log_executors", "partitions")
"""What more executors or tasks may add to each task: connections, blocks to fetch, results to merge."""


def fitted_profile(runs: list[Observed], stage: dsl.Stage, profile: dsl.StageProfile) -> dsl.StageProfile:
    """Return the profile of a stage with demands fitted to all runs that have it.

    Groups of tasks and their spread stay those of the reference run; the warm-up is the mean of the runs.
    """
    found = [(run, run.profile(other)) for run, other in observations(runs, stage)]
    if len(found) < 2:
        return profile
    samples = [run.task_variables(p, profile.attempts) for run, p in found]
    profiles = [p for _, p in found]
    return profile.model_copy(
        update={
            "demands": tuple(
                _demand(demand, [run for run, _ in found], profiles, samples) for demand in profile.demands
            ),
            "warm_up_s": _mean([p.warm_up_s for p in profiles]),
            "warm_up_core_seconds": _mean([p.warm_up_core_seconds for p in profiles]),
        }
    )


def _demand(
    demand: dsl.Demand,
    runs: Sequence[Observed],
    profiles: Sequence[dsl.StageProfile],
    samples: Sequence[dict[Variable, float]],
) -> dsl.Demand:
    values = []
    for run, profile in zip(runs, profiles, strict=True):
        variables = profile.measured_variables(run.executors)
        values.append(
            sum(
                evaluate(d.mean, variables)
                for d in profile.demands
                if (d.resource, d.activity) == (demand.resource, demand.activity)
            )
        )
    grows = demand.activity not in _STAYING
    fitted = choose(_forms(grows, samples), samples, values, noise=USUAL_NOISE if grows else STAYING_NOISE)
    return demand.model_copy(
        update={
            "mean": {name: float(f"{c:.9g}") for name, c in fitted.coefficients.items()} or {"constant": 0.0},
            "fit": dsl.Fit(
                runs=len(values),
                points=fitted.points,
                error=round(fitted.error, 4),
                observed=tuple((_short(r.data), _short(v)) for r, v in zip(runs, values, strict=True)),
            ),
        }
    )


def _forms(grows: bool, samples: Sequence[dict[Variable, float]]) -> list[_Form]:
    """Return the forms that can be meant, the one to assume without further evidence first."""
    if not grows:
        forms = list(_STAYS)
    else:
        has_bytes = all(sample["task_bytes"] for sample in samples)
        forms = list(_GROWS if has_bytes else _GROWS_WITHOUT_BYTES)
    several = (
        len({(round(s["task_bytes"]), s["partitions"], s["executors"]) for s in samples}) >= FEWEST_POINTS
    )
    cluster = [name for name in _CLUSTER if several and _differs([sample[name] for sample in samples])]
    return forms + [(*form, name) for form in forms for name in cluster if len(form) < 3]


def _differs(values: Sequence[float]) -> bool:
    return len(set(values)) > 1


def _mean(values: Sequence[float]) -> float:
    return _short(float(np.mean(values)))


def _short(value: float) -> float:
    return float(f"{value:.5g}")
