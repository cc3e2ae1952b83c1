"""What work needs, in all the ways in which chance may have it.

Work with one random value has an outcome for each group of its values. With several, which are independent,
outcomes are a Latin hypercube: as many points, each random value taking each of its quantiles once, in an
order of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from ...stoex import Expression, ExpressionProblem, Value
from ...stoex.values import truth
from .chances import PARTS, groups, quantile
from .numbers import amount_of, count_of
from .objects import refusal
from .program import Branch, Call, Fork, Loop, Program, Step, Work, inner, walk
from .quantities import Evaluation, Quantities

Floats = NDArray[np.float64]
P = ParamSpec("P")
R = TypeVar("R")
Rounds = tuple[tuple[str, int], ...]
"""Rounds of the loops around a step: the open quantity of each, and its value."""

POINTS = 256
"""Outcomes of work with several random values."""
_LOOKED_AT = (0.1, 0.3, 0.6, 0.9)
"""Where among its values a random value is tried whether amounts follow it on a straight line."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One demand of a program."""

    work: Work
    beside: bool
    """Whether nobody waits for it."""


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """What a program needs in the ways in which chance may have it."""

    chances: Floats
    """Shape ``(n_outcomes,)``; they sum to 1."""
    amounts: Floats
    """Shape ``(n_outcomes, n_channels)``."""

    @property
    def mean(self) -> Floats:
        """Mean amounts, shape ``(n_channels,)``."""
        return np.asarray(self.chances @ self.amounts)


class Outcomes:
    """Finds what a program needs: work, loops and branches, without stages.

    Parameters
    ----------
    quantities
        Of the model.
    program
        The program.
    """

    def __init__(self, quantities: Quantities, program: Program) -> None:
        self._quantities = quantities
        self._program = program
        self.channels = list(_channels(program, beside=False))
        """Its demands."""
        self._position = {id(channel.work): i for i, channel in enumerate(self.channels)}
        self.is_plain = all(isinstance(step, (Work, Call, Fork)) for step in walk(program))
        """Whether everything is done exactly once."""
        self.expressions: tuple[Expression, ...] = tuple(
            expression for step in walk(program) for expression in _expressions(step)
        )
        """What decides about amounts."""
        self._loops = {step.round for step in walk(program) if isinstance(step, Loop)}

    def at(self, at: Evaluation, tasks: int = 1, parts: int = PARTS) -> Spread:
        """Return what is needed at a place.

        Parameters
        ----------
        at
            Values of the open quantities around the program.
        tasks
            How often it is done about.
        parts
            Into how many parts a density is cut.

        Raises
        ------
        TransformError
            If an amount has no value or is negative for certain.
        """
        draws = self._draws(at)
        by_chance = any(
            isinstance(step, Branch) and any(option.condition is None for option in step.options)
            for step in walk(self._program)
        )
        if not draws and not by_chance:
            return Spread(np.ones(1), np.array([self._amounts(at, None, 0)]))
        if len(draws) == 1 and not by_chance and self.is_plain:
            [draw] = draws
            found = self._told(groups, self._quantities.draws[draw].law, at, tasks, parts)
            amounts = self._along([value for value, _ in found], draw, at)
            return Spread(np.array([chance for _, chance in found]), amounts)
        cube = _Cube(self._quantities, draws, self._loops)
        points = (self._told(cube.values, at, point, ()) for point in range(POINTS))
        return Spread(
            np.full(POINTS, 1 / POINTS),
            np.array([self._amounts(here, cube, n) for n, here in enumerate(points)]),
        )

    def typical(self, at: Evaluation) -> Floats:
        """Return what is needed when every random value is its median, shape ``(n_channels,)``."""
        cube = _Cube(self._quantities, self._draws(at), self._loops, median=True)
        return np.array(self._amounts(self._told(cube.values, at, 0, ()), cube, 0))

    def choices(self, at: Evaluation, on: frozenset[str]) -> tuple[bool, ...]:
        """Return how conditions that depend on open quantities turn out at a place.

        Raises
        ------
        TransformError
            If one cannot be evaluated.
        """
        return self._told(self._quantities.choices, self.expressions, at, on)

    def _draws(self, at: Evaluation) -> frozenset[str]:
        first = at.given(dict.fromkeys(self._loops, 1))
        return self._told(self._quantities.active, self.expressions, first)

    def _along(self, values: list[Value], draw: str, at: Evaluation) -> Floats:
        """Return amounts for values of a random quantity; on a straight line where they are on one."""

        def at_value(value: Value) -> Floats:
            return np.array(self._amounts(at.given({draw: value}), None, 0))

        if len(values) > len(_LOOKED_AT) and not isinstance(values[0], (bool, str)):
            numbers = np.array(values, dtype=float)
            looked_at = [int(share * (len(values) - 1)) for share in _LOOKED_AT]
            known = np.array([at_value(values[i]) for i in looked_at])
            low, high = numbers.argmin(), numbers.argmax()
            begin, end = at_value(values[low]), at_value(values[high])
            slope = (end - begin) / max(numbers[high] - numbers[low], 1e-300)
            line = begin + (numbers - numbers[low])[:, None] * slope
            if np.allclose(line[looked_at], known, rtol=1e-9, atol=0.0):
                return np.asarray(line)
        return np.array([at_value(value) for value in values])

    def _amounts(self, at: Evaluation, cube: _Cube | None, point: int) -> list[float]:
        found = [0.0] * len(self.channels)
        self._run(self._program, at, cube, point, (), found)
        return found

    def _run(
        self,
        program: Program,
        at: Evaluation,
        cube: _Cube | None,
        point: int,
        rounds: Rounds,
        found: list[float],
    ) -> None:
        for step in program:
            match step:
                case Work():
                    found[self._position[id(step)]] += self._amount(step, at, certain=cube is None)
                case Call():
                    self._run(step.body, at, cube, point, rounds, found)
                case Fork():
                    for body in step.left:
                        self._run(body, at, cube, point, rounds, found)
                case Loop():
                    for round in range(1, count_of(step.count, at, step.where) + 1):
                        inside = (*rounds, (step.round, round))
                        here = at.given({step.round: round})
                        here = cube.values(here, point, inside) if cube else here
                        self._run(step.body, here, cube, point, inside, found)
                case Branch():
                    body = self._chosen(step, at, cube, point, rounds)
                    self._run(body, at, cube, point, rounds, found)

    def _chosen(
        self,
        branch: Branch,
        at: Evaluation,
        cube: _Cube | None,
        point: int,
        rounds: Rounds,
    ) -> Program:
        below = 0.0
        for option in branch.options:
            if option.condition is not None:
                if truth(self._told(at.value, option.condition)):
                    return option.body
                continue
            assert cube is not None  # chance is only left out where there is none
            below += option.probability
            if cube.chance((branch.where, rounds), point) < below:
                return option.body
        return ()

    def _amount(self, work: Work, at: Evaluation, *, certain: bool) -> float:
        value = amount_of(work.amount, at, work.where)
        if (
            value < 0
            and certain
            and not self._quantities.depends(work.amount) & self._quantities.draws.keys()
        ):
            raise refusal(
                work.where, f"a demand must not be negative, found {value:g}", "Correct the expression."
            )
        return max(0.0, value)  # Palladio takes negative random values as none

    def _told(self, function: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
        """Return what a function gives, with the place in its errors."""
        try:
            return function(*arguments, **named)
        except ExpressionProblem as problem:
            where = self.channels[0].work.where if self.channels else ""
            raise refusal(where, str(problem), "Correct the expression in Palladio.") from problem


class _Cube:
    """A Latin hypercube over random values, the same in every import.

    Parameters
    ----------
    quantities
        Of the model.
    draws
        The random values.
    loops
        The rounds of the loops of the program, in each of which values are drawn anew.
    median
        Whether all values are medians instead.
    """

    def __init__(
        self, quantities: Quantities, draws: frozenset[str], loops: set[str], *, median: bool = False
    ) -> None:
        self._quantities = quantities
        self._median = median
        self._inside: dict[str | None, list[str]] = {}
        for draw in sorted(draws, key=lambda name: int(name[1:])):  # arguments are drawn before
            around = [loop for loop in quantities.draws[draw].inside if loop in loops]
            self._inside.setdefault(around[-1] if around else None, []).append(draw)
        self._rng = np.random.default_rng(1)
        self._orders: dict[object, NDArray[np.intp]] = {}

    def values(self, at: Evaluation, point: int, rounds: Rounds) -> Evaluation:
        """Return an evaluation with the random values of a point that are drawn in a round of a loop."""
        for draw in self._inside.get(rounds[-1][0] if rounds else None, ()):
            chance = self.chance((draw, rounds), point)
            at = at.given({draw: quantile(self._quantities.draws[draw].law, at, chance)})
        return at

    def chance(self, what: object, point: int) -> float:
        """Return where a point is among the values of something, between 0 and 1."""
        if self._median:
            return 0.5
        if what not in self._orders:
            self._orders[what] = self._rng.permutation(POINTS)
        return (float(self._orders[what][point]) + 0.5) / POINTS


def _channels(program: Program, *, beside: bool) -> Iterator[Channel]:
    for step in program:
        if isinstance(step, Work):
            yield Channel(step, beside)
        elif isinstance(step, Fork):
            for body in step.left:
                yield from _channels(body, beside=True)
        else:
            for body in inner(step):
                yield from _channels(body, beside=beside)


def _expressions(step: Step) -> Iterator[Expression]:
    match step:
        case Work():
            yield step.amount
        case Loop():
            yield step.count
        case Branch():
            yield from (option.condition for option in step.options if option.condition is not None)
