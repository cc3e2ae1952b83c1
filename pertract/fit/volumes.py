"""Volumes as functions of data: what is read from storage, and what one stage hands to another."""

from __future__ import annotations

from .. import dsl
from ..dsl.execution import EdgeLaw, EdgeVariable
from ..dsl.law import LawVariable
from .observations import Observed, observations
from .regression import choose

_READ: tuple[tuple[LawVariable, ...], ...] = (("data",), ("constant",), ("constant", "data"))
_HANDED: tuple[tuple[EdgeVariable, ...], ...] = (
    ("tail_bytes",),
    ("tail_partitions",),
    ("constant",),
    ("tail_bytes", "tail_partitions"),
    ("constant", "tail_bytes"),
)
_MADE: tuple[tuple[EdgeVariable, ...], ...] = (
    ("data",),
    ("tail_partitions",),
    ("constant",),
    ("constant", "data"),
    ("tail_partitions", "data"),
)
"""Of stages that make data and read none."""


def fitted_workload(runs: list[Observed]) -> dsl.DataWorkload:
    """Return the data models of the reference run, with laws where volumes do not just grow with the data.

    Parameters
    ----------
    runs
        All runs, the reference run first.
    """
    reference = runs[0].model
    reader: dict[str, dsl.Stage] = {}
    for stage in sorted(reference.execution.stages, key=lambda s: _volume_read(runs[0], s)):
        reader |= dict.fromkeys(
            stage.reads, stage
        )  # last the one that reads most, whose volume the model has
    return dsl.DataWorkload(
        data=tuple(
            _fitted(runs, item, reader[item.id])
            if isinstance(item, dsl.FileData) and item.id in reader
            else item
            for item in reference.workload.data
        )
    )


def _fitted(runs: list[Observed], item: dsl.FileData, reader: dsl.Stage) -> dsl.FileData:
    found = [(run, _volume_read(run, stage)) for run, stage in observations(runs, reader)]
    law = choose(_READ, [run.law_variables for run, _ in found], [volume for _, volume in found])
    if set(law.coefficients) == {"data"}:
        return item
    return item.model_copy(update={"law": {name: float(f"{c:.6g}") for name, c in law.coefficients.items()}})


def _volume_read(run: Observed, stage: dsl.Stage) -> int:
    return run.profile(stage).volumes.input_bytes


def fitted_edge(runs: list[Observed], tail: dsl.Stage) -> EdgeLaw:
    """Return what a stage hands on, or nothing where that is a share of what has entered it.

    Parameters
    ----------
    runs
        All runs, the reference run first.
    tail
        A stage of the reference run.
    """
    found = [
        (run, stage, volumes)
        for run, stage in observations(runs, tail)
        if (volumes := run.profile(stage).volumes).shuffle_write_bytes
    ]
    if len(found) < 2:
        return {}
    samples: list[dict[EdgeVariable, float]] = [
        {
            "constant": 1.0,
            "tail_bytes": volumes.entering_bytes,
            "tail_partitions": stage.partitions.count,
            "data": run.data,
        }
        for run, stage, volumes in found
    ]
    forms = _HANDED if all(sample["tail_bytes"] for sample in samples) else _MADE
    law = choose(forms, samples, [volumes.shuffle_write_bytes for _, _, volumes in found]).coefficients
    return {} if set(law) == {"tail_bytes"} else {name: float(f"{c:.6g}") for name, c in law.items()}
