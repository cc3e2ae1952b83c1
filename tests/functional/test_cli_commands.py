"""Every command of the command line, in this process."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import pertract
from pertract.cli import app

ROOT = Path(__file__).parents[2]
LOG = ROOT / "examples" / "randomforest.zstd"
VALID = ROOT / "dsl" / "valid"
MINIMAL = VALID / "minimal.yaml"
INVALID = ROOT / "dsl" / "invalid"
COMMANDS = (
    "extract",
    "fit",
    "show",
    "check",
    "convert",
    "predict",
    "validate",
    "catalogue",
    "anonymise",
)


def run(*arguments: object):
    """What a command prints; unexpected exceptions are raised here."""
    result = CliRunner(env={"FORCE_COLOR": None, "GITHUB_ACTIONS": None, "COLUMNS": "100"}).invoke(
        app, [str(argument) for argument in arguments]
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def printed(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


def as_json(*arguments: object) -> dict:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(printed(*arguments, "--format", "json"), parse_constant=refuse)


def assert_error(result, code: int) -> str:
    """One line that says what is wrong, at most one with a hint, and nothing else; return the first."""
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    message, *hint = result.stderr.splitlines()
    assert message.startswith("error: ")
    assert len(hint) <= 1
    return message


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    """The model of the real log."""
    path = tmp_path_factory.mktemp("cli") / "model.yaml"
    pertract.save(pertract.extract(LOG), path)
    return path


# -- help ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_every_command_shows_an_example(command):
    shown = printed(command, "--help")
    assert f"Example: pertract {command} " in shown
    assert "--debug" in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_short_help_is_the_same(command):
    assert printed(command, "-h") == printed(command, "--help")


def test_help_lists_all_commands():
    shown = printed("--help")
    assert all(f" {command} " in shown for command in COMMANDS)


def test_version_is_that_of_the_package():
    from pertract.provenance import tool_version

    assert printed("--version") == f"pertract {tool_version()}\n"


# -- extract ---------------------------------------------------------------------------------------


def test_extract_writes_the_model_and_reports_the_replay(tmp_path):
    output = tmp_path / "m.yaml"
    shown = printed("extract", LOG, "-o", output)
    assert "Replay of the log's own configuration" in shown
    assert shown.splitlines()[-1] == f"model written to {output}"
    assert pertract.load(output).name in shown


def test_extract_to_json_by_the_name_of_the_file(tmp_path):
    printed("extract", LOG, "-o", tmp_path / "m.json")
    assert json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))["schema"] == "pertract/model/1"


def test_extract_quietly_prints_nothing(tmp_path):
    assert printed("extract", LOG, "-o", tmp_path / "m.yaml", "-q") == ""
    assert (tmp_path / "m.yaml").exists()


def test_extract_as_json_prints_the_summary_first(tmp_path):
    document = as_json("extract", LOG, "-o", tmp_path / "m.yaml")
    assert list(document) == ["summary", "model"]
    assert document["summary"]["framework"] == "Spark"


def test_a_run_counts_once(tmp_path):
    message = assert_error(run("extract", LOG, LOG, "-o", tmp_path / "m.yaml"), 5)
    assert "is given twice" in message
    assert list(tmp_path.iterdir()) == []


def test_extract_of_a_model_says_that_it_is_one_already(tmp_path):
    result = run("extract", MINIMAL, "-o", tmp_path / "m.yaml")
    assert "it looks like a PerTract model" in assert_error(result, 3)
    assert "already a model" in result.stderr


# -- show ------------------------------------------------------------------------------------------

TITLES = {
    "--graph": "Execution architecture",
    "--profiles": "Resource profiles",
    "--workload": "Data workload",
    "--resources": "Resource architecture",
}


def test_show_shows_all_four_parts(model):
    shown = printed("show", model)
    assert all(title in shown for title in TITLES.values())


@pytest.mark.parametrize("flag", TITLES)
def test_show_with_a_flag_shows_that_part_only(flag):
    shown = printed("show", MINIMAL, flag)
    assert [title for title in TITLES.values() if title in shown] == [TITLES[flag]]


def test_show_with_two_flags_shows_two_parts():
    shown = printed("show", MINIMAL, "--graph", "--resources")
    assert [flag for flag, title in TITLES.items() if title in shown] == ["--graph", "--resources"]


def test_show_draws_the_graph(model, tmp_path):
    drawing = tmp_path / "graph.svg"
    assert printed("show", model, "--graph", "-o", drawing) == f"graph drawn in {drawing}\n"
    assert drawing.read_text(encoding="utf-8").startswith("<svg ")
    assert printed("show", model, "--graph", "-o", drawing, "-q") == ""


def test_show_draws_the_graph_and_prints_what_else_is_asked_for(model, tmp_path):
    shown = printed("show", model, "--graph", "--resources", "-o", tmp_path / "graph.svg")
    assert [title for title in TITLES.values() if title in shown] == [TITLES["--resources"]]
    assert as_json("show", model, "--graph", "-o", tmp_path / "json.svg")["summary"]["jobs"] == 15
    assert (tmp_path / "json.svg").exists()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["-o", "graph.svg"], "--output draws the graph"),
        (["--resources", "-o", "graph.svg"], "--output draws the graph"),
        (["--graph", "-o", "graph.png"], "graph.png: a graph is drawn as SVG"),
        (["--graph", "-o", "no/such/folder/graph.svg"], "no/such/folder/graph.svg"),
    ],
)
def test_show_refuses_to_draw_what_it_cannot(options, expected, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert expected in assert_error(run("show", MINIMAL, *options), 2)
    assert list(tmp_path.iterdir()) == []


def test_show_as_json_begins_with_the_summary(model):
    document = as_json("show", model)
    assert next(iter(document)) == "summary"
    keys = ["application", "framework", "framework_version", "jobs", "stages", "tasks"]
    keys += ["response_time_s", "executors", "slots", "completeness"]
    assert [key for key in document["summary"] if key in keys] == keys
    assert document["summary"]["jobs"] == 15
    assert document["summary"]["completeness"] == 1.0


def test_show_as_json_holds_the_whole_model(model, tmp_path):
    document = as_json("show", model)
    del document["summary"]
    (tmp_path / "m.json").write_text(json.dumps(document), encoding="utf-8")
    assert pertract.load(tmp_path / "m.json") == pertract.load(model)


# -- check -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(VALID.glob("*.yaml")), ids=lambda path: path.stem)
def test_check_accepts_the_valid_documents(path):
    assert printed("check", path).startswith(f"{path}: valid, ")
    assert printed("check", path, "-q") == ""


def test_check_as_json_tells_the_summary():
    document = as_json("check", MINIMAL)
    assert document["valid"] is True
    assert document["summary"]["application"] == "word count"


@pytest.mark.parametrize(
    "name", ["empty", "unclosed-bracket", "wrong-type", "no-such-profile", "cycle-of-stages"]
)
def test_check_refuses_invalid_documents_with_exit_code_4(name):
    path = INVALID / f"{name}.yaml"
    message = assert_error(run("check", path), 4)
    assert message.startswith(f"error: {path}")


@pytest.mark.parametrize("command", ["show", "check", "predict", "convert"])
def test_every_reader_of_models_refuses_an_invalid_one(command, tmp_path):
    output = ["--to", "json", "-o", tmp_path / "out.json"] if command == "convert" else []
    message = assert_error(run(command, INVALID / "wrong-type.yaml", *output), 4)
    assert "line 37: profiles.stages.0.demands.0.spread.1" in message
    assert list(tmp_path.iterdir()) == []


# -- convert ---------------------------------------------------------------------------------------


def test_convert_to_json_and_back_keeps_the_model(model, tmp_path):
    there, back = tmp_path / "there.json", tmp_path / "back.yaml"
    assert printed("convert", model, "--to", "json", "-o", there) == f"model written to {there}\n"
    assert printed("convert", there, "--to", "yaml", "-o", back, "-q") == ""
    assert pertract.load(there) == pertract.load(model)
    assert back.read_text(encoding="utf-8") == model.read_text(encoding="utf-8")


def test_convert_goes_by_the_notation_asked_for_and_not_by_the_name(tmp_path):
    printed("convert", MINIMAL, "--to", "json", "-o", tmp_path / "m.txt")
    assert (tmp_path / "m.txt").read_text(encoding="utf-8").startswith("{")


def test_convert_can_replace_its_own_input(tmp_path):
    path = tmp_path / "m.yaml"
    path.write_bytes(MINIMAL.read_bytes())
    printed("convert", path, "--to", "yaml", "-o", path)
    assert pertract.load(path) == pertract.load(MINIMAL)


def test_a_folder_that_does_not_exist_is_an_error_of_usage(tmp_path):
    message = assert_error(run("convert", MINIMAL, "--to", "json", "-o", tmp_path / "no" / "m.json"), 2)
    assert "cannot be written" in message
    assert list(tmp_path.iterdir()) == []


# -- predict ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prediction(model) -> dict:
    return as_json("predict", model, "--executors", 2, "--executor-cores", 4, "--data-scale", 1.5)


def test_predict_as_json_has_the_agreed_keys(prediction):
    assert prediction["schema"] == "pertract/prediction/1"
    assert set(prediction) >= {
        "model",
        "configuration",
        "response_time_s",
        "job_span_s",
        "cpu_utilisation",
        "breakdown_s",
        "stages",
        "support",
        "warnings",
        "provenance",
    }


def test_predict_answers_for_what_was_asked(prediction):
    configuration = prediction["configuration"]
    assert configuration["executors"] == 2
    assert configuration["executor_cores"] == 4
    assert configuration["slots"] == 8
    assert configuration["data_scale"] == 1.5
    assert prediction["support"]["kind"] == "extrapolation"
    assert prediction["support"]["why"]


@pytest.mark.parametrize("quantity", ["response_time_s", "job_span_s", "cpu_utilisation"])
def test_intervals_are_ordered_and_hold_the_mean(prediction, quantity):
    value = prediction[quantity]
    low, high = value["ci95"]
    outer_low, outer_high = value["interval90"]
    assert 0 <= outer_low <= low <= value["mean"] <= high <= outer_high
    assert 0 < value["p50"] <= value["p95"]


def test_the_breakdown_adds_up_to_the_mean_response_time(prediction):
    parts = prediction["breakdown_s"]
    assert list(parts) == [
        "driver",
        "scheduling",
        "slot_wait",
        "cpu",
        "gc",
        "drive",
        "network",
        "other",
        "skew",
    ]
    assert min(parts.values()) >= 0
    assert sum(parts.values()) == pytest.approx(prediction["response_time_s"]["mean"])


def test_jobs_take_no_longer_than_the_application(prediction):
    assert prediction["job_span_s"]["mean"] <= prediction["response_time_s"]["mean"]


def test_stages_lie_within_the_application_and_their_tasks_within_the_stages(prediction):
    assert len(prediction["stages"]) == 21
    for stage in prediction["stages"]:
        assert 0 <= stage["start_s"] < stage["end_s"] <= prediction["response_time_s"]["mean"]
        times = stage["task_s"]
        assert 0 < times["mean"] <= times["max"]
        assert times["p95"] <= times["max"] <= stage["end_s"] - stage["start_s"] + 1e-9


def test_the_utilisation_over_time_is_a_series_of_rising_times(prediction):
    series = prediction["cpu_utilisation"]["series"]
    times = [time for time, _ in series]
    assert times == sorted(times)
    assert all(0 <= value <= 2 for _, value in series)


def test_predict_without_options_is_a_replay(model):
    document = as_json("predict", model, "-n", 3)
    assert document["support"]["kind"] == "replay"
    assert document["configuration"]["as_measured"] is True
    measured_s = pertract.load(model).runs[0].response_time_s
    assert document["response_time_s"]["mean"] == pytest.approx(measured_s, rel=0.05)
    assert document["provenance"]["replications"] == 3


def test_predict_shows_a_table_by_default(model):
    shown = printed("predict", model, "--executors", 3, "-n", 2)
    assert "response time" in shown
    assert "Where the time goes" in shown
    assert "extrapolation: " in shown


def test_predict_quietly_still_prints_what_was_asked_for():
    assert printed("predict", MINIMAL, "-q", "-n", 2) == printed("predict", MINIMAL, "-n", 2)


def test_the_same_seed_gives_the_same_answer(model):
    first, second, other = (
        as_json("predict", model, "--data-scale", 1.3, "-n", 2, "--seed", seed) for seed in (5, 5, 6)
    )
    for document in (first, second, other):
        del document["provenance"]
    assert first == second
    assert first != other


@pytest.mark.parametrize(
    ("options", "key", "expected"),
    [
        (["--nodes", "3"], "executors", 3),
        (["--node-cores", "16", "--nodes", "2"], "worker_cores", 32),
        (["--data-size", "2GiB"], "data_scale", 2.0),
        (["--executor-memory", "8g"], "executor_memory_bytes", 8 * 2**30),
        (["--cpu-rate", "1.5"], "cpu_rate", 1.5),
        (["--drive-rate", "2"], "drive_rate", 2.0),
        (["--network-rate", "0.5"], "network_rate", 0.5),
        (["--drive-bandwidth", "200MB", "--nodes", "2"], "drive_read_bytes_per_s", [2e8, 2e8]),
        (["--drive-bandwidth", "1GiB"], "drive_write_bytes_per_s", [2.0**30] * 2),
        (["--network-bandwidth", "1.25GB"], "network_bytes_per_s", 1.25e9),
        (["--cpu-rate", "2"], "network_bytes_per_s", None),
        (["--set", "spark.executor.instances=5"], "executors", 5),
        (["--set", "spark.task.cpus=2"], "slots", 2),
        (["--set", "spark.executor.cores=4", "--set", "spark.executor.instances=1"], "slots", 4),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) and isinstance(value[0], str) else "",
)
def test_options_reach_the_configuration(options, key, expected):
    assert as_json("predict", MINIMAL, "-n", 1, *options)["configuration"][key] == expected


def test_tasks_share_a_bandwidth_that_is_given(model):
    """Half the bandwidth never shortens, and the breakdown still adds up to the response time."""
    answers = [
        as_json("predict", model, "-n", 2, "--drive-bandwidth", size, "--network-bandwidth", size)
        for size in ("10GB", "10MB", "5MB")
    ]
    means = [answer["response_time_s"]["mean"] for answer in answers]
    assert means == sorted(means)
    assert means[0] < means[-1]
    assert sum(answers[-1]["breakdown_s"].values()) == pytest.approx(means[-1])


def test_a_precision_is_reached_or_replications_run_out(model):
    value = as_json("predict", model, "--precision", "2%")["response_time_s"]
    assert value["ci95"][1] - value["mean"] <= 0.02 * value["mean"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--data-size", "1GB", "--data-scale", "2"], "exclude each other"),
        (["--data-size", "many"], "--data-size: 'many' is not a size"),
        (["--drive-bandwidth", "fast"], "--drive-bandwidth: 'fast' is not a size"),
        (["--network-bandwidth", "10Gbit"], "--network-bandwidth: '10Gbit' is not a size"),
        (["--network-bandwidth", "0MB"], "--network-bandwidth must be above zero"),
        (["--drive-bandwidth", "1GB", "--drive-rate", "2"], "exclude each other"),
        (["--executor-memory", "4 apples"], "--executor-memory"),
        (["--executors", "0"], "--executors must be above zero"),
        (["--cpu-rate", "0"], "--cpu-rate must be above zero"),
        (["--set", "spark.task.cpus"], "--set: 'spark.task.cpus' is not a setting"),
        (["--set", "spark.no.such=1"], "'spark.no.such' has no effect"),
        (["--set", "spark.task.cpus=0"], "whole number above zero"),
        (["--set", "spark.executor.instances=2", "--executors", "3"], "--set spark.executor.instances gives"),
        (["--executors", "9" * 400], "--executors must lie between 1 and 10,000"),
        (["--data-scale", "1e308"], "--data-scale must lie between 1e-09 and 1e+09"),
        (["--cpu-rate", "1e-308"], "--cpu-rate must lie between"),
        (["--drive-bandwidth", "1e-300"], "--drive-bandwidth must lie between"),
        (["--catalogue", "none.yaml"], "--catalogue has no effect without --node-type"),
        (["--set", "spark.executor.memory=much"], "the setting spark.executor.memory must be"),
        (["--set", "spark.task.cpus=8"], "a task needs 8 cores"),
        (["--precision", "exact"], "--precision: 'exact' is not a share"),
        (["--precision", "100%"], "precision"),
        (["--precision", "1%", "-n", "5"], "--replications and --precision exclude each other"),
        (["--replications", "0"], "replications"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_that_contradict_are_errors_of_usage(options, expected):
    assert expected in assert_error(run("predict", MINIMAL, *options), 2)


def test_a_data_size_needs_data_to_compare_with():
    result = run("predict", VALID / "shared-cores.yaml", "--data-size", "1GB")
    assert "the data size cannot be set" in assert_error(result, 2)
    assert "--data-scale" in result.stderr


def test_a_model_whose_numbers_are_not_finite_is_refused(tmp_path):
    path = tmp_path / "m.yaml"
    replay = "replay: {response_time_s: 1, error: nan, job_span_s: 1, job_span_error: 0}\n"
    path.write_text(MINIMAL.read_text(encoding="utf-8") + replay, encoding="utf-8")
    assert "replay.error" in assert_error(run("show", path, "--format", "json"), 4)


def test_predict_with_policies_of_spark_and_losses(model, tmp_path):
    pools = tmp_path / "fairscheduler.xml"
    pools.write_text('<allocations><pool name="default"><minShare>1</minShare></pool></allocations>')

    def mean_s(*arguments):
        answer = as_json("predict", model, "-n", 3, "--executors", 2, "--executor-cores", 2, *arguments)
        return answer["response_time_s"]["mean"], answer["support"]["why"]

    usual_s, _ = mean_s()
    lost_s, why = mean_s("--lose-executor", "20s", "--lose-executor", "25")
    assert lost_s > usual_s
    assert "executors lost" in why
    allocation = (
        "--set",
        "spark.dynamicAllocation.enabled=true",
        "--set",
        "spark.dynamicAllocation.maxExecutors=4",
    )
    _, why = mean_s(*allocation, "--set", "spark.speculation=true")
    assert {"executors allocated by the load", "slow tasks copied"} <= set(why)
    fair = ("--set", "spark.scheduler.mode=FAIR", "--set", f"spark.scheduler.allocation.file={pools}")
    assert mean_s(*fair)[0] > 0
    missing = ("--set", "spark.scheduler.mode=FAIR", "--set", "spark.scheduler.allocation.file=none.xml")
    assert "none.xml: no such file" in assert_error(run("predict", model, *missing), 3)
    assert "'soon' is not a time" in assert_error(run("predict", model, "--lose-executor", "soon"), 2)


# -- catalogue and node types ------------------------------------------------------------------------


@pytest.fixture
def _no_file_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.mark.usefixtures("_no_file_of_the_user")
def test_catalogue_lists_node_types_and_says_that_prices_are_examples():
    shown = printed("catalogue")
    assert "m5.2xlarge" in shown
    assert "Prices are examples" in shown
    listed = as_json("catalogue")
    assert listed["schema"] == "pertract/node-types/1"
    (known,) = [entry for entry in listed["node_types"] if entry["name"] == "m5.2xlarge"]
    assert (known["cores"], known["memory_gib"], known["region"]) == (8, 32.0, "us-east-1")


@pytest.mark.usefixtures("_no_file_of_the_user")
def test_predict_on_a_node_type_has_its_cores_and_bandwidth_and_tells_the_cost(model):
    found = as_json("predict", model, "--nodes", 4, "--node-type", "m5.2xlarge", "-n", 3)
    configuration = found["configuration"]
    assert configuration["node_type"] == "m5.2xlarge"
    assert configuration["node_cores"] == [8] * 4
    assert configuration["network_bytes_per_s"] == 2.5e9 / 8
    assert configuration["executors"] == 32  # one core each
    for key in ("mean", "std", "p50", "p95"):
        assert found["cost"][key] == pytest.approx(4 * 0.384 / 3600 * found["response_time_s"][key])
    assert found["cost"]["interval90"][0] < found["cost"]["mean"] < found["cost"]["interval90"][1]
    assert "on 4 nodes m5.2xlarge" in printed(
        "predict", model, "--nodes", 4, "--node-type", "m5.2xlarge", "-n", 3
    )


@pytest.mark.usefixtures("_no_file_of_the_user")
def test_what_is_given_beside_a_node_type_holds(model):
    options = ("--nodes", 2, "--node-type", "m5.2xlarge", "--price", 1, "--node-cores", 4, "-n", 3)
    found = as_json("predict", model, *options, "--network-rate", 2)
    configuration = found["configuration"]
    assert configuration["node_cores"] == [4, 4]
    assert configuration["price_per_node_hour"] == 1
    assert (configuration["network_rate"], configuration["network_bytes_per_s"]) == (2, None)


@pytest.mark.usefixtures("_no_file_of_the_user")
def test_errors_of_node_types(model, tmp_path):
    assert "no node type is called 'm5'" in assert_error(run("predict", model, "--node-type", "m5"), 2)
    nowhere = run("predict", model, "--node-type", "m5.xlarge", "--catalogue", tmp_path / "none")
    assert "no such file" in assert_error(nowhere, 3)
    assert "'much' is not a size" in assert_error(run("predict", model, "--node-memory", "much"), 2)


def test_without_a_price_there_is_no_cost(model):
    assert as_json("predict", model, "-n", 3)["cost"] is None
    assert "cost" not in printed("predict", model, "-n", 3)
