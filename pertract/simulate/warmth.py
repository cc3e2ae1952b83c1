"""First tasks take longer: on a new executor, and of a stage on each of its slots."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .placement import ExecutorPlan
    from .plan import Plan


class Warming(Protocol):
    """A running stage, as far as it warms up."""

    slot_s: list[float]
    """Slot time of each task."""
    cpu_s: list[float]
    """The CPU in it."""
    first_s: float
    """How much longer the first task on a slot takes."""
    first_cpu_s: float
    """The CPU in that."""
    warmed: dict[int, int]
    """Launches that paid the warm-up, by executor."""
    fresh: int
    """Slots of present executors that have not run the stage."""
    pays: bool
    """Whether a launch may have to pay for something cold."""
    paid: bool
    """Whether one did."""


class Warmth:
    """Counts what has been warmed up, and makes the first tasks longer.

    A stage's warm-up is paid by as many of its launches on an executor as that has slots; what is cold
    about a new executor by its first launches, one per slot, whatever their stage.

    Parameters
    ----------
    plan
        What a cold executor costs.
    """

    def __init__(self, plan: Plan) -> None:
        self._cold_s = plan.cold_s
        self._cold_cpu_s = plan.cold_cpu_s
        self._cold: dict[int, int] = {}
        self._slots: dict[int, int] = {}
        self._cold_slots = 0

    def arrive(self, executor: int, plan: ExecutorPlan, runs: Iterable[Warming]) -> None:
        """Note a new executor, on which everything is cold."""
        self._slots[executor] = plan.slots
        if self._cold_s or self._cold_cpu_s:
            self._cold[executor] = plan.slots
            self._cold_slots += plan.slots
        for run in runs:
            self.begin(run)

    def leave(self, executor: int) -> None:
        """Forget an executor that launches no more tasks."""
        del self._slots[executor]
        self._cold_slots -= self._cold.pop(executor, 0)

    def begin(self, run: Warming) -> None:
        """Note whether launches of a stage may have to pay."""
        run.fresh = 0
        if run.first_s or run.first_cpu_s:
            run.fresh = sum(slots - run.warmed.get(e, 0) for e, slots in self._slots.items())
        run.pays = run.fresh > 0 or self._cold_slots > 0

    def pay(self, run: Warming, task: int, executor: int) -> None:
        """Lengthen a task that is launched by what is still cold."""
        slot_s, cpu_s = 0.0, 0.0
        if run.fresh and run.warmed.get(executor, 0) < self._slots.get(executor, 0):
            run.warmed[executor] = run.warmed.get(executor, 0) + 1
            run.fresh -= 1
            slot_s, cpu_s = run.first_s, run.first_cpu_s
        if self._cold.get(executor):
            self._cold[executor] -= 1
            self._cold_slots -= 1
            slot_s += self._cold_s
            cpu_s += self._cold_cpu_s
        if slot_s or cpu_s:
            run.cpu_s[task] += cpu_s
            run.slot_s[task] = max(run.slot_s[task] + slot_s, run.cpu_s[task])
            run.paid = True
        run.pays = run.fresh > 0 or self._cold_slots > 0
