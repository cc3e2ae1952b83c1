"""Start a cluster to try things on, until it is interrupted.

usage: python -m tests.integration.hadoop FOLDER [--scheduler capacity|fair] [--calculator memory|dominant]
           [--node MB,VCORES ...] [--jars FOLDER]

The folder must not be there yet. It gets everything: configuration (`conf`), logs of the daemons, event
logs, and `cluster.json` with the addresses. From another shell, `attached(FOLDER)` of `cluster` gives the
same cluster in Python, to run `applications` on. Ctrl-C, SIGTERM or a file named `stop` in the folder end it.
"""

import argparse
import json
import signal
import sys
import time
from pathlib import Path

from . import cluster, jars, settings


def main() -> None:
    """Run a cluster."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.integration.hadoop", description=__doc__.split("\n")[0]
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scheduler", choices=settings.SCHEDULERS, default="capacity")
    parser.add_argument("--calculator", choices=settings.CALCULATORS, default="memory")
    parser.add_argument("--node", action="append", metavar="MB,VCORES", help="one NodeManager; repeatable")
    parser.add_argument("--jars", type=Path, help="where the jars of Hadoop are or shall be")
    asked = parser.parse_args()
    shape = settings.Shape(scheduler=asked.scheduler, calculator=asked.calculator)
    if asked.node:
        nodes = tuple(settings.Node(*map(int, node.split(","))) for node in asked.node)
        shape = settings.Shape(scheduler=asked.scheduler, calculator=asked.calculator, nodes=nodes)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    folder = asked.folder.resolve()
    found = jars.find((asked.jars or folder / "jars").resolve())
    with cluster.Cluster(found, folder, shape) as running:
        addresses = {name: getattr(running, name) for name in ("rm", "jhs", "timeline", "namenode")}
        sys.stdout.write(json.dumps({**addresses, "node_managers": running.node_managers}, indent=1) + "\n")
        sys.stdout.flush()
        while not (folder / "stop").exists():
            time.sleep(0.5)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
