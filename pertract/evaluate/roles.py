"""Which measured runs a model was calibrated on, and what a run asks of the model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .. import dsl
from ..errors import UsageError
from ..simulate import Options
from ..sources.runs_table import MeasuredRun

SAME_TIME = 0.01
"""Relative difference up to which response times can be those of one run; tables round."""

UNITS_APART = 1000
"""An amount of data and the bytes that were read, which differ by more, are not of one unit."""


@dataclass(frozen=True, slots=True)
class Case:
    """A measured run to compare with."""

    run: MeasuredRun
    digest: str | None = None
    """Digest of its log, where it was read."""
    unusable: str = ""
    """Why there is nothing to compare with, if so."""


def calibration_of(case: Case, model: dsl.PerformanceModel) -> dsl.Run | None:
    """Return the calibration run of the model that a measured run is; None if it is another run.

    It is the same run if the digests of the logs agree, or if it has the response time of a calibration run
    and its label or the name of its log.
    """
    for known in model.runs:
        if case.digest and case.digest == known.digest:
            return known
        if _same_name(case.run, known) and _same_time(case.run, known):
            return known
    return None


def may_be(run: MeasuredRun, known: dsl.Run) -> bool:
    """Return whether a measured run may be a calibration run, so that the digest of its log must decide."""
    return _same_name(run, known) or _same_time(run, known)


def _same_time(run: MeasuredRun, known: dsl.Run) -> bool:
    time_s = run.response_time_s
    return time_s is not None and abs(time_s - known.response_time_s) <= SAME_TIME * known.response_time_s


def _same_name(run: MeasuredRun, known: dsl.Run) -> bool:
    return not _names(run).isdisjoint(_known_names(known))


def _names(run: MeasuredRun) -> set[str]:
    return {run.label} | ({run.log.rpartition("/")[2]} if run.log else set())


def _known_names(known: dsl.Run) -> set[str]:
    return {known.application_id, known.source, known.labels.get("label", "")} - {""}


@dataclass(frozen=True, slots=True)
class DataReference:
    """The amount of data that a model is relative to, in the unit of a table of runs."""

    amount: float | None
    """None where it is not known."""

    def scale(self, run: MeasuredRun) -> float | None:
        """Return the data of a run relative to the model; None where that is not known."""
        if run.data_size is None:
            return 1.0
        return run.data_size / self.amount if self.amount else None


def data_reference(model: dsl.PerformanceModel, cases: Sequence[Case]) -> DataReference:
    """Return the amount of data of the model's first calibration run.

    Its row in the table tells it best. Without such a row it is the amount that the model was given for it,
    and for a column of bytes the volume that it read from storage.
    """
    if not model.runs:
        return DataReference(None)
    first = model.runs[0]
    for case in cases:
        if case.run.data_size is not None and calibration_of(case, model) is first:
            return DataReference(case.run.data_size)
    in_bytes = any(case.run.data_column == "data_bytes" for case in cases)
    if first.data_size is not None:
        return DataReference(None if in_bytes and not _is_bytes(first) else first.data_size)
    return DataReference(float(first.data_bytes) if in_bytes and first.data_bytes else None)


def _is_bytes(run: dsl.Run) -> bool:
    """Return whether the amount of data of a run is in bytes, as far as can be told: its unit is not kept."""
    size = run.data_size or 0.0
    if run.data_bytes:
        return 1 / UNITS_APART < size / run.data_bytes < UNITS_APART
    return size > UNITS_APART**2


def options_of(run: MeasuredRun, data_scale: float, parameters: Iterable[str]) -> Options:
    """Return the what-if question that a measured run answers; columns ``spark.*`` are settings.

    Parameters
    ----------
    run
        The run; of what was measured nothing is used.
    data_scale
        Its data relative to the model.
    parameters
        Parameters of the application that the model knows; the table has them as columns of these names.

    Raises
    ------
    UsageError
        If the value of a parameter is no number.
    """
    return Options(
        parameters={name: _value(run, name) for name in parameters if name in run.labels},
        settings={name: value for name, value in run.labels.items() if name.startswith("spark.")},
        nodes=run.nodes,
        node_cores=run.node_cores,
        executors=run.executors,
        executor_cores=run.cores_per_executor,
        data_scale=data_scale,
    )


def _value(run: MeasuredRun, name: str) -> float:
    try:
        return float(run.labels[name])
    except ValueError as error:
        raise UsageError(
            f"the parameter {name} of {run.label} (line {run.row}) is '{run.labels[name]}', not a number",
            hint="Correct the cell, or leave it empty if it is as in the calibration run.",
        ) from error
