"""Keep things in a row apart, each as near as possible to where it wants to be."""

from __future__ import annotations

from collections.abc import Sequence


def kept_apart(wanted: Sequence[float], weights: Sequence[float], rooms: Sequence[float]) -> list[float]:
    """Return the places nearest to the wanted ones, in the sense of least squares, that leave the rooms.

    Less the rooms before them, places need only not decrease, which pooling of neighbours solves exactly
    (isotonic regression).

    Parameters
    ----------
    wanted
        Where each would be alone.
    weights
        How much it matters.
    rooms
        Least distance from each to the next; the last one counts for nothing.
    """
    shifts, shift = [], 0.0
    for room in rooms:
        shifts.append(shift)
        shift += room
    pools: list[list[float]] = []  # mean, weight, number of places
    for want, weight, before in zip(wanted, weights, shifts, strict=True):
        pools.append([want - before, weight, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, heavy, count = pools.pop()
            pool = pools[-1]
            pool[0] = (pool[0] * pool[1] + mean * heavy) / (pool[1] + heavy)
            pool[1] += heavy
            pool[2] += count
    found: list[float] = []
    for mean, _, count in pools:
        found += [mean + shifts[len(found) + i] for i in range(int(count))]
    return found
