"""A page of plots: what runs measured, and the functions that predictions use."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from pertract.fit.runs import CalibrationRun, fit_runs
from pertract.report.page.curves import curves
from pertract.report.page.fits import fits_page

from ...fit.applications import calibration, run


def test_curves_pass_through_what_was_measured_without_noise() -> None:
    model = fit_runs(calibration(1.0, 2.0, 4.0))
    train = next(c for c in curves(model) if c.stage == "train2")
    assert train.means[0] == pytest.approx(2.0 * train.data[0], rel=0.01)
    assert train.means[-1] == pytest.approx(2.0 * train.data[-1], rel=0.01)
    assert train.demand.fit is not None
    assert train.demand.fit.observed == ((1.0, 2.0), (0.25, 0.5), (0.5, 1.0))


def test_the_largest_demand_comes_first_and_small_ones_are_left_out() -> None:
    model = fit_runs(calibration(1.0, 2.0, 4.0))
    shares = [c.share for c in curves(model)]
    assert shares == sorted(shares, reverse=True)
    assert min(shares) >= 0.01
    assert len(curves(model, smallest_share=0.2)) < len(shares)


def test_every_drawing_has_a_dot_for_each_run() -> None:
    model = fit_runs(calibration(1.0, 2.0, 4.0))
    drawings = re.findall(r"<svg.*?</svg>", fits_page(model), re.DOTALL)
    assert len(drawings) == len(curves(model))
    for drawing in drawings:
        assert len(ElementTree.fromstring(drawing).findall("circle")) == 3


def test_names_are_text_whatever_they_hold() -> None:
    runs = calibration(1.0, 2.0)
    named = [
        CalibrationRun(r.model.model_copy(update={"name": "<script>"}), r.size, {"label": "<b>&"})
        for r in runs
    ]
    page = fits_page(fit_runs(named))
    assert "<script>" not in page
    assert "&lt;b&gt;&amp;" in page


def test_a_model_of_one_run_has_nothing_to_draw() -> None:
    assert "the model has one run" in fits_page(run(1.0))
