"""From a model to a prediction."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from .. import dsl
from ..errors import UsageError
from ..simulate import Options, Prediction
from ..simulate import predict as _predict
from ..simulate.prediction import Progress
from .pools import ALLOCATION_FILE, read_pools


def predict(
    model: dsl.PerformanceModel,
    *,
    replications: int = 20,
    precision: float | None = None,
    seed: int = 1,
    blocked_time: bool = False,
    progress: Progress | None = None,
    **options: Any,
) -> Prediction:
    """Return the predicted response time and CPU use in a configuration.

    Parameters
    ----------
    model
        From `extract` or `load`.
    replications
        Number of simulated executions.
    precision
        Instead of a fixed number, simulate until the 95 % confidence interval of the mean response
        time is at most this share of it to either side, such as 0.01.
    seed
        The same seed gives the same prediction.
    blocked_time
        Whether to predict also what the response time would be without drives, network or skew.
    progress
        Called with replications done and replications in all.
    **options
        What differs from the calibration run: the fields of `pertract.Options`, such as
        ``executors=8, executor_cores=4, data_scale=2.0``.

    Raises
    ------
    UsageError
        If options are unknown or contradict each other.
    SimulationError
        If the configuration cannot run the application.
    """
    known = {field.name for field in fields(Options)}
    if unknown := sorted(set(options) - known):
        raise UsageError(
            f"no option is called '{unknown[0]}'", hint=f"Options are {', '.join(sorted(known))}."
        )
    if (path := dict(options.get("settings") or {}).get(ALLOCATION_FILE)) and options.get("pools") is None:
        options["pools"] = read_pools(path)
    return _predict(
        model,
        Options(**options),
        replications=replications,
        precision=precision,
        seed=seed,
        blocked_time=blocked_time,
        progress=progress,
    )
