"""Predictions of many configurations, in one process and in several."""

import os
import signal

import pytest

from pertract.errors import SimulationError
from pertract.plan import Cache, Case, Refusal
from pertract.plan import sweep as sweep_module
from pertract.plan.sweep import Sweep
from pertract.plan.workers import BRIEF, Order, answers
from pertract.simulate import Options, predict

from .models import chain

MODEL = chain(48, spread=(0.5, 1.0, 1.5))


def cases(*executors: int, **options) -> list[Case]:
    return [Case(n, {}, Options(executors=count, **options)) for n, count in enumerate(executors)]


def sweep(tmp_path=None, **options) -> Sweep:
    return Sweep(MODEL, cache=Cache(MODEL, tmp_path), **options)


def test_answers_are_the_predictions(tmp_path):
    found = sweep(tmp_path).ask(cases(1, 4), 3)
    for number, executors in enumerate((1, 4)):
        alone = predict(MODEL, Options(executors=executors), replications=3)
        assert found[number]["replications_s"] == list(alone.replications_s)
        assert found[number]["schema"] == "pertract/prediction/1"


def test_processes_give_the_same_answers_as_one(monkeypatch):
    monkeypatch.setattr(sweep_module, "FEW_TASKS", 0)
    alone = sweep().ask(cases(1, 2, 3, 4, 5), 2)
    together = sweep(jobs=2).ask(cases(1, 2, 3, 4, 5), 2)
    assert sorted(together) == sorted(alone)
    for number in alone:
        assert {**together[number], "provenance": None} == {**alone[number], "provenance": None}


def test_only_what_is_new_is_simulated(tmp_path):
    first = sweep(tmp_path)
    before = first.ask(cases(1, 2, 3), 2)
    assert (first.simulated, first.known) == (6, 0)
    second = sweep(tmp_path)
    after = second.ask(cases(3, 2, 1, 4), 2)
    assert (second.simulated, second.known) == (2, 3)
    assert [after[n] for n in (2, 1, 0)] == [before[n] for n in range(3)]


def test_equal_questions_are_asked_once_and_prices_make_no_other_question():
    asked = sweep()
    found = asked.ask([*cases(2, 2), Case(2, {}, Options(executors=2, price_per_node_hour=0.5))], 2)
    assert asked.simulated == 2
    assert [found[n]["configuration"]["price_per_node_hour"] for n in range(3)] == [None, None, 0.5]
    assert found[2]["response_time_s"] == found[0]["response_time_s"]


def test_what_cannot_be_simulated_is_an_answer():
    found = sweep().ask(cases(2, executor_cores=2, node_cores=1, node_memory_bytes=2**33), 2) | {
        9: sweep().ask(cases(2), 2)[0]
    }
    assert isinstance(found[0], Refusal)
    assert "does not fit on a node" in found[0].message
    assert found[0].hint
    assert isinstance(found[9], dict)


def test_brief_answers_have_what_decisions_need():
    found = sweep().ask(cases(2), 1, brief=True)
    assert set(found[0]) == set(BRIEF)


def test_progress_counts_replications_over_several_questions():
    told = []
    asked = sweep(progress=lambda done, total: told.append((done, total)))
    asked.ask(cases(1, 2), 2)
    asked.ask(cases(3), 2)
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4), (5, 6), (6, 6)]


def test_progress_is_told_by_processes_too(monkeypatch):
    monkeypatch.setattr(sweep_module, "FEW_TASKS", 0)
    told = []
    sweep(jobs=2, progress=lambda done, total: told.append((done, total))).ask(cases(1, 2), 2)
    assert told == [(n, 4) for n in range(1, 5)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_keeps_what_was_ready(monkeypatch, tmp_path, jobs):
    monkeypatch.setattr(sweep_module, "FEW_TASKS", 0)

    def press(done: int, total: int) -> None:
        if done == 7:
            signal.raise_signal(signal.SIGINT)

    asked = sweep(tmp_path, jobs=jobs, progress=press)
    found = asked.ask(cases(1, 2, 3, 4, 5, 6), 2)
    assert not asked.complete
    assert 1 <= len(found) <= 4
    assert asked.ask([Case(0, {}, Options(executors=7))], 2) == {}
    assert asked.ask(cases(1, 2, 3, 4, 5, 6), 2) == found
    again = sweep(tmp_path)
    again.ask(cases(1, 2, 3, 4, 5, 6), 2)
    assert again.known == len(found)


def test_a_process_that_dies_is_told_in_one_sentence():
    orders = [Order(n, Options(executors=n + 1), 200, 1) for n in range(4)]
    coming = answers(MODEL, orders, jobs=2, progress=lambda _done, _total: kill_children())
    with pytest.raises(SimulationError, match="a process ended while it simulated"):
        list(coming)


def kill_children() -> None:
    import multiprocessing

    for process in multiprocessing.active_children():
        os.kill(process.pid, signal.SIGKILL)


def test_no_process_is_left_when_nobody_waits_any_more(monkeypatch):
    import multiprocessing

    coming = answers(MODEL, [Order(n, Options(executors=n + 1), 2, 1) for n in range(6)], jobs=2)
    next(coming)
    assert multiprocessing.active_children()
    coming.close()
    assert not multiprocessing.active_children()


def test_nothing_is_simulated_twice_without_a_cache_either():
    asked = sweep()
    first = asked.ask(cases(1, 2), 2)
    assert asked.ask(cases(1, 2), 2) == first
    assert asked.simulated == 4


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_mistake_of_ours_is_no_refusal(monkeypatch, jobs):
    monkeypatch.setattr(sweep_module, "FEW_TASKS", 0)
    broken = cases("many", "more", "most")  # no option of the command line gets here
    with pytest.raises(TypeError):
        sweep(jobs=jobs).ask(broken, 1)
