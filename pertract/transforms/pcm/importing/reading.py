"""What a stage in a program says in numbers: its tasks in order of launch, its slots, and what delays it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...stoex import Expression, ExpressionProblem, Value, Variable
from ...stoex.tree import walk as walk_expression
from ...stoex.values import truth
from ..stages import Form
from .environment import Environment
from .launches import Run, runs
from .leaves import leaves
from .numbers import count_of
from .objects import refusal, unknown_recursion
from .outcomes import Outcomes
from .program import Acquire, Loop, Recursion, Release, Work
from .quantities import Evaluation, Quantities
from .stages import Limit, SlotTasks, StageRun, TokenTasks, TreeTasks, passed
from .system import Passive

Floats = NDArray[np.float64]

MANY_SLOTS = 2**30
"""Slots of a cluster on which every task is the first one on its slot."""
MOST_LEAVES = 200_000
"""Tasks of the form of a tree that are followed."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A stage in one pool of slots, in numbers."""

    run: StageRun
    form: Form
    tasks: int
    count: Expression | None
    """The number of tasks as an expression, where it is one."""
    slots: int
    """Slots that it can use."""
    passive: Passive | None
    """What holds the slots; None in the form ``slots``."""
    home: str
    """Identifier of the container whose cores its tasks share."""
    outcomes: Outcomes
    """What a task does."""
    runs: list[Run]
    """The tasks as on warm slots."""
    ordered: bool
    """Whether they have an order of launch."""
    inputs: Mapping[str, Expression]
    """What is passed to a task."""
    at: Evaluation
    """Values of the first task, as on a warm slot."""
    cold: Evaluation
    """Values of the first task."""
    extra: Floats
    """What the first task on a slot needs more, shape ``(n_channels,)``; may be below zero."""
    usable: int
    """Slots it keeps to after its first wave."""
    launch_s: float
    handling_s: float
    turn: Passive | None


class StageReader:
    """Reads stages.

    Parameters
    ----------
    quantities, environment
        The model.
    """

    def __init__(self, quantities: Quantities, environment: Environment) -> None:
        self._quantities = quantities
        self._environment = environment

    def read(self, run: StageRun, at: Evaluation) -> Reading | None:
        """Return what a stage says; None if it has no tasks.

        Raises
        ------
        TransformError
            If it says something that the language cannot.
        """
        handling_s = self._fixed_s(run.handling, at) if run.handling else 0.0
        match run.tasks:
            case TokenTasks() as tasks:
                return self._tokens(run, tasks, at, handling_s)
            case TreeTasks() as tasks:
                return self._tree(run, tasks.recursion, at, handling_s)
            case SlotTasks() as tasks:
                return self._slots(run, tasks, at, handling_s)

    # -- forms -------------------------------------------------------------------------------------------

    def _tokens(self, run: StageRun, tasks: TokenTasks, at: Evaluation, handling_s: float) -> Reading | None:
        count = count_of(tasks.count, at, run.where)
        awaited = count_of(tasks.awaited, at, run.where)
        if awaited != count:
            raise refusal(
                run.where,
                f"launches {count} tasks and waits for {awaited}",
                "Let both loops have the same count.",
            )
        if not count:
            return None
        self._check_tokens(tasks)
        slots = self._capacity(tasks.slots)
        outcomes = Outcomes(self._quantities, tasks.body)
        found, warm, extra = self._ordered(
            outcomes, tasks.slots, slots, count, lambda number: {tasks.round: number}, at
        )
        cold = at.given({tasks.round: 1})
        launch_s = self._fixed_s(tasks.launch, cold) if tasks.launch else 0.0
        usable = self._usable(run, tasks, tasks.limit, slots, at) if tasks.limit else slots
        return Reading(
            run=run,
            form="tokens",
            tasks=count,
            count=tasks.count,
            slots=slots,
            passive=tasks.slots,
            home=self._home(run, outcomes, tasks.slots),
            outcomes=outcomes,
            runs=found,
            ordered=True,
            inputs=tasks.inputs,
            at=warm,
            cold=cold,
            extra=extra,
            usable=usable,
            launch_s=launch_s,
            handling_s=handling_s,
            turn=tasks.turn,
        )

    def _tree(self, run: StageRun, recursion: Recursion, at: Evaluation, handling_s: float) -> Reading | None:
        ends = list(leaves(recursion, at))
        if not ends:
            return None
        body = ends[0][0]
        match body:
            case (Acquire(passive=passive), *works, Release(passive=given)) if passive == given:
                outcomes = Outcomes(self._quantities, tuple(works))
            case _:
                raise unknown_recursion(run.where)
        if any(leaf is not body for leaf, _ in ends):
            raise unknown_recursion(run.where)
        slots = self._capacity(passive)
        found, warm, extra = self._ordered(
            outcomes, passive, slots, len(ends), lambda number: ends[number - 1][1], at
        )
        return Reading(
            run=run,
            form="tree",
            tasks=len(ends),
            count=self._input_of_value(recursion.inputs, len(ends), at),
            slots=slots,
            passive=passive,
            home=self._home(run, outcomes, passive),
            outcomes=outcomes,
            runs=found,
            ordered=True,
            inputs=passed(recursion.body),
            at=warm,
            cold=at.given(ends[0][1]),
            extra=extra,
            usable=slots,
            launch_s=0.0,
            handling_s=handling_s,
            turn=None,
        )

    def _slots(self, run: StageRun, tasks: SlotTasks, at: Evaluation, handling_s: float) -> Reading | None:
        shares = [[count_of(loop.count, at, loop.where) for loop in branch] for branch in tasks.branches]
        totals = [sum(share) for share in shares if sum(share)]
        if not totals:
            return None
        if max(totals) - min(totals) > 1:
            raise refusal(
                run.where,
                f"its branches have {min(totals)} to {max(totals)} tasks, where free slots would take them",
                "Let all branches have about as many rounds.",
            )
        kinds: dict[tuple[Expression, ...], list[tuple[int, Loop]]] = {}
        for branch in tasks.branches:
            for number, loop in enumerate(branch):
                body = Outcomes(self._quantities, loop.body)
                if any(loop.round in self._quantities.depends(e) for e in body.expressions):
                    raise refusal(
                        loop.where, "tasks follow the number of the round of their slot", "Use other forms."
                    )
                key = tuple(map(self._quantities.expanded, body.expressions))
                kinds.setdefault(key, []).append((number, loop))
        first_counts = [share[0] for share in shares]
        match list(kinds.values()):
            case [every]:
                first = later = every[0][1]
            case [begin, rest] if (
                {number for number, _ in begin} == {0}
                and max(first_counts) <= 1
                and {number for number, _ in rest} == {1}
            ):
                first, later = begin[0][1], rest[0][1]
            case _:
                raise refusal(
                    run.where, "its branches do different things", "Let every branch run the same tasks."
                )
        outcomes, on_first = (Outcomes(self._quantities, loop.body) for loop in (later, first))
        found = outcomes.at(at, sum(totals))
        extra = on_first.typical(at) - outcomes.typical(at)
        count = sum(totals)
        return Reading(
            run=run,
            form="slots",
            tasks=count,
            count=self._input_of_value(run.inputs, count, at),
            slots=len(totals),
            passive=None,
            home=self._home(run, outcomes, None),
            outcomes=outcomes,
            runs=[Run(1, count, found)],
            ordered=False,
            inputs=passed(later.body),
            at=at,
            cold=at,
            extra=extra,
            usable=len(totals),
            launch_s=0.0,
            handling_s=handling_s,
            turn=None,
        )

    # -- tasks -------------------------------------------------------------------------------------------

    def _ordered(
        self,
        outcomes: Outcomes,
        passive: Passive,
        slots: int,
        tasks: int,
        given: Callable[[int], Mapping[str, Value]],
        at: Evaluation,
    ) -> tuple[list[Run], Evaluation, Floats]:
        """Return the tasks on warm slots, the values of such a task, and what the first on a slot needs more.

        A task is the first on its slot if its number is no larger than the slots are. So, on no slots all
        tasks are later ones, and on very many all are first ones.
        """
        names = frozenset(
            part.name for part in walk_expression(passive.capacity) if isinstance(part, Variable)
        )
        warm: dict[str, Value] = {}
        extra = np.zeros(len(outcomes.channels))
        if any(self._quantities.mentions(expression, names) for expression in outcomes.expressions):
            none, many = dict.fromkeys(names, 0), dict.fromkeys(names, MANY_SLOTS)
            first = at.given(given(1))
            begin = outcomes.typical(first.given(many))
            follows = np.array_equal(outcomes.typical(first), begin)
            if tasks > slots:
                last = at.given(given(slots + 1))
                follows &= np.array_equal(outcomes.typical(last), outcomes.typical(last.given(none)))
            if follows:
                warm = dict(none)
                extra = begin - outcomes.typical(first.given(none))

        def of(number: int) -> Evaluation:
            return at.given({**given(number), **warm})

        return runs(outcomes, tasks, frozenset(given(1)), of), of(1), extra

    def _home(self, run: StageRun, outcomes: Outcomes, passive: Passive | None) -> str:
        """Return the container of the slots if tasks use its cores, else the first whose cores they use."""
        resources = [channel.work.resource for channel in outcomes.channels if not channel.beside]
        cores = [resource.container for resource in resources if resource.is_processor]
        if passive is not None:
            home = self._environment.container_of(passive.instance).id
        elif resources:
            home = resources[0].container
        else:
            home = self._environment.container_of(run.service.element).id
        return home if home in cores or not cores else cores[0]

    # -- numbers -----------------------------------------------------------------------------------------

    def _check_tokens(self, tasks: TokenTasks) -> None:
        """Make sure that a stage waits for all of its tasks, and that only one stage has the turn."""
        wanted = [(token, 0, "so a stage does not wait for all of its tasks") for token in tasks.tokens]
        if tasks.turn is not None:
            wanted.append((tasks.turn, 1, "so it is not one stage that launches its tasks at a time"))
        for passive, capacity, effect in wanted:
            found = count_of(passive.capacity, self._quantities.known, passive.where)
            if found != capacity:
                raise refusal(passive.where, f"has a capacity of {found}, {effect}", f"Set it to {capacity}.")

    def _capacity(self, passive: Passive) -> int:
        slots = count_of(passive.capacity, self._quantities.known, passive.where)
        if not slots:
            raise refusal(
                passive.where,
                "has a capacity of 0, but tasks need it as their slots",
                "Give it the number of task slots.",
            )
        return slots

    def _usable(self, run: StageRun, tasks: TokenTasks, limit: Limit, slots: int, at: Evaluation) -> int:
        """Return the slots that a stage keeps to, by how many ends it waits for after its first wave."""

        def ends(number: int) -> int:
            here = at.given({tasks.round: number})
            return count_of(limit.ends, here, run.where) if truth(here.value(limit.condition)) else 0

        try:
            waits = [ends(slots), ends(slots + 1), ends(slots + 2)]
        except ExpressionProblem as problem:
            raise refusal(run.where, str(problem), "Correct the condition.") from problem
        usable = slots - waits[1] + 1
        if waits[0] or waits[2] != 1 or not 1 <= usable <= slots:
            raise refusal(
                run.where,
                "waits for ends of tasks in a way that is no limit of slots",
                "Wait for some ends after the first wave, and for one before every later task.",
            )
        return usable

    def _fixed_s(self, work: Work, at: Evaluation) -> float:
        """Return how long something takes that takes the same time at each place."""
        if work.resource.policy != "Delay":
            raise refusal(
                work.where,
                f"the driver computes for every launch on {work.resource.label}, which is not read",
                "Use a demand of a DELAY resource.",
            )
        spread = Outcomes(self._quantities, (work,)).at(at)
        if len(spread.chances) > 1:
            raise refusal(
                work.where, "is random, where the language has one number", "Enter the mean instead."
            )
        return float(spread.amounts[0, 0]) / work.resource.rate

    def _input_of_value(
        self, inputs: Mapping[str, Expression], value: int, at: Evaluation
    ) -> Expression | None:
        """Return what is passed as a number."""
        for expression in inputs.values():
            try:
                if not self._quantities.depends(expression) and at.value(expression) == value:
                    return expression
            except ExpressionProblem:
                continue
        return None
