"""What a prediction must beat: curves through application times that know nothing of stages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from polimi_runs import Run
from scipy.optimize import nnls

Floats = NDArray[np.float64]

SAME_SIZE = 0.03
"""Relative difference up to which two inputs count as of one size."""


def ernest(training: Sequence[Run], run: Run) -> float:
    """Return the application time after Ernest: 1, data/hosts, log hosts, hosts; non-negative, seconds.

    Relative errors are minimised, which suits a comparison of relative errors.
    """
    weight = 1 / np.array([r.application_s for r in training])
    matrix = np.array([_ernest_terms(r) for r in training]) * weight[:, None]
    coefficients, _ = nnls(matrix, np.ones(len(training)))
    return float(_ernest_terms(run) @ coefficients)


def _ernest_terms(run: Run) -> Floats:
    return np.array([1.0, run.data_gb / run.hosts, np.log(run.hosts), float(run.hosts)])


def ernest_of_one_size(training: Sequence[Run], run: Run) -> float | None:
    """Return the same through runs of the same input only; None without two host counts of it."""
    same = [r for r in training if abs(r.data_gb / run.data_gb - 1) <= SAME_SIZE]
    return ernest(same, run) if len({r.hosts for r in same}) > 1 else None


def nothing_changes(training: Sequence[Run], run: Run) -> float:
    """Return the application time at the nearest host count, interpolated over the data, seconds."""
    return _at_nearest_hosts(training, run)[0]


def ideal_scaling(training: Sequence[Run], run: Run) -> float:
    """Return the same times the ratio of hosts, seconds."""
    time_s, hosts = _at_nearest_hosts(training, run)
    return time_s * hosts / run.hosts


def _at_nearest_hosts(training: Sequence[Run], run: Run) -> tuple[float, int]:
    """Return time and hosts; beyond the measured data, time is proportional to it."""
    hosts = min({r.hosts for r in training}, key=lambda h: abs(np.log(h / run.hosts)))
    curve = sorted((r.data_gb, r.application_s) for r in training if r.hosts == hosts)
    data_gb, times_s = np.array(curve).T
    inside = float(np.clip(run.data_gb, data_gb[0], data_gb[-1]))
    return float(
        np.exp(np.interp(np.log(inside), np.log(data_gb), np.log(times_s)))
    ) * run.data_gb / inside, hosts
