import pytest

from pertract.errors import UsageError
from pertract.evaluate import Case
from pertract.evaluate.roles import calibration_of, data_reference, options_of

from .cases import case, model, run, time_s

MODEL = model()


def extracted(**fields):
    """The model as if it came from one log."""
    first = MODEL.runs[0].model_copy(update={"source": "a.zstd", "digest": "sha256:1"} | fields)
    return MODEL.model_copy(update={"runs": (first,)})


def test_a_run_with_label_and_time_of_a_calibration_run_is_that_run():
    assert calibration_of(case(2), MODEL).application_id == "2x1.0"


def test_another_repetition_with_the_same_label_is_no_calibration_run():
    assert calibration_of(case(2, response_time_s=time_s(2, 1.0) * 1.1), MODEL) is None


def test_another_label_with_the_same_time_is_no_calibration_run():
    assert calibration_of(case(2, label="other"), MODEL) is None


def test_the_digest_of_the_log_decides_whatever_the_names():
    renamed = Case(run(2, label="other", response_time_s=999.0), digest="sha256:1")
    assert calibration_of(renamed, extracted()) is not None


def test_the_name_of_the_log_counts_like_a_label():
    model = extracted(response_time_s=50.0, application_id="app-1")
    same = case(4, log="/elsewhere/a.zstd", label="x", response_time_s=50.2)
    assert calibration_of(same, model) is not None
    assert calibration_of(case(4, log="/elsewhere/b.zstd", label="x", response_time_s=50.2), model) is None


def test_data_is_relative_to_the_row_of_the_calibration_run():
    model = extracted(data_size=None, data_bytes=77)
    first = case(4, 2.0)
    reference = data_reference(model, [case(8, 6.0), first])
    assert reference.scale(run(8, 6.0)) == 3


def test_without_such_a_row_data_is_relative_to_what_the_model_was_told():
    assert data_reference(MODEL, [case(8, 6.0)]).scale(run(8, 6.0)) == 3
    in_bytes = [case(8, 150.0, data_column="data_bytes")]
    assert data_reference(extracted(data_size=None, data_bytes=50), in_bytes).scale(run(8, 150.0)) == 3


@pytest.mark.parametrize(
    "known", [{"data_size": None, "data_bytes": 50}, {"data_size": None, "data_bytes": 0}]
)
def test_an_amount_in_a_unit_the_model_does_not_know_is_not_guessed(known):
    reference = data_reference(extracted(**known), [case(8, 6.0)])
    assert reference.scale(run(8, 6.0)) is None
    assert reference.scale(run(8, None)) == 1


def test_parameters_of_the_application_are_columns_of_the_table():
    iterated = run(8, labels={"iterations": "12", "note": "x"})
    assert options_of(iterated, 1.0, ["iterations", "k"]).parameters == {"iterations": 12.0}
    with pytest.raises(UsageError, match=r"iterations of 8x1.0 \(line 2\) is 'many'"):
        options_of(run(8, labels={"iterations": "many"}), 1.0, ["iterations"])


@pytest.mark.parametrize(
    ("known", "column", "amount"),
    [
        ({"data_size": 3.0, "data_bytes": 0}, "data_bytes", None),
        ({"data_size": 3.0, "data_bytes": 4e9}, "data_bytes", None),
        ({"data_size": 3.0, "data_bytes": 4e9}, "data_units", 3.0),
        ({"data_size": 3e9, "data_bytes": 4e9}, "data_bytes", 3e9),
        ({"data_size": 3e9, "data_bytes": 0}, "data_bytes", 3e9),
        ({"data_size": 3e9, "data_bytes": 3e9}, "data_size", 3e9),
    ],
)
def test_bytes_and_other_units_are_not_mixed_up(known, column, amount):
    assert data_reference(extracted(**known), [case(8, 6.0, data_column=column)]).amount == amount


def test_columns_of_settings_are_settings():
    tuned = run(8, labels={"spark.sql.shuffle.partitions": "64", "spark_version": "3.5.9"})
    assert options_of(tuned, 1.0, []).settings == {"spark.sql.shuffle.partitions": "64"}
