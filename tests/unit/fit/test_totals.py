import pytest

from pertract.errors import FitError
from pertract.fit.totals import settings_of

from .rows import run


def test_repetitions_are_one_setting_with_their_mean():
    (setting,) = settings_of([run(time_s=50.0, cpu_utilisation=0.5), run(time_s=70.0, cpu_utilisation=0.7)])
    assert setting.response_time_s == 60
    assert setting.busy_core_s == pytest.approx((0.5 * 50 + 0.7 * 70) / 2 * 4)
    assert len(setting.runs) == 2


def test_utilisation_counts_only_where_every_repetition_has_it():
    (setting,) = settings_of([run(cpu_utilisation=0.5), run()])
    assert setting.busy_core_s is None


def test_busy_cores_are_relative_to_what_the_table_says():
    (setting,) = settings_of([run(node_cores=8, cpu_utilisation=0.5)])
    assert setting.busy_core_s == pytest.approx(0.5 * 32 * 60)
    (setting,) = settings_of([run(node_cores=8, cpu_utilisation=0.5, cpu_cores=16)])
    assert setting.busy_core_s == pytest.approx(0.5 * 16 * 60)


def test_amounts_of_data_have_a_unit_in_common():
    with pytest.raises(FitError, match="1e-05 to 1e\\+09, have no unit in common"):
        settings_of([run(8, 1e9), run(4, 1e-5)])


def test_settings_are_ordered_by_slots_and_data():
    settings = settings_of([run(8, 1.0), run(4, 3.0), run(4, 1.0)])
    assert [(s.nodes, s.data) for s in settings] == [(4, 1.0), (4, 3.0), (8, 1.0)]


@pytest.mark.parametrize(
    ("fields", "executors", "slots"),
    [
        ({}, 4, 4),
        ({"node_cores": 8}, 4, 32),
        ({"node_cores": 8, "executors": 8}, 8, 32),
        ({"node_cores": 8, "executors": 8, "cores_per_executor": 2}, 8, 16),
        ({"nodes": None, "executors": 6, "cores_per_executor": 2}, 6, 12),
    ],
)
def test_executors_and_slots_follow_what_is_told(fields, executors, slots):
    (setting,) = settings_of([run(**fields)])
    assert (setting.executors, setting.slots) == (executors, slots)


def test_what_is_missing_is_named_with_run_and_line():
    with pytest.raises(FitError, match=r"4-None \(line 2\).*how large its cluster was"):
        settings_of([run(nodes=None, label="4-None")])
    with pytest.raises(FitError, match=r"\(line 2\): there is no response time"):
        settings_of([run(time_s=None)])
