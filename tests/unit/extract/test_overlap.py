import random

import pytest

from pertract.extract.overlap import RunningStages


def test_nothing_runs_in_an_empty_log(records):
    assert not RunningStages([]).other_than(records.stage(0, [(0, 1)]), 0, 1)


def test_a_stage_is_not_another_than_itself(records):
    stage = records.stage(0, [(0, 5)])
    assert not RunningStages([stage]).other_than(stage, 0, 5)


def test_stages_that_touch_do_not_overlap(records):
    first, second = records.stage(0, [(0, 5)]), records.stage(1, [(5, 9)])
    running = RunningStages([first, second])
    assert not running.other_than(first, 0, 5)
    assert not running.other_than(second, 5, 9)
    assert running.other_than(second, 4.9, 9)


def test_stages_without_tasks_do_not_run(records):
    assert not RunningStages([records.stage(0, completed=9, count=3)]).other_than(records.stage(1), 0, 9)


@pytest.mark.parametrize("seed", range(20))
def test_the_answer_is_that_of_comparing_all_with_all(records, seed):
    draw = random.Random(seed)
    spans = [(begin := draw.randint(0, 30), begin + draw.randint(1, 10)) for _ in range(12)]
    stages = [records.stage(i, [span]) for i, span in enumerate(spans)]
    running = RunningStages(stages)
    for stage in stages:
        for begin in range(-1, 42, 3):
            end = begin + draw.randint(1, 8)
            expected = any(
                s.summary.first_launch_s < end and s.summary.last_finish_s > begin
                for s in stages
                if s is not stage
            )
            assert running.other_than(stage, begin, end) == expected
