"""Find the best of very many configurations without predicting each of them in full.

Screen and confirm. One replication tells nearly as much as many: replications have the measured amount of
work and differ by order and rounding only, and with common random numbers much of that difference is the same
for all configurations. So configurations are first predicted with one replication each. Then the one with the
largest expected improvement (Jones, Schonlau & Welch 1998) over the best that is known is predicted in full,
or with a few replications first where these differ; until no improvement is to be expected. This is
successive halving (Jamieson & Talwalkar 2016) with a rule when to stop instead of fixed numbers of survivors.

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
NOISE = 0.005
"""Spread of replications that is assumed before any is known."""
FEW = 4
"""Replications between one and all of them."""
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
    screened, used, confirmed = 0, 0, set[int]()
    for space in spaces(grid):
        found = _Search(space, ask, goal, replications)
        found.run()
        screened += len(found.places)
        used += found.used
        confirmed |= found.confirmed.keys()
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
        self.used = 0
        self.places: dict[int, Place] = {}
        self.known: dict[int, Standing] = {}
        self.count: dict[int, int] = {}
        """Replications of what is known."""
        self.screened: dict[int, Standing] = {}
        """What one replication says."""
        self.confirmed: dict[int, Standing] = {}

    def run(self) -> None:
        places, step = self.space.coarse(min(SCREENED_AT_ONCE, self.left // 2))
        self._screen(places)
        while step > 1:
            step //= 2
            self._screen(place for kept in self._seeds() for place in self.space.around(kept, step))
        if len(self.places) < self.space.size:
            while self._screen(place for kept in self._seeds() for place in self.space.around(kept, 1)):
                pass
        while promising := self._most_promising():
            self._predict(*promising)
        front = [number for number in self._front() if number not in self.confirmed]
        self._predict(front[: min(FRONT, self.left // self.replications)], self.replications)

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
        self._predict(list(affordable), 1)
        return bool(affordable)

    def _predict(self, numbers: Sequence[int], replications: int) -> None:
        self.left -= replications * len(numbers)
        self.used += replications * len(numbers)
        found = self.ask(numbers, replications)
        for number in numbers:
            if number not in found:  # it cannot be predicted: out of the race
                self.known.pop(number, None)
                continue
            self.known[number], self.count[number] = found[number], replications
            self.screened.setdefault(number, found[number])
            if replications == self.replications:
                self.confirmed[number] = found[number]

    def _wanted(self) -> list[Wanted]:
        """Return what the decisions are about, what is recommended first."""
        if self.goal.deadline_s is not None:
            return [_cost, _time]
        return [_time, _cost] if self.goal.is_set else [_product, _cost, _time]

    def _nearest(self) -> list[int]:
        """Return the configurations, those first that keep the goal best or miss it least."""
        return sorted(self.known, key=lambda number: (self.known[number].excess(self.goal), number))

    def _seeds(self) -> list[Place]:
        """Return the places around which to look further."""
        able = [number for number in self.known if self._chance(number) > 1 - BEYOND_DOUBT]
        numbers = [] if able else self._nearest()[:KEPT]
        for wanted in self._wanted():
            numbers += sorted(able, key=lambda number: (wanted(self.known[number]), number))[:KEPT]
        numbers += _spread(self._front(), KEPT)
        return [self.places[number] for number in dict.fromkeys(numbers)]

    def _most_promising(self) -> tuple[list[int], int] | None:
        """Return what has to be predicted, with how many replications, before the best is known.

        First the best of those that keep the goal beyond doubt, so that there is an answer. Then what has
        the largest expected improvement over it. In the end what seems best is predicted in full.
        """
        if self.left < self.replications:
            return None
        sure = [standing for standing in self.confirmed.values() if standing.excess(self.goal) <= 1]
        left = self._different()
        if not sure:
            return self._first(left)
        last = self.left < self.replications + FEW
        for wanted in self._wanted():
            best_value = min(map(wanted, sure))
            gains = {number: self._improvement(number, wanted, best_value) for number in left}
            best = max(gains, key=lambda n: (gains[n], -n), default=None)
            if best is None or gains[best] <= LEAST_GAIN:
                continue
            again = self.count[best] < FEW < self.replications and self._noise() > NOISE and not last
            return [best], FEW if again else self.replications
        return None

    def _different(self) -> list[int]:
        """Return what is not predicted in full and differs from all that is.

        Configurations that one replication finds exactly alike are alike: what differs has no effect.
        """
        seen = {self.screened[number] for number in self.confirmed}
        found = []
        for number in sorted(self.known, key=lambda n: (-self.count[n], n)):
            if number not in self.confirmed and self.screened[number] not in seen:
                seen.add(self.screened[number])
                found.append(number)
        return found

    def _first(self, left: Sequence[int]) -> tuple[list[int], int] | None:
        """Return what to predict in full while nothing is known to keep the goal."""
        wanted = self._wanted()[0]
        chance = {number: self._chance(number) for number in left}
        safe = [number for number in left if chance[number] >= BEYOND_DOUBT]
        likely = [number for number in left if chance[number] >= 1 - BEYOND_DOUBT]
        if safe:
            return [min(safe, key=lambda n: (wanted(self.known[n]), n))], self.replications
        if likely:
            return [max(likely, key=lambda n: (chance[n], -n))], self.replications
        misses = [number for number in self._nearest()[:MISSES] if number not in self.confirmed]
        return (misses[: self.left // self.replications], self.replications) if misses else None

    def _noise(self) -> float:
        """Return the spread of replications, as far as it is known."""
        return median([NOISE, *(s.spread for n, s in self.known.items() if self.count[n] >= FEW)])

    def _doubt(self, number: int) -> float:
        """Return the standard error of what is known of a configuration, relative to it."""
        return max(self._noise(), NOISE / 2) / sqrt(self.count[number])

    def _chance(self, number: int) -> float:
        """Return the probability that a full prediction keeps the goal."""
        if not self.goal.is_set:
            return 1.0
        return NormalDist(self.known[number].excess(self.goal), self._doubt(number)).cdf(1.0)

    def _improvement(self, number: int, wanted: Wanted, best: float) -> float:
        """Return the expected improvement on what is known to be best, relative to that."""
        if best <= 0:
            return 0.0
        value, doubt = wanted(self.known[number]) / best, self._doubt(number)
        if value == inf:
            return 0.0
        z = (1 - value) / doubt
        normal = NormalDist()
        return self._chance(number) * doubt * (z * normal.cdf(z) + normal.pdf(z))

    def _front(self) -> list[int]:
        """Return the Pareto front of mean time and cost, or some of it, evenly."""
        known, front, least_s = self.known, [], inf
        for number in sorted(known, key=lambda n: (_cost(known[n]), _time(known[n]), n)):
            if _time(known[number]) < least_s and known[number].cost is not None:
                least_s = _time(known[number])
                front.append(number)
        return _spread(front, FRONT)


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
