"""Documents as YAML and JSON: what is read, what is written, and how mistakes are told."""

import json

import pytest
import yaml

from pertract import dsl
from pertract.dsl import text
from pertract.errors import (
    CyclicExecution,
    DanglingReference,
    MalformedModel,
    ModelError,
    SchemaVersionError,
)

BASE = """\
schema: pertract/model/1
name: base
execution:
  framework: Spark
  configuration:
    executors: [{count: 1, slots: 2}]
  nodes:
  - kind: job
    id: job-0
    nodes:
    - {kind: stage, id: stage-0, profile: profile-0, partitions: {count: 8}}
    - {kind: delay, id: delay-0, delay_s: 1.5}
profiles:
  stages:
  - id: profile-0
    weights: [8]
    demands:
    - {resource: cpu, activity: compute, unit: core_seconds, mean: {constant: 1.0}, spread: [1]}
resources:
  nodes: [{id: workers, count: 1, cores: 2}]
"""
STAGE_LINE = 11


def parse(document: str) -> dsl.PerformanceModel:
    return text.parse(document, name="model.yaml")


def base(*changes: tuple[str, str]) -> str:
    document = BASE
    for old, new in changes:
        assert document.count(old) == 1, old
        document = document.replace(old, new)
    return document


def mistake(document: str, kind: type[ModelError] = MalformedModel) -> str:
    """The message of the error that a document causes."""
    with pytest.raises(ModelError) as caught:
        parse(document)
    assert type(caught.value) is kind
    assert caught.value.hint
    return str(caught.value)


def renamed(name: str) -> dsl.PerformanceModel:
    return parse(BASE).model_copy(update={"name": name})


# -- reading YAML ----------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["no", "on", "yes", "off", "y", "N"])
def test_words_that_older_yaml_took_for_truth_values_are_text(word):
    assert parse(base(("name: base", f"name: {word}"))).name == word


def test_such_words_can_be_identifiers():
    model = parse(base(("id: stage-0", "id: on"), ("id: delay-0", "id: no")))
    assert [node.id for node in model.execution.jobs[0].nodes] == ["on", "no"]


@pytest.mark.parametrize(
    ("written", "value"), [("1e-5", 1e-5), ("1E3", 1000.0), (".5", 0.5), ("5.", 5.0), ("+2", 2.0)]
)
def test_numbers_of_the_core_schema(written, value):
    nodes = parse(base(("delay_s: 1.5", f"delay_s: {written}"))).execution.jobs[0].nodes
    assert nodes[1].delay_s == value


@pytest.mark.parametrize(("written", "value"), [("010", 10), ("08", 8), ("0x10", 16), ("0o10", 8)])
def test_integers_of_the_core_schema(written, value):
    stage = parse(base(("count: 8", f"count: {written}"))).execution.stages[0]
    assert stage.partitions.count == value


def test_dates_and_base_60_numbers_are_text():
    assert parse(base(("name: base", "name: 2024-02-30"))).name == "2024-02-30"
    assert parse(base(("name: base", "name: 12:30:45"))).name == "12:30:45"


def test_a_byte_order_mark_and_windows_line_ends_are_accepted():
    assert parse("\ufeff" + BASE.replace("\n", "\r\n")) == parse(BASE)


def test_anchors_repeat_an_element():
    groups = "[&group {count: 2, slots: 4}, *group]"
    executors = parse(base(("[{count: 1, slots: 2}]", groups))).execution.configuration.executors
    assert [(group.count, group.slots) for group in executors] == [(2, 4), (2, 4)]


def test_merge_keys_are_refused_because_yaml_1_2_has_none():
    groups = "[&group {count: 2, slots: 4}, {<<: *group, count: 3}]"
    with pytest.raises(MalformedModel, match="slots: this field is missing"):
        parse(base(("[{count: 1, slots: 2}]", groups)))


def test_fields_left_out_have_their_defaults():
    model = parse(BASE)
    assert model.execution.configuration.scheduler_mode == "FIFO"
    assert model.workload == dsl.DataWorkload()
    assert model.replay is None


# -- reading JSON ----------------------------------------------------------------------------------


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_json_is_read_however_it_is_indented(indent):
    assert parse(json.dumps(text.as_data(parse(BASE)), indent=indent)) == parse(BASE)


@pytest.mark.parametrize("name", ["café", "\U0001f600", "a/b", 'say "hi"', "\x7f", "\u2028"])
def test_json_with_escaped_characters_is_read(name):
    document = json.dumps(text.as_data(renamed(name)), ensure_ascii=True).replace("/", "\\/")
    assert parse(document).name == name


def test_mistakes_in_json_name_line_and_field():
    document = text.to_json(parse(BASE)).replace('"count": 8', '"count": -8')
    line = document[: document.index("-8")].count("\n") + 1
    assert mistake(document).startswith(
        f"model.yaml, line {line}: execution.nodes.0.nodes.0.partitions.count"
    )


def test_mistakes_in_json_of_other_programs_name_the_field():
    data = text.as_data(renamed("\U0001f600"))
    data["execution"]["framework"] = 3
    assert "execution.framework: must be text" in mistake(json.dumps(data, indent="\t"))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_json_numbers_must_be_finite(number):
    document = text.to_json(parse(BASE)).replace('"delay_s": 1.5', f'"delay_s": {number}')
    assert "execution.nodes.0.nodes.1.delay_s: must be" in mistake(document)


def test_json_that_is_cut_off_is_refused():
    document = text.to_json(parse(BASE))
    assert mistake(document[: len(document) // 2]).startswith("model.yaml, line ")


# -- documents that are not models -----------------------------------------------------------------


@pytest.mark.parametrize("document", ["", "# only a comment\n", "- a list", "just text", "null", "[]"])
def test_a_document_that_is_no_mapping_is_not_a_model(document):
    assert mistake(document) == (
        "model.yaml: not a PerTract model, which is a mapping that begins with 'schema'"
    )


def test_a_missing_schema_is_told():
    message = mistake(base(("schema: pertract/model/1\n", "")), SchemaVersionError)
    assert message == "model.yaml: the field 'schema' must be 'pertract/model/1', found none"


@pytest.mark.parametrize("version", ["1", "[pertract/model/1]", "pertract/model/one", "pertract/model/1.5"])
def test_what_is_no_version_is_refused(version):
    message = mistake(base(("pertract/model/1", version)), SchemaVersionError)
    assert message.startswith("model.yaml: the field 'schema' must be 'pertract/model/1', found '")


@pytest.mark.parametrize(
    ("document", "line"),
    [
        (BASE.replace("weights: [8]", "weights: [8"), 17),
        (BASE + "\t- tab", BASE.count("\n") + 1),
        (BASE + "name: 'never closed", BASE.count("\n") + 1),
        (BASE + "---\n" + BASE, BASE.count("\n") + 1),
        (base(("count: 8", "count: *nowhere")), STAGE_LINE),
        (base(("count: 8", "count: !!python/name:os.system x")), STAGE_LINE),
    ],
    ids=["bracket", "tab", "quote", "two documents", "alias", "python tag"],
)
def test_syntax_errors_name_the_line(document, line):
    assert mistake(document).startswith(f"model.yaml, line {line}: ")


@pytest.mark.parametrize("value", ["!!int eight", "!!float much", "!!bool maybe", "!!timestamp now"])
def test_values_that_contradict_their_tag_are_malformed(value):
    mistake(base(("count: 8", f"count: {value}")))


def test_characters_that_yaml_does_not_allow_are_malformed():
    assert mistake(BASE + "\0").startswith("model.yaml")


def test_a_document_that_contains_itself_is_malformed():
    mistake(base(("executors: [{count: 1, slots: 2}]", "executors: &a [*a]")))


@pytest.mark.parametrize("depth", [100, 5000])
def test_absurdly_nested_documents_are_malformed(depth):
    mistake(f"schema: pertract/model/1\nname: {'[' * depth}{']' * depth}\n")
    mistake('{"schema": "pertract/model/1", "name": ' + "[" * depth + "]" * depth + "}")


@pytest.mark.parametrize(
    "document",
    [
        base(("name: base\n", "name: base\nname: other\n")),
        base(("slots: 2}", "slots: 2, slots: 3}")),
        text.to_json(parse(BASE)).replace('"name"', '"name": "x", "name"', 1),
    ],
    ids=["yaml block", "yaml flow", "json"],
)
def test_a_field_given_twice_is_a_mistake(document):
    assert "twice" in mistake(document)


# -- fields ----------------------------------------------------------------------------------------


def test_a_wrong_value_deep_inside_is_named_by_line_and_field():
    assert mistake(base(("count: 8", "count: many"))).startswith(
        f"model.yaml, line {STAGE_LINE}: execution.nodes.0.nodes.0.partitions.count: must be a whole number"
    )


def test_the_wrong_value_is_shown():
    assert mistake(base(("delay_s: 1.5", "delay_s: -1.5"))).endswith(", found -1.5")


def test_an_unknown_field_is_named():
    message = mistake(base(("count: 8}", "count: 8, colour: red}")))
    assert message == (
        f"model.yaml, line {STAGE_LINE}: execution.nodes.0.nodes.0.partitions.colour: "
        "this field does not exist in the language"
    )


def test_a_missing_field_is_named():
    assert mistake(base(("    weights: [8]\n", ""))) == (
        "model.yaml, line 15: profiles.stages.0.weights: this field is missing"
    )


def test_the_hint_counts_further_mistakes():
    with pytest.raises(MalformedModel) as caught:
        parse(
            base(
                ("delay_s: 1.5", "delay_s: -1"),
                ("count: 8", "count: 0"),
                ("framework: Spark", "framework: 3"),
            )
        )
    assert "2 more" in caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind: delay, ", "", "nodes.1.kind: this field is missing"),
        ("kind: delay", "kind: pause", "nodes.1.kind: must be 'stage' or 'delay', found 'pause'"),
        ("weights: [8]", "weights: 8", "weights: must be a list, found 8"),
        ("{count: 8}", "8", "partitions: must be a mapping, found 8"),
        ("name: base", "name:", "name: must be text, found null"),
        ("constant: 1.0", "constants: 1.0", "mean.constants: must be 'constant', 'task_bytes'"),
    ],
)
def test_messages_speak_of_the_document(old, new, expected):
    assert expected in mistake(base((old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: delay, ", ""),
        ("kind: delay", "kind: pause"),
        ("weights: [8]", "weights: 8"),
        ("weights: [8]", "weights: []"),
        ("{count: 8}", "8"),
        ("name: base", "name:"),
        ("constant: 1.0", "constants: 1.0"),
        ("id: workers", "id: ''"),
    ],
)
def test_messages_are_free_of_words_from_python(old, new):
    message = mistake(base((old, new)))
    for word in ("tuple", "Tuple", "dictionary", "discriminator", " tag", "instance", "None", "[key]"):
        assert word not in message


# -- references ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("profile: profile-0", "profile: none", "execution.nodes.0.nodes.0.profile"),
        ("profile: profile-0", "profile: profile-0, reads: [none]", "execution.nodes.0.nodes.0.reads.0"),
        (
            "delay_s: 1.5}",
            "delay_s: 1.5}\n    edges: [{tail: none, head: stage-0}]",
            "execution.nodes.0.edges.0.tail",
        ),
        ("profiles:", "  edges: [{tail: job-0, head: none}]\nprofiles:", "execution.edges.0.head"),
    ],
)
def test_references_to_nothing_name_line_and_field(old, new, field):
    document = base((old, new))
    line = document[: document.index("none")].count("\n") + 1
    message = mistake(document, DanglingReference)
    assert message.startswith(f"model.yaml, line {line}: {field}: ")
    assert "'none'" in message


def test_an_identifier_used_twice_is_named_where_it_is_used_again():
    message = mistake(base(("id: delay-0", "id: stage-0")))
    assert message == (
        "model.yaml, line 12: execution.nodes.0.nodes.1.id: the identifier 'stage-0' is used twice"
    )


def test_a_stage_and_its_profile_may_share_an_identifier():
    document = base(("id: profile-0", "id: stage-0"), ("profile: profile-0", "profile: stage-0"))
    assert parse(document).execution.stages[0].profile == "stage-0"


def test_a_cycle_names_the_document_and_its_nodes():
    edges = "[{tail: stage-0, head: delay-0}, {tail: delay-0, head: stage-0}]"
    document = base(("delay_s: 1.5}", f"delay_s: 1.5}}\n    edges: {edges}"))
    message = mistake(document, CyclicExecution)
    assert message.startswith("model.yaml")
    assert "stage-0" in message
    assert "delay-0" in message


def test_a_cycle_of_jobs_is_told_in_identifiers():
    document = base(("profiles:", "  edges: [{tail: job-0, head: job-0}]\nprofiles:"))
    message = mistake(document, CyclicExecution)
    assert "job-0" in message
    assert "(" not in message


# -- writing ---------------------------------------------------------------------------------------

ODD_NAMES = [
    "two\nlines",
    "\r\n",
    "tab\tinside",
    "a: b",
    "# no comment",
    "it's",
    '"quoted"',
    "- dash",
    "null",
    "true",
    "12",
    "1e5",
    "",
    " spaces ",
    "\u00fcn\u00efcode \U0001f600 \u4e2d",
    "\x1b[31mred",
    "\x07",
    "\x7f",
    "\x85",
    "\u2028",
    "\ufeffmark",
    "\ufffe",
    "<<",
    "=",
    "%TAG",
    "{brace}",
    "*alias",
    "&anchor",
    "!tag",
    "---",
    "...",
]


@pytest.mark.parametrize("write", [text.to_yaml, text.to_json])
@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
def test_odd_names_survive_a_round_trip(name, write):
    assert parse(write(renamed(name))).name == name


@pytest.mark.parametrize("name", ["0x1F", "0o14", ".inf", "-.INF", ".nan"])
def test_names_that_other_yaml_1_2_programs_take_for_numbers_are_quoted(name):
    assert f'name: "{name}"' in text.to_yaml(renamed(name))


def test_yaml_begins_with_one_comment_line_that_names_the_model():
    lines = text.to_yaml(renamed("two\nlines")).splitlines()
    assert lines[:2] == ["# PerTract-DSL model of two lines", "schema: pertract/model/1"]


def test_schema_comes_first_in_json():
    assert next(iter(json.loads(text.to_json(parse(BASE))))) == "schema"


def test_json_ends_with_a_newline_and_keeps_letters_readable():
    document = text.to_json(renamed("café"))
    assert document.endswith("}\n")
    assert "café" in document


def test_defaults_are_left_out_but_kind_is_kept():
    data = text.as_data(parse(BASE))
    assert set(data) == {"schema", "name", "execution", "profiles", "resources"}
    job = data["execution"]["nodes"][0]
    assert job["kind"] == "job"
    assert [node["kind"] for node in job["nodes"]] == ["stage", "delay"]
    assert data["profiles"]["stages"][0].keys() == {"id", "weights", "demands"}


def test_kind_of_data_and_of_its_source_is_kept(valid_model):
    files, stream = text.as_data(valid_model("diamond"))["workload"]["data"]
    assert files == {"kind": "file", "id": "orders", "size_bytes": 600000000, "partitions": 6}
    assert stream["kind"] == "record"
    assert stream["source"] == {"kind": "open", "arrival_rate_per_s": 2000.0}


def test_events_called_kind_are_kept():
    model = parse(BASE).model_copy(update={"completeness": dsl.Completeness(events={"kind": 3, "job": 1})})
    assert parse(text.to_yaml(model)) == model
    assert parse(text.to_json(model)) == model


def test_yaml_is_the_same_for_a_plain_yaml_1_1_reader(valid_model):
    model = valid_model("minimal")
    assert yaml.safe_load(text.to_yaml(model)) == text.as_data(model)


def test_long_lists_and_names_are_written_without_loss():
    profile = dsl.StageProfile(
        id="i" * 200,
        weights=tuple(float(i + 1) for i in range(300)),
        demands=(
            dsl.Demand(
                resource="cpu",
                activity="compute",
                unit="core_seconds",
                mean={"constant": 1 / 3, "task_bytes": 1e-300},
                spread=tuple(1 / (i + 1) for i in range(300)),
            ),
        ),
    )
    model = parse(BASE)
    profiles = dsl.ResourceProfiles(stages=(*model.profiles.stages, profile))
    model = model.model_copy(update={"profiles": profiles, "name": "word " * 100})
    assert parse(text.to_yaml(model)) == model
    assert parse(text.to_json(model)) == model
