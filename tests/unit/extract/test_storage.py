"""What a model holds of stored files, from listings and from how near tasks ran."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import pertract
from pertract import dsl
from pertract.errors import SourceError
from pertract.extract.storage import stored_files
from pertract.sources import hdfs
from pertract.sources.hdfs import Listing, StoredFile

DATA = Path(__file__).parents[2] / "data/hadoop/locality"
LOG = DATA / "application_1795302742954_0020.zstd"
PUBLIC = Path(__file__).resolve().parents[4] / "shared/data/spark-eventlogs/public"
MANY_NODES = PUBLIC / "sparklint/directory_source/event_log_0"
needs_logs = pytest.mark.skipif(not MANY_NODES.is_file(), reason="the logs in ../shared are not here")


@pytest.fixture(scope="module")
def model() -> dsl.PerformanceModel:
    """Two executors on nodes of which one holds all blocks: HDFS of two data nodes, twenty blocks."""
    return pertract.extract(LOG, hdfs=DATA / "webhdfs")


def test_a_recorded_run_gets_its_files(model: dsl.PerformanceModel) -> None:
    (data,) = model.workload.data
    assert isinstance(data, dsl.FileData)
    assert data.storage == dsl.Storage(
        sizes=(dsl.FileSizes(count=1, size_bytes=20801353),), block_bytes=1048576, splittable=True
    )
    assert (data.files, data.split_rule, data.splits(1.0, 2), data.partitions) == (1, "hadoop_old", 20, 20)
    assert data.placement is not None
    assert (data.placement.replication, data.placement.data_nodes) == (2, 2)
    assert sorted(data.placement.on_node) == [0.0, 1.0]
    assert data.placement.remote_share == 0.45
    assert model.resources.workers[0].racks == ("/default-rack",)
    assert [stage.near_blocks for stage in model.execution.stages] == [True, False]


def test_tasks_follow_the_split_rule(model: dsl.PerformanceModel) -> None:
    prediction = pertract.predict(model, data_scale=2.5, replications=3)
    assert prediction.stages[0].tasks == 3 * 17  # three files of 16.5 blocks


@pytest.mark.parametrize(
    ("name", "near"),
    [("application_1795302742954_0016.zstd", 16), ("application_1795302742954_0020.zstd", 11)],
)
def test_the_replay_is_right_with_waits_near_blocks(name: str, near: int) -> None:
    found = pertract.extract(DATA / name, hdfs=DATA / "webhdfs")
    (data,) = found.workload.data
    assert isinstance(data, dsl.FileData)
    assert data.placement is not None
    assert round(20 * (1 - data.placement.remote_share)) == near
    assert found.replay is not None
    assert abs(found.replay.error) < 0.05


@needs_logs
def test_without_a_listing_the_nearness_of_tasks_tells_how_large_the_file_system_is() -> None:
    found = pertract.extract(MANY_NODES)
    placement = next(d.placement for d in found.workload.data if isinstance(d, dsl.FileData))
    assert placement is not None
    assert placement.data_nodes > 100  # 2 of 68 tasks found a block on one of 3 nodes
    assert placement.on_rack == (dsl.RackShare(rack="/default-rack", share=0.1471),)  # 10 of 68
    assert found.replay is not None
    assert abs(found.replay.error) < 0.02


def test_drives_of_data_nodes_are_those_of_the_nodes(tmp_path: Path) -> None:
    volume = {"capacity": 10, "used": 1, "transient": False}
    disks = {"volumeSets": {"DISK": {"volumes": [volume, volume]}}, "dataNodeName": "n"}
    (tmp_path / "before.json").write_text(json.dumps({"nodes": [disks]}))
    assert pertract.extract(LOG, hdfs=tmp_path).resources.workers[0].drives.count == 2


def test_what_cannot_be_looked_up_is_raised_or_told() -> None:
    with pytest.raises(SourceError):
        pertract.extract(LOG, hdfs="/nonexistent")
    problems: list[str] = []
    found = pertract.extract(LOG, hdfs="/nonexistent", problem=problems.append)
    assert len(problems) == 1
    assert "could not be looked up" in found.completeness.missing[0]


def test_a_listing_of_other_files_is_told(tmp_path: Path) -> None:
    (tmp_path / "ls").write_text("-rw-r--r--   3 me it  1366 2017-08-03 08:37 /other\n")
    found = pertract.extract(LOG, hdfs=tmp_path / "ls")
    assert "no file that the run read is among those listed" in found.completeness.notes[-1]


def test_hosts_that_match_none_leave_the_place_open(tmp_path: Path) -> None:
    text = (DATA / "webhdfs/v1/data/h-words/part-0.txt/GET_BLOCK_LOCATIONS.json").read_text()
    folder = tmp_path / "webhdfs/v1/data/h-words/part-0.txt"
    folder.mkdir(parents=True)
    renamed = text.replace("127.0.0.", "datanode").replace('"hostName":"', '"hostName":"x-')
    (folder / "GET_BLOCK_LOCATIONS.json").write_text(renamed)
    (data,) = pertract.extract(LOG, hdfs=tmp_path).workload.data
    assert isinstance(data, dsl.FileData)
    assert data.placement is not None
    assert (data.placement.on_node, data.placement.data_nodes) == ((), 2)


def test_hidden_files_are_not_read() -> None:
    paths = ("/d/a", "/d/_SUCCESS", "/d/.b", "/d/_k=1/c", "/d/_t/c", "/d/e._COPYING_", "/other")
    listing = Listing([StoredFile(path, 1) for path in paths])
    assert [file.path for file in stored_files(["hdfs://n/d"], listing)] == ["/d/_k=1/c", "/d/a"]
    # A folder that is named itself may be called as it likes.
    named = Listing([StoredFile("/x/_y/part-0", 1)])
    assert len(stored_files(["/x/_y"], named)) == 1


def test_a_nameless_listing_stands_for_the_one_path_that_was_read() -> None:
    listing = Listing([StoredFile("part-0", 1)])
    assert len(stored_files(["/d"], listing)) == 1
    assert stored_files(["/d", "/e"], listing) == []


def test_many_sizes_become_groups_with_the_same_volume(tmp_path: Path) -> None:
    sizes = [1000 + 7 * i for i in range(500)]
    lines = [
        f"-rw-r--r--   3 me it  {size} 2017-08-03 08:37 /data/h-words/f{i}\n" for i, size in enumerate(sizes)
    ]
    (tmp_path / "ls").write_text("".join(lines))
    (data,) = pertract.extract(LOG, hdfs=tmp_path / "ls").workload.data
    assert isinstance(data, dsl.FileData)
    assert data.storage is not None
    groups = data.storage.sizes
    assert len(groups) <= 64
    assert sum(group.count for group in groups) == 500
    assert sum(g.count * g.size_bytes for g in groups) == pytest.approx(sum(sizes), rel=0.001)


def test_reading_needs_no_network_for_saved_answers() -> None:
    assert len(hdfs.read(DATA / "webhdfs").files) == 1
