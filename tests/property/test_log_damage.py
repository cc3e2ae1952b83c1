"""Whatever happens to the bytes of a log, the answer is a run or a sentence."""

import gzip
import json
import tempfile
from pathlib import Path
from random import Random

import pytest
import zstandard
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pertract.errors import SourceError
from pertract.extract import build_model
from pertract.sources import spark

# Without the explain phase, which takes a minute where a test fails.
repeatable = settings(
    derandomize=True,
    deadline=None,
    max_examples=40,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)


def application(jobs):
    yield {"Event": "SparkListenerLogStart", "Spark Version": "3.5.1"}
    yield {"Event": "SparkListenerApplicationStart", "App Name": "a", "App ID": "a-1", "Timestamp": 10**12}
    for job in range(jobs):
        begin = 10**12 + 1000 * (job + 1)
        info = {
            "Stage ID": job,
            "Stage Attempt ID": 0,
            "Stage Name": "s",
            "Number of Tasks": 2,
            "RDD Info": [],
        }
        info["Submission Time"] = begin + 10
        yield {
            "Event": "SparkListenerJobStart",
            "Job ID": job,
            "Submission Time": begin,
            "Stage Infos": [info],
            "Stage IDs": [job],
        }
        yield {"Event": "SparkListenerStageSubmitted", "Stage Info": info}
        for end in (500, 700):
            yield {
                "Event": "SparkListenerTaskEnd",
                "Stage ID": job,
                "Stage Attempt ID": 0,
                "Task End Reason": {"Reason": "Success"},
                "Task Info": {"Launch Time": begin + 20, "Finish Time": begin + end, "Executor ID": "1"},
                "Task Metrics": {"Executor Run Time": end - 20, "Executor CPU Time": 10**8},
            }
        yield {"Event": "SparkListenerStageCompleted", "Stage Info": {**info, "Completion Time": begin + 710}}
        yield {
            "Event": "SparkListenerJobEnd",
            "Job ID": job,
            "Completion Time": begin + 720,
            "Job Result": {"Result": "JobSucceeded"},
        }
    yield {"Event": "SparkListenerApplicationEnd", "Timestamp": 10**12 + 1000 * (jobs + 1)}


EVENTS = list(application(8))
LINES = [json.dumps(event, separators=(",", ":")).encode() + b"\n" for event in EVENTS]
WHOLE = b"".join(LINES)
PACKED = {
    "plain": WHOLE,
    "gzip": gzip.compress(WHOLE, mtime=0),
    "zstd": b"".join(zstandard.ZstdCompressor().compress(line) for line in LINES),
}


def read(content):
    """Return the run in some bytes, or None where they are refused with a sentence and a hint."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        path.write_bytes(content)
        try:
            run = spark.read(path)
            build_model(run, source="log")
        except SourceError as error:
            refused = error
        else:
            return run
    assert str(refused)
    assert refused.hint
    return None


def check(run):
    assert run.response_time_s >= 0
    for record in (*run.jobs, *run.stages):
        assert 0 <= record.submitted_s <= record.completed_s
    for stage in run.stages:
        if stage.summary:
            assert all((values >= 0).all() for values in stage.summary.parts_s.values())


@pytest.mark.parametrize("codec", PACKED)
@repeatable
@given(share=st.floats(0, 1))
def test_a_log_cut_anywhere(codec, share):
    content = PACKED[codec]
    run = read(content[: round(share * len(content))])
    if run:
        check(run)


@repeatable
@given(st.floats(0, 1))
def test_a_plain_log_cut_anywhere_keeps_every_job_that_ended(share):
    content = WHOLE[: round(share * len(WHOLE))]
    ended = content.count(b'"Result":"JobSucceeded"}}')
    run = read(content)
    assert sum(job.finished for job in run.jobs) == ended if run else ended == 0


@pytest.mark.parametrize("codec", PACKED)
@repeatable
@given(share=st.floats(0, 1), damage=st.binary(min_size=1, max_size=40))
def test_a_log_overwritten_anywhere(codec, share, damage):
    content = bytearray(PACKED[codec])
    at = round(share * (len(content) - len(damage)))
    content[at : at + len(damage)] = damage
    run = read(bytes(content))
    if run:
        check(run)


@repeatable
@given(st.randoms(use_true_random=False), st.floats(0, 0.9))
def test_lines_lost_and_out_of_order(random, lost):
    lines = [line for line in LINES[:2] + random.sample(LINES[2:], len(LINES) - 2) if random.random() >= lost]
    run = read(b"".join(lines))
    if run:
        check(run)


ABSURD = [-(2**63), 2**63 - 1, -2, 0, 10**15, None, "x", [], {}]


def replace(value, random):
    """Return a copy of an event with some values replaced by absurd ones."""
    if isinstance(value, dict):
        return {key: inner if key == "Event" else replace(inner, random) for key, inner in value.items()}
    if isinstance(value, list):
        return [replace(inner, random) for inner in value]
    return random.choice(ABSURD) if random.random() < 0.02 else value


@pytest.mark.parametrize("seed", range(60))
def test_absurd_values_in_any_field(seed):
    random = Random(seed)
    run = read(b"".join(json.dumps(replace(event, random)).encode() + b"\n" for event in EVENTS))
    if run:
        check(run)
