"""Find the best of very many configurations without predicting each of them in full.

Screen and confirm. One replication tells nearly as much as many: replications have the measured amount of
work and differ by order and rounding only, and with common random numbers that difference is nearly the same
for all configurations. So configurations are first predicted with one replication each; of these, the one
that looks best is predicted in full, until the best one that is known in full is as good as what any other
promises. This is successive halving (Jamieson & Talwalkar 2016) with two rungs, and a rule when to stop
instead of a fixed number of survivors.

Larger spaces are screened coarsely first, every second, fourth or eighth value of an axis, and then in ever
smaller steps around what looks best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from math import inf, sqrt
from statistics import NormalDist, median

from .grid import Grid
from .space import Place, Space, spaces
from .standing import Goal, Standing

SHARE = 0.1
"""Most replications, relative to predicting all configurations in full."""
SCREENED_AT_ONCE = 2_000
"""Configurations of a workload that are screened without being chosen by coarser steps."""
KEPT = 12
"""Configurations around which smaller steps are taken, for each thing that is wanted."""
LEAST_GAIN = 0.001
"""Expected improvement below which the best that is known is taken."""
DOUBT, PRIOR_WEIGHT = 0.005, 2
"""Standard deviation of a bound from one replication, relative to all of them, and how many
configurations must be known for what they say of it to count as much."""
BEYOND_DOUBT = 0.98
"""Probability to keep the goal from which on a configuration is a safe choice."""
MISSES = 3
"""Configurations that are predicted in full where none keeps the goal."""
FRONT = 24
"""Most of the Pareto front that is predicted in full, if there is room."""

Ask = Callable[[Sequence[int], int], dict[int, Standing]]
"""Predict configurations, by number, with so many replications; those that cannot be are missing."""
Wanted = Callable[[Standing], float]
"""What is to be least."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search has looked at."""

    configurations: int
    """All there are."""
    screened: int
    """Those that were predicted with one replication."""
    confirmed: tuple[int, ...]
    """Numbers of those that were predicted in full, ascending."""
    replications: int
    """Replications of all these, also where they were known from the cache."""
    share: float
    """The same relative to predicting all configurations in full."""


def search(grid: Grid, ask: Ask, *, goal: Goal, replications: int) -> Searched:
    """Return which configurations were predicted in full: the best ones, and the Pareto front.

    Parameters
    ----------
    grid
        All configurations.
    ask
        How to predict some.
    goal
        What is wanted.
    replications
        Of a full prediction.
    """
    screened, confirmed = 0, set[int]()
    for space in spaces(grid):
        found = _Search(space, ask, goal, replications)
        found.run()
        screened += len(found.places)
        confirmed |= found.confirmed.keys()
    used = screened + replications * len(confirmed)
    return Searched(
        configurations=grid.size,
        screened=screened,
        confirmed=tuple(sorted(confirmed)),
        replications=used,
        share=used / (grid.size * replications),
    )


class _Search:
    """The search in the configurations for one workload."""

    def __init__(self, space: Space, ask: Ask, goal: Goal, replications: int) -> None:
        self.space, self.ask, self.goal, self.replications = space, ask, goal, replications
        self.left = max(MISSES * replications, int(SHARE * space.size * replications))
        self.places: dict[int, Place] = {}
        self.screened: dict[int, Standing] = {}
        self.confirmed: dict[int, Standing] = {}
        self.correction = 1.0
        """Bounds of full predictions relative to those of one replication: much the same everywhere."""
        self.doubt = DOUBT

    def run(self) -> None:
        places, step = self.space.coarse(min(SCREENED_AT_ONCE, self.left // 2))
        self._screen(places)
        while step > 1:
            step //= 2
            self._screen(place for kept in self._seeds() for place in self.space.around(kept, step))
        if len(self.places) < self.space.size:
            while self._screen(place for kept in self._seeds() for place in self.space.around(kept, 1)):
                pass
        while batch := self._most_promising():
            self._confirm(batch)
        self._confirm(self._front()[: min(FRONT, self.left // self.replications)])

    def _screen(self, places: Iterable[Place]) -> bool:
        """Predict places with one replication; return whether any were new and affordable."""
        new: dict[int, Place] = {}
        for place in places:
            number = self.space.number(place)
            if number not in self.places:
                new[number] = place
        # What is screened must leave room for confirming.
        affordable = dict(islice(new.items(), max(0, self.left - MISSES * self.replications)))
        self.places |= affordable
        self.left -= len(affordable)
        self.screened |= self.ask(list(affordable), 1)
        return bool(affordable)

    def _confirm(self, numbers: Sequence[int]) -> None:
        self.left -= self.replications * len(numbers)
        found = self.ask(numbers, self.replications)
        self.confirmed |= found
        ratios = [s.within_s / self.screened[n].within_s for n, s in self.confirmed.items()]
        self.correction = median(ratios) if ratios else 1.0
        squares = sum((ratio - self.correction) ** 2 for ratio in ratios)
        self.doubt = sqrt((PRIOR_WEIGHT * DOUBT**2 + squares) / (PRIOR_WEIGHT + len(ratios)))
        for number in numbers:
            if number not in found:  # what one replication could do, all of them cannot: out of the race
                self.screened.pop(number, None)

    def _wanted(self) -> list[Wanted]:
        """Return what the decisions are about, what is recommended first."""
        if self.goal.deadline_s is not None:
            return [_cost, _time]
        return [_time, _cost] if self.goal.is_set else [_product, _cost, _time]

    def _known(self) -> dict[int, Standing]:
        return self.screened | self.confirmed

    def _excess(self, number: int) -> float:
        """Return by what factor a configuration misses the goal, as far as is known."""
        if number in self.confirmed:
            return self.confirmed[number].excess(self.goal)
        return self.screened[number].excess(self.goal) * self.correction

    def _nearest(self) -> list[int]:
        """Return the configurations, those first that keep the goal best or miss it least."""
        return sorted(self._known(), key=lambda number: (self._excess(number), number))

    def _seeds(self) -> list[Place]:
        """Return the places around which to look further."""
        known = self._known()
        able = [number for number in known if self._excess(number) <= 1 + 4 * self.doubt]
        numbers = [] if able else self._nearest()[:KEPT]
        for wanted in self._wanted():
            numbers += sorted(able, key=lambda number: (wanted(known[number]), number))[:KEPT]
        numbers += _spread(self._front(), KEPT)
        return [self.places[number] for number in dict.fromkeys(numbers)]

    def _most_promising(self) -> list[int]:
        """Return what has to be predicted in full before the best is known; nothing when it is.

        First the best of those that keep the goal beyond doubt, so that there is an answer. Then what has
        the largest expected improvement: the chance to keep the goal, times what it would gain.
        """
        if self.left < self.replications:
            return []
        left = [number for number in self.screened if number not in self.confirmed]
        sure = [standing for standing in self.confirmed.values() if standing.excess(self.goal) <= 1]
        chance = {number: self._chance(number) for number in left}
        for wanted in self._wanted():
            if not sure:
                safe = [number for number in left if chance[number] >= BEYOND_DOUBT]
                likely = [number for number in left if chance[number] >= 1 - BEYOND_DOUBT]
                if safe:
                    return [min(safe, key=lambda n: (wanted(self.screened[n]), n))]
                return [max(likely, key=lambda n: (chance[n], -n))] if likely else self._misses(left)
            surest = min(map(wanted, sure))
            gains = {n: chance[n] * (1 - wanted(self.screened[n]) / surest) for n in left} if surest else {}
            best = max(gains, key=lambda n: (gains[n], -n), default=None)
            if best is not None and gains[best] > LEAST_GAIN:
                return [best]
        return []

    def _misses(self, left: Sequence[int]) -> list[int]:
        """Return the nearest to the goal, which none keeps, that are not predicted in full."""
        misses = [number for number in self._nearest()[:MISSES] if number in left]
        return misses[: self.left // self.replications]

    def _chance(self, number: int) -> float:
        """Return the probability that a full prediction keeps the goal."""
        if not self.goal.is_set:
            return 1.0
        return NormalDist(self._excess(number), self.doubt).cdf(1.0)

    def _front(self) -> list[int]:
        """Return the Pareto front of mean time and cost, as far as it is not predicted in full."""
        known, front, least_s = self._known(), [], inf
        for number in sorted(known, key=lambda n: (_cost(known[n]), _time(known[n]), n)):
            if _time(known[number]) < least_s and known[number].cost is not None:
                least_s = _time(known[number])
                front.append(number)
        return [number for number in _spread(front, FRONT) if number not in self.confirmed]


def _spread(numbers: list[int], most: int) -> list[int]:
    """Return some of a list, evenly, with both ends."""
    if len(numbers) <= most:
        return numbers
    return [numbers[round(i * (len(numbers) - 1) / (most - 1))] for i in range(most)]


def _time(standing: Standing) -> float:
    return standing.time_s


def _cost(standing: Standing) -> float:
    return inf if standing.cost is None else standing.cost


def _product(standing: Standing) -> float:
    return _cost(standing) * standing.time_s
