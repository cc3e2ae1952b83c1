"""Tables for the terminal."""

from pathlib import Path

import pytest
from rich.console import Console

from pertract import api, dsl
from pertract.report.extraction import extraction_report
from pertract.report.model import execution_view, model_report, resources_view, workload_view
from pertract.report.prediction import TOP_STAGES, prediction_report
from pertract.report.profiles import profiles_view

VALID = Path(__file__).parents[3] / "dsl" / "valid"


def rendered(renderable) -> str:
    console = Console(width=200, color_system=None, highlight=False, force_terminal=False)
    with console.capture() as capture:
        console.print(renderable)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def load(name: str) -> dsl.PerformanceModel:
    return api.load(VALID / f"{name}.yaml")


@pytest.fixture(scope="module")
def minimal() -> dsl.PerformanceModel:
    return load("minimal")


def changed(model: dsl.PerformanceModel, **fields) -> dsl.PerformanceModel:
    return model.model_copy(update=fields)


PARTS = {
    "graph": "Execution architecture",
    "profiles": "Resource profiles",
    "workload": "Data workload",
    "resources": "Resource architecture",
}


@pytest.mark.parametrize("part", PARTS)
def test_a_model_report_has_only_the_parts_asked_for(minimal, part):
    shown = rendered(model_report(minimal, [part]))
    assert [title for title in PARTS.values() if title in shown] == [PARTS[part]]


def test_the_graph_tells_what_each_node_waits_for():
    lines = rendered(execution_view(load("concurrent-jobs"))).splitlines()
    assert next(line for line in lines if "export" in line).endswith("after write")
    assert next(line for line in lines if "driver-end" in line).endswith("after job-0, job-1")


def test_the_graph_tells_the_data_transmission_factor(minimal):
    assert "after read x0.25" in rendered(execution_view(minimal))


def test_profiles_are_shown_for_the_mean_task(minimal):
    read = next(line for line in rendered(profiles_view(minimal)).splitlines() if "read" in line)
    assert read.split("  ")[-1].strip() == "task bytes"
    assert "2.0 s" in read  # 1.5e-8 x 128 MiB
    assert "537 ms" in read  # 4.0e-9 x 128 MiB
    assert "128 MiB" in read


def test_a_model_without_data_says_so():
    assert "128 MiB" in rendered(workload_view(load("hdfs"))).split("Where the files lie")[1]
    assert "no input from storage" in rendered(workload_view(load("shared-cores")))


def test_streams_have_no_size():
    line = next(li for li in rendered(workload_view(load("diamond"))).splitlines() if "customers" in li)
    assert "2000" in line  # records per second
    assert "MiB" not in line


def test_executors_that_came_later_and_left_show_when():
    shown = rendered(resources_view(load("concurrent-jobs")))
    assert "5.0 s  1 min 0 s" in shown
    assert "end" in shown


def test_cores_that_are_only_slots_are_marked(minimal):
    group = minimal.resources.nodes[0].model_copy(update={"cores_known": False})
    model = changed(minimal, resources=dsl.ResourceArchitecture(nodes=(group,)))
    assert "4 (slots)" in rendered(resources_view(model))


def test_text_that_looks_like_markup_is_shown_as_it_is(minimal):
    model = changed(minimal, name="[bold]job[/bold] [red]")
    assert "[bold]job[/bold] [red]" in rendered(model_report(model, ["graph"]))
    assert "[bold]job" in rendered(prediction_report(api.predict(model, replications=1)))


def test_what_a_log_lacked_is_told(minimal):
    completeness = dsl.Completeness(tasks_seen=9, tasks_expected=12, missing=("the end is missing",))
    shown = rendered(model_report(changed(minimal, completeness=completeness), []))
    assert "warning: the log is not complete: the log holds 9 of 12 tasks (75.0%), and 1 more" in shown
    assert "missing: the end is missing" in shown


def test_an_extraction_report_compares_measured_and_simulated(minimal):
    run = dsl.Run(
        application_id="app-1",
        source="log",
        digest="d",
        jobs=1,
        stages=2,
        tasks=12,
        response_time_s=10.0,
        job_span_s=8.0,
        executors=2,
        slots=4,
    )
    replay = dsl.Replay(response_time_s=10.2, error=0.02, job_span_s=7.6, job_span_error=-0.05)
    shown = rendered(extraction_report(changed(minimal, runs=(run,), replay=replay), "out.yaml"))
    lines = shown.splitlines()
    assert next(li for li in lines if li.startswith("response time")).split()[-1] == "+2.00%"
    assert next(li for li in lines if li.startswith("jobs only")).split()[-1] == "-5.00%"
    assert lines[-1] == "model written to out.yaml"


def test_a_prediction_shows_the_answer_first(minimal):
    prediction = api.predict(minimal, replications=2, executors=3, data_scale=2.5)
    first, *rest = rendered(prediction_report(prediction)).splitlines()
    assert first.startswith("word count on 3 executors with 2 cores (6 slots)")
    assert first.endswith("2.5 times the data")
    assert any(line.startswith("response time") for line in rest)


def test_a_prediction_shows_its_warnings(minimal):
    completeness = dsl.Completeness(tasks_seen=9, tasks_expected=12)
    prediction = api.predict(changed(minimal, completeness=completeness), replications=1)
    shown = rendered(prediction_report(prediction))
    assert "warning: the log was not complete: the log holds 9 of 12 tasks (75.0%)" in shown


def test_only_the_longest_stages_are_listed(minimal):
    job = minimal.execution.jobs[0]
    read = job.nodes[0]
    stages = tuple(read.model_copy(update={"id": f"read-{i}"}) for i in range(12))
    execution = minimal.execution.model_copy(
        update={"nodes": (job.model_copy(update={"nodes": stages, "edges": ()}),), "edges": ()}
    )
    prediction = api.predict(changed(minimal, execution=execution), replications=1)
    shown = rendered(prediction_report(prediction))
    assert f"Longest stages ({TOP_STAGES} of 12)" in shown
    assert sum(line.startswith("read-") for line in shown.splitlines()) == TOP_STAGES


def test_an_application_of_delays_alone_can_be_shown():
    model = load("minimal")
    execution = model.execution.model_copy(update={"nodes": model.execution.nodes[:1], "edges": ()})
    prediction = api.predict(changed(model, execution=execution), replications=1)
    assert "response time" in rendered(prediction_report(prediction))
