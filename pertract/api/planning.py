"""From a model and lists of values to a decision."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import dsl, plan
from ..errors import UsageError
from ..plan.workers import Progress
from ..sources.processes import processors
from .questions import Asking

_MACHINES = ("nodes", "node_type", "node_cores", "node_memory_bytes")


def what_if(
    model: dsl.PerformanceModel,
    *,
    deadline_s: float | None = None,
    budget: float | None = None,
    confidence: float = 0.95,
    price: float | Mapping[str, float] | None = None,
    billing: plan.Billing | str | None = None,
    base: plan.BaseKind = "calibration",
    search: bool | None = None,
    advise: bool = False,
    timelines: bool = False,
    replications: int = 20,
    seed: int = 1,
    jobs: int | None = None,
    cache: bool | str | Path = True,
    catalogue: str | Path | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> plan.WhatIf:
    """Return what is predicted for every combination of values, and which configuration to take.

    Ctrl-C ends the computation and not the call: the result then has what was ready, and its ``complete``
    is False.

    Parameters
    ----------
    model
        From `extract` or `load`.
    deadline_s
        The response time to keep, seconds.
    budget
        The cost to keep.
    confidence
        Probability with which one new run is to keep them; the upper end of ``interval90`` is that of 0.95.
    price
        Price of a node per hour: one for all, or one for each node type; else that of the catalogue.
        Without any, cost is node-hours, or slot-hours where nothing says what a node is.
    billing
        How time is counted: a `Billing`, or text such as ``hour`` or ``1s:60s``; exactly if not given.
    base
        What speed-up and efficiency are relative to: the cluster of the ``calibration`` run or the
        ``first`` point, with the same data.
    search
        Whether to search for the best configurations instead of predicting all: a tenth of the work; None
        for from 1000 configurations on.
    advise
        Whether to give Spark settings for the recommended point and say what in the application costs
        time, each with its effect by simulation.
    timelines
        Whether to tell what executors do over time, for `write_page`.
    replications, seed
        As for `predict`; with the same seed, differences between points are not noise.
    jobs
        Processes to use; as many as there are processors if not given.
    cache
        Whether to keep answers in the user's cache folder and use those that are there; or a folder.
    catalogue
        A file of node types, beside the user's and the built-in one.
    progress
        Called with replications done and replications in all.
    **options
        The fields of `pertract.Options`, each a value or a list of values, such as
        ``nodes=[4, 8, 16], data_scale=2.0``; also inside ``settings`` and ``parameters``.

    Raises
    ------
    UsageError
        If options are unknown or contradict each other everywhere, or there are too many combinations.
    SourceError
        If a file that an option names cannot be read.
    """
    grid = plan.grid(options)
    asking = Asking(catalogue)

    def case(number: int) -> plan.Case:
        asked = grid.asked(number)
        return plan.Case(number, asked, asking.options(_with_price(grid.given(asked), price)), grid.fixed)

    if isinstance(billing, str):
        billing = plan.parse_billing(billing)
    tariff = plan.Tariff(_unit(model, grid, asking, price), billing or plan.Billing())
    folder = (plan.user_folder() if cache is True else Path(cache)) if cache else None
    return plan.study(
        model,
        grid,
        case,
        goal=plan.Goal(deadline_s, budget, confidence),
        tariff=tariff,
        base=base,
        searching=search,
        advising=advise,
        tracing=timelines,
        replications=replications,
        seed=seed,
        jobs=jobs or processors(),
        cache=plan.Cache(model, folder),
        progress=progress,
    )


def _with_price(given: dict[str, Any], price: float | Mapping[str, float] | None) -> dict[str, Any]:
    """Return fields of `Options` with the price of the node type they name."""
    if isinstance(price, Mapping):
        price = price.get(given.get("node_type") or "")
    return given if price is None else {**given, "price_per_node_hour": price}


def _unit(
    model: dsl.PerformanceModel,
    grid: plan.Grid,
    asking: Asking,
    price: float | Mapping[str, float] | None,
) -> str:
    """Return what cost is counted in: a currency, empty where it has no name, or time on machines.

    Raises
    ------
    UsageError
        If prices of different currencies would be compared.
    """
    if grid.values("price_per_node_hour") or isinstance(price, (int, float)):
        return ""
    given = price or {}
    offers = [asking.offer(name) for name in grid.values("node_type") if name not in given]
    currencies = sorted({o.offering.currency for o in offers if o.node_type.price_per_hour is not None})
    if len(currencies) > 1:
        raise UsageError(
            f"prices in {' and '.join(currencies)} cannot be compared",
            hint="Give prices in one currency: --price TYPE=PRICE,TYPE=PRICE.",
        )
    if currencies or given:
        return currencies[0] if currencies else ""
    known = all(group.cores_known for group in model.resources.workers)
    return "node-hours" if known or any(map(grid.values, _MACHINES)) else "slot-hours"
