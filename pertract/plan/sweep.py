"""Predict many configurations: what is known from the cache, the rest on all processors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .. import dsl
from ..simulate import Options
from .cache import Cache, question
from .changes import Change
from .workers import Answer, Order, Progress, Traced, answers

FEW_TASKS = 300_000
"""Simulated tasks below which further processes would take longer to start than to help."""
CASE_TASKS = 500
"""What it takes to prepare a prediction, in simulated tasks."""


@dataclass(frozen=True, slots=True)
class Case:
    """One configuration to predict."""

    number: int
    asked: Mapping[str, Any]
    """The values that vary, in the form of the fields of `simulate.Options`."""
    options: Options
    """All that is asked."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """The values that do not vary, likewise."""
    change: Change | None = None
    """What is to be different in the application itself."""
    traced: Traced | None = None
    """The replication whose timeline is wanted, and not a prediction."""


class Sweep:
    """Predictions of one model for many configurations.

    Replications of the same seed draw the same random numbers in every configuration, so that differences
    are not noise. After Ctrl-C nothing more is simulated, and there are the answers that were ready.

    Parameters
    ----------
    model
        A checked model.
    seed
        Of the random numbers.
    jobs
        Most processes to use.
    cache
        Where answers are looked for and kept.
    progress
        Called with replications done and replications in all, as far as these are known.
    """

    def __init__(
        self,
        model: dsl.PerformanceModel,
        *,
        seed: int = 1,
        jobs: int = 1,
        cache: Cache,
        progress: Progress | None = None,
    ) -> None:
        self._model, self._seed, self._jobs, self._cache = model, seed, jobs, cache
        self._progress = progress
        self._tasks = CASE_TASKS + sum(stage.partitions.count for stage in model.execution.stages)
        self._answers: dict[str, Answer] = {}
        self.simulated = 0
        """Replications simulated."""
        self.known = 0
        """Predictions that were in the cache."""
        self.complete = True
        """Whether nobody pressed Ctrl-C."""

    def ask(self, cases: Sequence[Case], replications: int, *, brief: bool = False) -> dict[int, Answer]:
        """Return the answers by the number of the case; equal questions are simulated once.

        Parameters
        ----------
        cases
            What to predict.
        replications
            Simulated executions of each.
        brief
            Whether time, cost and interval are all that is needed of the answers.

        Raises
        ------
        SimulationError
            If a process dies.
        """
        # Prices change nothing that is simulated, so cases that differ in no more are one question.
        asked: dict[str, list[Case]] = {}
        orders: dict[str, Order] = {}
        for case in cases:
            options = replace(case.options, price_per_node_hour=None)
            order = Order(case.number, options, replications, self._seed, case.change, brief, case.traced)
            key = question(order)
            orders.setdefault(key, order)
            asked.setdefault(key, []).append(case)
        answered = {key: self._answers[key] for key in orders if key in self._answers}
        for key in orders.keys() - answered.keys():
            if (known := self._cache.get(orders[key])) is not None:
                self.known += 1
                answered[key] = known
        missing = {key: order for key, order in orders.items() if key not in answered}
        answered |= self._simulated(missing) if self.complete else {}
        if not brief:
            self._answers |= answered
        return {
            case.number: _priced(answered[key], case.options.price_per_node_hour)
            for key, members in asked.items()
            if key in answered
            for case in members
        }

    def _simulated(self, orders: Mapping[str, Order]) -> dict[str, Answer]:
        """Return what is not known yet; after Ctrl-C as far as it was ready."""
        found: dict[str, Answer] = {}
        effort = self._tasks * sum(order.replications for order in orders.values())
        keys = {order.number: key for key, order in orders.items()}
        coming = answers(
            self._model,
            list(orders.values()),
            jobs=self._jobs if effort > FEW_TASKS else 1,
            progress=self._further(),
        )
        try:
            for order, answer in coming:
                self._cache.put(order, answer)
                self.simulated += order.replications
                found[keys[order.number]] = answer
        except KeyboardInterrupt:
            self.complete = False
        finally:
            coming.close()
        return found

    def _further(self) -> Progress | None:
        """Return a progress that counts on from what was simulated before."""
        if self._progress is None:
            return None
        report, before = self._progress, self.simulated
        return lambda done, total: report(before + done, before + total)


def _priced(answer: Answer, price: float | None) -> Answer:
    """Return the answer with the price of a node that was asked for, which changes nothing else."""
    if not isinstance(answer, dict) or "configuration" not in answer:  # a refusal or a timeline
        return answer
    return answer | {"configuration": answer["configuration"] | {"price_per_node_hour": price}}
