"""The usage model as a program: one user who does one thing, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...stoex import ExpressionProblem, evaluate
from ..xml import DELAY, Element
from .environment import Resource
from .objects import Objects, children, kind, name, refusal
from .program import Branch, Loop, Option, Program, Step, Work
from .quantities import Quantities, number
from .system import SIGNATURES, System
from .unfolding import Frame, Unfolding

DATA = "dataSize.VALUE"
"""What users pass as the size of the data."""
_WAITING = Resource("", "users", DELAY, "Delay", 1, 1.0)


@dataclass(frozen=True, slots=True)
class Usage:
    """What the user does."""

    program: Program
    data: str | None
    """The quantity of the size of the data; None where no call passes one."""
    period_s: float | None
    """Time between the starts of two runs; None where one starts when the one before has ended."""


class UsageReader:
    """Reads the usage model.

    Parameters
    ----------
    objects, system, quantities, unfolding
        The model.
    """

    def __init__(
        self, objects: Objects, system: System, quantities: Quantities, unfolding: Unfolding
    ) -> None:
        self._objects = objects
        self._system = system
        self._quantities = quantities
        self._unfolding = unfolding
        self._data: str | None = None

    def read(self) -> Usage:
        """Return what the user does.

        Raises
        ------
        TransformError
            If there are several users, or one does something that cannot be said.
        """
        root = self._objects.root("usagemodel")
        scenarios = list(children(root, "usageScenario_UsageModel"))
        if len(scenarios) != 1:
            raise refusal(
                self._objects.place(root),
                f"there are {len(scenarios)} usage scenarios, and one application is read",
                "Keep the scenario that submits the application.",
            )
        [scenario] = scenarios
        period_s = self._period_s(self._objects.child(scenario, "workload_UsageScenario"))
        behaviour = self._objects.child(scenario, "scenarioBehaviour_UsageScenario")
        return Usage(self._behaviour(behaviour, ()), self._data, period_s)

    def _period_s(self, workload: Element) -> float | None:
        """Return the time between the starts of two runs; None where one follows the other.

        Raises
        ------
        TransformError
            If runs overlap.
        """
        if kind(workload) == "OpenWorkload":
            expression = self._objects.expression(workload, "interArrivalTime_OpenWorkload")
            try:
                return number(evaluate(expression, {}))
            except ExpressionProblem as problem:
                raise refusal(
                    self._objects.where(workload),
                    "requests arrive at random times, so that they overlap and wait for each other",
                    "Use a ClosedWorkload of population 1: one run at a time is predicted.",
                ) from problem
        population = self._objects.number(workload, "population", 0)
        if population != 1:
            raise refusal(
                self._objects.where(workload),
                f"{population} users run the application at the same time",
                "Set the population to 1: one run at a time is predicted.",
            )
        return None

    def _behaviour(self, element: Element, inside: tuple[str, ...]) -> Program:
        actions = list(children(element, "actions_ScenarioBehaviour"))
        step = next((action for action in actions if kind(action) == "Start"), None)
        found: list[Step] = []
        seen = 0
        while step is not None and kind(step) != "Stop" and seen <= len(actions):
            if kind(step) != "Start":
                found += self._action(step, inside)
            after = self._objects.targets(step, "successor")
            step = after[0] if after else None
            seen += 1
        if step is None or seen > len(actions):
            raise refusal(
                self._objects.where(element),
                "its actions do not lead from a start to a stop",
                "Connect the actions, and set both predecessor and successor.",
            )
        return tuple(found)

    def _action(self, action: Element, inside: tuple[str, ...]) -> Iterator[Step]:
        named = {"name": name(action), "where": self._objects.where(action)}
        match kind(action):
            case "EntryLevelSystemCall":
                yield self._call(action, inside)
            case "Delay":
                expression = self._objects.expression(action, "timeSpecification_Delay")
                amount = self._system.bound(expression, {}, inside, action)
                yield Work(**named, resource=_WAITING, amount=amount)
            case "Loop":
                expression = self._objects.expression(action, "loopIteration_Loop")
                count = self._system.bound(expression, {}, inside, action)
                round = self._quantities.open().name
                body = self._behaviour(self._objects.child(action, "bodyBehaviour_Loop"), (*inside, round))
                yield Loop(**named, count=count, round=round, body=body)
            case "Branch":
                options = [
                    Option(
                        None,
                        self._unfolding.probability(transition),
                        self._behaviour(
                            self._objects.child(transition, "branchedBehaviour_BranchTransition"), inside
                        ),
                    )
                    for transition in children(action, "branchTransitions_Branch")
                ]
                yield Branch(**named, options=tuple(options))
            case other:
                raise refusal(
                    self._objects.where(action),
                    f"a {other} of users has no counterpart here",
                    "Use calls, delays, loops and branches.",
                )

    def _call(self, action: Element, inside: tuple[str, ...]) -> Step:
        role = self._objects.target(
            action, "providedRole_EntryLevelSystemCall", "providedRoles_InterfaceProvidingEntity"
        )
        signature = self._objects.target(action, "operationSignature__EntryLevelSystemCall", SIGNATURES)
        reached = self._system.entry(role, signature, action)
        frame = Frame(reached[0], {}, ("", ""), inside)
        inputs = self._unfolding.inputs(action, "inputParameterUsages_EntryLevelSystemCall", frame)
        if DATA in inputs and not self._quantities.depends(inputs[DATA]):
            self._data = inputs[DATA].name
        step, _ = self._unfolding.call(action, reached, inputs, frame)
        return step
