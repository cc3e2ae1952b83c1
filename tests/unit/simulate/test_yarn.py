"""Containers of YARN: closed forms of sizes, packing, queues, users and heartbeats."""

from __future__ import annotations

import pytest

from pertract import dsl
from pertract.errors import UsageError
from pertract.simulate import yarn
from pertract.simulate.yarn.cluster import Nodes, used_by_others
from pertract.simulate.yarn.heap import beside, master
from pertract.simulate.yarn.queues import Demand, queue_limit, share_of, user_limit
from pertract.simulate.yarn.sizes import UNLIMITED, Size
from pertract.units import GIB, MIB

NOTHING = Size(0, 0)


def size(memory_mib: int, vcores: int | None = 1) -> dsl.ContainerSize:
    return dsl.ContainerSize(memory_bytes=memory_mib * MIB, vcores=vcores)


def manager(**fields: object) -> dsl.ClusterManager:
    usual = {"minimum": size(512), "maximum": size(16384, 16)}
    return dsl.ClusterManager.model_validate(usual | fields)


def cluster(count: int = 4, memory_mib: int = 18432, vcores: int = UNLIMITED) -> Nodes:
    return Nodes((Size(memory_mib, vcores),) * count, 0, ())


def granted(
    asked: int = 20,
    heap: str = "4g",
    cores: int = 2,
    *,
    rules: dsl.ClusterManager | None = None,
    nodes: Nodes | None = None,
    queue: str = "root.default",
    **request: object,
) -> yarn.Grant:
    rules, nodes = rules or manager(), nodes or cluster()
    sizes = yarn.container_sizes(
        rules,
        dsl.ContainerRequest.model_validate(request),
        heap_bytes=int(heap[:-1]) * (GIB if heap[-1] == "g" else MIB),
        cores=cores,
        settings={},
        largest=nodes.largest,
    )
    return yarn.grant(rules, queue, nodes, sizes, asked)


# -- sizes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heap_mib", "request_", "settings", "expected"),
    [
        (4096, {}, {}, 409),
        (1024, {}, {}, 384),
        (3840, {}, {}, 384),
        (3850, {}, {}, 385),
        (4096, {"overhead_bytes": GIB}, {}, 1024),
        (4096, {"overhead_ratio": 0.25}, {}, 1024),
        (4096, {"off_heap_bytes": GIB, "pyspark_bytes": 512 * MIB}, {}, 409 + 1536),
        (4096, {"overhead_bytes": GIB}, {"spark.executor.memoryOverhead": "600"}, 600),
        (4096, {}, {"spark.executor.memoryOverheadFactor": "0.2"}, 819),
        (1024, {}, {"spark.executor.minMemoryOverhead": "512m"}, 512),
        (4096, {}, {"spark.memory.offHeap.enabled": "true", "spark.memory.offHeap.size": "1g"}, 1433),
        (4096, {}, {"spark.memory.offHeap.size": "1g"}, 409),
        (4096, {"off_heap_bytes": GIB}, {"spark.memory.offHeap.enabled": "false"}, 409),
        (4096, {}, {"spark.executor.pyspark.memory": "1g"}, 1433),
    ],
)
def test_what_executors_have_beside_their_heap(heap_mib, request_, settings, expected):
    assert beside(dsl.ContainerRequest.model_validate(request_), settings).of(heap_mib) == expected


@pytest.mark.parametrize("ratio", [0.0, 0.1, 0.4])
@pytest.mark.parametrize("container_mib", [500, 1408, 1409, 4505, 4506, 22528])
def test_heap_of_a_container_is_the_largest_that_fits(container_mib, ratio):
    more = beside(dsl.ContainerRequest(overhead_ratio=ratio), {})
    heap_mib = more.heap_in(container_mib)
    assert heap_mib + more.of(heap_mib) <= container_mib < heap_mib + 1 + more.of(heap_mib + 1)


@pytest.mark.parametrize(
    ("request_", "settings", "expected"),
    [
        ({}, {}, (896, 1)),
        ({"deploy_mode": "cluster"}, {}, (1408, 1)),
        ({"master": size(2048, 2)}, {}, (2048, 2)),
        ({"master": size(2048, 2)}, {"spark.yarn.am.memory": "4g"}, (4505, 2)),
        ({}, {"spark.yarn.am.memory": "1g", "spark.yarn.am.memoryOverhead": "100"}, (1124, 1)),
        ({}, {"spark.driver.memory": "8g"}, (896, 1)),
        ({"deploy_mode": "cluster"}, {"spark.driver.memory": "8g", "spark.driver.cores": "3"}, (9011, 3)),
    ],
)
def test_what_the_application_master_asks_for(request_, settings, expected):
    assert master(dsl.ContainerRequest.model_validate(request_), settings) == expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({}, Size(4608, 1)),
        ({"calculator": "dominant"}, Size(4608, 3)),
        ({"minimum": size(1024)}, Size(5120, 1)),
        ({"minimum": size(1024, 2), "calculator": "dominant"}, Size(5120, 4)),
        ({"minimum": size(5000)}, Size(5000, 1)),
        ({"scheduler": "fair", "minimum": size(1024), "increment": size(256)}, Size(4608, 3)),
        ({"scheduler": "fifo", "calculator": "dominant"}, Size(4608, 1)),
        ({"maximum": size(4550, 16)}, Size(4550, 1)),
    ],
)
def test_containers_are_rounded_up(rules, expected):
    assert granted(1, cores=3, rules=manager(**rules)).sizes.executor == expected


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"heap": "15g"}, "an executor needs 16.5 GiB (15 GiB + 10 % overhead), more than"),
        ({"cores": 17}, "and 17 vcores, more than the maximum allocation of 16 vcores"),
        ({"nodes": cluster(memory_mib=4000)}, "of 3.91 GiB (what the largest node offers)"),
        ({"nodes": cluster(vcores=1)}, "of 1 vcore (what the largest node offers)"),
        ({"heap": "1g", "master": size(20000)}, "the application master needs 19.5 GiB, more than"),
    ],
)
def test_what_is_larger_than_the_maximum_is_refused(fields, found):
    with pytest.raises(UsageError) as caught:
        granted(**fields)
    assert found in str(caught.value)
    assert caught.value.hint


# -- packing ---------------------------------------------------------------------------------------


def test_nodes_are_packed_by_memory_beside_the_application_master():
    found = granted()
    assert found.room == (3, 4, 4, 4)  # 18 GiB hold four times 4.5 GiB, but not with 1 GiB beside them
    assert len(found.nodes) == 15
    assert found.limited_by == "nodes"


@pytest.mark.parametrize(
    ("rules", "room"),
    [({}, 4), ({"calculator": "dominant"}, 2), ({"scheduler": "fair"}, 2), ({"scheduler": "fifo"}, 4)],
)
def test_vcores_limit_where_they_count(rules, room):
    assert granted(cores=3, rules=manager(**rules), nodes=cluster(vcores=8)).room[1] == room


def test_what_others_hold_lies_on_the_nodes_in_turn():
    nodes = cluster(3, 8192, 8)
    assert nodes.free(Size(1024, 1), NOTHING, 1024) == (Size(7168, 7), Size(8192, 8), Size(8192, 8))
    two = nodes.free(NOTHING, Size(4096, 2), 1024)
    assert two == (Size(8192, 8), Size(6144, 7), Size(6144, 7))
    four = nodes.free(NOTHING, Size(4096, 0), 1024)
    assert [node.memory_mib for node in four] == [7168, 7168, 6144]


def test_what_others_hold_is_that_of_the_leaves_unless_the_root_tells():
    queues = [
        dsl.Queue(path="root.a", used=size(100)),
        dsl.Queue(path="root.a.x", used=size(60)),
        dsl.Queue(path="root.b", used=size(7, None)),
    ]
    assert used_by_others(manager(queues=queues)) == Size(67, 1)
    root = dsl.Queue(path="root", used=size(500, 5))
    assert used_by_others(manager(queues=[root, *queues])) == Size(500, 5)


# -- queues and users ------------------------------------------------------------------------------


def limits(*queues: dsl.Queue, asked: int = 100, **rules: object) -> tuple[int, int]:
    """Executors that queue and user allow, of 1 GiB in a cluster of 100 GiB, with 1 GiB for the master."""
    demand = Demand(Size(102400, 100), Size(1024, 1), Size(1024, 1), asked)
    made = manager(queues=queues, **rules)
    path = queues[-1].path
    return queue_limit(made, path, demand).executors, user_limit(made, path, demand).executors


def test_a_queue_gets_no_more_than_its_maximum():
    assert limits(dsl.Queue(path="root.a", capacity=0.2, maximum=0.5)) == (49, 100)
    assert limits(dsl.Queue(path="root.a", maximum=0.5, used=size(10240))) == (39, 100)
    assert limits(dsl.Queue(path="root.a", maximum_size=size(8192, 100))) == (7, 100)
    assert limits(dsl.Queue(path="root.a", maximum_size=size(8192, 4))) == (7, 100)
    assert limits(dsl.Queue(path="root.a", maximum_size=size(8192, 4)), scheduler="fair") == (3, 100)
    assert limits(dsl.Queue(path="root.a", maximum=0.5), scheduler="fifo") == (100, 100)


def test_queues_above_limit_as_well():
    above = dsl.Queue(path="root.a", maximum=0.3)
    leaf, sister = dsl.Queue(path="root.a.x"), dsl.Queue(path="root.a.y", used=size(10240))
    assert limits(above, sister, leaf)[0] == 19


def test_a_share_is_rounded_as_single_precision_does():
    assert share_of(Size(40960, UNLIMITED), 0.7) == Size(28671, UNLIMITED)
    assert share_of(Size(40960, 10), 0.5) == Size(20480, 5)


def test_a_user_exceeds_the_limit_by_no_more_than_a_container():
    queue = dsl.Queue(path="root.a", capacity=0.2, user_limit_factor=1.0)
    assert limits(queue)[1] == 20  # 20 GiB with the master are not above the limit: one more comes
    assert limits(queue.model_copy(update={"user_limit_factor": 2.0}))[1] == 40
    assert limits(queue, asked=5)[1] == 5
    assert limits(queue.model_copy(update={"user_limit_factor": None}))[1] == 100
    assert limits(queue, scheduler="fair")[1] == 100


def test_several_users_share_a_queue():
    queue = dsl.Queue(path="root.a", capacity=0.4, active_users=2, minimum_user_share=0.5)
    assert limits(queue)[1] < 100


# -- heartbeats ------------------------------------------------------------------------------------


def test_a_node_is_given_containers_at_its_heartbeats():
    found = granted(15, rules=manager(containers_per_heartbeat=1, heartbeat_s=2.0))
    assert [int(at_s // 2) for at_s in found.allocated_s] == [0] * 4 + [1] * 4 + [2] * 4 + [3] * 3
    assert list(found.nodes) == [0, 1, 2, 3] * 3 + [1, 2, 3]
    assert list(found.allocated_s) == sorted(found.allocated_s)


def test_nodes_may_be_given_all_at_once():
    found = granted(6)
    assert list(found.nodes) == [0, 0, 0, 1, 1, 1]
    assert max(found.allocated_s) < 1.0


# -- reasons ---------------------------------------------------------------------------------------


EACH = (
    "each needs 4.4 GiB (4 GiB + 10 % overhead), rounded up to 4.5 GiB by the minimum allocation of 512 MiB"
)


def why(*, rules: dsl.ClusterManager | None = None, nodes: Nodes | None = None, **fields: object) -> str:
    rules, nodes = rules or manager(), nodes or cluster()
    return yarn.why(rules, nodes, granted(rules=rules, nodes=nodes, **fields))


def test_the_reason_tells_sizes_and_packing():
    assert why() == (f"{EACH}; 4 nodes of 18 GiB hold 4 each, the application master takes 1 GiB of one")


def test_the_reason_names_vcores_where_they_are_scarcer():
    said = why(cores=3, rules=manager(calculator="dominant"), nodes=cluster(vcores=6))
    assert said.endswith(
        "and 3 vcores; 4 nodes of 6 vcores hold 2 each, the application master takes 1 GiB and 1 vcore of one"
    )


def test_the_reason_names_the_queue_or_the_user():
    queue = dsl.Queue(path="root.etl", capacity=0.25, maximum=0.5, user_limit_factor=1.0)
    assert "one user of the queue root.etl may use 1 times its capacity" in why(
        rules=manager(queues=[queue]), queue="root.etl"
    )
    alone = queue.model_copy(update={"user_limit_factor": None})
    assert why(rules=manager(queues=[alone]), queue="root.etl").startswith(
        "the queue root.etl may use 50 % of the cluster, and each needs 4.4 GiB"
    )


def test_the_reason_for_all_is_the_size():
    assert why(asked=2) == EACH
