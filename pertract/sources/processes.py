"""Use several processors at once."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

A = TypeVar("A")
R = TypeVar("R")


def processors() -> int:
    """Return how many processors this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)  # not everywhere
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def in_order(work: Callable[[A], R], arguments: Iterable[A], *, jobs: int) -> Iterator[tuple[A, R]]:
    """Yield each argument with its result, in order, computed in ``jobs`` processes.

    With one job this process does the work. Only a few results wait at a time, so that memory does not
    grow with the number of arguments. New processes are spawned and not forked: threads of a progress
    bar or of a network library would leave locks behind that nobody opens.

    Raises
    ------
    Exception
        What ``work`` raises, when it is the turn of its argument.
    """
    left = iter(arguments)
    if jobs < 2:
        yield from ((argument, work(argument)) for argument in left)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        try:
            running = deque((a, pool.submit(work, a)) for a in islice(left, jobs + 2))
            while running:
                argument, future = running.popleft()
                result = future.result()
                following = next(left, None)
                if following is not None:
                    running.append((following, pool.submit(work, following)))
                yield argument, result
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
