import pytest

from pertract.extract.workload import build_workload


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
    assert reads == {"stage-0": file.id}
    assert data.size_bytes == 1500


def test_iterations_over_the_same_data_share_one_model_of_the_largest_volume(records, workload):
    rdds = [(3, "points", None, None)]
    stages = [records.stage(i, [(i, i + 1)], read=100 * (i + 1), rdds=rdds) for i in range(3)]
    data, reads = workload(*stages)
    (file,) = data.data
    assert file.size_bytes == 300
    assert reads == dict.fromkeys(["stage-0", "stage-1", "stage-2"], file.id)


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
