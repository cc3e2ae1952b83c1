"""Choose and fit the form of a dependency: few points, no negative coefficients, robust to odd runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
V = TypeVar("V", bound=str)

SAME_RATIO = 1.02
"""Values of a variable that differ less are one value."""
FEWEST_POINTS = 3
"""Different points from which on forms are chosen by leaving points out."""
USUAL_NOISE = 0.05
"""Relative differences that repeated runs of one stage have anyway."""
FLOOR = 0.1
"""Share of the mean below which a value weighs no more: the relative error of tiny values is noise."""
TINY = 1e-100
"""Values below count as nothing: their squares could not be told from it."""
_HUBER = 1.5
"""Errors above so many typical ones count less (Huber's loss)."""
_ROUNDS = 5
"""Times that weights are set anew."""


@dataclass(frozen=True, slots=True)
class Dependency(Generic[V]):
    """A fitted sum of coefficients times variables."""

    coefficients: dict[V, float]
    """Those above zero, by variable."""
    points: int
    """Different points it rests on."""
    error: float
    """Typical relative error at a point that was left out, or of the fit where points are few."""


def choose(
    forms: Sequence[tuple[V, ...]],
    samples: Sequence[Mapping[V, float]],
    values: Sequence[float],
    *,
    noise: float = USUAL_NOISE,
) -> Dependency[V]:
    """Return the dependency that predicts best what it has not seen.

    With one point the first form is taken; with two the first that explains both, up to the noise, those of
    one variable before those of two; else the one with the least error. From three points on, that with the
    fewest variables whose error, leaving out one point after the other, is within one standard error of the
    least.

    Parameters
    ----------
    forms
        Variables of each form that is thinkable, the most plausible one first.
    samples
        The variables in each run.
    values
        What was measured in each run, not negative.
    noise
        Relative error up to which a difference between two points is not taken for a dependency.

    Notes
    -----
    Coefficients come from non-negative least squares of relative errors
    (`sklearn.linear_model.LinearRegression` with ``positive=True``) with weights by Huber's loss.
    """
    measured = np.asarray(values, dtype=float)
    measured = np.where(measured < TINY, 0.0, measured)
    if not measured.any():
        return Dependency({}, 1, 0.0)
    forms = _distinguishable(forms, samples)
    groups = _points(samples, sorted({name for form in forms for name in form}))
    count = int(groups.max()) + 1
    if count == 1:
        form = forms[0]
    elif count < FEWEST_POINTS:
        form = _by_error(forms, samples, measured, groups, noise)
    else:
        form = _by_validation(forms, samples, measured, groups)
    coefficients = _fit(form, samples, measured, groups)
    if count < FEWEST_POINTS:
        errors = (_values(form, coefficients, samples) - measured) / _typical(measured, groups)
    else:
        errors = _left_out(form, samples, measured, groups)
    return Dependency(
        {name: float(c) for name, c in zip(form, coefficients, strict=True) if c > 0},
        count,
        float(np.sqrt(np.mean(errors**2))),
    )


def _by_error(
    forms: Sequence[tuple[V, ...]],
    samples: Sequence[Mapping[V, float]],
    values: Floats,
    groups: NDArray[np.intp],
    noise: float,
) -> tuple[V, ...]:
    means = np.array([values[groups == group].mean() for group in groups])
    best, least = forms[0], np.inf
    for form in sorted(forms, key=len):  # keeps the order among those of a length
        predicted = _values(form, _fit(form, samples, values, groups), samples)
        error = float(np.abs((predicted - means) / _typical(values, groups)).max())
        if error <= noise:
            return form
        if error < least - SAME_RATIO + 1:
            best, least = form, error
    return best


def _distinguishable(
    forms: Sequence[tuple[V, ...]], samples: Sequence[Mapping[V, float]]
) -> list[tuple[V, ...]]:
    """Return the forms whose variables are there, and of which no variable is a multiple of another."""
    found = []
    for form in forms:
        columns = np.array([[sample[name] for name in form] for sample in samples])
        if not columns.any(axis=0).all():
            continue
        relative = columns / columns.mean(axis=0)
        pairs = [(a, b) for a in range(len(form)) for b in range(a)]
        if all(np.abs(relative[:, a] - relative[:, b]).max() >= SAME_RATIO - 1 for a, b in pairs):
            found.append(form)
    return found or [next(form for form in forms if len(form) == 1 and "constant" in form)]


def _points(samples: Sequence[Mapping[V, float]], names: Sequence[V]) -> NDArray[np.intp]:
    """Return for every run the number of the point it lies at."""
    known: list[Floats] = []
    found = []
    for sample in samples:
        place = np.array([sample[name] for name in names])
        for number, other in enumerate(known):
            if (np.maximum(place, other) <= np.minimum(place, other) * SAME_RATIO).all():
                found.append(number)
                break
        else:
            found.append(len(known))
            known.append(place)
    return np.array(found)


def _fit(
    form: Sequence[V], samples: Sequence[Mapping[V, float]], values: Floats, groups: NDArray[np.intp]
) -> Floats:
    columns = np.array([[sample[name] for name in form] for sample in samples])
    scale = columns.max(axis=0)
    if not scale.all():  # the only point with another value than nought was left out
        coefficients = np.zeros(len(form))
        if scale.any():
            coefficients[scale > 0] = _fit(
                [name for name, there in zip(form, scale > 0, strict=True) if there], samples, values, groups
            )
        return coefficients
    typical = _typical(values, groups)
    robust = np.ones(len(values))
    coefficients = np.zeros(len(form))
    if not values.any():  # a point that differs was left out
        return coefficients
    for _ in range(_ROUNDS):
        coefficients = _least_squares(columns / scale, values, robust / typical**2) / scale
        errors = np.abs(columns @ coefficients - values) / typical
        usual = float(np.median(errors))
        before, robust = robust, np.minimum(1.0, _HUBER * usual / np.maximum(errors, 1e-12))
        if len(values) <= len(form) + 1 or usual < 1e-9 or np.allclose(before, robust, atol=0.01):
            break
    return np.asarray(coefficients)


def _typical(values: Floats, groups: NDArray[np.intp]) -> Floats:
    """Return the mean value at the point of every run: errors count relative to it.

    Relative to the single values, low ones would count more than high ones of the same point.
    """
    means = np.array([values[groups == group].mean() for group in groups])
    return np.asarray(np.maximum(means, FLOOR * values.mean()))


def _least_squares(columns: Floats, values: Floats, weights: Floats) -> Floats:
    if columns.shape[1] == 1:
        column = columns[:, 0]
        return np.array([(weights * column * values).sum() / (weights * column**2).sum()])
    from sklearn.linear_model import LinearRegression

    model = LinearRegression(fit_intercept=False, positive=True)
    return np.asarray(model.fit(columns, values, sample_weight=weights).coef_)


def _values(form: Sequence[V], coefficients: Floats, samples: Sequence[Mapping[V, float]]) -> Floats:
    return np.array([[sample[name] for name in form] for sample in samples]) @ coefficients


def _left_out(
    form: Sequence[V], samples: Sequence[Mapping[V, float]], values: Floats, groups: NDArray[np.intp]
) -> Floats:
    """Return the relative error of every run when its point is left out of the fit."""
    errors = np.zeros(len(values))
    for group in range(int(groups.max()) + 1):
        kept = groups != group
        rest = [sample for sample, keep in zip(samples, kept, strict=True) if keep]
        coefficients = _fit(form, rest, values[kept], groups[kept])
        errors[groups == group] = (_values(form, coefficients, samples) - values)[groups == group]
    return np.asarray(errors / _typical(values, groups))


def _by_validation(
    forms: Sequence[tuple[V, ...]],
    samples: Sequence[Mapping[V, float]],
    values: Floats,
    groups: NDArray[np.intp],
) -> tuple[V, ...]:
    count = int(groups.max()) + 1
    scores = {}
    for form in forms:
        if len(form) < count:
            errors = np.abs(_left_out(form, samples, values, groups))
            scores[form] = np.array([errors[groups == group].mean() for group in range(count)])
    best = min(scores.values(), key=lambda score: float(score.mean()))
    limit = best.mean() + best.std(ddof=1) / count**0.5
    return min((f for f in scores if scores[f].mean() <= limit), key=lambda f: (len(f), forms.index(f)))
