"""Stacks merged to a tree of calls, for one run or to compare two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...extract.sampled import StackTable, View
from ...extract.traces import CATEGORIES
from ...sources.profilers.records import Floats, Ints

MOST_NODES = 12_000
"""More calls than this nobody looks at; the narrowest are left out."""
LEAST_SHARE = 1e-4
"""Calls with less of the CPU are left out in any case."""


@dataclass(frozen=True, slots=True)
class CallTree:
    """Calls in the order of drawing: each is followed by what it calls, alphabetically."""

    names: tuple[str, ...]
    name: Ints
    """Index in ``names``, shape ``(n,)``."""
    depth: Ints
    """0 for outermost frames."""
    weight: Floats
    """CPU seconds or samples in the call and all it calls."""
    base: Floats | None
    """The same of the run it is compared with; None without one."""
    category: Ints
    """Index in `CATEGORIES`: what most of the weight is for."""
    total: float
    base_total: float
    left_out: int
    """Calls that are too narrow to be kept."""
    least_share: float
    """Share of the CPU below which calls are left out."""

    def __len__(self) -> int:
        return len(self.name)

    def offsets(self) -> Floats:
        """Return where each call begins if calls lie side by side in their caller, shape ``(n,)``."""
        begins = np.zeros(len(self))
        ends: list[float] = [0.0]  # of each depth, where the next call there begins
        for i, (depth, weight) in enumerate(zip(self.depth.tolist(), self.weight.tolist(), strict=True)):
            begin = ends[depth]
            begins[i] = begin
            del ends[depth + 1 :]
            ends[depth] = begin + weight
            ends.append(begin)
        return begins


@dataclass(frozen=True, slots=True)
class _Merged:
    """Distinct stacks of one or two views, sorted, by ranks of names."""

    names: list[str]
    stacks: list[tuple[int, ...]]
    weight: Floats
    base: Floats
    category: Ints


def call_tree(
    table: StackTable,
    view: View,
    *,
    base: tuple[StackTable, View | None] | None = None,
    most: int = MOST_NODES,
    least_share: float = LEAST_SHARE,
) -> CallTree:
    """Return the tree of calls of a view.

    Parameters
    ----------
    table, view
        Stacks.
    base
        Those of another run to compare with; its view may be None if it has no such stage.
    most
        Calls to keep at most.
    least_share
        Share of all CPU that a call needs to be kept, in either run.
    """
    merged = _merged(table, view, base)
    ranks, depths, first, last = _calls(merged.stacks)
    upto = np.concatenate([[0.0], np.cumsum(merged.weight)])
    weight = upto[last] - upto[first]
    total = float(merged.weight.sum())
    base_total = float(merged.base.sum())
    share = weight / (total or 1.0)
    base_weight = None
    if base is not None:
        upto = np.concatenate([[0.0], np.cumsum(merged.base)])
        base_weight = upto[last] - upto[first]
        share = np.maximum(share, base_weight / (base_total or 1.0))
    least = least_share
    if len(share) > most:
        least = max(least, float(np.partition(share, -most)[-most]))
    kept = np.flatnonzero(share >= least)
    if len(kept) > most:  # many of the same narrow width: without them
        kept = np.flatnonzero(share > least)
    by_category = np.zeros((len(merged.stacks) + 1, len(CATEGORIES)))
    both = merged.weight / (total or 1.0) + merged.base / (base_total or 1.0)
    by_category[np.arange(1, len(merged.stacks) + 1), merged.category] = both
    by_category = by_category.cumsum(axis=0)
    used, name = np.unique(ranks[kept], return_inverse=True)
    return CallTree(
        names=tuple(merged.names[rank] for rank in used.tolist()),
        name=name.astype(np.int64),
        depth=depths[kept],
        weight=weight[kept],
        base=None if base_weight is None else base_weight[kept],
        category=np.argmax(by_category[last[kept]] - by_category[first[kept]], axis=1).astype(np.int64),
        total=total,
        base_total=base_total,
        left_out=len(share) - len(kept),
        least_share=least,
    )


def _merged(table: StackTable, view: View, base: tuple[StackTable, View | None] | None) -> _Merged:
    parts = [(table, view, 0)]
    if base is not None and base[1] is not None:
        parts.append((base[0], base[1], 1))
    names = sorted({table.frames[f] for table, view, _ in parts for s in view.stack for f in table.stacks[s]})
    rank = {name: i for i, name in enumerate(names)}
    found: dict[tuple[int, ...], list[float]] = {}
    for part, shown, column in parts:
        ranks = [rank.get(name, -1) for name in part.frames]
        for stack, weight in zip(shown.stack.tolist(), shown.weight.tolist(), strict=True):
            key = tuple([ranks[frame] for frame in part.stacks[stack]])
            found.setdefault(key, [0.0, 0.0, float(part.category[stack])])[column] += weight
    stacks = sorted(found)
    numbers = np.array([found[stack] for stack in stacks]).reshape(-1, 3)
    return _Merged(names, stacks, numbers[:, 0], numbers[:, 1], numbers[:, 2].astype(np.int64))


def _calls(stacks: list[tuple[int, ...]]) -> tuple[Ints, Ints, Ints, Ints]:
    """Return of each call its name and depth, and the first stack with it and the one after the last.

    Sorted stacks with a common beginning follow each other, so a call is a row of neighbours.
    """
    names: list[int] = []
    depths: list[int] = []
    first: list[int] = []
    last: list[int] = []
    open_: list[int] = []
    before: tuple[int, ...] = ()
    for number, stack in enumerate(stacks):
        common = 0
        for a, b in zip(stack, before, strict=False):
            if a != b:
                break
            common += 1
        for call in open_[common:]:
            last[call] = number
        del open_[common:]
        for depth in range(common, len(stack)):
            open_.append(len(names))
            names.append(stack[depth])
            depths.append(depth)
            first.append(number)
            last.append(len(stacks))
        before = stack
    return tuple(np.array(column, dtype=np.int64) for column in (names, depths, first, last))  # type: ignore[return-value]
