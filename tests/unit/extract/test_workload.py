import pytest

from pertract import dsl
from pertract.extract.profiles import build_profiles
from pertract.extract.workload import build_workload
from pertract.sources.spark.records import StreamRecord, TableRecord


@pytest.fixture
def workload(records):
    def build(*stages):
        return build_workload(records.run([records.job(0, 0, 10, stages)], 10))

    return build


def test_each_input_is_a_data_model_with_its_size(records, workload):
    rdds = [(4, "MapPartitionsRDD", None, None), (3, "hdfs://nn/logs/*.gz", None, None)]
    data, reads = workload(records.stage(0, [(0, 1)] * 3, read=500, rdds=rdds), records.stage(1, [(1, 2)]))
    (file,) = data.data
    assert (file.name, file.size_bytes, file.records, file.partitions) == (
        "hdfs://nn/logs/*.gz",
        1500,
        150,
        3,
    )
    assert reads == {"stage-0": (file.id,)}
    assert data.size_bytes == 1500


def test_iterations_over_the_same_data_share_one_model_of_the_largest_volume(records, workload):
    rdds = [(3, "points", None, None)]
    stages = [records.stage(i, [(i, i + 1)], read=100 * (i + 1), rdds=rdds) for i in range(3)]
    data, reads = workload(*stages)
    (file,) = data.data
    assert file.size_bytes == 300
    assert reads == dict.fromkeys(["stage-0", "stage-1", "stage-2"], (file.id,))


def test_different_inputs_add_up(records, workload):
    stages = [records.stage(i, [(0, 1)], read=100, rdds=[(i, "a", None, None)]) for i in range(2)]
    data, reads = workload(*stages)
    assert data.size_bytes == 200
    assert len(set(reads.values())) == 2


def test_stages_without_known_data_sets_are_not_mixed_up(records, workload):
    data, _ = workload(*(records.stage(i, [(0, 1)], read=100) for i in range(3)))
    assert len(data.data) == 3


def test_an_application_that_reads_nothing_has_no_data(records, workload):
    data, reads = workload(records.stage(0, [(0, 1)], local=100))
    assert (data.data, reads) == ((), {})


# -- tables ----------------------------------------------------------------------------------------


@pytest.fixture
def tables(records):
    """Data models of stages, each with the tables it scans; of tables of 100 and 300 bytes."""

    def build(*stages, sizes=(100, 300), **properties):
        for stage, scanned in stages:
            stage.tables = scanned
        run = records.run([records.job(0, 0, 10, [stage for stage, _ in stages])], 10, **properties)
        run.tables = [TableRecord(f"db.t{i}", "parquet", 2, size) for i, size in enumerate(sizes)]
        return build_workload(run)

    return build


def test_stages_that_scan_the_same_table_share_it_whatever_their_data_sets(records, tables):
    stages = [records.stage(i, [(i, i + 1)], read=100 * (i + 1), rdds=[(i, "a", None, None)]) for i in (0, 1)]
    data, reads = tables((stages[0], (1,)), (stages[1], (1,)))
    (table,) = data.data
    assert (table.name, table.format, table.files, table.size_bytes) == ("db.t1", "parquet", 2, 200)
    assert table.split_bytes == 128 * 2**20
    assert reads == {"stage-0": (table.id,), "stage-1": (table.id,)}


def test_what_a_stage_reads_of_several_tables_is_divided_by_the_size_of_their_files(records, tables):
    data, reads = tables((records.stage(0, [(0, 1)], read=80), (0, 1)))
    assert [(table.name, table.size_bytes, table.records) for table in data.data] == [
        ("db.t0", 20, 2),
        ("db.t1", 60, 6),
    ]
    assert reads == {"stage-0": tuple(table.id for table in data.data)}


def test_without_the_size_of_files_tables_are_taken_to_be_alike(records, tables):
    data, _ = tables((records.stage(0, [(0, 1)], read=80), (0, 1)), sizes=(0, 300))
    assert [table.size_bytes for table in data.data] == [40, 40]


def test_cached_data_are_those_of_the_table_they_came_from(records, tables):
    rdds = [(3, "FileScanRDD", None, None)]
    first, later = (records.stage(i, [(i, i + 1)], read=100, rdds=rdds) for i in (0, 1))
    data, reads = tables((first, (0,)), (later, ()))
    assert len(data.data) == 1
    assert reads["stage-0"] == reads["stage-1"]


def test_the_size_of_splits_is_that_of_the_settings(records, tables):
    stage = (records.stage(0, [(0, 1)], read=80), (0,))
    data, _ = tables(stage, spark__sql__files__maxPartitionBytes="64m")
    assert data.data[0].split_bytes == 64 * 2**20
    key = "spark__hadoop__mapreduce__input__fileinputformat__split__maxsize"
    data, _ = tables((records.stage(0, [(0, 1)], read=80), ()), **{key: "1000"})
    assert data.data[0].split_bytes == 1000


# -- streams ---------------------------------------------------------------------------------------


def stream_run(records, *, interval_s=5.0, batch_s=3.0, read=0, rows=100):
    """A run of three micro-batches of 1, 2 and 1.5 s."""
    jobs = []
    for batch, long_s in enumerate((1.0, 2.0, 1.5)):
        begin_s = 5.0 * batch
        stage = records.stage(batch, [(begin_s, begin_s + long_s)] * 2, read=read)
        stage.summary.volumes["input_records"] = 30.0
        jobs.append(records.job(batch, begin_s, begin_s + long_s, [stage], group="run-1"))
        jobs[-1].batch = batch
    run = records.run(jobs, 20)
    stream = StreamRecord("run-1", "clicks", "Kafka[clicks]", rows, 3, 20.0, interval_s, batch_s)
    run.streams = [stream]
    return run


def test_a_stream_is_a_record_model_with_its_rate_and_rhythm(records):
    data, reads = build_workload(stream_run(records))
    (stream,) = data.data
    assert isinstance(stream, dsl.RecordData)
    assert (stream.name, stream.query, stream.partitions) == ("clicks", "run-1", 2)
    assert stream.mean_record_bytes == 0
    assert stream.source == dsl.OpenSource(arrival_rate_per_s=20.0, batch_interval_s=5.0, batch_driver_s=1.5)
    assert reads == dict.fromkeys(["stage-0", "stage-1", "stage-2"], (stream.id,))


def test_bytes_of_a_stream_are_no_files(records):
    data, _ = build_workload(stream_run(records, read=50))
    (stream,) = data.data
    assert stream.mean_record_bytes == 3.0
    assert data.size_bytes == 0


def test_batches_that_follow_each_other_without_waiting_have_no_interval(records):
    data, _ = build_workload(stream_run(records, batch_s=4.9))
    assert data.data[0].source.batch_interval_s is None
    data, _ = build_workload(stream_run(records, interval_s=None, batch_s=None))
    assert data.data[0].source == dsl.OpenSource(arrival_rate_per_s=20.0)


def test_work_on_a_stream_grows_with_its_records(records):
    run = stream_run(records)
    compute = build_profiles(run).stages[0].demands[0]
    assert compute.activity == "compute"
    assert compute.mean == {"task_records": pytest.approx(0.5 / 15)}
    for job in run.jobs:
        job.batch = None
    assert set(build_profiles(run).stages[0].demands[0].mean) == {"constant"}
