from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pertract.dsl.profile import CAUSES
from pertract.transforms import stoex
from pertract.transforms.pcm import sizes
from pertract.transforms.pcm.scenario import StageLoad


def load(times: list[float], *, weights: list[float] | None = None, tasks: int = 0, **fields) -> StageLoad:
    causes = [(0.0,) * len(times)] * len(CAUSES)
    causes[CAUSES.index("cpu")] = tuple(times)
    weights = weights or [1.0] * len(times)
    return StageLoad(
        tasks=tasks or round(sum(weights)), weights=tuple(weights), causes_s=tuple(causes), **fields
    )


def launched(stage: StageLoad, tasks: int | None = None) -> list[float]:
    """Return the mean sizes of the tasks in order of launch, as the files say."""
    tree = stoex.parse(sizes.expression(stage, "seed", "i.VALUE", "n.VALUE"))
    n = tasks or stage.tasks
    return [float(stoex.mean(tree, {"i.VALUE": i, "n.VALUE": n})) for i in range(1, n + 1)]


def test_tasks_that_are_alike_have_one_size():
    assert sizes.expression(load([2.0, 2.0]), "", "i", "n") == "1.0"
    assert sizes.expression(load([0.0]), "", "i", "n") == "1.0"


@given(st.lists(st.floats(0.1, 100), min_size=2, max_size=64), st.randoms())
def test_every_task_of_a_small_stage_has_its_own_size_in_the_order_of_launch(times, random):
    order = [i / len(times) for i in range(len(times))]
    random.shuffle(order)
    stage = load(times, launch_order=tuple(order))
    expected = np.array(times)[np.argsort(order)] / np.mean(times)
    assert launched(stage) == pytest.approx(expected.tolist(), rel=1e-5)


def test_more_tasks_keep_the_places_of_their_groups():
    stage = load([1.0, 3.0], launch_order=(0.0, 1.0))
    assert launched(stage, 4) == pytest.approx([0.5, 0.5, 1.5, 1.5])


@given(
    st.lists(st.tuples(st.floats(0.1, 100), st.floats(0.5, 60), st.floats(0, 1)), min_size=2, max_size=64),
    st.integers(65, 5000),
)
def test_large_stages_keep_their_mean(groups, tasks):
    times, weights, order = map(list, zip(*groups, strict=True))
    stage = load(times, weights=weights, tasks=tasks, launch_order=tuple(order))
    found = launched(stage)
    assert np.mean(found) == pytest.approx(1.0, rel=0.25)
    assert len(sizes.steps(stage, "")) <= 2 * sizes.KEPT + sizes.BINS


def test_a_rare_long_task_of_a_large_stage_is_launched_where_it_was():
    stage = load([1.0, 50.0], weights=[199.0, 1.0], launch_order=(0.5, 0.9))
    found = launched(stage)
    longest = int(np.argmax(found))
    assert found[longest] > 30
    assert longest / 200 == pytest.approx(0.9, abs=0.02)
    assert sum(size > 30 for size in found) == 1


def test_without_an_order_the_seed_decides_it():
    stage = load([1.0, 2.0, 3.0, 4.0])
    assert sizes.steps(stage, "a") == sizes.steps(stage, "a")
    assert sorted(step.mean for step in sizes.steps(stage, "a")) == pytest.approx([0.4, 0.8, 1.2, 1.6])
    assert any(sizes.steps(stage, "a") != sizes.steps(stage, seed) for seed in "bcdef")
