"""Which stages cached data, on which executors, and which later ones preferred to run there.

Spark logs how near to its data a task ran, but not where the data was, and ``PROCESS_LOCAL`` also stands
for tasks without a preference. A task that reads cached data prefers the executor that cached its
partition: the one on which the same partition ran in the first stage that had the data set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set

from .events import RddInfo
from .records import LocalityRecord
from .tasks import Place, TaskCollector

_MOST_KEPT = 1 << 18  # partitions whose place is remembered
_LEAST_RATIO = 0.1  # less may be chance

_Stage = tuple[int, int]  # identifier, attempt
_Holders = dict[int, tuple[str, _Stage]]  # by partition: executor, and the stage that put the data there


class CachedData:
    """Follows which executor holds which partition of the data sets that are cached."""

    def __init__(self) -> None:
        self._held: dict[int, _Holders] = {}
        self._cached_on: dict[_Stage, Counter[str]] = {}
        self._read: set[_Stage] = set()

    def cached_on(self) -> Mapping[_Stage, Mapping[str, int]]:
        """Return how many partitions each executor cached, for the stages whose data were read later."""
        return {stage: self._cached_on[stage] for stage in self._read}

    def follow(
        self, stage: _Stage, rdds: Sequence[RddInfo], tasks: TaskCollector, *, gone: Set[str]
    ) -> LocalityRecord | None:
        """Return which cached data the tasks of a stage preferred to be near, None for none.

        Parameters
        ----------
        stage
            Identifier and attempt.
        rdds
            Its data sets.
        tasks
            Its tasks.
        gone
            Executors that have been removed, and what they held with them.
        """
        persistent = sorted(rdd.id for rdd in rdds if rdd.storage.memory or rdd.storage.disk)
        if not persistent:
            return None
        places, found = tasks.places(), None
        # Of the data sets in the stage, a task goes to the last one that is there.
        if known := [rdd for rdd in persistent if rdd in self._held]:
            found = _reading(self._held[known[-1]], places, gone)
        if found is not None:
            self._read.add(found.cached_by)
        placed = False
        for rdd in persistent:
            placed = self._keep(rdd, stage, places, gone) or placed
        if placed:
            self._cached_on[stage] = Counter(place.executor for place in places)
        return found

    def _keep(self, rdd: int, stage: _Stage, places: list[Place], gone: Set[str]) -> bool:
        """Remember where partitions are that were nowhere before, and return whether there are some.

        The oldest data sets are forgotten.
        """
        holders = self._held.setdefault(rdd, {})
        new = {
            place.partition: (place.executor, stage)
            for place in places
            if place.partition not in holders or holders[place.partition][0] in gone
        }
        holders.update(new)
        while len(self._held) > 1 and sum(map(len, self._held.values())) > _MOST_KEPT:
            del self._held[next(iter(self._held))]
        return bool(new)


def _reading(holders: _Holders, places: list[Place], gone: Set[str]) -> LocalityRecord | None:
    """Return the preference of tasks that read cached data.

    Tasks without one meet the right executor by chance, which is taken out of the share that did. Tasks
    further away have waited for their executor, if others are there that found it.
    """
    held = [
        (place, *holders[place.partition])
        for place in places
        if place.partition in holders and holders[place.partition][0] not in gone
    ]
    local = [(place.executor, holder) for place, holder, _ in held if place.locality == "PROCESS_LOCAL"]
    if not local:
        return None
    chance = 1 / len({executor for pair in local for executor in pair})
    met = sum(executor == holder for executor, holder in local) / len(local)
    near = len(local) * ((met - chance) / (1 - chance) if chance < 1 else 1.0)
    if near < _LEAST_RATIO * len(places):
        return None
    ratio = (near + len(held) - len(local)) / len(places)
    [(source, _)] = Counter(stage for _, _, stage in held).most_common(1)
    return LocalityRecord(cached_by=source, ratio=round(ratio, 4))
