"""The executors of a pool as a component: its task slots are a passive resource."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

from .behaviour import Behaviour, service
from .repository import Component, Interface, Operation, Repository
from .xml import DELAY, DOUBLE, INT


class Executors:
    """The component of executors, and its operations.

    Parameters
    ----------
    repository
        Where it is added.
    framework
        Name of the framework.
    numbers
        Its parameters with their defaults: task slots, executors and nodes of a pool.
    turns
        Whether stages take turns: one launches all of its tasks before the next.
    late
        Whether slots can become usable after the start of the application.
    """

    def __init__(
        self, repository: Repository, framework: str, numbers: Mapping[str, str], *, turns: bool, late: bool
    ) -> None:
        operations = {
            "allocSlot": Operation({"index": INT}, INT),
            "freeSlot": Operation(),
            "slotCount": Operation(returns=INT),
            "executorCount": Operation(returns=INT),
            "nodeCount": Operation(returns=INT),
        }
        if turns:
            operations |= {"takeTurn": Operation(), "endTurn": Operation()}
        if late:
            operations["register"] = Operation({"after": DOUBLE, "count": INT})
        self.interface: Interface = repository.interface("Resources", "resources", operations)
        """The interface that the driver calls."""
        self.component: Component = repository.component(f"{framework}Resources", "executors")
        """The component; each pool is an instance."""
        self.component.provide(self.interface)
        for parameter, value in numbers.items():
            self.component.parameter(parameter, value)
        self._slots = self.component.passive("slots", "slotCount.VALUE")
        self._allocation()
        for operation in numbers:
            with self._service(operation) as body:
                body.returns(f"{operation}.VALUE")
        if turns:
            turn = self.component.passive("turn", "1")
            with self._service("takeTurn") as body:
                body.acquire("take turn", turn)
            with self._service("endTurn") as body:
                body.release("end turn", turn)
        if late:
            self._registration()

    def _service(self, operation: str) -> AbstractContextManager[Behaviour]:
        id = f"{self.component.id}.{operation}"
        return service(self.component.element, id, self.interface.operations[operation])

    def _allocation(self) -> None:
        """Take a slot, and count: a service has no other way to know which task it launches."""
        with self._service("allocSlot") as body:
            body.acquire("take slot", self._slots)
            body.returns("index.VALUE + 1")
        with self._service("freeSlot") as body:
            body.release("free slot", self._slots)

    def _registration(self) -> None:
        with self._service("register") as body:
            with body.loop("hold back slots", "count.VALUE") as each:
                each.acquire("hold back slot", self._slots)
            with body.spawn("start executors") as later:
                later.demand("start", DELAY, "after.VALUE")
                with later.loop("register slots", "count.VALUE") as each:
                    each.release("register slot", self._slots)
