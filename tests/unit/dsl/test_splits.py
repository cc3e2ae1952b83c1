"""Into how many tasks Spark SQL cuts a scan of files."""

from __future__ import annotations

import pytest

import pertract
from pertract import dsl
from pertract.dsl.splits import file_splits, scaled
from pertract.dsl.workload import parallelism

MIB = 1024**2


def files(count: int, mib: float, **fields: object) -> dsl.FileData:
    given = {"format": "parquet", "split_bytes": 128 * MIB, **fields}
    return dsl.FileData(
        id="d", size_bytes=round(mib * MIB), files=count, files_bytes=round(mib * MIB), **given
    )


@pytest.mark.parametrize(
    ("count", "mib", "slots", "tasks"),
    [
        # Measured by the public log nds_q72_dataproc_2_2 on 128 slots.
        (1, 32.7, 128, 9),
        (261, 5199.9, 128, 131),
        (1, 7.4, 128, 2),
        (1, 1.8, 128, 1),
        # Large files in splits of the largest size.
        (4, 4 * 1280, 8, 40),
        # Fewer splits than slots: smaller ones.
        (1, 1024, 64, 64),
        # Small files go together.
        (1000, 1000, 4, 40),
    ],
)
def test_the_number_is_sparks(count: int, mib: float, slots: int, tasks: int) -> None:
    assert files(count, mib).splits(1.0, slots) == pytest.approx(tasks, abs=max(1, 0.02 * tasks))


def test_more_data_are_more_files() -> None:
    assert files(4, 4 * 1280).splits(3.0, 8) == 120


@pytest.mark.parametrize(
    "unknown", [{"format": "csv"}, {"format": ""}, {"split_bytes": None}, {"files_bytes": 0}]
)
def test_without_knowing_the_files_there_is_no_rule(unknown: dict[str, object]) -> None:
    known = {"size_bytes": MIB, "files": 1, "files_bytes": MIB, "format": "orc", "split_bytes": 128 * MIB}
    assert dsl.FileData(id="d", **known).splits(1.0, 4) == 1
    assert dsl.FileData(id="d", **{**known, **unknown}).splits(1.0, 4) is None


def test_parallelism_is_set_or_that_of_the_slots() -> None:
    assert [parallelism(None, 1), parallelism(None, 7), parallelism(40, 7)] == [2, 7, 40]


def scanning(tasks: int) -> dsl.PerformanceModel:
    """A stage of one scan of a file of 1 GiB, measured on 4 slots."""
    stage = dsl.Stage(
        id="s", profile="s", reads=("d",), partitions=dsl.Partitions(count=tasks, rule="input_splits")
    )
    profile = dsl.StageProfile(
        id="s",
        weights=(tasks,),
        demands=(
            dsl.Demand(
                resource="cpu",
                activity="compute",
                unit="core_seconds",
                mean={"task_bytes": 1e-8},
                spread=(1,),
            ),
        ),
        volumes=dsl.Volumes(input_bytes=1024 * MIB),
    )
    return dsl.PerformanceModel(
        name="scan",
        execution=dsl.ExecutionArchitecture(
            framework="Spark",
            configuration=dsl.ApplicationConfiguration(executors=(dsl.ExecutorGroup(count=1, slots=4),)),
            nodes=(dsl.Job(id="j", nodes=(stage,)),),
        ),
        profiles=dsl.ResourceProfiles(stages=(profile,)),
        workload=dsl.DataWorkload(data=(files(1, 1024),)),
        resources=dsl.ResourceArchitecture(nodes=(dsl.NodeGroup(id="n", count=1, cores=4),)),
    )


def test_predictions_cut_smaller_splits_on_more_slots() -> None:
    model = scanning(8)
    tasks = [pertract.predict(model, executors=n, replications=1).stages[0].tasks for n in (1, 2, 4, 16)]
    assert tasks == [8, 8, 16, 64]
    assert pertract.predict(model, data_scale=2.0, replications=1).stages[0].tasks == 16


def test_numbers_that_the_rule_does_not_explain_follow_the_data_alone() -> None:
    model = scanning(20)
    assert pertract.predict(model, executors=16, replications=1).stages[0].tasks == 20
    assert pertract.predict(model, data_scale=2.0, replications=1).stages[0].tasks == 40


# -- files as a listing tells them -----------------------------------------------------------------


def stored(*sizes: int, block: int | None = 128, splittable: bool = True, **fields: object) -> dsl.FileData:
    storage = dsl.Storage(
        sizes=tuple(dsl.FileSizes(count=1, size_bytes=size) for size in sizes),
        block_bytes=block,
        splittable=splittable,
    )
    return dsl.FileData(id="d", size_bytes=sum(sizes), storage=storage, **fields)


@pytest.mark.parametrize(
    ("size", "split", "splits"),
    [(0, 100, 1), (1, 100, 1), (100, 100, 1), (110, 100, 1), (111, 100, 2), (210, 100, 2), (211, 100, 3)],
)
def test_the_last_split_of_a_file_may_be_a_tenth_larger(size: int, split: int, splits: int) -> None:
    assert file_splits(size, split) == splits
    assert file_splits(size, split, splittable=False) == 1


def test_hadoop_cuts_into_blocks_within_limits() -> None:
    def cut(**fields: object) -> int | None:
        return stored(1000, 500, split_rule="hadoop", **fields).splits(1.0, 4)

    assert cut() == 8 + 4  # 1000 / 128 = 7.8, 500 / 128 = 3.9
    assert cut(split_bytes=100) == 10 + 5
    assert cut(least_split_bytes=500) == 2 + 1
    assert cut(split_bytes=100, least_split_bytes=1000) == 2  # the lower limit counts more
    assert cut(splittable=False) == 2
    assert cut(block=None) is None


def test_the_old_api_is_asked_for_a_number_of_splits() -> None:
    def cut(slots: int = 4, **fields: object) -> int | None:
        return stored(1000, split_rule="hadoop_old", **fields).splits(1.0, slots)

    assert cut() == 8  # two are asked for, but blocks are smaller
    assert cut(block=10**9) == 2
    assert cut(slots=1, block=10**9) == 1
    assert cut(least_splits=20, block=10**9) == 20


def test_scans_of_files_that_cannot_be_read_in_parts_have_a_split_for_each_or_several() -> None:
    one_each = stored(300, 300, 300, split_bytes=200, opening_bytes=0, splittable=False)
    assert one_each.splits(1.0, 1) == 3
    small = stored(50, 50, 50, split_bytes=200, opening_bytes=0, splittable=False)
    assert small.splits(1.0, 1) == 1
    assert small.splits(1.0, 3) == 3
    assert stored(50, 50, 50, split_bytes=200, opening_bytes=0, least_splits=2).splits(1.0, 3) == 3


def test_more_data_are_more_files_of_the_sizes_there_were() -> None:
    assert scaled([(10, 100), (1, 1000)], 2.0) == [(20, 100), (2, 1000)]
    assert scaled([(1, 1000)], 0.25) == [(1, 250)]
    assert scaled([(3, 10)], 1.5) == [(5, 9)]  # 4.5 files
    gz = stored(*[100] * 4, split_rule="hadoop", splittable=False)
    assert [gz.splits(scale, 4) for scale in (0.5, 1.0, 2.0)] == [2, 4, 8]


def test_whole_files_are_put_together() -> None:
    assert stored(*[10] * 9, split_rule="combined").splits(1.0, 4) == 2
    assert stored(*[10] * 9, split_rule="combined", least_splits=5).splits(1.0, 4) == 5
