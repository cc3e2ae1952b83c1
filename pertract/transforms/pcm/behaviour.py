"""Behaviours of services: chains of actions between a start and a stop.

Both ends of each link between two actions are written. EMF drops a reference that points forward in the file
when its opposite end is missing, and no check of the structure finds that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from .xml import RESOURCES, Element, child, link, plain_name, variable


@dataclass(frozen=True, slots=True)
class Signature:
    """An operation of an interface."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes: an operation, through a required role of the calling component."""

    role: str
    signature: Signature


class _Names:
    """Makes the identifiers inside a service: its own, the name of the action, and a number if need be."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._used: dict[str, int] = {}

    def make(self, name: str) -> str:
        """Return an identifier for a name."""
        plain = plain_name(name)
        number = self._used[plain] = self._used.get(plain, 0) + 1
        return f"{self._service}.{plain}" + (f"-{number}" if number > 1 else "")


class Behaviour:
    """A chain of actions under construction; `close` ends it.

    Parameters
    ----------
    element
        The SEFF, loop body, branch or forked behaviour that contains the actions.
    names
        Makes the identifiers of actions and inner behaviours.
    """

    def __init__(self, element: Element, names: _Names) -> None:
        self._element = element
        self._names = names
        self._actions: list[Element] = []
        self._add("StartAction", "start", named=False)

    def close(self) -> None:
        """Add the stop and join the actions."""
        self._add("StopAction", "stop", named=False)
        for before, after in zip(self._actions, self._actions[1:], strict=False):
            before.set("successor_AbstractAction", str(after.get("id")))
            after.set("predecessor_AbstractAction", str(before.get("id")))

    def demand(self, name: str, resource: str, expression: str) -> None:
        """Add the demand of a resource: its identifier in `xml`, and the amount."""
        action = self._add("InternalAction", name)
        demand = child(action, "resourceDemand_Action")
        child(demand, "specification_ParametericResourceDemand", specification=expression)
        link(demand, "requiredResource_ParametricResourceDemand", RESOURCES + resource)

    def call(
        self,
        name: str,
        target: Target,
        inputs: Mapping[str, str] | None = None,
        returns: str | None = None,
    ) -> None:
        """Add a call, with expressions by parameter, and the variable that takes what it returns."""
        action = self._add(
            "ExternalCallAction",
            name,
            calledService_ExternalService=target.signature.id,
            role_ExternalService=target.role,
        )
        for parameter, expression in (inputs or {}).items():
            variable(action, "inputVariableUsages__CallAction", parameter, expression)
        if returns is not None:
            variable(action, "returnVariableUsage__CallReturnAction", returns, "RETURN.VALUE")

    def returns(self, expression: str) -> None:
        """Set what the service returns."""
        action = self._add("SetVariableAction", "return")
        variable(action, "localVariableUsages_SetVariableAction", "RETURN", expression)

    def acquire(self, name: str, passive: str) -> None:
        """Add the taking of a passive resource."""
        self._add("AcquireAction", name, passiveresource_AcquireAction=passive)

    def release(self, name: str, passive: str) -> None:
        """Add the giving back of a passive resource."""
        self._add("ReleaseAction", name, passiveResource_ReleaseAction=passive)

    @contextmanager
    def loop(self, name: str, count: str) -> Iterator[Behaviour]:
        """Add a loop and yield its body."""
        action = self._add("LoopAction", name)
        with self._inside(child(action, "bodyBehaviour_Loop", id=self._names.make("body"))) as body:
            yield body
        child(action, "iterationCount_LoopAction", specification=count)

    @contextmanager
    def when(self, name: str, condition: str) -> Iterator[Behaviour]:
        """Add a branch that is taken if a condition holds, and yield what happens then."""
        action = self._add("BranchAction", name)
        for label, guard in (("yes", condition), ("no", f"NOT ({condition})")):
            id = self._names.make(label)
            branch = child(action, "branches_Branch", "seff:GuardedBranchTransition", id=id, entityName=label)
            inner = child(branch, "branchBehaviour_BranchTransition", id=self._names.make("body"))
            with self._inside(inner) as body:
                if label == "yes":
                    yield body
            child(branch, "branchCondition_GuardedBranchTransition", specification=guard)

    @contextmanager
    def spawn(self, name: str) -> Iterator[Behaviour]:
        """Add a fork that is not waited for, and yield the forked behaviour."""
        action = self._add("ForkAction", name)
        id = self._names.make("forked")
        with self._inside(child(action, "asynchronousForkedBehaviours_ForkAction", id=id)) as body:
            yield body

    def fork(self, name: str) -> Fork:
        """Add a fork that ends when all of its branches have ended."""
        action = self._add("ForkAction", name)
        join = child(action, "synchronisingBehaviours_ForkAction", id=self._names.make("join"))
        return Fork(join, self._names)

    def _add(self, kind: str, name: str, *, named: bool = True, **attributes: str) -> Element:
        name_of = {"entityName": name} if named else {}
        attributes = {"id": self._names.make(name)} | name_of | attributes
        action = child(self._element, "steps_Behaviour", f"seff:{kind}", **attributes)
        self._actions.append(action)
        return action

    @contextmanager
    def _inside(self, element: Element) -> Iterator[Behaviour]:
        with _inside(element, self._names) as body:
            yield body


class Fork:
    """The branches of a fork that are waited for."""

    def __init__(self, join: Element, names: _Names) -> None:
        self._join = join
        self._names = names

    @contextmanager
    def branch(self) -> Iterator[Behaviour]:
        """Add a branch and yield it."""
        id = self._names.make("branch")
        element = child(self._join, "synchronousForkedBehaviours_SynchronisationPoint", id=id)
        with _inside(element, self._names) as body:
            yield body


@contextmanager
def service(component: Element, id: str, signature: Signature) -> Iterator[Behaviour]:
    """Add the SEFF of an operation to a component, and yield its behaviour."""
    element = child(
        component,
        "serviceEffectSpecifications__BasicComponent",
        "seff:ResourceDemandingSEFF",
        id=id,
        describedService__SEFF=signature.id,
    )
    with _inside(element, _Names(id)) as body:
        yield body


@contextmanager
def _inside(element: Element, names: _Names) -> Iterator[Behaviour]:
    body = Behaviour(element, names)
    yield body
    body.close()
