"""What an imported model says in another way than the files, one sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ...stoex import ExpressionProblem
from .cluster import Pool
from .order import Order
from .quantities import Quantities
from .reading import Reading

PROPORTIONAL = 1e-6
"""Relative difference up to which a volume grows with the data."""


def approximations(
    stages: Mapping[int, Sequence[Reading]],
    ids: Mapping[int, str],
    pools: Sequence[Pool],
    order: Order,
) -> Iterator[str]:
    """Yield what an import undoes of what an export says in a simpler way.

    Parameters
    ----------
    stages, ids
        Stages in each pool of slots, and their identifiers, by position.
    pools, order
        The pools, and what runs after what.
    """
    beforehand = {number for number, found in stages.items() if found[0].form == "slots"}
    if beforehand:
        named = listed(ids[number] for number in beforehand)
        yield f"in the files every slot has its tasks beforehand, here tasks take free slots: {named}"
    if together := order.side_by_side(beforehand):
        named = listed(ids[number] for number in together)
        yield f"in the files stages at the same time have slots of their own, here they share: {named}"
    if len(pools) > 1:
        named = listed(pool.container.name for pool in pools)
        yield f"in the files containers have their tasks beforehand, here tasks take free slots: {named}"
    for pool in pools:
        if pool.joined:
            yield f"the nodes of {pool.container.name} are one node here: their cores and slots differ"
        if pool.nodes > 1 and pool.slots > pool.cores:
            yield (
                f"in the files the cores of {pool.container.name} serve all of its tasks, here each of its "
                f"{pool.nodes} nodes has its own"
            )


def volumes_note(
    quantities: Quantities, data: str | None, stages: Mapping[int, Sequence[Reading]], ids: Mapping[int, str]
) -> str | None:
    """Return that the data entering stages does not grow as all data does, where that is so.

    Parameters
    ----------
    quantities
        Of the model.
    data
        The quantity of the size of all data; None where there is none.
    stages, ids
        Stages in each pool of slots, and their identifiers, by position.
    """
    if data is None:
        return None
    other = [number for number, found in stages.items() if not _grows(quantities, data, found[0])]
    if not other:
        return None
    named = listed(ids[number] for number in other)
    return f"with other data (--data-scale), the volume entering stages is taken to grow with it: {named}"


def _grows(quantities: Quantities, data: str, reading: Reading) -> bool:
    """Return whether what enters a stage grows with the data."""
    size = quantities.known[data]
    if isinstance(size, (bool, str)) or reading.count is None:
        return True
    for name in ("taskBytes.VALUE", "taskRecords.VALUE"):
        passed = reading.inputs.get(name)
        if passed is None or quantities.depends(passed):
            continue
        try:
            totals = []
            for scale in (1.0, 2.0):
                here = reading.cold.anew({data: size * scale})
                totals.append(float(here.value(passed)) * float(here.value(reading.count)))
        except ExpressionProblem:
            return False
        if abs(totals[1] - 2 * totals[0]) > PROPORTIONAL * abs(totals[1]):
            return False
    return True


def listed(names: Iterable[str]) -> str:
    """Return the first few names, and how many more there are."""
    found = list(dict.fromkeys(names))
    more = f" and {len(found) - 5} more" if len(found) > 6 else ""
    return ", ".join(found[:5] if more else found) + more
