"""What runs after what: from a program to a graph of stages and of work outside of stages.

A program is nested: one step after the other, and forks that are joined. Tokens, which are passive
resources of capacity 0, make something wait for something else anywhere. Both become edges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .numbers import count_of
from .objects import refusal, unknown_recursion
from .program import Acquire, Branch, Call, Fork, Loop, Program, Release, Step, Work, flat
from .program import walk as walk_program
from .quantities import Evaluation, Quantities
from .stages import Item, Items, Registration, StageRun, items_within, with_stages
from .system import Passive
from .usage import Usage

MOST_NODES = 20_000
"""Stages and delays after which a model is refused."""


@dataclass(frozen=True, slots=True)
class Job:
    """A part of the application that has stages."""

    call: Call


@dataclass(frozen=True, slots=True)
class Pooled:
    """A stage that has its share of the tasks in each of several pools of slots."""

    name: str
    where: str
    runs: tuple[StageRun, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """Work outside of stages, one step after the other."""

    name: str
    where: str
    program: Program


@dataclass(slots=True)
class Node:
    """A node of the graph."""

    content: Job | Pooled | Segment
    job: int | None
    """Position of the job it is part of; None outside of jobs."""
    at: Evaluation
    """Values at this place: inside of loops, of their rounds."""
    after: set[int] = field(default_factory=set)
    """Positions of the nodes that must end before."""


@dataclass(frozen=True, slots=True)
class Flow:
    """The graph of an application."""

    nodes: list[Node]
    registrations: list[tuple[Registration, Evaluation]]
    left: list[Work]
    """Work that nobody waits for."""


@dataclass(frozen=True, slots=True)
class _Start:
    """The first moment of a job."""

    job: int


@dataclass(frozen=True, slots=True)
class _Token:
    """The moment at which something has been acquired."""

    number: int


_Moment = int | _Start | _Token
_Moments = frozenset[_Moment]


@dataclass(slots=True)
class _Uses:
    """Who takes and gives a passive resource, in the order of the program."""

    passive: Passive
    taken: list[tuple[int, _Moments]] = field(default_factory=list)
    given: list[_Moments] = field(default_factory=list)
    order: list[bool] = field(default_factory=list)
    """Whether it is taken each time, or given."""


def flow_of(usage: Usage, quantities: Quantities) -> Flow:
    """Return the graph of what a user does.

    Raises
    ------
    TransformError
        If something waits in a way that edges cannot say.
    """
    calls = [step for step in usage.program if isinstance(step, Call)]
    program: list[Step] = []
    for step in usage.program:
        program += step.body if len(calls) == 1 and step is calls[0] else [step]
    first = next((step for step in walk_program(usage.program) if isinstance(step, Call)), None)
    if first is None:
        raise refusal(
            "the usage model", "the user calls nothing", "Add a call of the system to the scenario."
        )
    items = with_stages(tuple(program), first, quantities)
    return _Walk(quantities, items, first).flow()


class _Walk:
    """Walks through a program and notes nodes and what they wait for."""

    def __init__(self, quantities: Quantities, items: Items, application: Call) -> None:
        self._items = items
        self._known = quantities.known
        self._application = application
        self._nodes: list[Node] = []
        self._registrations: list[tuple[Registration, Evaluation]] = []
        self._left: list[Work] = []
        self._uses: dict[str, _Uses] = {}
        self._tokens = 0
        self._forked = False

    def flow(self) -> Flow:
        nothing: _Moments = frozenset()
        if any(map(_has_own_stage, self._items)):
            self._job(self._application, self._items, nothing, self._known)
        else:
            self._steps(self._items, nothing, self._known, None)
        awaited = {number: moments for uses in self._uses.values() for number, moments in self._matched(uses)}
        for node in self._nodes:
            node.after = set(self._resolved(frozenset(node.after), awaited, node.job))
        return Flow(self._nodes, self._registrations, self._left)

    # -- nodes ---------------------------------------------------------------------------------------

    def _steps(self, items: Items, before: _Moments, at: Evaluation, job: int | None) -> _Moments:
        for item in items:
            before = self._step(item, before, at, job)
        return before

    def _step(self, item: Item, before: _Moments, at: Evaluation, job: int | None) -> _Moments:
        match item:
            case StageRun():
                return self._node(Pooled(item.name, item.where, (item,)), before, at, job)
            case Call():
                if job is None and _is_job(item):
                    return self._job(item, item.body, before, at)
                return self._steps(item.body, before, at, job)
            case Registration():
                if before:
                    raise refusal(
                        item.where,
                        "slots are held back after the application has done something else",
                        "Hold them back first.",
                    )
                self._registrations.append((item, at))
                return before
            case Acquire() | Release():
                return self._passive(item, before)
            case Fork():
                return self._fork(item, before, at, job)
            case Work():
                return self._node(Segment(item.name, item.where, (item,)), before, at, job)
            case Loop() | Branch() if _is_segment(item):
                return self._node(Segment(item.name, item.where, flat((item,))), before, at, job)
            case Loop():
                for round in range(1, count_of(item.count, at, item.where) + 1):
                    before = self._steps(item.body, before, at.given({item.round: round}), job)
                return before
            case Branch():
                raise refusal(
                    item.where,
                    "chance or a random value decides whether stages, forks or passive resources are used",
                    "Keep the branch that is to be predicted.",
                )
        raise unknown_recursion(item.where)

    def _node(
        self, content: Job | Pooled | Segment, before: _Moments, at: Evaluation, job: int | None
    ) -> _Moments:
        where = content.call.where if isinstance(content, Job) else content.where
        if len(self._nodes) >= MOST_NODES:
            raise refusal(
                where, f"there are more than {MOST_NODES:,} stages and delays", "Make the model smaller."
            )
        self._nodes.append(Node(content, job, at, set(before)))  # type: ignore[arg-type]
        return frozenset([len(self._nodes) - 1])

    def _job(self, call: Call, items: Items, before: _Moments, at: Evaluation) -> _Moments:
        ended = self._node(Job(call), before, at, None)
        number = len(self._nodes) - 1
        self._steps(items, frozenset([_Start(number)]), at, number)
        return ended

    def _fork(self, fork: Fork, before: _Moments, at: Evaluation, job: int | None) -> _Moments:
        self._forked = True
        for body in fork.left:
            for step in flat(body):
                if not isinstance(step, Work):
                    raise refusal(
                        fork.where,
                        "forks something that nobody waits for, and that is not the task of a stage",
                        "Let the fork wait for it.",
                    )
                self._left.append(step)
        if not fork.waited:
            return before
        if (pooled := _pooled(fork)) is not None:
            return self._node(pooled, before, at, job)
        ends = [self._steps(body, before, at, job) for body in fork.waited]
        return frozenset().union(*ends)

    # -- passive resources ---------------------------------------------------------------------------

    def _passive(self, item: Acquire | Release, before: _Moments) -> _Moments:
        uses = self._uses.setdefault(item.passive.id, _Uses(item.passive))
        uses.order.append(isinstance(item, Acquire))
        if isinstance(item, Release):
            uses.given.append(before)
            return before
        self._tokens += 1
        uses.taken.append((self._tokens, before))
        return before | {_Token(self._tokens)}

    def _matched(self, uses: _Uses) -> Iterator[tuple[int, _Moments]]:
        """Yield for each time a passive resource is taken what it waits for."""
        passive = uses.passive
        capacity = count_of(passive.capacity, self._known, passive.where)
        if capacity:
            self._check_lock(uses, capacity)
            yield from ((number, frozenset()) for number, _ in uses.taken)
            return
        if len(uses.given) < len(uses.taken):
            raise refusal(
                passive.where,
                f"is taken {len(uses.taken)} times and given {len(uses.given)} times, so something waits "
                "for ever",
                "Give it as often as it is taken, or give it a capacity.",
            )
        together = all(
            later == earlier | {_Token(number)}
            for (number, earlier), (_, later) in zip(uses.taken, uses.taken[1:], strict=False)
        )
        if len(uses.given) != len(uses.taken) or not together:
            raise refusal(
                passive.where,
                "is a token that several parts take or give, so that it is open which waits for which",
                "Use a passive resource of its own for each dependency.",
            )
        for number, _ in uses.taken:
            yield number, frozenset().union(*uses.given)

    def _check_lock(self, uses: _Uses, capacity: int) -> None:
        """Make sure that nobody ever waits for a passive resource that is there from the start."""
        if len(uses.taken) <= capacity:
            return
        free = capacity
        for taken in uses.order:
            free += -1 if taken else 1
            if free < 0 or self._forked:
                raise refusal(
                    uses.passive.where,
                    "parts of the application wait for each other to give this passive resource back",
                    "Say with forks and joins what runs after what.",
                )

    def _resolved(self, moments: _Moments, awaited: dict[int, _Moments], job: int | None) -> Iterator[int]:
        """Yield the nodes that have ended at moments."""
        waiting, seen = list(moments), set(moments)
        while waiting:
            more: _Moments = frozenset()
            match waiting.pop():
                case int() as node:
                    yield node
                case _Start(start) if start != job:
                    more = frozenset(self._nodes[start].after)
                case _Token(number):
                    more = awaited[number]
            waiting += more - seen
            seen |= more


def _pooled(fork: Fork) -> Pooled | None:
    """Return a stage that a fork begins in several pools at the same time."""
    bodies: list[Items] = [flat(body) for body in fork.waited]
    found = [item for body in bodies for item in body if isinstance(item, StageRun)]
    if len(found) < 2 or any(len(body) != 1 for body in bodies) or len(found) != len(bodies):
        return None
    if len({run.service.order for run in found}) > 1 or len({run.service.id for run in found}) < len(found):
        return None
    return Pooled(fork.name, fork.where, tuple(found))


def _has_own_stage(item: Item) -> bool:
    """Return whether a step of the application is a stage itself, and not a part with stages."""
    if isinstance(item, StageRun):
        return True
    if isinstance(item, Call):
        return any(isinstance(inside, StageRun) for inside in item.body)
    return any(map(_has_own_stage, (i for items in items_within(item) for i in items)))


def _is_job(call: Call) -> bool:
    """Return whether a call has anything in it that takes time."""
    return any(isinstance(item, (StageRun, Work)) for item in _walk(call.body))


def _is_segment(item: Item) -> bool:
    """Return whether a step is work alone, one thing after the other."""
    inside = (i for items in items_within(item) for i in items)
    return isinstance(item, (Work, Loop, Branch, Call)) and all(map(_is_segment, inside))


def _walk(items: Items) -> Iterator[Item]:
    for item in items:
        yield item
        for inside in items_within(item):
            yield from _walk(inside)
