"""Several sources that complete and contradict each other."""

import json
import shutil

import pytest

from pertract.sources import yarn
from pertract.sources.yarn.merge import merge
from pertract.sources.yarn.records import Container, Node, Snapshot
from pertract.units import MIB

APPLICATION = "application_1795302742954_0004"


def test_a_folder_of_files_with_any_names(data, tmp_path):
    for i, path in enumerate(sorted(path for path in data.rglob("*") if path.is_file())):
        shutil.copy(path, tmp_path / f"{i}.bin")
    (tmp_path / "notes.txt").write_text("What I did last summer.")
    (tmp_path / "page.html").write_text("<html></html>")
    snapshot = yarn.read([tmp_path])
    assert snapshot.problems == []
    assert (len(snapshot.nodes), len(snapshot.containers_of(APPLICATION))) == (3, 4)
    assert snapshot.scheduler.calculator == "DefaultResourceCalculator"
    assert len(snapshot.sources) == 15


def test_sources_complete_each_other(resource_manager, data):
    """The ResourceManager has forgotten the containers, and tells no calculator."""
    alone = yarn.read([resource_manager.url], application=APPLICATION)
    assert (alone.containers, alone.scheduler.calculator) == ({}, None)
    both = yarn.read([resource_manager.url, data / "logs", data / "conf"], application=APPLICATION)
    assert len(both.containers_of(APPLICATION)) == 4
    assert both.scheduler.calculator == "DefaultResourceCalculator"
    assert (both.problems, both.notes) == ([], [])


def test_the_answer_that_is_later_counts():
    earlier = {"id": "application_1_0001", "finishedTime": 0, "memorySeconds": 10, "state": "RUNNING"}
    later = earlier | {"finishedTime": 5000, "memorySeconds": 50, "state": "FINISHED"}
    from pertract.sources.yarn import answers

    for order in ((earlier, later), (later, earlier)):
        snapshot = Snapshot()
        for app in order:
            merge(snapshot, answers.read({"app": app})[0], "x")
        (found,) = snapshot.applications.values()
        assert (found.state, found.memory_byte_s) == ("FINISHED", 50 * MIB)


def test_contradictions_are_told():
    known = Snapshot(nodes={"a:1": Node("a:1", memory_bytes=1024 * MIB, vcores=4)})
    known.containers["c"] = Container("c", memory_bytes=512 * MIB)
    other = Snapshot(nodes={"a:1": Node("a:1", memory_bytes=2048 * MIB, vcores=8)})
    other.containers["c"] = Container("c", memory_bytes=1024 * MIB)
    merge(known, other, "rm.log")
    assert known.nodes["a:1"].vcores == 4
    assert known.notes == [
        "rm.log gives another size for 1 node, such as 2048 MiB and 8 vcores for a:1; "
        "1024 MiB and 4 vcores counts",
        "rm.log gives another size for 1 container, such as 1024 MiB and 0 vcores for c; "
        "512 MiB and 0 vcores counts",
    ]


def test_what_is_damaged_in_a_folder_is_told_and_the_rest_read(data, tmp_path):
    shutil.copytree(data / "rm", tmp_path / "rm")
    nodes = tmp_path / "rm" / "nodes.json"
    nodes.write_bytes(nodes.read_bytes()[:200])
    (tmp_path / "rm" / "nodes-running.xml").unlink()
    snapshot = yarn.read([tmp_path])
    assert snapshot.problems == [f"{nodes}: the answer breaks off in the middle"]
    assert snapshot.scheduler
    assert not snapshot.nodes


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", "hello", "neither JSON nor XML, which YARN would answer"),
        ("a.json", json.dumps({"jobs": {}}), "this file does not tell of a YARN cluster"),
        ("a.json", '{"nodes": {', "the answer breaks off in the middle"),
        ("a.html", "<!doctype html>", "a web page instead of an answer of YARN"),
    ],
)
def test_a_file_that_tells_nothing(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_text(content)
    (problem,) = yarn.read([path]).problems
    assert problem.startswith(f"{path}")
    assert said in problem


def test_a_folder_that_tells_nothing(tmp_path):
    for name in "ab":
        (tmp_path / name).write_text("hello")
    assert "none of its 2 files tells of a YARN cluster" in yarn.read([tmp_path]).problems[0]


def test_a_path_that_does_not_exist(tmp_path):
    (problem,) = yarn.read([tmp_path / "nothing"]).problems
    assert "no such file or folder. Give the path of saved answers or logs" in problem
