"""Laws of how the time of a stage follows hosts and data, fitted to stages of several runs.

The time of a stage is a sum of non-negative coefficients times terms. With data d in gigabytes, h hosts,
t tasks, w = waves of tasks, and c gigabytes that a host can cache:

=================  =======================  ================================================================
term               value                    what it stands for
=================  =======================  ================================================================
start              1                        submitting, and the first tasks on cold executors
coordination       log h                    what the driver does for more executors
waves              w                        overhead of every task
volume             w d/t                    work on the data of a task
growth             w (d/t)^2                work that grows faster than the data
exchange           w d/t (1 - 1/h)          data that comes from other hosts
overflow           max(0, d/h - c)          data that does not stay in memory and is read or made again
overflow_exchange  overflow x (1 - 1/h)     the same from other hosts
=================  =======================  ================================================================

A *law* is the set of terms that an application uses. Coefficients are each stage's own; the cache is that of
a host and so the same for all stages of an application.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from polimi_runs import Run, own_s
from scipy.optimize import nnls

Floats = NDArray[np.float64]
Law = tuple[str, ...]

SLOTS_PER_HOST = 4
"""Not in the tables. Only the rounding of waves depends on it; 2 or 8 change mean errors by 0.2 points."""
GROWTHS: tuple[Law, ...] = ((), ("growth",))
MEMORIES: tuple[Law, ...] = ((), ("overflow",), ("overflow", "overflow_exchange"))
CLUSTERS: tuple[Law, ...] = ((), ("exchange",), ("coordination",))
LAWS: tuple[Law, ...] = tuple(
    ("start", "waves", "volume", *itertools.chain(*parts))
    for parts in itertools.product(GROWTHS, MEMORIES, CLUSTERS)
)
"""The laws to choose from."""
CACHES = np.linspace(0.0, 0.9, 16)
"""Quantiles of the measured data per host that are tried as the cache of a host."""


@dataclass(frozen=True, slots=True)
class Points:
    """Where stages were or will be run; arrays of shape ``(n_runs, 1)``, tasks ``(n_runs, n_stages)``."""

    data_gb: Floats
    hosts: Floats
    tasks: Floats

    @property
    def waves(self) -> Floats:
        """Tasks that a slot runs one after the other, shape ``(n_runs, n_stages)``."""
        return np.asarray(np.ceil(self.tasks / (SLOTS_PER_HOST * self.hosts)))


def points_of(runs: Sequence[Run]) -> Points:
    """Return where the stages of measured runs were run."""
    return Points(
        np.array([[run.data_gb] for run in runs]),
        np.array([[float(run.hosts)] for run in runs]),
        np.array([[float(stage.tasks) for stage in run.stages] for run in runs]),
    )


def values(law: Law, points: Points, cache_gb: float) -> Floats:
    """Return the terms of a law, shape ``(n_terms, n_runs, n_stages)``."""
    remote = 1 - 1 / points.hosts
    volume = points.waves * points.data_gb / points.tasks
    overflow = np.maximum(0.0, points.data_gb / points.hosts - cache_gb)
    terms = {
        "start": np.ones_like(points.hosts),
        "coordination": np.log(points.hosts),
        "waves": points.waves,
        "volume": volume,
        "growth": volume * points.data_gb / points.tasks,
        "exchange": volume * remote,
        "overflow": overflow,
        "overflow_exchange": overflow * remote,
    }
    return np.array([np.broadcast_to(terms[name], points.tasks.shape) for name in law])


@dataclass(frozen=True, slots=True)
class Fit:
    """A law with its coefficients."""

    law: Law
    cache_gb: float
    """Data of one host that stays in memory, gigabytes."""
    coefficients: Floats
    """Seconds per unit of each term, shape ``(n_terms, n_stages)``."""
    loss: float
    """Sum of squared errors of stages relative to the application time."""

    def parts_s(self, points: Points) -> Floats:
        """Return the seconds of each term, shape ``(n_terms, n_runs, n_stages)``."""
        return values(self.law, points, self.cache_gb) * self.coefficients[:, None, :]


def fit(law: Law, runs: Sequence[Run]) -> Fit:
    """Return the coefficients, and the cache where the law has one, that fit the stages of the runs best.

    Errors count relative to the application time, because its relative error is asked for; every host
    count weighs the same, however many runs there are of it.
    """
    points = points_of(runs)
    measured_s = np.array([[s for job in run.jobs for s in own_s(job)] for run in runs])
    hosts = [run.hosts for run in runs]
    weight = np.array([1 / (run.application_s * hosts.count(run.hosts) ** 0.5) for run in runs])
    caches = [0.0]
    if "overflow" in law:
        caches = np.quantile(points.data_gb / points.hosts, CACHES).tolist()
    return min((_fit(law, points, measured_s, weight, cache_gb) for cache_gb in caches), key=lambda f: f.loss)


def _fit(law: Law, points: Points, measured_s: Floats, weight: Floats, cache_gb: float) -> Fit:
    terms = values(law, points, cache_gb)
    found, loss = [], 0.0
    for number in range(measured_s.shape[1]):
        matrix = terms[:, :, number].T
        scale = np.abs(matrix).max(axis=0)
        scale[scale == 0] = 1.0
        solution, residual = nnls(matrix / scale * weight[:, None], measured_s[:, number] * weight)
        found.append(solution / scale)
        loss += residual**2
    return Fit(law, cache_gb, np.array(found).T, loss)


def rest_s(runs: Sequence[Run]) -> float:
    """Return the median application time outside stages, seconds."""
    return float(np.median([run.application_s - sum(sum(own_s(job)) for job in run.jobs) for run in runs]))


def errors(law: Law, training: Sequence[Run], others: Sequence[Run]) -> Floats:
    """Return relative errors of the application times of other runs, as the sum of their stages."""
    stages_s = fit(law, training).parts_s(points_of(others)).sum(axis=(0, 2))
    return np.asarray((stages_s + rest_s(training)) / np.array([run.application_s for run in others]) - 1)


def folds(runs: Sequence[Run], pieces: int) -> list[set[int]]:
    """Return positions of runs to leave out: of each host count, neighbours in data size in so many pieces.

    With one piece, whole host counts are left out. If only two are measured, one is left, from which no
    dependence on hosts can be learnt, and every law that has one looks bad. Halves avoid that.
    """
    found = []
    for hosts in sorted({run.hosts for run in runs}):
        members = sorted(
            (i for i, run in enumerate(runs) if run.hosts == hosts), key=lambda i: runs[i].data_gb
        )
        found += [set(piece.tolist()) for piece in np.array_split(members, pieces)]
    return [fold for fold in found if fold]


def validation_errors(law: Law, runs: Sequence[Run], pieces: int) -> Floats:
    """Return the mean absolute relative error of application times in each fold of cross validation."""
    found = []
    for fold in folds(runs, pieces):
        training = [run for i, run in enumerate(runs) if i not in fold]
        found.append(np.abs(errors(law, training, [runs[i] for i in sorted(fold)])).mean())
    return np.array(found)


@dataclass(frozen=True, slots=True)
class Blend:
    """Laws that the runs cannot tell apart, fitted to all of them."""

    fits: tuple[Fit, ...]
    """The best law first."""
    validation_error: float
    """Mean absolute relative error of the best law in cross validation."""

    def parts_s(self, points: Points) -> dict[str, Floats]:
        """Return the seconds of each term, the mean over laws, shape ``(n_runs, n_stages)``."""
        parts: dict[str, Floats] = {}
        for fit in self.fits:
            for name, part in zip(fit.law, fit.parts_s(points), strict=True):
                parts[name] = parts.get(name, np.zeros_like(part)) + part / len(self.fits)
        return parts


def choose(runs: Sequence[Run], pieces: int = 2) -> Blend:
    """Return the laws whose error in cross validation is within one standard error of the least.

    A single winner would change with the rounding of the folds, and the prediction with it.
    """
    scores = {law: validation_errors(law, runs, pieces) for law in LAWS}
    ranked = sorted(LAWS, key=lambda law: float(scores[law].mean()))
    best = scores[ranked[0]]
    limit = best.mean() + best.std(ddof=1) / len(best) ** 0.5
    chosen = (law for law in ranked if scores[law].mean() <= limit)
    return Blend(tuple(fit(law, runs) for law in chosen), float(best.mean()))
