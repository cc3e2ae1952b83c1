"""Demands of original models as demands of the language, and the other way."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pertract import dsl
from pertract.transforms import stoex
from pertract.transforms.original.demand_reader import read_demands
from pertract.transforms.original.demand_writer import joined, write_demand

MIB = 2**20


def read(*demands: tuple[str, str], tasks: int = 8) -> tuple[tuple[float, ...], tuple[dsl.Demand, ...]]:
    weights, found, _ = read_demands(demands, tasks)
    return weights, found


@pytest.mark.parametrize(
    ("text", "mean"),
    [
        ("dataSize.VALUE * 12", {"task_bytes": 0.012 / MIB}),
        ("12 * dataSize.BYTESIZE", {"task_bytes": 0.012 / MIB}),
        ("dataSize.VALUE / 4", {"task_bytes": 0.00025 / MIB}),
        ("3", {"constant": 0.003}),
        ("100 / 7", {"constant": 0.014}),  # whole numbers
        ("100 / 8.0", {"constant": 0.0125}),
        ("executors.BYTESIZE * 2", {"executors": 0.002}),
        ("(dataSize.VALUE + 1) * 3 - 1", {"task_bytes": 0.003 / MIB, "constant": 0.002}),
        ("records.VALUE * 5", {"task_records": 0.005}),
        ("1 > 2 ? 5 : dataSize.VALUE", {"task_bytes": 0.001 / MIB}),
    ],
)
def test_sums_of_products_are_means(text: str, mean: dict[str, float]) -> None:
    weights, (demand,) = read(("CPU", text))
    assert weights == (8.0,)
    assert demand.mean == pytest.approx(mean)
    assert demand.spread == (1.0,)
    assert (demand.resource, demand.unit) == ("cpu", "core_seconds")


def test_a_boxed_distribution_becomes_groups_with_the_middle_of_each_box() -> None:
    weights, (demand,) = read(("CPU", "DoublePDF[(2;0.25)(6;0.75)] * executors.BYTESIZE"), tasks=4)
    assert weights == (1.0, 3.0)
    mean = 0.25 * 1 + 0.75 * 4
    assert demand.mean == pytest.approx({"executors": mean / 1000})
    assert demand.spread == pytest.approx((1 / mean, 4 / mean))


def test_independent_random_values_become_all_their_combinations() -> None:
    weights, demands = read(
        ("CPU", "IntPMF[(1;0.5)(3;0.5)]"), ("DELAY", "DoublePMF[(10;0.25)(50;0.75)]"), tasks=16
    )
    assert sorted(weights) == [2.0, 2.0, 6.0, 6.0]
    assert [d.mean["constant"] for d in demands] == pytest.approx([0.002, 0.04])
    assert sum(w * s for w, s in zip(weights, demands[0].spread, strict=True)) == pytest.approx(16)
    total = [sum(d.mean["constant"] * d.spread[g] for d in demands) for g in range(4)]
    assert min(total) == pytest.approx(0.011)
    assert max(total) == pytest.approx(0.053)


def test_one_expression_may_need_several_demands() -> None:
    _, demands = read(("CPU", "dataSize.VALUE * 2 + IntPMF[(1;0.5)(3;0.5)]"))
    assert [set(d.mean) for d in demands] == [{"task_bytes"}, {"constant"}]
    assert demands[0].spread == (1.0, 1.0)


def test_memory_is_in_megabytes_and_drives_in_milliseconds() -> None:
    _, (memory, drive) = read(("MEMORY_ALLOCATED", "dataSize.VALUE * 2"), ("DRIVE_READ", "5"))
    assert memory.mean == {"task_bytes": 2.0}
    assert (drive.resource, drive.activity, drive.mean) == ("drive_read", "input", {"constant": 0.005})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dataSize.VALUE * executors.BYTESIZE", "a product of two variables"),
        ("dataSize.VALUE ^ 2", "no sum of products"),
        ("1000 / executors.BYTESIZE", "no sum of products"),
        ("executors.BYTESIZE / 2", "no sum of products"),  # a division of whole numbers
        ("dataSize.VALUE - 3", "a part of it is negative"),
        ("files.VALUE * 2", "none of dataSize, executors and records"),
        ("Norm(5, 1) * dataSize.VALUE", "continuous"),
        ("Exp(5)", "continuous"),
        ("true", "no number"),
        ('EnumPMF[("a";1)]', "no numbers"),
        ("dataSize.VALUE *", "found the end"),
        ("DoublePMF[(-1;1)]", "negative"),
        ("dataSize.VALUE > 3 ? 1 : 2", "no sum of products"),
    ],
)
def test_what_the_language_cannot_say_is_refused_with_the_expression(text: str, message: str) -> None:
    with pytest.raises(stoex.ExpressionProblem, match=message):
        read(("CPU", text))


def test_of_many_combinations_some_stand_for_all() -> None:
    values = "IntPMF[" + "".join(f"({i};0.01)" for i in range(100)) + "]"
    weights, found, sampled = read_demands([("CPU", values), ("DELAY", f"{values} * 2"), ("CPU", "5")], 512)
    assert sampled
    assert weights == (2.0,) * 256
    assert [d.mean["constant"] for d in found] == pytest.approx([0.0495, 0.099, 0.005])
    first, second, third = (np.array(d.spread) for d in found)
    assert first.mean() == pytest.approx(1.0)
    deviation = np.arange(100).std() / 49.5
    assert first.std() == pytest.approx(deviation, rel=0.02)
    assert second.std() == pytest.approx(deviation, rel=0.02)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.05
    assert set(third) == {1.0}


def test_few_combinations_are_all_kept() -> None:
    values = "IntPMF[" + "".join(f"({i};0.04)" for i in range(25)) + "]"
    weights, _, sampled = read_demands([("CPU", values), ("DELAY", values)], 100)
    assert (len(weights), sampled) == (625, False)


def demand(mean: dict[str, float], spread: tuple[float, ...] = (1.0,)) -> dsl.Demand:
    return dsl.Demand(resource="cpu", activity="compute", unit="core_seconds", mean=mean, spread=spread)


VARIABLES = dsl.profile.task_variables(
    entering_bytes=80 * MIB, entering_records=4000, tasks=8, measured_tasks=8, data=1.0, executors=4
)


@pytest.mark.parametrize(
    ("mean", "text", "parameter"),
    [
        ({"task_bytes": 0.012 / MIB}, "dataSize.VALUE * 12", "dataSize.VALUE"),
        ({"constant": 0.0035}, "3.5", None),
        ({}, "0", None),
        ({"executors": 0.002, "constant": 1.0}, "1000 + (executors.BYTESIZE * 2)", "executors.BYTESIZE"),
        # 500 records of a task in 10 MB of a task
        ({"task_records": 0.001}, "dataSize.VALUE * 50", "dataSize.VALUE"),
        ({"task_data": 0.1}, "dataSize.VALUE * 10", "dataSize.VALUE"),
        ({"log_executors": 1.0}, str(round(math.log(4) * 1000, 12)), None),
        ({"data": 0.5, "partitions": 0.01}, "580", None),
    ],
)
def test_means_are_written_as_expressions(mean: dict[str, float], text: str, parameter: str | None) -> None:
    found, name = write_demand(demand(mean), (8.0,), VARIABLES, 10.0)
    assert name == parameter
    if "log_executors" in mean:
        assert float(found) == pytest.approx(float(text))
    else:
        assert found == text


def test_coefficients_follow_the_data_as_the_original_counts_them() -> None:
    """Where its tasks have 40 MB instead of 10, the coefficient is a quarter, and the demand is the same."""
    assert (
        write_demand(demand({"task_bytes": 0.012 / MIB}), (8.0,), VARIABLES, 40.0)[0] == "dataSize.VALUE * 3"
    )
    assert write_demand(demand({"task_bytes": 0.012 / MIB}), (8.0,), VARIABLES, 0.0)[0] == "120"


def test_a_spread_is_written_as_a_distribution_and_read_back() -> None:
    text, _ = write_demand(demand({"constant": 0.02}, (0.5, 0.5, 2.0)), (2.0, 4.0, 3.0), VARIABLES, 10.0)
    assert stoex.mean(stoex.parse(text)) == pytest.approx(20.0)
    weights, (again,) = read(("CPU", text), tasks=9)
    assert weights == pytest.approx((6.0, 3.0))
    assert again.spread == pytest.approx((0.5, 2.0))


def test_numbers_beyond_all_bounds_are_refused() -> None:
    with pytest.raises(stoex.ExpressionProblem, match="cannot be written"):
        write_demand(demand({"constant": 1e308}), (8.0,), VARIABLES, 10.0)


def test_demands_of_one_kind_that_vary_are_written_as_one() -> None:
    profile = dsl.StageProfile(
        id="p",
        weights=(1.0, 1.0),
        demands=(
            demand({"constant": 3.0}, (0.5, 1.5)),
            demand({"constant": 9.0}, (1.0, 1.0)),
            demand({"task_bytes": 1.0 / (10 * MIB)}, (1.5, 0.5)),
        ),
    )
    together, alone = joined(profile, VARIABLES)
    assert alone.mean == {"constant": 9.0}
    assert together.mean == {"constant": 3.0, "task_bytes": 1.0 / (10 * MIB)}
    # 3 s and 1 s on average: 1.5 + 1.5 = 3 s and 4.5 + 0.5 = 5 s
    assert together.spread == pytest.approx((0.75, 1.25))
