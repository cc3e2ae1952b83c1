"""Services followed along their calls: from elements of a repository to a program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ...stoex import Binary, Choice, Expression, ExpressionProblem, Literal, Variable
from ...stoex.values import truth
from ..xml import Element
from .environment import Environment
from .objects import Objects, children, described, kind, name, refusal
from .program import (
    Acquire,
    Again,
    Branch,
    Call,
    Fork,
    Loop,
    Option,
    Program,
    Recursion,
    Release,
    Step,
    Work,
    walk,
)
from .quantities import Quantities
from .system import SIGNATURES, Instance, Passive, Service, System

MOST_STEPS = 300_000
"""Steps after which a model is refused instead of followed further."""
_NOT_READ = {
    "resourceCall__Action": "calls an interface of a resource",
    "infrastructureCall__Action": "calls infrastructure",
}


@dataclass(slots=True)
class Frame:
    """What a service knows while it is followed."""

    instance: Instance
    scope: dict[str, Expression]
    """Quantities of its variables."""
    service: Service
    inside: tuple[str, ...] = ()
    """Open quantities of the loops around it, innermost last."""
    recursion: Service | None = None
    """The service that calls itself and is being followed."""
    result: dict[str, Expression] = field(default_factory=dict)
    """What it returns."""

    def branch(self, *inside: str) -> Frame:
        """Return a frame for an inner behaviour whose variables are its own."""
        return replace(self, scope=dict(self.scope), inside=(*self.inside, *inside))


class Unfolding:
    """Follows services of a system.

    Parameters
    ----------
    objects, system, environment, quantities
        The model.
    """

    def __init__(
        self, objects: Objects, system: System, environment: Environment, quantities: Quantities
    ) -> None:
        self._objects = objects
        self._system = system
        self._environment = environment
        self._quantities = quantities
        self._steps = 0
        self._actions: dict[str, Callable[[Element, Frame], Iterator[Step]]] = {
            "InternalAction": self._work,
            "ExternalCallAction": self._external_call,
            "LoopAction": self._loop,
            "BranchAction": self._branch,
            "ForkAction": self._fork,
            "AcquireAction": self._acquire,
            "ReleaseAction": self._release,
            "SetVariableAction": self._set_variables,
        }

    def call(
        self,
        caller: Element,
        reached: tuple[Instance, Element],
        inputs: Mapping[str, Expression],
        around: Frame | None = None,
    ) -> tuple[Step, dict[str, Expression]]:
        """Return a call of a service, and what it returns.

        Parameters
        ----------
        caller
            The action that calls.
        reached
            The instance and service that answers.
        inputs
            Quantities by name with characterisation.
        around
            What the caller knows; None for users.

        Raises
        ------
        TransformError
            If the service does something that cannot be said.
        """
        instance, seff = reached
        service = (
            instance.id,
            self._objects.id(self._objects.target(seff, "describedService__SEFF", SIGNATURES)),
        )
        named = {"name": name(caller), "where": self._objects.where(caller)}
        inside = around.inside if around else ()
        recursion = around.recursion if around else None
        if not self._system.is_recursive(service):
            frame = Frame(instance, {**inputs, **instance.parameters}, service, inside, recursion)
            body = self._behaviour(seff, frame)
            return Call(**named, callee=instance, inputs=dict(inputs), body=body), frame.result
        if recursion == service:
            return Again(**named, service=service, inputs=dict(inputs)), {}
        if recursion is not None:
            raise refusal(
                self._objects.where(caller),
                f"{described(seff)} calls itself through other services",
                "Let one service call itself directly, or use a loop.",
            )
        return self._recursion(reached, service, inputs, inside, **named), {}

    def _recursion(
        self,
        reached: tuple[Instance, Element],
        service: Service,
        inputs: Mapping[str, Expression],
        inside: tuple[str, ...],
        *,
        name: str,
        where: str,
    ) -> Recursion:
        """Return what a service says that calls itself; what it passes on unchanged stays what it is."""
        instance, seff = reached
        steady: dict[str, Expression] = {}
        while True:
            parameters = {p: self._quantities.open() for p in inputs if p not in steady}
            scope = {**steady, **parameters, **instance.parameters}
            names = (quantity.name for quantity in parameters.values())
            frame = Frame(instance, scope, service, (*inside, *names), recursion=service)
            body = self._behaviour(seff, frame)
            again = [step for step in walk(body) if isinstance(step, Again)]
            unchanged = {
                p
                for p, quantity in parameters.items()
                if all(step.inputs.get(p) == quantity for step in again)
            }
            if not unchanged:
                break
            steady |= {p: inputs[p] for p in unchanged}
        return Recursion(
            name=name,
            where=where,
            service=service,
            callee=instance,
            parameters={parameter: quantity.name for parameter, quantity in parameters.items()},
            inputs=dict(inputs),
            body=body,
        )

    def inputs(self, action: Element, feature: str, frame: Frame) -> dict[str, Variable]:
        """Return what an action passes or sets, as quantities by name with characterisation."""
        return {
            variable: self._quantities.define(
                self._system.bound(expression, frame.scope, frame.inside, action)
            )
            for variable, expression in self._system.variables(action, feature)
        }

    def _behaviour(self, element: Element, frame: Frame) -> Program:
        found: list[Step] = []
        for action in self._in_order(element):
            if (step := self._actions.get(kind(action))) is None:
                raise refusal(
                    self._objects.where(action),
                    f"a {kind(action)} has no counterpart here",
                    "Model it with calls, loops, branches, forks and internal actions.",
                )
            found += step(action, frame)
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise refusal(
                    self._objects.where(action),
                    f"the calls lead through more than {MOST_STEPS:,} actions",
                    "Make the model smaller.",
                )
        return tuple(found)

    def _in_order(self, element: Element) -> Iterator[Element]:
        """Yield the actions between the start and the stop of a behaviour."""
        actions = list(children(element, "steps_Behaviour"))
        step = next((action for action in actions if kind(action) == "StartAction"), None)
        seen = 0
        while step is not None and kind(step) != "StopAction" and seen <= len(actions):
            if kind(step) != "StartAction":
                yield step
            after = self._objects.targets(step, "successor_AbstractAction")
            step = after[0] if after else None
            seen += 1
        if step is None or seen > len(actions):
            raise refusal(
                self._objects.where(element),
                "its actions do not lead from a start to a stop",
                "Connect the actions, and set both predecessor and successor.",
            )

    def _named(self, action: Element) -> dict[str, str]:
        return {"name": name(action), "where": self._objects.where(action)}

    def _work(self, action: Element, frame: Frame) -> Iterator[Step]:
        for feature, what in _NOT_READ.items():
            if next(children(action, feature), None) is not None:
                raise refusal(
                    self._objects.where(action),
                    f"{what} ({feature}), which has no counterpart here",
                    "Model it as a demand of a processing resource.",
                )
        container = self._environment.container_of(frame.instance.element)
        for demand in children(action, "resourceDemand_Action"):
            type = self._objects.library(demand, "requiredResource_ParametricResourceDemand")
            resource = container.resources.get(type)
            if resource is None:
                raise refusal(
                    self._objects.where(action),
                    f"needs a resource that the container {container.name} does not have",
                    "Add the resource to the container.",
                )
            expression = self._objects.expression(demand, "specification_ParametericResourceDemand")
            amount = self._system.bound(expression, frame.scope, frame.inside, demand)
            yield Work(**self._named(action), resource=resource, amount=amount)

    def _external_call(self, action: Element, frame: Frame) -> Iterator[Step]:
        inputs = self.inputs(action, "inputVariableUsages__CallAction", frame)
        step, returned = self.call(action, self._system.callee(frame.instance, action), inputs, frame)
        yield step
        for variable, expression in self._system.variables(action, "returnVariableUsage__CallReturnAction"):
            bound = self._system.bound(expression, returned, frame.inside, action)
            frame.scope[variable] = self._quantities.define(bound)

    def _set_variables(self, action: Element, frame: Frame) -> Iterator[Step]:
        found = self.inputs(action, "localVariableUsages_SetVariableAction", frame)
        frame.scope.update(found)
        frame.result.update(found)
        return iter(())

    def _loop(self, action: Element, frame: Frame) -> Iterator[Step]:
        expression = self._objects.expression(action, "iterationCount_LoopAction")
        count = self._system.bound(expression, frame.scope, frame.inside, action)
        body = self._objects.child(action, "bodyBehaviour_Loop")
        round = self._quantities.open()
        once = frame.branch(round.name)
        program = self._behaviour(body, once)
        changed = {v for v in once.scope if once.scope[v] != frame.scope.get(v)}
        if changed:
            growth = self._growth(action, body, frame, round, changed)
            before = Binary("-", round, Literal(1))
            once = frame.branch(round.name)
            once.scope.update(self._grown(frame, growth, before))
            program = self._behaviour(body, once)
            frame.scope.update(self._grown(frame, growth, count))
        yield Loop(**self._named(action), count=count, round=round.name, body=program)

    def _growth(
        self, action: Element, body: Element, frame: Frame, round: Variable, changed: set[str]
    ) -> dict[str, int | float]:
        """Return by how much variables grow in each round of a loop."""
        carried = {variable: self._quantities.open() for variable in changed}
        trial = frame.branch(round.name, *(quantity.name for quantity in carried.values()))
        trial.scope.update(carried)
        self._behaviour(body, trial)
        growth = {}
        for variable, before in carried.items():
            step = self._step(before, trial.scope[variable])
            if variable not in frame.scope or step is None:
                raise refusal(
                    self._objects.where(action),
                    f"{variable} changes from round to round by something else than a fixed number",
                    "Pass the value instead of computing it in the loop.",
                )
            growth[variable] = step
        return growth

    def _grown(
        self, frame: Frame, growth: Mapping[str, int | float], rounds: Expression
    ) -> dict[str, Expression]:
        """Return variables as they are after a number of rounds."""
        return {
            variable: self._quantities.define(
                Binary("+", frame.scope[variable], Binary("*", Literal(step), rounds))
            )
            for variable, step in growth.items()
        }

    def _step(self, before: Variable, after: Expression) -> int | float | None:
        """Return by how much a quantity has grown; None if that is not always the same."""
        found: list[float] = []
        for value in (0, 1, 1000):
            try:
                end = self._quantities.known.given({before.name: value}).value(after)
            except ExpressionProblem:
                return None
            if isinstance(end, (bool, str)):
                return None
            found.append(end - value)
        return found[0] if len(set(found)) == 1 else None

    def _branch(self, action: Element, frame: Frame) -> Iterator[Step]:
        options: list[Option] = []
        ends: list[tuple[Expression | None, dict[str, Expression]]] = []
        for element in children(action, "branches_Branch"):
            condition, probability = None, 0.0
            if kind(element) == "GuardedBranchTransition":
                guard = self._objects.expression(element, "branchCondition_GuardedBranchTransition")
                condition = self._system.bound(guard, frame.scope, frame.inside, element)
            else:
                probability = self.probability(element)
            known = self._known_truth(condition, element)
            if known is False:
                continue
            inside = frame.branch()
            program = self._behaviour(
                self._objects.child(element, "branchBehaviour_BranchTransition"), inside
            )
            if known is True and not options:
                frame.scope.update(inside.scope)
                yield from program
                return
            options.append(Option(condition, probability, program))
            ends.append((condition, inside.scope))
        before = dict(frame.scope)
        for condition, scope in reversed(ends):
            for variable, quantity in scope.items():
                if before.get(variable) == quantity:
                    continue
                other = frame.scope.get(variable)
                if condition is None or other is None:  # by chance, or without a value otherwise
                    frame.scope[variable] = self._quantities.open()
                else:
                    frame.scope[variable] = self._quantities.define(Choice(condition, quantity, other))
        yield Branch(**self._named(action), options=tuple(options))

    def probability(self, element: Element) -> float:
        """Return the probability of a branch transition.

        Raises
        ------
        TransformError
            If it is none.
        """
        text = element.get("branchProbability", "0.0")
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1:
            raise refusal(
                self._objects.where(element), f"'{text}' is no probability", "Enter a number from 0 to 1."
            )
        return value

    def _known_truth(self, condition: Expression | None, element: Element) -> bool | None:
        """Return whether a condition holds, if that is the same at all times."""
        if condition is None or self._quantities.depends(condition):
            return None
        try:
            return truth(self._quantities.known.value(condition))
        except ExpressionProblem as problem:
            raise refusal(self._objects.where(element), str(problem), "Correct the condition.") from problem

    def _fork(self, action: Element, frame: Frame) -> Iterator[Step]:
        left = [
            self._behaviour(behaviour, replace(frame.branch(), result={}))
            for behaviour in children(action, "asynchronousForkedBehaviours_ForkAction")
        ]
        waited = [
            self._behaviour(behaviour, replace(frame.branch(), result={}))
            for join in children(action, "synchronisingBehaviours_ForkAction")
            for behaviour in children(join, "synchronousForkedBehaviours_SynchronisationPoint")
        ]
        yield Fork(**self._named(action), waited=tuple(waited), left=tuple(left))

    def _acquire(self, action: Element, frame: Frame) -> Iterator[Step]:
        if action.get("timeout") == "true":
            raise refusal(
                self._objects.where(action),
                "gives up waiting after a time, which has no counterpart here",
                "Remove the timeout.",
            )
        yield Acquire(
            **self._named(action), passive=self._passive(action, "passiveresource_AcquireAction", frame)
        )

    def _release(self, action: Element, frame: Frame) -> Iterator[Step]:
        yield Release(
            **self._named(action), passive=self._passive(action, "passiveResource_ReleaseAction", frame)
        )

    def _passive(self, action: Element, feature: str, frame: Frame) -> Passive:
        element = self._objects.target(action, feature, "passiveResource_BasicComponent")
        passive = frame.instance.passives.get(self._objects.id(element))
        if passive is None:
            raise refusal(
                self._objects.where(action),
                f"uses {described(element)} of another component",
                "Use a passive resource of its own component, or call the other one.",
            )
        return passive
