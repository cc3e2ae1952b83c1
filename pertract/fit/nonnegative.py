"""Sums of terms whose coefficients cannot be negative, fitted to times."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def fit_relative(terms: ArrayLike, times_s: ArrayLike) -> Floats:
    """Return the coefficients, none below zero, that minimise the squares of relative errors.

    Parameters
    ----------
    terms
        Value of each term for each run, shape ``(n_runs, n_terms)``.
    times_s
        Measured times, shape ``(n_runs,)``, all above zero.

    Returns
    -------
    Coefficients, shape ``(n_terms,)``.
    """
    times = np.asarray(times_s, dtype=float)
    return solve(np.asarray(terms, dtype=float) / times[:, None], np.ones(len(times)))


def solve(matrix: Floats, wanted: Floats) -> Floats:
    """Return the x without negative values for which ``matrix @ x`` is nearest to what is wanted.

    `sklearn.linear_model.LinearRegression` with ``positive=True`` (Lawson & Hanson, *Solving Least Squares
    Problems*, 1974, chapter 23). Columns are scaled before, because terms differ by orders of magnitude.
    """
    scale: Floats = np.abs(matrix).max(axis=0)
    scale[scale == 0] = 1.0
    scaled = matrix / scale
    if matrix.shape[1] == 1:  # known without the library, which takes a millisecond
        column = scaled[:, 0]
        return np.array([max(0.0, float(column @ wanted) / float(column @ column or 1.0))]) / scale
    from sklearn.linear_model import LinearRegression

    model = LinearRegression(fit_intercept=False, positive=True).fit(scaled, wanted)
    return np.asarray(model.coef_) / scale
