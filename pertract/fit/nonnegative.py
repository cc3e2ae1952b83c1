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

    Lawson & Hanson, *Solving Least Squares Problems* (1974), chapter 23; columns are scaled before, because
    terms differ by orders of magnitude.
    """
    from scipy.optimize import nnls

    scale: Floats = np.abs(matrix).max(axis=0)
    scale[scale == 0] = 1.0
    scaled: Floats = nnls(matrix / scale, wanted)[0]
    return scaled / scale
