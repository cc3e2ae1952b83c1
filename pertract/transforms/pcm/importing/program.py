"""What a PCM model does, with all calls followed: behaviours over quantities and resources.

A `Program` is what remains of a service when names are resolved: who is called, which instance's passive
resource is taken, which container's processor is used, and which quantity a variable stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...stoex import Expression
from .environment import Resource
from .system import Instance, Passive, Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Where a step comes from."""

    name: str
    """What its action is called."""
    where: str
    """Place, class and name of the action, for messages."""


@dataclass(frozen=True, slots=True)
class Work(Named):
    """The demand of an active resource, or a delay of the user."""

    resource: Resource
    amount: Expression


@dataclass(frozen=True, slots=True)
class Acquire(Named):
    """Take one of a passive resource, or wait for it."""

    passive: Passive


@dataclass(frozen=True, slots=True)
class Release(Named):
    """Give one of a passive resource back."""

    passive: Passive


@dataclass(frozen=True, slots=True)
class Loop(Named):
    """Do a program several times, one after the other."""

    count: Expression
    round: str
    """The open quantity of the number of the round, from 1."""
    body: Program


@dataclass(frozen=True, slots=True)
class Fork(Named):
    """Begin several programs at the same time."""

    waited: tuple[Program, ...]
    """Those that must end before what follows."""
    left: tuple[Program, ...]
    """Those that nobody waits for."""


@dataclass(frozen=True, slots=True)
class Option:
    """One way of a branch."""

    condition: Expression | None
    """When it is taken; None: by chance."""
    probability: float
    """How often, if by chance."""
    body: Program


@dataclass(frozen=True, slots=True)
class Branch(Named):
    """Do one of several programs: the first whose condition holds, or one by chance."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Call(Named):
    """Do what a service of an instance says."""

    callee: Instance
    inputs: dict[str, Expression]
    """What is passed, by name with characterisation."""
    body: Program


@dataclass(frozen=True, slots=True)
class Recursion(Named):
    """Do what a service says that calls itself."""

    service: Service
    callee: Instance
    parameters: dict[str, str]
    """The open quantities of its parameters, by name with characterisation."""
    inputs: dict[str, Expression]
    """What is passed at first."""
    body: Program


@dataclass(frozen=True, slots=True)
class Again(Named):
    """Do the service around it, which calls itself."""

    service: Service
    inputs: dict[str, Expression]


Step = Work | Acquire | Release | Loop | Fork | Branch | Call | Recursion | Again
Program = tuple[Step, ...]
"""Steps that happen one after the other."""


def inner(step: Step) -> tuple[Program, ...]:
    """Return the programs inside of a step."""
    match step:
        case Loop() | Call() | Recursion():
            return (step.body,)
        case Fork():
            return (*step.waited, *step.left)
        case Branch():
            return tuple(option.body for option in step.options)
    return ()


def walk(program: Program) -> Iterator[Step]:
    """Yield all steps of a program, also the inner ones."""
    for step in program:
        yield step
        for body in inner(step):
            yield from walk(body)


def flat(program: Program) -> Program:
    """Return a program with what calls do in their place."""
    found: list[Step] = []
    for step in program:
        found += flat(step.body) if isinstance(step, Call) else [step]
    return tuple(found)
