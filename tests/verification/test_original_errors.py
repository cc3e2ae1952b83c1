"""Errors and noise of the published evaluation, by this project's arithmetic.

Kroß & Krcmar 2019 (doi 10.3390/bdcc3030047), section 6: response times (s) and CPU utilisations (%) of random
forest classification (RFC) and linear regression (LR). Per cell: measured mean, simulated mean, root mean
square error over the measured runs, and relative error of the means in percent.
"""

from __future__ import annotations

import pytest

from pertract.evaluate import Comparison
from pertract.evaluate.repeats import compare

TABLE = """
4 S  264.79/262.71/4.47/0.78   42.15/43.09/1.19/2.23    48.96/45.69/3.31/6.69   48.86/47.43/2.53/2.94
4 L  502.09/462.41/40.26/7.90  71.96/76.60/4.73/6.45    56.93/48.70/8.23/14.45  57.55/52.06/5.62/9.53
4 H  755.05/696.70/59.65/7.73  124.21/116.38/13.39/6.30 56.06/49.66/6.43/11.42  56.32/55.45/4.02/1.54
8 S  222.46/199.04/24.92/10.53 35.28/32.95/2.65/6.59    35.23/34.83/0.91/1.13   36.03/32.48/3.72/9.86
8 L  378.31/322.54/56.62/14.74 52.24/49.74/3.66/4.79    44.64/39.60/5.31/11.29  46.13/42.51/3.85/7.85
8 H  534.12/486.34/48.48/8.94  76.73/73.54/4.60/4.15    47.27/40.66/6.61/13.98  52.93/48.15/4.81/9.04
16 S 196.62/196.46/4.34/0.08   37.84/37.33/2.22/1.34    22.65/22.12/0.84/2.32   22.05/19.34/2.91/12.26
16 L 287.38/285.20/11.56/0.76  40.86/45.24/4.48/10.74   31.23/27.61/3.65/11.57  31.85/28.99/3.06/8.97
16 H 373.74/396.38/25.97/6.06  53.27/56.96/4.05/6.93    34.00/30.72/3.39/9.63   38.22/35.59/3.13/6.89
"""
COLUMNS = ("RFC time", "LR time", "RFC CPU", "LR CPU")
CELLS = [
    (f"{words[0]} {words[1]} {column}", *map(float, words[2 + i].split("/")))
    for words in (line.split() for line in TABLE.strip().splitlines())
    for i, column in enumerate(COLUMNS)
]


def runs_like(measured: float, simulated: float, rmse: float) -> list[Comparison]:
    """Two runs with the mean and the root mean square error of a cell."""
    deviation = max(0.0, rmse**2 - (simulated - measured) ** 2) ** 0.5
    return [
        Comparison(value, simulated, (0.0, 0.0)) for value in (measured - deviation, measured + deviation)
    ]


@pytest.mark.parametrize(
    ("measured", "simulated", "rmse", "error"), [c[1:] for c in CELLS], ids=[c[0] for c in CELLS]
)
def test_the_error_is_that_of_the_means(measured: float, simulated: float, rmse: float, error: float) -> None:
    found = compare(runs_like(measured, simulated, rmse))
    # Published to two digits, as are the numbers it is calculated from.
    assert abs(found.error) * 100 == pytest.approx(error, abs=0.005 + 100 * 0.01 / measured)
    assert found.rmse == pytest.approx(rmse, abs=0.01)


def test_every_cell_has_room_for_noise_between_runs() -> None:
    """The root mean square error is never below the bias, so it is one over several runs."""
    assert all(rmse >= abs(simulated - measured) - 0.011 for _, measured, simulated, rmse, _ in CELLS)


@pytest.mark.parametrize(("column", "least", "most"), [("RFC time", 0.014, 0.040), ("LR time", 0.013, 0.087)])
def test_the_noise_floor_of_the_published_runs(column: str, least: float, most: float) -> None:
    found = [
        compare(runs_like(measured, simulated, rmse)).run_to_run / measured
        for name, measured, simulated, rmse, _ in CELLS
        if name.endswith(column)
    ]
    assert min(found) == pytest.approx(least, abs=0.001)
    assert max(found) == pytest.approx(most, abs=0.001)


@pytest.mark.parametrize(
    ("column", "mean"), [("RFC time", 6.4), ("LR time", 5.5), ("RFC CPU", 9.2), ("LR CPU", 7.7)]
)
def test_mean_errors(column: str, mean: float) -> None:
    errors = [
        abs(compare(runs_like(measured, simulated, rmse)).error) * 100
        for name, measured, simulated, rmse, _ in CELLS
        if name.endswith(column)
    ]
    assert sum(errors) / len(errors) == pytest.approx(mean, abs=0.05)
    assert max(errors) < 14.75


def test_simulated_utilisation_is_always_below_the_measured_one() -> None:
    signed = [compare(runs_like(*cell[1:4])).error for cell in CELLS if "CPU" in cell[0]]
    assert len(signed) == 18
    assert max(signed) < 0
