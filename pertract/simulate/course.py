"""What a task does in its slot where it shares cores, drives or links with other tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .agenda import TaskAgenda
from .background import Background
from .plan import Plan
from .servers import Key, ProcessorSharing
from .stage_run import StageRun

_Device = tuple[ProcessorSharing, float]
"""The server of a drive or link, and its bytes/s."""


class Courses:
    """Lets tasks read their input, fetch shuffle blocks, compute, do the rest and write, in this order.

    Reading and writing are shared by the tasks of a node, each by itself; so is fetching, because links
    between alike nodes are full where they end (`receivers_limit`). What is not shared takes the time that
    the stage says. This is what `Transfers` and `TaskScheduler` do for tasks that may be killed.

    Parameters
    ----------
    agenda
        Where everything is played.
    plan
        Executors, nodes, and what they share.
    runs
        The running stages by their position.
    ended
        Called with the key of a task when it ends.
    """

    def __init__(
        self, agenda: TaskAgenda, plan: Plan, runs: Mapping[int, StageRun], ended: Callable[[Key], None]
    ) -> None:
        self._agenda, self._runs, self._ended = agenda, runs, ended
        self.servers = {
            node: ProcessorSharing(agenda, plan.node_cores[node], self._computed, recorded=True)
            for node in plan.crowded_nodes()
        }
        """The cores of the nodes where they do not suffice."""
        self.background = Background(plan.background, self.servers, agenda)
        self._competes = plan.background.competes
        self._cores = [self.servers.get(executor.node) for executor in plan.executors]
        self._readers: list[_Device] = []
        self._links: list[_Device] = []
        self._writers: list[_Device] = []
        self._finish = ended
        if plan.bandwidth is not None:
            self._finish = self._write
            nodes, links = len(plan.node_cores), plan.bandwidth.network
            holders = [executor.node for executor in plan.executors]
            self._readers = self._devices(holders, plan.bandwidth.drive_read, self._has_read)
            self._links = self._devices(holders, links and (links,) * nodes, self._fetched)
            self._writers = self._devices(holders, plan.bandwidth.drive_write, self._written)

    def _devices(
        self, holders: list[int], speeds: tuple[float, ...] | float | None, done: Callable[[Key], None]
    ) -> list[_Device]:
        """Return the device of each executor; its work is the time that all of its bandwidth needs."""
        if not isinstance(speeds, tuple):
            return []
        devices = [(ProcessorSharing(self._agenda, 1, done), speed) for speed in speeds]
        return [devices[node] for node in holders]

    def begin(self, key: Key) -> None:
        """Let a task begin that has been launched."""
        run = self._runs[key[0]]
        if size_bytes := run.volumes.drive_read:
            server, speed = self._readers[key[2]]
            run.drive_s[key[1]] -= self._agenda.now_s
            server.add(key, size_bytes / speed)
        else:
            self._fetch(key, run)

    def _has_read(self, key: Key) -> None:
        run = self._runs[key[0]]
        run.drive_s[key[1]] += self._agenda.now_s
        self._fetch(key, run)

    def _fetch(self, key: Key, run: StageRun) -> None:
        if size_bytes := run.volumes.network:
            server, speed = self._links[key[2]]
            run.network_s[key[1]] -= self._agenda.now_s
            server.add(key, size_bytes / speed)
        else:
            self._compute(key, run)

    def _fetched(self, key: Key) -> None:
        run = self._runs[key[0]]
        run.network_s[key[1]] += self._agenda.now_s
        self._compute(key, run)

    def _compute(self, key: Key, run: StageRun) -> None:
        _, task, executor = key
        server = self._cores[executor]
        if server is None:
            self._agenda.after(run.slot_s[task], self._finish, key)
            return
        demand_s = run.cpu_s[task]
        server.add(key, demand_s)
        if self._competes:
            self.background.task_started(executor, server, demand_s)

    def _computed(self, key: Key) -> None:
        stage, task, _ = key
        if stage < 0:
            self.background.done(key)
            return
        run = self._runs[stage]
        rest_s = run.slot_s[task] - run.cpu_s[task]
        if rest_s > 0:
            self._agenda.after(rest_s, self._finish, key)
        else:
            self._finish(key)

    def _write(self, key: Key) -> None:
        run = self._runs[key[0]]
        if size_bytes := run.volumes.drive_write:
            server, speed = self._writers[key[2]]
            run.drive_s[key[1]] -= self._agenda.now_s
            server.add(key, size_bytes / speed)
        else:
            self._ended(key)

    def _written(self, key: Key) -> None:
        self._runs[key[0]].drive_s[key[1]] += self._agenda.now_s
        self._ended(key)
