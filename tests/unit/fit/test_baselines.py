import math

import pytest

from pertract.fit.baselines import Total, baselines


def rules(*runs):
    return {b.name: b for b in baselines(runs)}


def test_one_run_suffices_for_rules_of_thumb_only():
    found = rules(Total(4, 1.0, 100.0))
    asked = Total(8, 3.0)
    assert found["same as measured"].rule(asked) == 100.0
    assert found["ideal scaling"].rule(asked) == pytest.approx(100 * 3 / 2)
    for name in ("Amdahl", "Ernest"):
        assert found[name].rule is None
        assert "two different" in found[name].note


def test_rules_of_thumb_start_from_the_nearest_run():
    found = rules(Total(4, 1.0, 100.0), Total(16, 1.0, 40.0), Total(16, 8.0, 300.0))
    assert found["same as measured"].rule(Total(20, 1.2)) == 40.0
    assert found["ideal scaling"].rule(Total(32, 8.0)) == pytest.approx(150.0)


def test_amdahl_finds_serial_and_parallel_part():
    runs = [Total(s, d, 10 + 80 * d / s) for s, d in ((4, 1.0), (8, 1.0), (4, 2.0))]
    amdahl = rules(*runs)["Amdahl"]
    assert amdahl.rule(Total(16, 4.0)) == pytest.approx(30.0)
    assert amdahl.note == ""


def test_ernest_finds_its_four_terms_and_says_when_runs_are_fewer():
    def time_s(s, d):
        return 5 + 80 * d / s + 3 * math.log(s) + 0.2 * s

    runs = [Total(s, d, time_s(s, d)) for s in (2, 4, 8, 16, 64) for d in (1.0, 3.0)]
    ernest = rules(*runs)["Ernest"]
    assert ernest.rule(Total(128, 2.0)) == pytest.approx(time_s(128, 2.0))
    assert ernest.note == ""
    assert "only 2 different" in rules(runs[0], runs[1], runs[1])["Ernest"].note
