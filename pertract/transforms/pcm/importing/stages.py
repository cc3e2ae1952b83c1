"""Stages in a program: N tasks on K slots, and a barrier at the end.

PCM forks no variable number of behaviours, so that stages are patterns of loops, forks and passive
resources. Three are known, whichever services they are spread over (`stages` of the export says what each
is good for):

``tokens``
    A loop takes a slot and forks a task that nobody waits for; a second loop takes as many tokens as there
    are tasks.
``slots``
    A fork with a branch for each slot, which does its share of the tasks in loops.
``tree``
    A service that calls itself for both halves of the tasks until one is left, which takes a slot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...stoex import Expression
from .program import (
    Acquire,
    Again,
    Branch,
    Call,
    Fork,
    Loop,
    Named,
    Program,
    Recursion,
    Release,
    Step,
    Work,
    flat,
    inner,
    walk,
)
from .quantities import Quantities
from .system import Instance, Passive


@dataclass(frozen=True, slots=True)
class Limit:
    """How a stage keeps to less than all slots: it waits for ends of tasks before it takes a slot."""

    condition: Expression
    """Whether it waits at all."""
    ends: Expression
    """For how many ends."""


@dataclass(frozen=True, slots=True)
class TokenTasks:
    """Tasks of the form ``tokens``."""

    slots: Passive
    count: Expression
    awaited: Expression
    """Tokens that are awaited at the end."""
    round: str
    """The open quantity of the number of the task in order of launch, from 1."""
    body: Program
    inputs: dict[str, Expression]
    """What is passed to a task, by name with characterisation."""
    launch: Work | None
    """What the driver does for every launch."""
    limit: Limit | None
    tokens: tuple[Passive, ...]
    """What each task leaves when it ends."""
    turn: Passive | None
    """What a stage holds while it launches its tasks, so that one stage goes after the other."""


@dataclass(frozen=True, slots=True)
class SlotTasks:
    """Tasks of the form ``slots``."""

    branches: tuple[tuple[Loop, ...], ...]
    """The loops in the branch of each slot."""


@dataclass(frozen=True, slots=True)
class TreeTasks:
    """Tasks of the form ``tree``."""

    recursion: Recursion


@dataclass(frozen=True, slots=True)
class StageRun(Named):
    """A stage."""

    service: Instance
    """The instance whose service it is."""
    inputs: dict[str, Expression]
    """What is passed to it, by name with characterisation."""
    tasks: TokenTasks | SlotTasks | TreeTasks
    handling: Work | None
    """What happens after the last task, at the end of the service."""


@dataclass(frozen=True, slots=True)
class Registration(Named):
    """Slots that become usable later."""

    slots: Passive
    count: Expression
    after: Work


Item = Step | StageRun | Registration
Items = tuple[Item, ...]
"""A program in which stages are found."""


def with_stages(program: Program, around: Call, quantities: Quantities) -> Items:
    """Return a program with its stages as steps.

    Parameters
    ----------
    program
        What a service does.
    around
        The call of the service.
    quantities
        Of the model.
    """
    return _Finder(around, quantities).items(_without_trivial_calls(program))


def items_within(step: Item) -> tuple[Items, ...]:
    """Return the programs inside of a step, in which stages have been found."""
    return () if isinstance(step, (StageRun, Registration)) else inner(step)


def _without_trivial_calls(program: Program) -> Program:
    """Return a program with what calls do in their place, where they only take or give passive resources."""
    found: list[Step] = []
    for step in program:
        changed = _with_inner(step, [_without_trivial_calls(body) for body in inner(step)])
        if isinstance(changed, Call) and all(isinstance(s, (Acquire, Release)) for s in changed.body):
            found += changed.body
        else:
            found.append(changed)
    return tuple(found)


def _with_inner(step: Step, bodies: Sequence[Any]) -> Step:
    match step:
        case Loop() | Call() | Recursion():
            return replace(step, body=bodies[0])
        case Fork():
            waited = len(step.waited)
            return replace(step, waited=tuple(bodies[:waited]), left=tuple(bodies[waited:]))
        case Branch():
            options = zip(step.options, bodies, strict=True)
            return replace(step, options=tuple(replace(option, body=body) for option, body in options))
    return step


class _Finder:
    """Finds stages in what one service does."""

    def __init__(self, around: Call, quantities: Quantities) -> None:
        self._around = around
        self._quantities = quantities

    def items(self, program: Program) -> Items:
        found: list[Item] = []
        at = 0
        while at < len(program):
            match = self._tokens(program, at) or self._other(program, at) or self._registration(program, at)
            if match is not None:
                item, at = match
                found.append(item)
                continue
            step = program[at]
            if isinstance(step, Call):
                bodies: Sequence[Items] = [_Finder(step, self._quantities).items(step.body)]
            else:
                bodies = [self.items(body) for body in inner(step)]
            found.append(_with_inner(step, bodies))
            at += 1
        return tuple(found)

    def _stage(
        self, program: Program, begin: int, end: int, tasks: TokenTasks | SlotTasks | TreeTasks
    ) -> tuple[Item, int]:
        """Return the stage between two positions, with what follows it, and where to go on."""
        handling = None
        last = program[end] if end == len(program) - 1 else None
        steady = isinstance(last, Work) and not self._quantities.depends(last.amount)
        if isinstance(last, Work) and steady and last.resource.policy == "Delay":
            handling, end = last, end + 1
        whole = begin == 0 and end == len(program)
        return StageRun(
            name=self._around.name if whole and self._around.name else program[begin].name,
            where=program[begin].where,
            service=self._around.callee,
            inputs=self._around.inputs,
            tasks=tasks,
            handling=handling,
        ), end

    def _tokens(self, program: Program, at: int) -> tuple[Item, int] | None:
        begin = at
        turn = None
        if isinstance(first := program[at], Acquire) and at + 2 < len(program):
            turn, at = first.passive, at + 1
        loop = program[at]
        if not isinstance(loop, Loop):
            return None
        launched = _launch(loop)
        if launched is None:
            return None
        at += 1
        if turn is not None:
            if at >= len(program) or not _releases(program[at], turn):
                return None
            at += 1
        barrier = program[at] if at < len(program) else None
        if not (isinstance(barrier, Loop) and (done := _taken(barrier.body)) in launched.tokens):
            return None
        at += 1
        limit = None
        if launched.wait is not None:
            limit, ended = launched.wait
            forget = program[at] if at < len(program) else None
            if ended not in launched.tokens or ended == done:
                return None
            if not (isinstance(forget, Loop) and _taken(forget.body) == ended):
                return None
            at += 1
        if len(launched.tokens) != 1 + (limit is not None):
            return None
        tasks = TokenTasks(
            slots=launched.slots,
            count=loop.count,
            awaited=barrier.count,
            round=loop.round,
            body=launched.body,
            inputs=launched.inputs,
            launch=launched.work,
            limit=limit,
            tokens=launched.tokens,
            turn=turn,
        )
        return self._stage(program, begin, at, tasks)

    def _other(self, program: Program, at: int) -> tuple[Item, int] | None:
        step = program[at]
        if isinstance(step, Recursion):
            if any(isinstance(inside, Again) for inside in walk(step.body)):
                return self._stage(program, at, at + 1, TreeTasks(step))
        elif isinstance(step, Fork) and step.waited and not step.left:
            branches = [flat(body) for body in step.waited]
            if all(branch and all(map(_is_share, branch)) for branch in branches):
                loops = tuple(tuple(s for s in branch if isinstance(s, Loop)) for branch in branches)
                return self._stage(program, at, at + 1, SlotTasks(loops))
        return None

    def _registration(self, program: Program, at: int) -> tuple[Item, int] | None:
        held = program[at]
        fork = program[at + 1] if at + 1 < len(program) else None
        if not (isinstance(held, Loop) and (slots := _taken(held.body)) is not None):
            return None
        if not (isinstance(fork, Fork) and len(fork.left) == 1 and not fork.waited):
            return None
        match flat(fork.left[0]):
            case (Work() as after, Loop() as given) if (
                len(given.body) == 1 and _releases(given.body[0], slots) and given.count == held.count
            ):
                return Registration(
                    name=held.name, where=held.where, slots=slots, count=held.count, after=after
                ), at + 2
        return None


@dataclass(frozen=True, slots=True)
class _Launched:
    """What a loop that launches tasks says."""

    slots: Passive
    body: Program
    inputs: dict[str, Expression]
    tokens: tuple[Passive, ...]
    """What each task leaves, beside its slot."""
    work: Work | None
    wait: tuple[Limit, Passive] | None


def _launch(loop: Loop) -> _Launched | None:
    """Return what a loop launches; None if it is another loop."""
    steps = list(loop.body)
    wait = None
    if steps and isinstance(steps[0], Branch):
        wait = _wait(steps.pop(0))
        if wait is None:
            return None
    work = steps.pop() if steps and isinstance(steps[-1], Work) else None
    match steps:
        case [Acquire(passive=slots), Fork(waited=(), left=(task,))]:
            pass
        case _:
            return None
    body = list(flat(task))
    given: list[Passive] = []
    while body and isinstance(last := body[-1], Release):
        given.append(last.passive)
        body.pop()
    if slots not in given or any(isinstance(step, (Acquire, Release)) for step in walk(tuple(body))):
        return None
    given.remove(slots)
    assert work is None or isinstance(work, Work)
    return _Launched(slots, tuple(body), passed(task), tuple(given), work, wait)


def passed(program: Program) -> dict[str, Expression]:
    """Return what calls in a program pass, by name with characterisation; the first one counts."""
    found: dict[str, Expression] = {}
    for step in walk(program):
        if isinstance(step, Call):
            found = {**step.inputs, **found}
    return found


def _wait(step: Step) -> tuple[Limit, Passive] | None:
    """Return for how many ends of tasks a stage waits, and the token of an end."""
    if not isinstance(step, Branch):
        return None
    for option in step.options:
        match flat(option.body):
            case (Loop() as ends,) if option.condition is not None and (token := _taken(ends.body)):
                if all(not other.body for other in step.options if other is not option):
                    return Limit(option.condition, ends.count), token
    return None


def _taken(program: Program) -> Passive | None:
    """Return the passive resource that a program takes, if it does nothing else."""
    match program:
        case (Acquire(passive=passive),):
            return passive
    return None


def _releases(step: Step, passive: Passive) -> bool:
    return isinstance(step, Release) and step.passive == passive


def _is_share(step: Step) -> bool:
    """Return whether a step is a loop over tasks: works, without passive resources or inner forks."""
    return isinstance(step, Loop) and all(
        not isinstance(inside, (Acquire, Release, Again, Recursion))
        and not (isinstance(inside, Fork) and inside.waited)
        for inside in walk(step.body)
    )
