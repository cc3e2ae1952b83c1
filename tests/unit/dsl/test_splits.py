"""Into how many tasks Spark SQL cuts a scan of files."""

from __future__ import annotations

import pytest

import pertract
from pertract import dsl
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
