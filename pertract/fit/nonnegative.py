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
    if matrix.shape[1] < 3:  # known without the library, which takes a millisecond
        return _few(scaled, wanted) / scale
    from sklearn.linear_model import LinearRegression

    model = LinearRegression(fit_intercept=False, positive=True).fit(scaled, wanted)
    return np.asarray(model.coef_) / scale


def _few(matrix: Floats, wanted: Floats) -> Floats:
    """Return the solution for one or two columns: both, if none is negative, or the better one alone."""
    products, sizes = matrix.T @ wanted, (matrix**2).sum(axis=0)
    alone: Floats = np.maximum(0.0, products) / np.maximum(sizes, 1e-300)
    if matrix.shape[1] == 1:
        return alone
    common = float(matrix[:, 0] @ matrix[:, 1])
    determinant = float(sizes[0] * sizes[1]) - common**2
    if determinant > 1e-12 * float(sizes[0] * sizes[1]):
        first = (products[0] * sizes[1] - products[1] * common) / determinant
        second = (products[1] * sizes[0] - products[0] * common) / determinant
        if first >= 0 and second >= 0:
            return np.array([first, second])
    better = int(np.argmax(alone * products))  # by how much each reduces the sum of squares
    return np.where(np.arange(2) == better, alone, 0.0)
