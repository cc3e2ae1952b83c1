"""Models from an event log and samples, on the command line."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import pertract
from pertract.cli import app

ROOT = Path(__file__).parents[2]
LOG = ROOT / "examples" / "randomforest.zstd"
SAMPLES = ROOT / "examples" / "randomforest-cpu.csv"
MEASURED_CORE_S = 61.53
"""CPU of the executor's process in the end, user and system; the last line of the executor in the samples."""


def run(*arguments: object):
    result = CliRunner(env={"COLUMNS": "120"}).invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("samples") / "model.yaml"
    assert run("extract", LOG, "--samples", SAMPLES, "-o", path, "-q").exit_code == 0
    return path


def test_cpu_outside_tasks_is_measured(model):
    found = pertract.load(model)
    assert (found.profiles.executor.basis, found.profiles.driver.basis) == ("measured", "measured")
    measured = found.runs[0]
    assert measured.cpu_utilisation == pytest.approx(MEASURED_CORE_S / measured.response_time_s, rel=1e-3)
    assert not found.completeness.missing


def test_the_measured_cpu_is_predicted_again(model):
    answer = json.loads(run("predict", model, "--format", "json").stdout)
    used = answer["cpu_utilisation"]["mean"] * answer["response_time_s"]["mean"]
    assert used == pytest.approx(MEASURED_CORE_S, rel=0.01)


def test_without_samples_the_prior_stands_and_the_interval_is_wider(model, tmp_path):
    assert run("extract", LOG, "-o", tmp_path / "prior.yaml", "-q").exit_code == 0
    prior = pertract.load(tmp_path / "prior.yaml")
    assert prior.profiles.executor.basis == "prior"
    assert prior.runs[0].cpu_utilisation is None

    def width(each):
        found = pertract.predict(each, executors=2, replications=3).cpu_utilisation
        low, high = found.interval90
        return (high - low) / found.mean

    assert width(pertract.load(model)) < width(prior)


def test_profiles_show_what_cpu_was_used_for(model):
    shown = run("show", model, "--profiles").stdout
    assert "CPU of executors while stages ran, as sampled" in shown
    assert "(measured)" in shown


def test_a_table_of_runs_names_samples(tmp_path):
    shutil.copy(LOG, tmp_path / "log.zstd")
    shutil.copy(SAMPLES, tmp_path / "cpu.csv")
    (tmp_path / "runs.csv").write_text("log,samples,data_units\nlog.zstd,cpu.csv,1\n")
    result = run("extract", "--runs", tmp_path / "runs.csv", "-o", tmp_path / "model.yaml", "-q")
    assert result.exit_code == 0, result.stderr
    assert pertract.load(tmp_path / "model.yaml").profiles.executor.basis == "measured"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((LOG, "--samples", LOG), 3, "not the output of a profiler"),
        ((LOG, "--samples", ROOT / "nowhere.csv"), 3, "nowhere.csv"),
        ((LOG, "--user-package", "com.example"), 2, "--user-package is for samples"),
        ((LOG, "--samples", SAMPLES, "-o", "models/"), 2, "models of several were asked for"),
        (("--runs", "runs.csv", "--samples", SAMPLES), 2, "a table of runs was given"),
    ],
)
def test_what_does_not_fit_together_is_refused(arguments, code, message):
    result = run("extract", *arguments)
    assert result.exit_code == code
    assert message in result.stderr


def test_samples_of_another_run_are_refused(tmp_path):
    later = tmp_path / "later.csv"
    header, *rows = SAMPLES.read_text().splitlines()
    later.write_text(
        "\n".join([header, *(f"{float(r.partition(',')[0]) + 9e5},{r.partition(',')[2]}" for r in rows)])
    )
    result = run("extract", LOG, "--samples", later, "-o", tmp_path / "model.yaml")
    assert result.exit_code == 3
    assert "app-20261121025243-0018" in result.stderr


def test_samples_that_end_early_are_told(tmp_path):
    short = tmp_path / "short.csv"
    lines = SAMPLES.read_text().splitlines(keepends=True)
    short.write_text("".join(lines[: len(lines) // 2]))
    result = run("extract", LOG, "--samples", short, "-o", tmp_path / "model.yaml")
    assert result.exit_code == 0
    missing = " ".join(pertract.load(tmp_path / "model.yaml").completeness.missing)
    assert "do not cover the whole time" in missing
    assert pertract.load(tmp_path / "model.yaml").profiles.executor.basis == "prior"
