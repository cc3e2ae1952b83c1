import itertools
import math

import pytest

from pertract.errors import FitError
from pertract.fit.coarse import PRIOR, fit_totals
from pertract.fit.totals import settings_of

from .rows import run

NODES, DATA = (1, 2, 3, 4, 6, 8, 12, 16), (1.0, 2.0, 4.0, 8.0)


def fitted(*runs):
    return fit_totals(settings_of(runs))


def smooth(nodes, data):
    return 20 + 3 * data + 400 * data / (4 * nodes) + 4 * math.log(nodes) + 0.5 * nodes


def waves(nodes, data):
    return 20 + 15.0 * math.ceil(16 * data / (4 * nodes))


def test_many_runs_outweigh_the_prior():
    runs = [run(n, d, smooth(n, d), node_cores=4) for n, d in itertools.product(NODES, DATA)]
    fit = fitted(*runs)
    for nodes, data in ((5, 3.0), (16, 8.0), (24, 12.0)):
        predicted = fit.response_time_s(executors=nodes, slots=4 * nodes, data=data)
        assert predicted == pytest.approx(smooth(nodes, data), rel=0.05)
    assert fit.error < 0.05
    assert fit.fit_error < 0.03


def test_waves_are_recognised_where_partitions_are_told():
    runs = [
        run(n, d, waves(n, d), node_cores=4, partitions=int(16 * d))
        for n, d in itertools.product(NODES, DATA)
    ]
    fit = fitted(*runs)
    assert (fit.rule, fit.tasks) == ("input_splits", 128)
    # 5 nodes: 64 tasks on 20 slots are 4 waves, as on 16 slots; smooth terms would see 3.2.
    assert fit.response_time_s(executors=5, slots=20, data=4.0) == pytest.approx(waves(5, 4.0), rel=0.08)


@pytest.mark.parametrize(
    ("partitions", "rule"),
    [
        (lambda _n, _d: 64, "fixed"),
        (lambda _n, d: round(16 * d), "input_splits"),
        (lambda n, _d: 8 * n, "total_slots"),
    ],
)
def test_the_rule_behind_partitions(partitions, rule):
    times = {"fixed": lambda n, d: 10 + math.ceil(64 / (4 * n)) * 9 * d, "input_splits": waves}
    time_s = times.get(rule, smooth)
    runs = [
        run(n, d, time_s(n, d), node_cores=4, partitions=partitions(n, d))
        for n, d in itertools.product(NODES, DATA)
    ]
    assert fitted(*runs).rule == rule


def test_partitions_without_a_rule_are_left_alone():
    runs = [
        run(n, d, waves(n, d), node_cores=4, partitions=p)
        for (n, d), p in zip(itertools.product((2, 4), (1.0, 2.0)), (7, 100, 31, 5), strict=True)
    ]
    fit = fitted(*runs)
    assert fit.rule == "total_slots"
    assert fit.tasks == fit.reference.slots


def test_few_runs_that_scale_ideally_are_not_believed_for_ever():
    """Three clusters cannot show a serial part of a few per cent; the prior holds it open."""
    fit = fitted(*(run(n, None, 1000 / n) for n in (4, 8, 10)))
    ideal = 1000 / 64
    predicted = fit.response_time_s(executors=64, slots=64, data=1.0)
    assert 1.5 * ideal < predicted < 100
    assert fit.response_time_s(executors=10, slots=10, data=1.0) == pytest.approx(100, rel=0.1)


def test_terms_that_the_runs_do_not_vary_are_absent():
    assert set(fitted(*(run(n, None, 100 / n) for n in (1, 2, 4))).serial_s) == {
        "constant",
        "log_executors",
        "executors",
    }
    assert set(fitted(*(run(4, d, 10 * d) for d in (1.0, 2.0, 4.0))).serial_s) == {"constant", "data"}


def test_the_prior_leaves_most_of_the_time_to_parallel_work():
    assert sum(mean for mean, _ in PRIOR.values()) < 0.5


def test_the_reference_is_the_largest_cluster_with_the_most_data_there():
    fit = fitted(run(4, 5.0, 90.0), run(8, 1.0, 20.0), run(8, 2.0, 30.0))
    assert (fit.reference.nodes, fit.reference.data) == (8, 2.0)


def test_two_settings_are_too_few():
    with pytest.raises(FitError, match=r"at least 3 different .* the table has 2"):
        fitted(run(4), run(8), run(8))
