"""Predict many configurations: what is known from the cache, the rest on all processors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .. import dsl
from ..simulate import Options
from .cache import Cache, question
from .workers import Answer, Order, Progress, answers

FEW_TASKS = 300_000
"""Simulated tasks below which further processes would take longer to start than to help."""


@dataclass(frozen=True, slots=True)
class Case:
    """One configuration to predict."""

    number: int
    asked: Mapping[str, Any]
    """The values that vary, in the form of the fields of `simulate.Options`."""
    options: Options
    """All that is asked."""


@dataclass(slots=True)
class Swept:
    """What became of the cases."""

    answers: dict[int, Answer] = field(default_factory=dict)
    """By the number of the case."""
    simulated: int = 0
    """Replications simulated now."""
    known: int = 0
    """Cases whose answer was in the cache."""
    complete: bool = True
    """Whether all were answered, and nobody pressed Ctrl-C."""


def sweep(
    model: dsl.PerformanceModel,
    cases: Sequence[Case],
    *,
    replications: int,
    seed: int,
    jobs: int,
    cache: Cache,
    progress: Progress | None = None,
) -> Swept:
    """Return the answers to all cases; after Ctrl-C those that were ready.

    Replications of the same seed draw the same random numbers in every case, so that differences between
    cases are not noise. Equal questions are asked once.

    Parameters
    ----------
    model
        A checked model.
    cases
        What to predict.
    replications, seed
        As for `simulate.predict`.
    jobs
        Most processes to use.
    cache
        Where answers are looked for and kept.
    progress
        Called with replications done and replications in all.

    Raises
    ------
    SimulationError
        If a process dies.
    """
    swept = Swept()
    prices = {case.number: case.options.price_per_node_hour for case in cases}
    # Prices change nothing that is simulated, so cases that differ in no more are one question.
    same: dict[str, list[int]] = {}
    orders = []
    for case in cases:
        order = Order(case.number, replace(case.options, price_per_node_hour=None), replications, seed)
        numbers = same.setdefault(question(order), [])
        if not numbers:
            orders.append(order)
        numbers.append(case.number)

    def note(order: Order, answer: Answer) -> None:
        for number in same[question(order)]:
            swept.answers[number] = _priced(answer, prices[number])

    missing = []
    for order in orders:
        if (known := cache.get(order)) is not None:
            swept.known += 1
            note(order, known)
        else:
            missing.append(order)
    tasks = sum(stage.partitions.count for stage in model.execution.stages)
    worthwhile = tasks * sum(order.replications for order in missing) > FEW_TASKS
    found = answers(model, missing, jobs=jobs if worthwhile else 1, progress=progress)
    try:
        for order, answer in found:
            cache.put(order, answer)
            swept.simulated += order.replications
            note(order, answer)
    except KeyboardInterrupt:
        swept.complete = False
    finally:
        found.close()
        cache.shrink()
    return swept


def _priced(answer: Answer, price: float | None) -> Answer:
    """Return the answer with the price of a node that was asked for, which changes nothing else."""
    if not isinstance(answer, dict):
        return answer
    return answer | {"configuration": answer["configuration"] | {"price_per_node_hour": price}}
