"""Pages for people who would rather look than read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .. import dsl
from ..plan import WhatIf, what_if_document
from ..report.page import prediction_page, what_if_page
from ..simulate import Options, Prediction, median_replication, predict, timeline, timeline_document
from ..simulate.document import prediction_document
from .files import write_whole


def write_page(model: dsl.PerformanceModel, result: WhatIf | Prediction, path: str | Path) -> None:
    """Write a page of one file with the answer, drawings and all numbers of a result.

    Parameters
    ----------
    model
        The model that was asked.
    result
        From `what_if`, with ``timelines=True`` for drawings over time, or from `predict`.
    path
        Where to write; the file appears complete or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    if isinstance(result, WhatIf):
        text = what_if_page(model, what_if_document(result))
    else:
        measured = predict(model, Options(), replications=result.replications, seed=result.seed)
        text = prediction_page(model, _with_timeline(model, result), _with_timeline(model, measured))
    write_whole(Path(path), text)


def _with_timeline(model: dsl.PerformanceModel, prediction: Prediction) -> dict[str, Any]:
    found = timeline(
        model,
        prediction.options,
        replication=median_replication(prediction.replications_s),
        random_streams=prediction.random_streams,
        seed=prediction.seed,
    )
    return prediction_document(prediction) | {"timeline": timeline_document(found)}
