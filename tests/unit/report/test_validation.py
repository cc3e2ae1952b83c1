"""The table of a validation, from its document."""

from rich.console import Console

from pertract.report.validation import validation_report

COMPARED = {
    "measured": 100.0,
    "predicted": 110.0,
    "error": 0.1,
    "interval90": [105.0, 120.0],
    "inside_interval": False,
}
SUMMARY = {"runs": 1, "mean": 0.1, "median": 0.1, "p90": 0.1, "max": 0.1, "bias": 0.1, "coverage": 0.0}
NOTHING = dict.fromkeys(("response_time_s", "job_span_s", "cpu_utilisation"))


def row(label, **fields):
    configuration = {"slots": 8, "data_scale": 2.5}
    return (
        {"label": label, "role": "prediction", "configuration": configuration, "reason": None}
        | NOTHING
        | fields
    )


def printed(rows, summary=NOTHING, baselines=()):
    document = {
        "model": {"name": "app", "runs": 1},
        "rows": rows,
        "summary": NOTHING | summary,
        "baselines": list(baselines),
    }
    console = Console(width=200)
    with console.capture() as capture:
        console.print(validation_report(document))
    return " ".join(capture.get().split())


def test_fits_stand_apart_from_predictions():
    rows = [row("seen", role="calibration", response_time_s=COMPARED), row("new", response_time_s=COMPARED)]
    text = printed(rows, {"response_time_s": SUMMARY})
    assert text.index("Predicted") < text.index("new") < text.index("Calibration runs") < text.index("seen")
    assert "new 8 x2.5 response time 100.0 s 110.0 s +10.0% 105.0 s to 120.0 s outside" in text


def test_utilisation_is_in_per_cent():
    used = COMPARED | {"measured": 0.5, "predicted": 0.55, "interval90": [0.4, 0.6], "inside_interval": True}
    assert "CPU 50.0% 55.0% +10.0% 40.0% to 60.0%" in printed([row("new", cpu_utilisation=used)])


def test_runs_without_prediction_are_listed_with_the_reason():
    text = printed([row("lost", configuration=None, reason="its log cannot be used")])
    assert "Not predicted lost: its log cannot be used" in text
    assert "nothing to sum up" in text


def test_baselines_stand_below_and_what_lacks_is_explained():
    ernest = {"name": "Ernest", "note": "needs two runs", "response_time_s": None}
    amdahl = {"name": "Amdahl", "note": "", "response_time_s": SUMMARY | {"coverage": None}}
    text = printed([row("new", response_time_s=COMPARED)], {"response_time_s": SUMMARY}, [amdahl, ernest])
    assert "response time, Amdahl 1 10.0% 10.0% 10.0% 10.0% +10.0% response time, Ernest - -" in text
    assert text.endswith("Ernest: needs two runs")
