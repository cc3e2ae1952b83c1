"""Whose turn it is: stages in FIFO order, or by the scheduler pools of Spark's FAIR mode."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .plan import Plan, Pool
from .stage import DEFAULT_POOL


@dataclass(frozen=True, slots=True)
class _Place:
    """What of a stage decides its turn."""

    pool: Pool
    priority: int
    name: str


class Turns:
    """The order in which waiting stages are offered slots.

    FIFO: by priority, which is by job, then by stage (Spark's ``FIFOSchedulingAlgorithm``).
    FAIR: the root shares the slots among pools as ``FairSchedulingAlgorithm`` does. Pools below their
    minimum share come first, those with the fewest running tasks per minimum share before others; then
    the pool with the fewest running tasks per weight; equal ones go by name. Inside a pool stages go
    in FIFO order, or in a FAIR pool the one with the fewest running tasks first.

    Parameters
    ----------
    plan
        Mode, pools and stages.
    """

    def __init__(self, plan: Plan) -> None:
        self.fair = plan.fair
        known = {pool.name: pool for pool in plan.pools}
        names = [stage.pool or DEFAULT_POOL for stage in plan.stages]
        self._places = [
            _Place(known.get(name) or Pool(name), stage.priority, stage.id)
            for name, stage in zip(names, plan.stages, strict=True)
        ]

    def order(self, waiting: Sequence[tuple[float, int]], running: Mapping[int, int]) -> list[int]:
        """Return the waiting stages, next one first.

        Parameters
        ----------
        waiting
            Priority and number of each stage with tasks to launch, ascending.
        running
            Running tasks of every stage that has not ended.
        """
        stages = [stage for _, stage in waiting]
        if not self.fair or len(stages) < 2:
            return stages
        in_pool: Counter[str] = Counter()
        for stage, tasks in running.items():
            in_pool[self._places[stage].pool.name] += tasks

        def turn(stage: int) -> tuple[bool, float, str, int, str]:
            place = self._places[stage]
            pool, tasks = place.pool, in_pool[place.pool.name]
            needy = tasks < pool.minimum_share
            share = tasks / max(pool.minimum_share, 1) if needy else tasks / pool.weight
            if pool.fair:
                return not needy, share, pool.name, running[stage], place.name
            return not needy, share, pool.name, place.priority, place.name

        return sorted(stages, key=turn)
