"""From a model to a prediction."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
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
        question(options, catalogue),
        replications=replications,
        precision=precision,
        seed=seed,
        blocked_time=blocked_time,
        progress=progress,
    )


def question(options: dict[str, Any], catalogue: str | Path | None = None) -> Options:
    """Return the what-if question of keyword arguments, with what files and the catalogue say of it.

    Raises
    ------
    UsageError
        If options are unknown or contradict each other.
    SourceError
        If a file that an option names cannot be read.
    """
    known = {field.name for field in fields(Options)}
    if unknown := sorted(set(options) - known):
        raise UsageError(
            f"no option is called '{unknown[0]}'", hint=f"Options are {', '.join(sorted(known))}."
        )
    path = (options.get("settings") or {}).get(ALLOCATION_FILE)
    if path is not None and options.get("pools") is None:
        options["pools"] = read_pools(path)
    if catalogue is not None and options.get("node_type") is None:
        raise UsageError("--catalogue has no effect without --node-type", hint="Name a node type of it.")
    if options.get("node_type") is not None:
        options = _with_node_type(options, catalogue)
    return Options(**options)


def _with_node_type(options: dict[str, Any], catalogue: str | Path | None) -> dict[str, Any]:
    """Return the options with what the catalogue says of their node type; what is given besides it holds."""
    from ..catalogue import find

    said = find(options["node_type"], catalogue).options()
    for rate, bandwidth in (("drive_rate", "drive_bytes_per_s"), ("network_rate", "network_bytes_per_s")):
        if options.get(rate, 1.0) != 1.0:  # a rate given by hand is relative to measured times
            said.pop(bandwidth, None)
    usual = {field.name: field.default for field in fields(Options)}
    given = {key: value for key, value in options.items() if value is not None and value != usual[key]}
    return options | said | given
