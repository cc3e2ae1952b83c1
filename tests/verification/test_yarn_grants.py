"""As many executors are granted as Hadoop's own schedulers grant.

``tests/data/yarn-grants.json`` holds clusters drawn at random and what Hadoop 3.4.2 granted there
(``python -m tests.integration.yarn``).
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pertract import dsl
from pertract.errors import UsageError
from pertract.simulate import yarn
from pertract.simulate.yarn.cluster import Nodes
from pertract.simulate.yarn.sizes import Size
from pertract.units import MIB, parse_memory

Case = dict[str, Any]
RECORDED = Path(__file__).parents[1] / "data" / "yarn-grants.json"
CASES: list[Case] = json.loads(RECORDED.read_text(encoding="utf-8"))


def size(given: list[int]) -> dsl.ContainerSize:
    return dsl.ContainerSize(memory_bytes=given[0] * MIB, vcores=given[1])


def queue(case: Case, given: Case) -> dsl.Queue:
    """A queue of the language: with shares of the whole cluster, and what others use of it."""
    by_path = {each["path"]: each for each in case["queues"]}
    parts = given["path"].split(".")
    lineage = [by_path[p] for n in range(2, len(parts) + 1) if (p := ".".join(parts[:n])) in by_path]
    capacity = maximum = 1.0
    for each in lineage:
        capacity *= each.get("capacity", 100) / 100
        maximum *= each.get("maximum", 100) / 100
    used, own, waiting = Size(0, 0), Size(0, 0), set()
    for other, answer in zip(case["others"], case["answer"]["others"], strict=True):
        if other["queue"] == given["path"] and "master" in answer:
            held = Size(*answer["master"])
            if answer["granted"]:
                held = held.plus(Size(*answer["container"]).times(answer["granted"]))
            used = used.plus(held)
            if other["user"] == case["application"]["user"]:
                own = own.plus(held)
            if answer["granted"] < other["asked"]:
                waiting.add(other["user"])
    factor = given.get("factor", -1)
    return dsl.Queue(
        path=given["path"],
        capacity=capacity,
        maximum=maximum,
        maximum_size=size(given["size"]) if given.get("size") else None,
        minimum_user_share=given.get("minimum_user", 100) / 100,
        user_limit_factor=None if factor == -1 else factor,
        active_users=len(waiting | {case["application"]["user"]}),
        used=size(list(used)) if used.memory_mib else None,
        used_by_user=size(list(own)) if own.memory_mib else None,
    )


def manager(case: Case) -> dsl.ClusterManager:
    return dsl.ClusterManager(
        scheduler=case["scheduler"],
        calculator=case["calculator"],
        minimum=size(case["minimum"]),
        maximum=size(case["maximum"]),
        increment=size(case["increment"]) if case["increment"] else None,
        containers_per_heartbeat=case["at_once"],
        queues=tuple(queue(case, given) for given in case["queues"]),
    )


def predicted(case: Case) -> yarn.Grant | str:
    """What is granted, or why YARN refuses."""
    application, rules = case["application"], manager(case)
    nodes = Nodes(tuple(Size(*node) for node in case["nodes"]), 0, ())
    executor, master = application["executor"], application["master"]
    request = dsl.ContainerRequest(master=size(master), overhead_bytes=384 * MIB, queue=application["queue"])
    try:
        sizes = yarn.container_sizes(
            rules,
            request,
            heap_bytes=(executor[0] - 384) * MIB,
            cores=executor[1],
            settings={},
            largest=nodes.largest,
        )
    except UsageError as error:
        return str(error)
    return yarn.grant(rules, application["queue"], nodes, sizes, application["asked"])


ALONE = [case for case in CASES if not case["others"] and "error" not in case["answer"]]
IN_COMPANY = [case for case in CASES if case["others"] and "error" not in case["answer"]]


def name(case: Case) -> str:
    return f"{case['name']}-{case['scheduler']}"


@pytest.mark.parametrize("case", ALONE, ids=name)
def test_as_many_are_granted_as_hadoop_grants(case):
    answer, found = case["answer"], predicted(case)
    if "refused" in answer:
        assert isinstance(found, str), found
        return
    assert isinstance(found, yarn.Grant), found
    assert (len(found.nodes), list(found.sizes.master)) == (answer["granted"], answer["master"])
    if answer["granted"]:
        assert list(found.sizes.executor) == answer["container"]


@pytest.mark.parametrize("case", IN_COMPANY, ids=name)
def test_as_many_are_granted_beside_others(case):
    answer, found = case["answer"], predicted(case)
    if "refused" in answer:
        assert isinstance(found, str), found
        return
    assert isinstance(found, yarn.Grant), found
    assert len(found.nodes) == answer["granted"]


@pytest.mark.parametrize("case", ALONE, ids=name)
def test_as_many_are_granted_at_each_heartbeat_as_by_hadoop(case):
    """All nodes sent a heartbeat in each round, and what was granted in it is recorded."""
    answer, found = case["answer"], predicted(case)
    if isinstance(found, str):
        return
    rounds = Counter(int(at_s // manager(case).heartbeat_s) for at_s in found.allocated_s)
    assert [rounds[number] for number in sorted(rounds)] == [n for n in answer["rounds"] if n]


REAL = [  # calculator, queue, heap, node of the application master, executors
    ("memory", "root.default", "512m", 1, 10),
    ("memory", "root.default", "1g", 0, 6),
    ("memory", "root.default", "1536m", 0, 4),
    ("memory", "root.default", "2g", 1, 3),
    ("memory", "root.batch", "512m", 1, 4),
    ("memory", "root.batch", "1g", 0, 3),
    ("memory", "root.batch", "1536m", 1, 2),
    ("memory", "root.batch", "2g", 0, 1),
    ("dominant", "root.default", "512m", 1, 9),
    ("dominant", "root.default", "1g", 2, 5),
    ("dominant", "root.default", "1536m", 0, 4),
    ("dominant", "root.default", "2g", 1, 3),
]
"""What clusters (capacity scheduler, Hadoop 3.4.2) granted to Spark, which asked for 20 executors."""


@pytest.mark.parametrize(("calculator", "path", "heap", "node", "executors"), REAL)
def test_as_many_are_granted_as_real_clusters_granted_to_spark(calculator, path, heap, node, executors):
    rules = dsl.ClusterManager(
        calculator=calculator,
        minimum=size([512, 1]),
        maximum=size([3072, 4]),
        queues=(
            dsl.Queue(path="root.default", capacity=0.6, user_limit_factor=2),
            dsl.Queue(path="root.batch", capacity=0.4, maximum=0.5, user_limit_factor=2),
        ),
        containers_per_heartbeat=1,
    )
    nodes = Nodes((Size(4096, 4), Size(4096, 4), Size(3072, 2)), node, ())
    sizes = yarn.container_sizes(
        rules,
        dsl.ContainerRequest(),
        heap_bytes=parse_memory(heap),
        cores=1,
        settings={},
        largest=nodes.largest,
    )
    assert len(yarn.grant(rules, path, nodes, sizes, 20).nodes) == executors
