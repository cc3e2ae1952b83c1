"""Pauses for garbage collection, as JVMs print them: unified logging (since 9) and ``-XX:+PrintGC``."""

from __future__ import annotations

import re

from .records import Collections

_UNIFIED = re.compile(r"(?:^|\])\[gc\s*\]\s*GC\(\d+\) (Pause .*?) ?(\d+(?:[.,]\d+)?)ms\s*$")
_OLD = re.compile(r"\[(Full GC|GC)\b")
_OLD_TIME = re.compile(r", (\d+[.,]\d+) secs\]")
_HEAP = re.compile(r"(\d+(?:\.\d+)?)([BKMG])(?:\([^)]*\))?->\d+(?:\.\d+)?[BKMG]\(")
_UNIT = {"B": 1, "K": 2**10, "M": 2**20, "G": 2**30}


def add_pause(line: str, to: Collections) -> bool:
    """Count the pause of a line; return whether it has one.

    Phases that run beside the application are no pauses.

    Examples
    --------
    >>> found = Collections()
    >>> add_pause("[2.1s][info][gc] GC(3) Pause Full (System.gc()) 9M->4M(16M) 12.5ms", found)
    True
    >>> add_pause("1.5: [GC (Allocation Failure)  65536K->9000K(251392K), 0.0125 secs]", found)
    True
    >>> found
    Collections(count=2, pause_s=0.025, longest_s=0.0125, full=1, most_heap_bytes=67108864)
    """
    if "[gc" in line and (found := _UNIFIED.search(line)):
        what = found[1]
        to.add(_number(found[2]) / 1000, is_full=what.startswith("Pause Full"), heap_bytes=_heap(what))
        return True
    if "secs]" in line and (begun := _OLD.search(line)):
        collection = line[begun.start() :].partition("[Times:")[0]
        if times := _OLD_TIME.findall(collection):
            to.add(_number(times[-1]), is_full=begun[1] == "Full GC", heap_bytes=_heap(collection))
            return True
    return False


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _heap(text: str) -> int:
    """Return the heap in use before; of several regions the sum comes last or is the largest."""
    return max((int(float(size) * _UNIT[unit]) for size, unit in _HEAP.findall(text)), default=0)
