"""Whatever is in a log, nothing of it but Spark's words and numbers is in its anonymous form."""

import json

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from pertract.sources.spark.anonymise import Anonymiser, vocabulary
from pertract.sources.spark.segment import Counts, SegmentReader

KEY = b"a key for tests only"

# Without the explain phase, which takes a minute where a test fails.
repeatable = settings(
    derandomize=True,
    deadline=None,
    max_examples=300,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)

# No token and no word of Spark's holds one of these: a token has digits and a to f behind its dash.
SECRETS = st.text(st.sampled_from("QZqzžÜ日 \u202e😀'\"\\\n\t"), max_size=6).map(lambda text: f"Zq{text}zQ")
PHRASES = (
    "{}",
    " {} ",
    "WholeStageCodegen ({})",
    "Scan csv {}",
    "Scan {}",
    "Execute {}",
    "BatchScan parquet {}",
    "count at {}",
    "{} at Main.scala:1",
    "spark.{}",
    "spark.hadoop.fs.s3a.bucket.{}.key",
    "org.apache.spark.{}",
    "org.apache.spark.scheduler.{}",
    "{}.SparkListenerTaskEnd",
    "org.apache.spark.{}.SparkListenerTaskEnd",
    "internal.metrics.{}",
    "hdfs://{}:8020/x",
    "/home/{}",
    "{}@example.org",
    "rdd_1_{}",
    "local[{}]",
    "spark://{}:7077",
    "k8s://{}",
    "3.5.1-{}",
    "4g {}",
    "1.0{}",
    "2024-03-01T18:46:05.095Z{}",
    "Exchange {}",
    "ParallelCollectionRDD {}",
    '{{"id":"1","name":"{}"}}',
    '{{"id":"1","name":"x","parent":{{"name":"{}"}},"{}":1}}',
    '["{}"]',
    "driver{}",
    "Success{}",
    "{}\nTRUE",
)
PLANTED = st.builds(lambda phrase, secret: phrase.replace("{}", secret), st.sampled_from(PHRASES), SECRETS)

WORDS = st.sampled_from(sorted(vocabulary.WORDS | vocabulary.OPERATORS | vocabulary.METRICS | {"12", "1.5"}))
SPECIAL = (
    *("spark.app.name", "spark.app.id", "spark.master", "spark.jobGroup.id", "spark.job.description"),
    *("spark.scheduler.pool", "spark.sql.execution.id", "spark.sql.execution.root.id", "parent"),
)
KEYS = st.one_of(
    st.sampled_from(sorted(vocabulary.KEYS)),
    st.sampled_from(sorted(vocabulary.PROPERTIES)),
    st.sampled_from(SPECIAL),
    PLANTED,
)
VALUES = st.recursive(
    st.one_of(PLANTED, WORDS, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5)),
    max_leaves=12,
)
NAMES = st.one_of(st.sampled_from(sorted(vocabulary.EVENTS)), PLANTED)
EVENTS = st.builds(
    lambda name, rest: {"Event": name, **rest}, NAMES, st.dictionaries(KEYS, VALUES, max_size=6)
)


def texts(value):
    """All texts and keys in a value, those in JSON in texts included."""
    if isinstance(value, dict):
        for key, held in value.items():
            yield key
            yield from texts(held)
    elif isinstance(value, list):
        for held in value:
            yield from texts(held)
    elif isinstance(value, str):
        yield value
        if value[:1] in ("{", "["):
            yield from texts(json.loads(value))


@given(event=st.one_of(EVENTS, VALUES), escaped=st.booleans())
@repeatable
def test_secrets_do_not_survive_anywhere(event, escaped):
    line = json.dumps(event, ensure_ascii=escaped).encode()
    replaced = Anonymiser(KEY).line(line)
    assert replaced.count(b"\n") == 1
    assert not {"Zq", "zQ"} & {
        text[at : at + 2] for text in texts(json.loads(replaced)) for at in range(len(text))
    }
    assert b"Zq" not in replaced
    assert b"zQ" not in replaced


PLACES = (
    lambda held: held,
    lambda held: {"Task Info": held},
    lambda held: {"Stage Infos": [{"RDD Info": [held]}]},
    lambda held: {"Task Info": {"Accumulables": [held]}},
    lambda held: {"sparkPlanInfo": {"children": [{"metrics": [held], **held}]}},
    lambda held: {"Stage Info": {"RDD Info": [{"Scope": json.dumps({"parent": held, **held})}]}},
    lambda held: {"Properties": held},
    lambda held: {"Spark Properties": held},
    lambda held: {"Hadoop Properties": held},
    lambda held: {"JVM Information": held},
    lambda held: {"Unknown": held},
)


@pytest.mark.parametrize("phrase", PHRASES)
def test_no_key_at_any_place_lets_a_secret_through(phrase):
    """Every known key, with a phrase that looks like what may stay, at every place that has its own rules."""
    anonymiser = Anonymiser(KEY)
    planted = phrase.replace("{}", "Zq9zQ")
    keys = [*sorted(vocabulary.KEYS | vocabulary.PROPERTIES | vocabulary.WORDS), *SPECIAL, planted]
    for place in PLACES:
        for held in (planted, [planted]):
            event = {"Event": planted, **place(dict.fromkeys(keys, held))}
            replaced = anonymiser.line(json.dumps(event).encode())
            assert b"Zq" not in replaced, json.loads(replaced)


@given(event=EVENTS)
@repeatable
def test_structure_and_numbers_stay(event):
    """Apart from free maps, which lose their content, and from what a key decides."""

    def shape(value, key=""):
        if isinstance(value, dict):
            if key in EMPTIED:
                return "map"
            return [shape(held, name) for name, held in value.items()]
        if isinstance(value, list):
            return "list" if key in EMPTIED else [shape(held) for held in value]
        return "text" if isinstance(value, str) else value

    replaced = json.loads(Anonymiser(KEY).line(json.dumps(event).encode()))
    assert shape(replaced) == shape(event)


EMPTIED = {
    *("Attributes", "Build Properties", "Classpath Entries", "Driver Attributes", "Driver Logs"),
    *("Hadoop Properties", "Log Urls", "Metrics Properties", "Stack Trace", "System Properties"),
    *("logUrlInfo", "metadata", "Properties", "Spark Properties", "modifiedConfigs"),
}


def counted(line):
    counts = Counts()
    reader = SegmentReader(counts)
    list(reader.items([line]))
    known = {name: number for name, number in counts.events.items() if name in vocabulary.EVENTS}
    return counts.malformed, counts.resubmitted, counts.events.total(), known


@st.composite
def damaged_lines(draw):
    line = json.dumps(draw(EVENTS), ensure_ascii=False).encode()
    if draw(st.booleans()):
        line = line.replace(b'"Event": ', b'"Event":', 1)
    if draw(st.booleans()):
        line = line[: draw(st.integers(0, len(line)))]
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(line)))
        line = line[:at] + draw(st.binary(max_size=3)).replace(b"\n", b"") + line[at + 1 :]
    return line


@given(line=damaged_lines())
@example(line=b'{"Event":"Zq\\"zQ.SparkListenerTaskEnd"}')
@example(line=b'{"Event":"\x80q\\"zQ.SparkListenerTaskEnd"}')
@example(line=b'{"Event":"SparkListenerLogStart","Event":"SparkListenerTaskEnd"}')
@repeatable
@example(line=b'{"Event": "StreamingQueryListener$QueryProgressEvent"}')
def test_the_reader_counts_damaged_lines_as_before(line):
    replaced = Anonymiser(KEY).line(line)
    assert b"Zq" not in replaced
    assert b"zQ" not in replaced
    assert counted(replaced) == counted(line)
