"""The verbs of the API."""

import contextlib
import os
import stat
from dataclasses import fields
from pathlib import Path

import pytest

import pertract
from pertract.dsl import text
from pertract.errors import (
    ModelError,
    PertractError,
    SourceError,
    SourceNotFound,
    UnreadableSource,
    UsageError,
)

ROOT = Path(__file__).parents[2]
LOG = ROOT / "examples" / "randomforest.zstd"
VALID = ROOT / "dsl" / "valid"


@pytest.fixture(scope="module")
def extracted():
    return pertract.extract(LOG)


@pytest.fixture(scope="module")
def minimal():
    return pertract.load(VALID / "minimal.yaml")


# -- extract and read_run --------------------------------------------------------------------------


def test_the_extracted_model_tells_of_its_run(extracted):
    (run,) = extracted.runs
    assert run.source == "randomforest.zstd"
    assert run.jobs == len(extracted.execution.jobs)
    assert extracted.completeness.ratio == 1


def test_the_extracted_model_repeats_its_run(extracted):
    (run,) = extracted.runs
    assert extracted.replay.error == pytest.approx(
        extracted.replay.response_time_s / run.response_time_s - 1, abs=1e-4
    )
    assert abs(extracted.replay.error) < 0.05


def test_extracting_twice_gives_the_same_model_but_for_the_time(extracted):
    again = pertract.extract(str(LOG))
    assert again.model_copy(update={"provenance": None}) == extracted.model_copy(update={"provenance": None})


def test_extract_reports_its_progress_up_to_the_size_of_the_log():
    calls = []
    pertract.extract(LOG, progress=lambda done, total: calls.append((done, total)))
    assert calls
    assert calls[-1] == (LOG.stat().st_size, LOG.stat().st_size)
    assert calls == sorted(calls)


def test_read_run_gives_the_records_behind_the_model(extracted):
    run = pertract.read_run(LOG)
    assert run.application_id == extracted.runs[0].application_id
    assert len(run.jobs) == extracted.runs[0].jobs


@pytest.mark.parametrize("verb", [pertract.extract, pertract.read_run])
def test_a_missing_log_is_not_found(verb, tmp_path):
    with pytest.raises(SourceNotFound) as caught:
        verb(tmp_path / "no-log")
    assert "no-log" in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("content", [b"", b"\n\n", b"hello\n", b"\x00" * 100, b"{}\n"])
def test_a_file_that_is_no_log_is_a_source_error(content, tmp_path):
    path = tmp_path / "log"
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        pertract.extract(path)
    assert caught.value.hint


# -- save and load ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["model.yaml", "model.json", "model"])
def test_a_saved_model_is_loaded_unchanged(extracted, tmp_path, name):
    path = tmp_path / name
    pertract.save(extracted, path)
    assert pertract.load(path) == extracted
    assert path.read_text(encoding="utf-8").startswith("{" if name.endswith(".json") else "# PerTract-DSL")


def test_save_and_load_take_paths_as_text(minimal, tmp_path):
    pertract.save(minimal, str(tmp_path / "m.yaml"))
    assert pertract.load(str(tmp_path / "m.yaml")) == minimal


def test_save_replaces_an_existing_file_and_leaves_nothing_else(minimal, tmp_path):
    path = tmp_path / "m.yaml"
    path.write_text("old")
    pertract.save(minimal, path)
    assert pertract.load(path) == minimal
    assert [path.name for path in tmp_path.iterdir()] == ["m.yaml"]


def test_a_saved_file_has_the_permissions_of_any_new_file(minimal, tmp_path):
    (tmp_path / "other").touch()
    pertract.save(minimal, tmp_path / "m.yaml")
    assert (tmp_path / "m.yaml").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_save_writes_through_a_symbolic_link(minimal, tmp_path):
    (tmp_path / "real.yaml").write_text("old")
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    pertract.save(minimal, tmp_path / "link.yaml")
    assert (tmp_path / "link.yaml").is_symlink()
    assert pertract.load(tmp_path / "real.yaml") == minimal


def test_save_does_not_replace_a_device_or_pipe_by_a_file(minimal, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # a writer need not wait
    try:
        with contextlib.suppress(PertractError):
            pertract.save(minimal, pipe)
        assert stat.S_ISFIFO(pipe.stat().st_mode)
    finally:
        os.close(reader)


def failing_places(folder: Path) -> dict[str, Path]:
    (folder / "file").write_text("a file")
    (folder / "folder").mkdir()
    return {
        "missing folder": folder / "nowhere" / "m.yaml",
        "file as folder": folder / "file" / "m.yaml",
        "folder": folder / "folder",
        "name too long": folder / ("x" * 300),
    }


@pytest.mark.parametrize("place", ["missing folder", "file as folder", "folder", "name too long"])
def test_a_place_that_cannot_be_written_is_named_and_left_as_it_was(minimal, tmp_path, place):
    path = failing_places(tmp_path)[place]
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(PertractError, match="cannot be written") as caught:
        pertract.save(minimal, path)
    assert str(caught.value).startswith(f"{path}: ")
    assert caught.value.hint
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_an_existing_file_stays_as_it_was_when_saving_fails(minimal, tmp_path, monkeypatch, failure):
    def fail(*_):
        raise failure

    path = tmp_path / "m.yaml"
    path.write_text("old")
    monkeypatch.setattr(Path, "replace", fail)
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises((PertractError, KeyboardInterrupt)):
        pertract.save(minimal, path)
    assert path.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["m.yaml"]


def test_loading_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(SourceNotFound, match="no such file") as caught:
        pertract.load(tmp_path / "m.yaml")
    assert "pertract extract" in caught.value.hint


def test_loading_a_folder_is_told_as_such(tmp_path):
    with pytest.raises(UnreadableSource, match="directory"):
        pertract.load(tmp_path)


def test_loading_a_log_instead_of_a_model_says_what_to_do():
    with pytest.raises(ModelError, match="not a model") as caught:
        pertract.load(LOG)
    assert "pertract extract" in caught.value.hint


def test_mistakes_name_the_path_as_given(tmp_path):
    path = tmp_path / "m.yaml"
    path.write_text("schema: pertract/model/1\n")
    with pytest.raises(ModelError) as caught:
        pertract.load(path)
    assert str(caught.value).startswith(f"{path}, line 1: ")


# -- predict ---------------------------------------------------------------------------------------


def response_s(name: str, **options) -> float:
    model = pertract.load(VALID / f"{name}.yaml")
    return pertract.predict(model, replications=2, **options).response_time_s.mean


@pytest.mark.parametrize(
    ("name", "options", "expected_s"),
    [
        ("diamond", {}, 2.0 + 0.25 + 1.0),  # both scans at once, plan, join
        ("diamond", {"executors": 1}, 3 * 2.0 + 0.25 + 2 * 1.0),  # 9 scan tasks on 4 slots, 6 join tasks
        ("diamond", {"cpu_rate": 2.0}, 1.0 + 0.25 + 0.5),
        # start, write; report takes all four slots; the third executor comes at 5 s for export; end
        ("concurrent-jobs", {}, 5.0 + 1.0 + 0.5),
        # two waves: eight tasks on four cores take 2 s, then each waits 0.5 s for the network
        ("shared-cores", {}, 2 * (2.0 + 0.5)),
        ("shared-cores", {"network_rate": 5.0}, 2 * (2.0 + 0.1)),
    ],
)
def test_predictions_of_the_documents_in_dsl_can_be_worked_out_by_hand(name, options, expected_s):
    assert response_s(name, **options) == pytest.approx(expected_s)


def test_more_data_means_more_splits_but_larger_tasks_where_their_number_is_fixed(minimal):
    once = pertract.predict(minimal, replications=5)
    thrice = pertract.predict(minimal, replications=5, data_scale=3)
    read, combine = thrice.stages
    assert (read.tasks, combine.tasks) == (24, 4)
    warm_up_s = 0.5  # of the first task on each of four slots
    assert read.task_mean_s - warm_up_s * 4 / 24 == pytest.approx(
        once.stages[0].task_mean_s - warm_up_s * 4 / 8
    )
    assert combine.task_mean_s - 0.1 == pytest.approx(3 * (once.stages[1].task_mean_s - 0.1))


def test_demands_of_the_worked_example_are_those_in_its_explanation(minimal):
    task_bytes = 2**30 / 8
    mean_s = 1.5e-8 * task_bytes + 4.0e-9 * task_bytes + 0.02 + 0.5 * 4 / 8
    assert pertract.predict(minimal, replications=5).stages[0].task_mean_s == pytest.approx(mean_s)


def test_the_same_seed_gives_the_same_prediction(extracted):
    first, second = (pertract.predict(extracted, replications=3, executors=3, seed=7) for _ in range(2))
    assert first == second


def test_an_unknown_option_is_named_with_those_that_exist(minimal):
    with pytest.raises(UsageError, match="'executor'") as caught:
        pertract.predict(minimal, executor=3)
    assert all(field.name in caught.value.hint for field in fields(pertract.Options))


@pytest.mark.parametrize(
    "options",
    [
        {"data_bytes": 1e9, "data_scale": 2.0},
        {"executors": 0},
        {"nodes": -1},
        {"cpu_rate": float("nan")},
        {"data_scale": float("inf")},
        {"settings": {"spark.no.such": "1"}},
        {"settings": {"spark.task.cpus": "two"}},
        {"settings": {"spark.executor.instances": "3"}, "executors": 4},
        {"replications": 0},
        {"precision": 0.0},
        {"precision": 1.0},
        {"seed": -1},
    ],
    ids=str,
)
def test_options_that_make_no_sense_are_usage_errors(minimal, options):
    with pytest.raises(UsageError):
        pertract.predict(minimal, **options)


def test_predict_reports_every_replication(minimal):
    calls = []
    pertract.predict(minimal, replications=3, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 3), (2, 3), (3, 3)]


UNUSUAL = {
    "no nodes at all": {"nodes": "[]"},
    "only a delay": {"nodes": "[{kind: delay, id: d, delay_s: 1.0}]"},
    "a job without stages": {"nodes": "[{kind: job, id: j}]"},
    "a delay of no length": {"nodes": "[{kind: delay, id: d, delay_s: 0}]"},
    "only master nodes": {"role": "master"},
    "peak memory in seconds": {"unit": "seconds"},
    "no demands": {"demands": "[]"},
    "an executor that leaves before it comes": {"removed_s": "1.0"},
}
USUAL = {
    "nodes": "[{kind: job, id: j, nodes: [{kind: stage, id: s, profile: p, partitions: {count: 2}}]}]",
    "role": "worker",
    "demands": "[{resource: memory, activity: peak_execution, unit: $unit, mean: {}, spread: [1]}]",
    "unit": "bytes",
    "removed_s": "9.0",
}
DOCUMENT = """
schema: pertract/model/1
name: unusual
execution:
  framework: Spark
  configuration:
    executors: [{count: 1, slots: 1, registered_s: 2.0, removed_s: $removed_s}]
  nodes: $nodes
profiles:
  stages: [{id: p, weights: [2], demands: $demands}]
resources:
  nodes: [{id: n, role: $role, count: 1, cores: 1}]
"""


@pytest.mark.parametrize("case", UNUSUAL)
def test_unusual_models_are_predicted_or_refused_with_a_reason(case):
    document = DOCUMENT
    for field, value in (USUAL | UNUSUAL[case]).items():
        document = document.replace(f"${field}", value)
    try:
        prediction = pertract.predict(text.parse(document, name="unusual.yaml"), replications=2)
    except PertractError:
        return
    assert sum(prediction.breakdown_s.values()) == pytest.approx(prediction.response_time_s.mean)
