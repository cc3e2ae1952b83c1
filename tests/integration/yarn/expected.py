"""What Pertract predicts for a case."""

from __future__ import annotations

from pertract import dsl
from pertract.errors import UsageError
from pertract.simulate import yarn
from pertract.simulate.yarn.cluster import Nodes
from pertract.simulate.yarn.sizes import Size
from pertract.units import MIB

from .cases import Case


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
