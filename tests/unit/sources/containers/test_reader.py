"""Recorded logs in every form in which people have them."""

import gzip
from pathlib import Path

import pytest

from pertract.errors import SourceNotFound, UnrecognisedSource
from pertract.sources import containers
from pertract.sources.spark import find
from pertract.units import MIB

ROOT = Path(__file__).resolve().parents[4]
RECORDED = ROOT / "tests/data/hadoop"
CLIENT, CLUSTER = "application_1795302742954_0003", "application_1795302742954_0004"
TEXT = RECORDED / f"yarn-logs/{CLIENT}.txt"
LOGHUB = ROOT.parent / "shared/data/yarn/loghub"


def exported(folder, *, packed=False):
    """Write the recorded logs as folders of containers, as YARN has them on disk and EMR stores them."""
    for number, line in enumerate(TEXT.read_bytes().split(b"Container: ")[1:]):
        head, _, rest = line.partition(b"LogContents:\n")
        fields = dict(row.split(b":", 1) for row in head.splitlines()[1:] if b":" in row)
        container, kind = head.split()[0].decode(), fields[b"LogType"].decode()
        place = folder / CLIENT / container / (kind + ".gz" * packed)
        place.parent.mkdir(parents=True, exist_ok=True)
        content = rest[: int(fields[b"LogLength"])]
        place.write_bytes(gzip.compress(content) if packed else content)
        assert number < 100
    return folder


def test_text_of_yarn_logs():
    found = containers.read([TEXT])
    assert found.applications == [CLIENT]
    assert not found.notes
    executors = {c.executor: c for c in found.containers.values() if c.executor}
    assert sorted(executors) == ["1", "2", "3"]
    assert {e: c.id[-1] for e, c in executors.items()} == {"1": "2", "2": "3", "3": "4"}
    assert sum(c.tasks for c in executors.values()) == 8
    assert {(c.cores, c.heap_bytes) for c in executors.values()} == {(1, 512 * MIB)}
    assert all(c.launched_s < c.registered_s < c.ended_s for c in executors.values())
    assert all(c.collections.count == 4 and c.collections.full == 2 for c in executors.values())
    (request,) = found.requests[CLIENT]
    assert request == containers.Request(3, 1, 896 * MIB)
    (master,) = (c for c in found.containers.values() if c.is_master)
    assert master.id.endswith("000001")


@pytest.mark.parametrize("packed", [False, True])
def test_folders_of_containers_tell_the_same(tmp_path, packed):
    text, found = containers.read([TEXT]), containers.read([exported(tmp_path, packed=packed)])
    assert found.applications == [CLIENT]
    assert found.containers.keys() == text.containers.keys()
    for identifier, container in found.containers.items():
        same = text.containers[identifier]
        assert container.collections == same.collections
        assert (container.executor, container.tasks, container.life_s) == (
            same.executor,
            same.tasks,
            same.life_s,
        )
        assert container.logs == same.logs


def test_a_flat_file_of_a_container(tmp_path):
    place = tmp_path / CLIENT / "container_1795302742954_0003_01_000002.log"
    place.parent.mkdir()
    stderr = next(exported(tmp_path / "x").rglob("*000002/stderr"))
    place.write_bytes(stderr.read_bytes())
    (container,) = containers.read([place.parent]).containers.values()
    assert (container.id, container.executor) == (place.stem, "1")


def test_one_file_alone_tells_its_application(tmp_path):
    stderr = next(exported(tmp_path / "x").rglob("*000002/stderr"))
    alone = tmp_path / "stderr"
    alone.write_bytes(stderr.read_bytes())
    found = containers.read([alone])
    assert found.applications == [CLIENT]
    assert [c.executor for c in found.containers.values()] == ["1"]


def test_packed_text_that_was_cut_is_used_as_far_as_it_goes(tmp_path):
    packed = gzip.compress(TEXT.read_bytes())
    (tmp_path / "logs.txt.gz").write_bytes(packed[: len(packed) // 2])
    found = containers.read([tmp_path / "logs.txt.gz"])
    assert found.containers
    assert any("logs.txt.gz" in note for note in found.notes)


def test_several_applications_at_once():
    assert containers.read([RECORDED / "yarn-logs"]).applications == [CLIENT, CLUSTER]


def test_what_is_no_log_of_a_container(tmp_path):
    with pytest.raises(UnrecognisedSource, match="it looks like an event log"):
        containers.read([next((RECORDED / "events").iterdir())])
    with pytest.raises(SourceNotFound, match="there are no logs of containers"):
        containers.read([tmp_path])
    packed = tmp_path / CLIENT / "node-1_8041"
    packed.parent.mkdir()
    packed.write_bytes(b"VERSION\x00\x01" + bytes(range(256)) * 4)
    with pytest.raises(UnrecognisedSource, match="packed as YARN aggregates them") as caught:
        containers.read([tmp_path])
    assert "yarn logs" in caught.value.hint


def test_event_logs_are_found_among_logs_of_containers(tmp_path):
    exported(tmp_path)
    event_log = next((RECORDED / "events").glob(f"{CLIENT}*"))
    (tmp_path / event_log.name).write_bytes(event_log.read_bytes())
    assert find(tmp_path).application == CLIENT


@pytest.mark.skipif(not LOGHUB.is_dir(), reason="needs the logs of Loghub beside the project")
@pytest.mark.parametrize(
    ("name", "application", "executor", "tasks"),
    [
        ("Spark_2k.log", "application_1485248649253_0147", "5", 305),
        ("Hadoop_2k.log", "application_1445144423722_0020", None, 0),
    ],
)
def test_published_logs(name, application, executor, tasks):
    found = containers.read([LOGHUB / name])
    assert found.applications == [application]
    (container,) = found.containers.values()
    assert (container.executor, container.tasks) == (executor, tasks)
