"""Delays of the driver as functions of data and cluster."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .. import dsl
from ..dsl.law import Law, LawVariable
from .observations import Observed
from .regression import USUAL_NOISE, choose

_FORMS: tuple[tuple[LawVariable, ...], ...] = (
    ("constant",),
    ("data",),
    ("constant", "data"),
    ("constant", "executors"),
)
FOLLOWS = 0.5
"""Growth, as power of the data, from which on the delays at two data sizes are taken for a dependency."""
NOISE_S = 0.2
"""Differences that are smaller are noise."""
NOISE = 1.0
"""Relative differences that are noise where the data do not explain them."""

_Place = tuple[str, str]
"""Before or after, and which job or stage; ``("after", "")`` is the end of the application."""


def fitted_delays(runs: list[Observed]) -> dict[str, Law]:
    """Return the law of every delay of the reference run that other runs have as well.

    Delays are the same where they come before corresponding jobs or stages, or end corresponding jobs.
    What the driver does hardly ever grows with the data, and varies: only growth that is clear counts.

    Parameters
    ----------
    runs
        All runs, the reference run first.
    """
    lengths = [{place: delay.delay_s for place, delay in _delays(run.model).items()} for run in runs]
    laws = {}
    for place, delay in _delays(runs[0].model).items():
        found = [
            (run, delays.get(where, 0.0))
            for run, delays in zip(runs, lengths, strict=True)
            if (where := _translated(place, run)) is not None
        ]
        if len(found) > 1:
            laws[delay.id] = _law([run for run, _ in found], [length_s for _, length_s in found])
    return laws


def _law(runs: Sequence[Observed], lengths_s: Sequence[float]) -> Law:
    clear = _grows([run.data for run in runs], lengths_s)
    forms = [form for form in _FORMS if clear or "data" not in form]
    law = choose(forms, [run.law_variables for run in runs], lengths_s, noise=USUAL_NOISE if clear else NOISE)
    return {name: float(f"{c:.6g}") for name, c in law.coefficients.items()} or {"constant": 0.0}


def _delays(model: dsl.PerformanceModel) -> dict[_Place, dsl.Delay]:
    """Return the delays by the stage or job that waits for them, or else by the job that they end."""
    found: dict[_Place, dsl.Delay] = {}
    for owner, nodes, edges in (
        ("", model.execution.nodes, model.execution.edges),
        *((job.id, job.nodes, job.edges) for job in model.execution.jobs),
    ):
        heads = {edge.tail: edge.head for edge in reversed(edges)}
        for node in nodes:
            if isinstance(node, dsl.Delay):
                place = ("before", heads[node.id]) if node.id in heads else ("after", owner)
                found[place] = node
    return found


def _translated(place: _Place, run: Observed) -> _Place | None:
    """Return the place in another run, or None if it does not have it."""
    side, name = place
    if not name:
        return place
    other = run.match.stages.get(name) or run.match.jobs.get(name)
    return None if other is None else (side, other)


def _grows(data: Sequence[float], lengths_s: Sequence[float]) -> bool:
    """Return whether delays differ between the least and the most data as noise does not."""
    least, most = min(data), max(data)
    if most < 1.2 * least:
        return False
    before = np.mean([s for d, s in zip(data, lengths_s, strict=True) if d == least])
    after = np.mean([s for d, s in zip(data, lengths_s, strict=True) if d == most])
    if after - before < NOISE_S:
        return False
    return bool(before == 0 or math.log(after / before) / math.log(most / least) > FOLLOWS)
