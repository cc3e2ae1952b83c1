"""As many executors are granted as Hadoop's own schedulers grant.

``tests/data/yarn-grants.json`` holds clusters drawn at random and what Hadoop 3.4.2 granted there
(``python -m tests.integration.yarn``).
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from pertract import dsl
from pertract.simulate import yarn
from pertract.simulate.yarn.cluster import Nodes
from pertract.simulate.yarn.sizes import Size
from pertract.units import parse_memory

from ..integration.yarn.cases import Case
from ..integration.yarn.expected import manager, predicted, size

RECORDED = Path(__file__).parents[1] / "data" / "yarn-grants.json"
CASES: list[Case] = json.loads(RECORDED.read_text(encoding="utf-8"))


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
