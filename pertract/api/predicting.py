"""From a model to a prediction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .. import dsl
from ..simulate import Prediction
from ..simulate import predict as _predict
from ..simulate.prediction import Progress
from .questions import Asking


def predict(
    model: dsl.PerformanceModel,
    *,
    replications: int = 20,
    precision: float | None = None,
    seed: int = 1,
    blocked_time: bool = False,
    progress: Progress | None = None,
    catalogue: str | Path | None = None,
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
    catalogue
        A file of node types, beside the user's and the built-in one.
    **options
        What differs from the calibration run: the fields of `pertract.Options`, such as
        ``executors=8, executor_cores=4, data_scale=2.0``. A ``node_type`` stands for what the catalogue
        says of it, where the other options do not say otherwise.

    Raises
    ------
    UsageError
        If options are unknown or contradict each other.
    SourceError
        If a file that an option names cannot be read.
    SimulationError
        If the configuration cannot run the application.
    """
    return _predict(
        model,
        Asking(catalogue).options(options),
        replications=replications,
        precision=precision,
        seed=seed,
        blocked_time=blocked_time,
        progress=progress,
    )
