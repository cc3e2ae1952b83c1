"""What services do: chains of actions between a start and a stop.

Both ends of each link are written, because EMF drops a reference that points forward without its opposite.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ..xml import CPU, DELAY, Element, child
from .repository import Required
from .xml import inputs, resource_type

RESOURCE = {"CPU": CPU, "DELAY": DELAY}
"""Resource types by the name of the action that demands them."""


class Chain:
    """Actions of a behaviour, one after the other.

    Parameters
    ----------
    element
        The SEFF or the behaviour of a branch.
    id
        Its identifier, from which those of the actions are made.
    """

    def __init__(self, element: Element, id: str) -> None:
        self._element = element
        self._id = id
        self._actions: list[Element] = []
        self.add("StartAction", "start")

    def add(self, kind: str, name: str, **attributes: str) -> Element:
        """Add an action of a class of SEFF."""
        id = f"action-{len(self._actions)}.{self._id}"
        action = child(self._element, "steps_Behaviour", f"seff:{kind}", id=id, entityName=name, **attributes)
        self._actions.append(action)
        return action

    def close(self) -> None:
        """Add the stop and join the actions."""
        self.add("StopAction", "stop")
        for before, after in zip(self._actions, self._actions[1:], strict=False):
            before.set("successor_AbstractAction", str(after.get("id")))
            after.set("predecessor_AbstractAction", str(before.get("id")))

    def call(self, name: str, role: Required, signature: str, values: dict[str, str]) -> None:
        """Add a call of another component."""
        action = self.add("ExternalCallAction", name, **_target(role, signature))
        inputs(action, "inputVariableUsages__CallAction", values)

    def distribute(
        self, name: str, role: Required, signature: str, values: dict[str, str], forks: int
    ) -> None:
        """Add a call that the extension makes so many times at once, on one worker after the other."""
        action = self.add("DistributedCallAction", name, **_target(role, signature))
        inputs(action, "inputVariableUsages__CallAction", values)
        for feature in ("totalForkCount", "simultaneousForkCount"):
            child(action, f"{feature}_DistributedAction", specification=str(forks))

    def infrastructure(self, name: str, role: Required, signature: str) -> None:
        """Add an action that calls the resources once for one core."""
        call = child(
            self.add("InternalAction", name),
            "infrastructureCall__Action",
            signature__InfrastructureCall=role.interface.signatures[signature],
            requiredRole__InfrastructureCall=role.id,
        )
        child(call, "numberOfCalls__InfrastructureCall", specification="1")
        inputs(call, "inputVariableUsages__CallAction", {"amount": "1"})

    def demand(self, kind: str, expression: str) -> None:
        """Add the demand of a resource, of `RESOURCE`."""
        demand = child(self.add("InternalAction", kind), "resourceDemand_Action")
        child(demand, "specification_ParametericResourceDemand", specification=expression)
        resource_type(demand, "requiredResource_ParametricResourceDemand", RESOURCE[kind])

    def branch(self, name: str, cases: Sequence[tuple[str, str]]) -> Iterator[Chain]:
        """Add a branch and yield what happens in each of the cases, names with conditions."""
        action = self.add("BranchAction", name)
        for label, condition in cases:
            id = f"{label}.{action.get('id')}"
            element = child(
                action, "branches_Branch", "seff:GuardedBranchTransition", id=id, entityName=label
            )
            child(element, "branchCondition_GuardedBranchTransition", specification=condition)
            inside = child(element, "branchBehaviour_BranchTransition", id=f"behaviour.{id}")
            with chain(inside, f"behaviour.{id}") as steps:
                yield steps


@contextmanager
def chain(element: Element, id: str) -> Iterator[Chain]:
    """Yield the actions of a behaviour between a start and a stop."""
    steps = Chain(element, id)
    yield steps
    steps.close()


def _target(role: Required, signature: str) -> dict[str, str]:
    return {
        "calledService_ExternalService": role.interface.signatures[signature],
        "role_ExternalService": role.id,
    }
