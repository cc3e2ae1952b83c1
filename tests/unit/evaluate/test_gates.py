import pytest

from pertract.evaluate import Gates, validate

from .cases import CALIBRATION, case, model

MODEL = model()
# One exact run is predicted well; the other one was disturbed.
VALIDATION = validate(MODEL, [case(8), case(8, label="slow", response_time_s=60.0)], replications=1)


@pytest.mark.parametrize(
    ("gates", "missed"),
    [
        (Gates(), []),
        (Gates(max_mean_error=0.9, max_error=0.9, min_coverage=0.1), []),
        (Gates(max_mean_error=0.05), ["mean error"]),
        (Gates(max_error=0.2), ["largest error"]),
        (Gates(min_coverage=0.9), ["coverage"]),
        (
            Gates(max_mean_error=0.05, max_error=0.2, min_coverage=0.9),
            ["mean error", "largest error", "coverage"],
        ),
    ],
)
def test_a_gate_is_missed_beyond_its_limit(gates, missed):
    assert [gate.name for gate in gates.check(VALIDATION) if not gate.met] == missed


def test_a_limit_that_is_just_reached_is_met():
    mean = VALIDATION.summary["response_time_s"].mean
    assert all(gate.met for gate in Gates(max_mean_error=mean).check(VALIDATION))


def test_a_missed_gate_says_what_was_found():
    (gate,) = Gates(max_error=0.2).check(VALIDATION)
    found = VALIDATION.summary["response_time_s"].max
    assert str(gate) == f"largest error: {found:.1%}, limit 20.0%"


def test_a_gate_needs_something_to_compare():
    fits = validate(MODEL, [case(*setting) for setting in CALIBRATION], replications=1)
    gates = Gates(max_mean_error=0.9, max_error=0.9, min_coverage=0.0).check(fits)
    assert not any(gate.met for gate in gates)
    assert "nothing to compare" in str(gates[0])


def test_runs_that_could_not_be_predicted_do_not_let_a_gate_pass():
    lacking = validate(MODEL, [case(8), case(2_000_000)], replications=1)
    gates = Gates(max_mean_error=0.9).check(lacking)
    assert [gate.met for gate in gates] == [True, False]
    assert str(gates[-1]) == "runs that could not be predicted: 1"
