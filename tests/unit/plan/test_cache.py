"""Answers kept between calls."""

import gzip
import json
import os
import threading
from dataclasses import replace

import pytest

from pertract.plan.cache import Cache, question, user_folder
from pertract.plan.changes import Change
from pertract.plan.point import Refusal
from pertract.plan.workers import Order
from pertract.simulate import Options

from .models import chain

MODEL = chain()
ORDER = Order(0, Options(executors=3), 5, 1)
ANSWER = {"response_time_s": {"mean": 1.5}, "replications_s": [1.0, 2.0]}


@pytest.fixture
def cache(tmp_path) -> Cache:
    return Cache(MODEL, tmp_path / "kept")


def files(cache):
    return sorted(path for path in cache.folder.rglob("*") if path.is_file())


def test_an_answer_is_found_again_by_whoever_asks_the_same(cache):
    assert cache.get(ORDER) is None
    cache.put(ORDER, ANSWER)
    again = Cache(chain(), cache.folder)
    assert again.get(replace(ORDER, number=7)) == ANSWER


def test_refusals_are_kept_as_well(cache):
    refusal = Refusal("it does not fit", "Take less.")
    cache.put(ORDER, refusal)
    assert cache.get(ORDER) == refusal


@pytest.mark.parametrize(
    "other",
    [
        replace(ORDER, options=Options(executors=4)),
        replace(ORDER, options=Options(executors=3, settings={"spark.speculation": "true"})),
        replace(ORDER, options=Options(executors=3, parameters={"iterations": 3.0})),
        replace(ORDER, replications=6),
        replace(ORDER, seed=2),
        replace(ORDER, brief=True),
        replace(ORDER, change=Change("even_tasks", ("s",))),
    ],
)
def test_any_other_question_has_another_answer(cache, other):
    cache.put(ORDER, ANSWER)
    assert question(other) != question(ORDER)
    assert cache.get(other) is None


def test_another_model_or_program_has_another_answer(cache, monkeypatch):
    cache.put(ORDER, ANSWER)
    assert Cache(chain(task_s=3.0), cache.folder).get(ORDER) is None
    monkeypatch.setattr("pertract.provenance.program_digest", lambda: "another version")
    assert cache.get(ORDER) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not gzip",
        gzip.compress(b"not json"),
        gzip.compress(b"[1, 2]"),
        gzip.compress(b'{"refusal": {"unknown": 1}}'),
        gzip.compress(json.dumps(ANSWER).encode())[:-5],
    ],
    ids=["empty", "not gzip", "not JSON", "a list", "unknown refusal", "cut off"],  # gzip holds the time
)
def test_a_damaged_file_counts_as_missing_and_is_replaced(cache, content):
    cache.put(ORDER, ANSWER)
    (file,) = files(cache)
    file.write_bytes(content)
    assert cache.get(ORDER) is None
    cache.put(ORDER, ANSWER)
    assert cache.get(ORDER) == ANSWER


def test_a_bit_that_has_flipped_is_noticed(cache):
    cache.put(ORDER, ANSWER)
    (file,) = files(cache)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 4
    file.write_bytes(content)
    assert cache.get(ORDER) is None


def test_where_nothing_can_be_written_the_answers_are_there_all_the_same(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    cache = Cache(MODEL, tmp_path / "file" / "kept")
    cache.put(ORDER, ANSWER)
    assert cache.get(ORDER) is None
    cache.shrink()


def test_without_a_folder_nothing_is_kept():
    cache = Cache(MODEL, None)
    cache.put(ORDER, ANSWER)
    assert cache.get(ORDER) is None
    cache.shrink()


def test_the_answers_nobody_asked_for_longest_go_first(cache):
    orders = [replace(ORDER, seed=seed) for seed in range(10)]
    for age, order in enumerate(orders):
        cache.put(order, ANSWER)
        os.utime(cache._path(order), (1_000_000 - age, 1_000_000 - age))
    assert cache.get(orders[9]) == ANSWER  # the oldest is asked for again
    each = files(cache)[0].stat().st_size
    cache.shrink(most_bytes=6 * each)
    left = [order.seed for order in orders if cache._path(order).exists()]
    assert left == [0, 1, 2, 9]
    cache.shrink(most_bytes=6 * each)
    assert len(files(cache)) == 4


def test_several_writers_and_readers_do_not_disturb_each_other(tmp_path):
    wrong = []

    def work(seed: int) -> None:
        cache = Cache(MODEL, tmp_path)
        for _ in range(30):
            cache.put(replace(ORDER, seed=seed % 2), ANSWER)
            if cache.get(replace(ORDER, seed=seed % 2)) not in (ANSWER, None):
                wrong.append(seed)
            cache.shrink(most_bytes=100)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_folder_is_the_users(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert user_folder() == tmp_path / "pertract" / "what-if"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_folder() == tmp_path / ".cache" / "pertract" / "what-if"


def test_without_a_home_nothing_is_kept(monkeypatch):
    def homeless(_path):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr("pathlib.Path.expanduser", homeless)
    assert user_folder() is None
