"""The tasks of a service that calls itself: followed to the ends of its recursion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...stoex import Expression, ExpressionProblem, Value
from ...stoex.values import truth
from .objects import refusal, unknown_recursion
from .program import Acquire, Again, Branch, Fork, Program, Recursion, flat
from .quantities import Evaluation

MOST_LEAVES = 50_000
"""Tasks that are followed."""
Leaf = tuple[Program, dict[str, Value]]
"""What is done at an end of a recursion, and the values of the parameters there."""


def leaves(recursion: Recursion, at: Evaluation) -> Iterator[Leaf]:
    """Yield the ends of a recursion, one for each task: programs that begin with taking a slot.

    Raises
    ------
    TransformError
        If it is something else than tasks that all begin at the same time.
    """
    begin = _values(recursion.inputs, recursion.parameters, at)
    waiting: list[Leaf] = [(recursion.body, begin)]
    found = 0
    while waiting:
        program, given = waiting.pop()
        here = at.given(given)
        steps = flat(program)
        if steps and isinstance(steps[0], Acquire):
            found += 1
            if found > MOST_LEAVES:
                raise refusal(
                    recursion.where,
                    f"has more than {MOST_LEAVES:,} tasks",
                    "Export the form tokens, which is for many tasks.",
                )
            yield program, given
            continue
        inside: list[Leaf] = []
        active = 0
        for step in steps:
            more: list[Leaf] = []
            match step:
                case Branch():
                    more = [(_taken(step, here), given)]
                case Fork(left=()):
                    more = [(body, given) for body in step.waited]
                case Again():
                    values = _values(step.inputs, recursion.parameters, here)
                    more = [(recursion.body, values)]
                case _:
                    raise unknown_recursion(recursion.where)
            more = [(body, values) for body, values in more if body]
            active += bool(more)
            inside += more
        if active > 1:
            raise unknown_recursion(recursion.where)
        waiting += reversed(inside)


def _taken(branch: Branch, here: Evaluation) -> Program:
    for option in branch.options:
        if option.condition is None:
            raise unknown_recursion(branch.where)
        try:
            if truth(here.value(option.condition)):
                return option.body
        except ExpressionProblem as problem:
            raise refusal(branch.where, str(problem), "Correct the condition.") from problem
    return ()


def _values(
    inputs: Mapping[str, Expression], parameters: Mapping[str, str], at: Evaluation
) -> dict[str, Value]:
    """Return values of the parameters of a recursion; what is random or not a number stays open."""
    found: dict[str, Value] = {}
    for name, quantity in parameters.items():
        try:
            found[quantity] = at.value(inputs[name])
        except (ExpressionProblem, KeyError):
            continue
    return found
