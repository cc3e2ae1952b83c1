"""Quantities: the values that variables stand for, whichever service they were passed to.

A variable of a service is a name for a quantity. A quantity is defined by an expression over other
quantities, or it is *open*: the number of a round, the parameter of a service that calls itself, or a
random value. So an expression deep inside of the calls can be evaluated at any round, for any random value,
and for other data or clusters.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ...stoex import (
    Binary,
    Call,
    Choice,
    Distribution,
    Expression,
    ExpressionProblem,
    Unary,
    Value,
    Variable,
    evaluate,
)
from ...stoex.tree import RANDOM_FUNCTIONS, parts, walk
from ...stoex.values import truth

Scope = Mapping[str, Expression]
"""What the variables of a service stand for."""


@dataclass(frozen=True, slots=True)
class Draw:
    """A random value, drawn anew in each round of the loops around it."""

    law: Distribution | Call
    """What it is drawn from; its arguments are expressions over quantities."""
    inside: tuple[str, ...]
    """The open quantities of the loops around it."""


class Quantities:
    """The quantities of one model."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._defined: dict[str, Expression] = {}
        self._depends: dict[str, frozenset[str]] = {}
        self._of_tree: dict[int, tuple[Expression, frozenset[str]]] = {}  # trees are kept, so identities stay
        self.draws: dict[str, Draw] = {}
        """The random quantities by name."""
        self.known = Evaluation(self)
        """The values of everything that does not depend on an open quantity."""

    def define(self, expression: Expression) -> Variable:
        """Return a quantity with the value of an expression over quantities."""
        if isinstance(expression, Variable):
            return expression
        name = f"§{next(self._numbers)}"
        self._defined[name] = expression
        self._depends[name] = self.depends(expression)
        return Variable(name)

    def open(self) -> Variable:
        """Return a quantity whose value is given when expressions are evaluated."""
        name = f"§{next(self._numbers)}"
        self._depends[name] = frozenset([name])
        return Variable(name)

    def definition(self, name: str) -> Expression | None:
        """Return the expression of a quantity; None if it is open."""
        return self._defined.get(name)

    def depends(self, expression: Expression) -> frozenset[str]:
        """Return the open quantities that an expression depends on."""
        if isinstance(expression, Variable):
            return self._depends[expression.name]
        known = self._of_tree.get(id(expression))
        if known is None:
            found = frozenset().union(*map(self.depends, parts(expression)))
            known = self._of_tree[id(expression)] = (expression, found)
        return known[1]

    def bound(self, expression: Expression, scope: Scope, inside: tuple[str, ...]) -> Expression:
        """Return an expression over quantities instead of variables; random parts become quantities.

        Parameters
        ----------
        expression, scope
            An expression of a service, and what its variables stand for.
        inside
            The open quantities of the loops around it.

        Raises
        ------
        ExpressionProblem
            If a variable is not known there.
        """

        def visit(part: Expression) -> Expression:
            if isinstance(part, Variable):
                if part.name not in scope:
                    raise ExpressionProblem(f"the variable {part.name} has no value here")
                return scope[part.name]
            made = with_parts(part, visit)
            if isinstance(made, Distribution) or (
                isinstance(made, Call) and made.function in RANDOM_FUNCTIONS
            ):
                return self._draw(made, inside)
            return made

        return visit(expression)

    def _draw(self, law: Distribution | Call, inside: tuple[str, ...]) -> Variable:
        drawn = self.open()
        self.draws[drawn.name] = Draw(law, inside)
        self._depends[drawn.name] |= self.depends(law)
        return drawn

    def active(self, expressions: Iterable[Expression], at: Evaluation) -> frozenset[str]:
        """Return the random quantities that decide values of expressions; conditions choose among them.

        Raises
        ------
        ExpressionProblem
            If a condition cannot be evaluated.
        """
        seen: set[str] = set()
        for expression in expressions:
            self._see_active(expression, at, seen)
        return frozenset(seen & self.draws.keys())

    def _see_active(self, expression: Expression, at: Evaluation, seen: set[str]) -> None:
        if not self.depends(expression) & self.draws.keys():
            return
        match expression:
            case Variable(name):
                if name not in seen:
                    seen.add(name)
                    drawn = self.draws.get(name)
                    self._see_active(drawn.law if drawn else self._defined[name], at, seen)
            case Choice(condition, then, otherwise) if not self.depends(condition) & self.draws.keys():
                self._see_active(then if truth(at.value(condition)) else otherwise, at, seen)
            case _:
                for part in parts(expression):
                    self._see_active(part, at, seen)

    def mentions(self, expression: Expression, names: frozenset[str]) -> bool:
        """Return whether an expression, or what its quantities stand for, uses some quantities."""
        waiting: list[Expression] = [expression]
        seen: set[str] = set()
        while waiting:
            for part in walk(waiting.pop()):
                if isinstance(part, Variable) and part.name not in seen:
                    if part.name in names:
                        return True
                    seen.add(part.name)
                    if (inner := self._defined.get(part.name)) is not None:
                        waiting.append(inner)
                    elif part.name in self.draws:
                        waiting.append(self.draws[part.name].law)
        return False

    def choices(
        self, expressions: Iterable[Expression], at: Evaluation, on: frozenset[str]
    ) -> tuple[bool, ...]:
        """Return how the conditions that depend on open quantities turn out, as far as they are evaluated.

        Raises
        ------
        ExpressionProblem
            If a condition cannot be evaluated.
        """
        found: list[bool] = []
        seen: set[str] = set()
        for expression in expressions:
            self._choose(expression, at, on, seen, found)
        return tuple(found)

    def _choose(
        self, expression: Expression, at: Evaluation, on: frozenset[str], seen: set[str], found: list[bool]
    ) -> None:
        if not on & self.depends(expression):
            return
        match expression:
            case Variable(name):
                if name not in seen and name in self._defined:
                    seen.add(name)
                    self._choose(self._defined[name], at, on, seen, found)
            case Choice(condition, then, otherwise) if not self.depends(condition) & self.draws.keys():
                self._choose(condition, at, on, seen, found)
                holds = truth(at.value(condition))
                if on & self.depends(condition):
                    found.append(holds)
                self._choose(then if holds else otherwise, at, on, seen, found)
            case _:
                for part in parts(expression):
                    self._choose(part, at, on, seen, found)

    def expanded(self, expression: Expression, keep: frozenset[str] = frozenset()) -> Expression:
        """Return an expression with what quantities stand for, and random values as what they are drawn from.

        Parameters
        ----------
        expression
            An expression over quantities.
        keep
            Quantities that stay.
        """

        def visit(part: Expression) -> Expression:
            if not isinstance(part, Variable):
                return with_parts(part, visit)
            if part.name in keep:
                return part
            if part.name in self.draws:
                return visit(self.draws[part.name].law)
            inner = self._defined.get(part.name)
            return part if inner is None else visit(inner)

        return visit(expression)


def number(value: Value) -> float:
    """Return a value as a number.

    Raises
    ------
    ExpressionProblem
        If it is none.
    """
    if isinstance(value, (bool, str)):
        raise ExpressionProblem(f"{value} is no number")
    return float(value)


def with_parts(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Return an expression with its operands or arguments changed."""
    match expression:
        case Unary(_, operand):
            return replace(expression, operand=change(operand))
        case Binary(_, left, right):
            return replace(expression, left=change(left), right=change(right))
        case Choice(condition, then, otherwise):
            return Choice(change(condition), change(then), change(otherwise))
        case Call(function, arguments):
            return Call(function, tuple(map(change, arguments)))
    return expression


class Evaluation(Mapping[str, Value]):
    """Values of quantities, where some are given.

    Parameters
    ----------
    quantities
        All quantities.
    given
        Values of open quantities, or others than those of defined ones.
    base
        An evaluation that knows what does not depend on those given here; None: everything is evaluated anew.
    """

    __slots__ = ("_base", "_given", "_known", "_quantities")

    def __init__(
        self, quantities: Quantities, given: Mapping[str, Value] | None = None, base: Evaluation | None = None
    ) -> None:
        self._quantities = quantities
        self._given = dict(given or {})
        self._known: dict[str, Value] = {}
        self._base = base

    def value(self, expression: Expression) -> Value:
        """Return the value of an expression over quantities.

        Raises
        ------
        ExpressionProblem
            If it has none, or depends on an open quantity that is not given.
        """
        if isinstance(expression, Variable):
            return self[expression.name]
        return evaluate(expression, self)

    def given(self, more: Mapping[str, Value]) -> Evaluation:
        """Return an evaluation with more given; only what follows open quantities is evaluated anew."""
        base = self if self._base is None else self._base  # an empty mapping is false
        return Evaluation(self._quantities, {**self._given, **more}, base)

    def anew(self, more: Mapping[str, Value]) -> Evaluation:
        """Return an evaluation with more given; everything that depends on it is evaluated anew."""
        return Evaluation(self._quantities, {**self._given, **more})

    def __getitem__(self, name: str) -> Value:
        if name in self._given:
            return self._given[name]
        if name not in self._known:
            definition = self._quantities.definition(name)
            if definition is None:
                kind = "random" if name in self._quantities.draws else "not the same in every round"
                raise ExpressionProblem(f"a value is {kind} where one number is needed")
            if self._base is not None and not self._quantities.depends(Variable(name)):
                return self._base[name]
            self._known[name] = evaluate(definition, self)
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._given or (isinstance(name, str) and name.startswith("§"))

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
