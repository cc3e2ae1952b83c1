"""Clusters, queues and applications, drawn at random and by hand, and how Hadoop is told of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Case = dict[str, Any]

PACKAGE = "org.apache.hadoop.yarn.server.resourcemanager.scheduler"
CLASSES = {
    "capacity": f"{PACKAGE}.capacity.CapacityScheduler",
    "fair": f"{PACKAGE}.fair.FairScheduler",
    "fifo": f"{PACKAGE}.fifo.FifoScheduler",
}
UTILITIES = "org.apache.hadoop.yarn.util.resource"
CALCULATORS = {
    "memory": f"{UTILITIES}.DefaultResourceCalculator",
    "dominant": f"{UTILITIES}.DominantResourceCalculator",
}
CAPACITY = "yarn.scheduler.capacity."
LOTS = 10**6


def properties(case: Case, folder: Path) -> dict[str, str]:
    """Return the properties of Hadoop for a case; the file of fair queues goes into the folder."""
    found = {
        "yarn.resourcemanager.scheduler.class": CLASSES[case["scheduler"]],
        "yarn.resourcemanager.work-preserving-recovery.scheduling-wait-ms": "0",
    }
    for name, key in (("minimum", "minimum"), ("maximum", "maximum")):
        found[f"yarn.scheduler.{key}-allocation-mb"] = str(case[name][0])
        found[f"yarn.scheduler.{key}-allocation-vcores"] = str(case[name][1])
    if case["increment"]:
        found["yarn.resource-types.memory-mb.increment-allocation"] = str(case["increment"][0])
        found["yarn.resource-types.vcores.increment-allocation"] = str(case["increment"][1])
    if case["scheduler"] == "capacity":
        found |= _capacity(case)
    if case["scheduler"] == "fair":
        file = folder / f"fair-{case['name']}.xml"
        file.write_text(_fair(case))
        found["yarn.scheduler.fair.allocation.file"] = str(file)
        found["yarn.scheduler.fair.user-as-default-queue"] = "false"
    return found


def _capacity(case: Case) -> dict[str, str]:
    found = {
        CAPACITY + "resource-calculator": CALCULATORS[case["calculator"]],
        CAPACITY + "maximum-am-resource-percent": "1.0",
    }
    if case["at_once"] != 1:
        found[CAPACITY + "per-node-heartbeat.maximum-offswitch-assignments"] = str(case["at_once"] or LOTS)
    below: dict[str, list[str]] = {}
    for queue in case["queues"]:
        above, _, name = queue["path"].rpartition(".")
        below.setdefault(above, []).append(name)
        key = f"{CAPACITY}{queue['path']}."
        found[key + "capacity"] = f"{queue['capacity']}"
        found[key + "maximum-capacity"] = f"{queue['maximum']}"
        found[key + "minimum-user-limit-percent"] = f"{queue['minimum_user']}"
        found[key + "user-limit-factor"] = f"{queue['factor']}"
        found[key + "maximum-am-resource-percent"] = "1.0"
    for above, names in below.items():
        found[f"{CAPACITY}{above}.queues"] = ",".join(names)
    return found


def _fair(case: Case) -> str:
    lines = [
        '<?xml version="1.0"?>',
        "<allocations>",
        "<queueMaxAMShareDefault>-1.0</queueMaxAMShareDefault>",
    ]
    for queue in case["queues"]:
        lines.append(f'<queue name="{queue["path"].removeprefix("root.")}">')
        if queue.get("size"):
            lines.append(f"<maxResources>{queue['size'][0]} mb, {queue['size'][1]} vcores</maxResources>")
        lines.append("</queue>")
    return "\n".join([*lines, "</allocations>"]) + "\n"


def drawn(seed: int, count: int) -> Iterator[Case]:
    """Yield cases, the same ones for a seed."""
    draw = random.Random(seed)
    for number in range(count):
        scheduler = draw.choice(["capacity", "capacity", "capacity", "fair", "fifo"])
        yield {"name": f"{seed}-{number}", **_drawn(draw, scheduler)}


def _drawn(draw: random.Random, scheduler: str) -> Case:
    least = [draw.choice([256, 512, 1000, 1024, 1024, 2048]), draw.choice([1, 1, 1, 2])]
    machine = [draw.choice([6000, 8192, 12288, 18432, 20000, 40960]), draw.choice([4, 8, 12, 16])]
    nodes = [machine] * draw.randint(1, 6)
    if draw.random() < 0.3:
        nodes = [*nodes, [2 * machine[0], machine[1]]]
    most = [draw.choice([4096, 8192, 16384, 10**6]), draw.choice([4, 8, 1000])]
    heap = draw.choice([512, 900, 1024, 1536, 2048, 3072, 4096, 6144])
    executor = [heap + max(384, heap // 10), draw.choice([1, 1, 2, 3, 4, 5])]
    master = [draw.choice([896, 896, 1408, 2432]), 1]
    increment = [draw.choice([256, 512, 1024]), 1] if scheduler == "fair" else None
    queues = _queues(draw, scheduler, nodes)
    wish = {
        "user": "ann",
        "master": master,
        "executor": executor,
        "asked": draw.choice([2, 5, 10, 20, 40, 80]),
    }
    leaves = [q["path"] for q in queues if not any(p["path"].startswith(q["path"] + ".") for p in queues)]
    queue = draw.choice(leaves) if leaves else "root.default"
    others = []
    if scheduler == "capacity" and draw.random() < 0.3:
        other = draw.choice(leaves)
        small = {
            "user": draw.choice(["ann", "bob"]),
            "master": [512, 1],
            "executor": [least[0], 1],
            "queue": other,
        }
        others = [{**small, "asked": draw.choice([1, 3, 6, 12])}]
    return {
        "scheduler": scheduler,
        "calculator": draw.choice(["memory", "dominant"]) if scheduler == "capacity" else "memory",
        "minimum": least,
        "maximum": most,
        "increment": increment,
        "at_once": draw.choice([1, 1, 1, 3, None])
        if scheduler == "capacity"
        else None
        if scheduler == "fifo"
        else 1,
        "nodes": nodes,
        "queues": queues,
        "others": others,
        "application": {**wish, "queue": queue},
    }


def _queues(draw: random.Random, scheduler: str, nodes: list[list[int]]) -> list[dict[str, Any]]:
    if scheduler == "fifo":
        return []
    if scheduler == "fair":
        memory, vcores = sum(n[0] for n in nodes), sum(n[1] for n in nodes)
        part = draw.choice([0.3, 0.5, 0.8])
        size = [int(memory * part), max(1, int(vcores * draw.choice([0.4, 0.7, 1.0])))]
        return [{"path": "root.a", "size": draw.choice([None, size])}, {"path": "root.b", "size": None}]
    share = draw.choice([20, 30, 50, 70, 100])

    def queue(path: str, capacity: float) -> dict[str, Any]:
        return {
            "path": path,
            "capacity": capacity,
            "maximum": draw.choice([capacity, 100, min(100, capacity + 20)]),
            "minimum_user": draw.choice([100, 100, 50, 25]),
            "factor": draw.choice([1, 1, 2, 0.5, 10, -1]),
        }

    if share == 100:
        return [queue("root.a", 100)]
    found = [queue("root.a", share), queue("root.b", 100 - share)]
    if draw.random() < 0.4:
        found += [queue("root.a.x", 40), queue("root.a.y", 60)]
    return found
