"""What is known of the cluster besides the log: by YARN, and by people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import dsl
from ..errors import UsageError
from ..extract.hardware import SCHEMA_VERSION, Hardware, unused
from ..sources import spark


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of a cluster besides logs; can be sent to other processes."""

    yarn: tuple[str, ...] = ()
    """What tells of YARN, as for `pertract.extract`."""
    hardware: Hardware | None = None
    """What is known of machines."""

    def __bool__(self) -> bool:
        return bool(self.yarn) or self.hardware is not None


def surroundings(yarn: Sequence[str | Path], hardware: str | Path | None) -> Surroundings:
    """Return what sources and a hardware file tell; raises as `read_hardware`."""
    machines = read_hardware(hardware) if hardware is not None else None
    return Surroundings(tuple(map(str, yarn)), machines)


def placed(
    model: dsl.PerformanceModel, run: spark.SparkRun, around: Surroundings
) -> tuple[dsl.PerformanceModel, list[str]]:
    """Return the model of a run in its cluster, and a sentence for each thing that could not be told.

    Raises
    ------
    UsageError
        If the application did not run on YARN.
    """
    if not around.yarn:
        hosts = ((executor.host, ()) for executor in run.executors)
        return _noted(model, unused(around.hardware, model.resources, hosts)), []
    from ..extract.yarn import with_cluster
    from ..sources import yarn

    if not run.application_id.startswith("application_"):
        raise UsageError(
            f"--yarn: the log is of {run.application_id}, which did not run on YARN",
            hint="Leave --yarn out; --hardware tells of machines.",
        )
    ended_s = run.started_s + run.response_time_s
    snapshot = yarn.read(around.yarn, application=run.application_id, ended_s=ended_s)
    return with_cluster(model, run, snapshot, around.hardware)


def _noted(model: dsl.PerformanceModel, notes: Sequence[str]) -> dsl.PerformanceModel:
    """Return a model with more notes."""
    if not notes:
        return model
    completeness = model.completeness
    more = completeness.model_copy(update={"notes": (*completeness.notes, *notes)})
    return model.model_copy(update={"completeness": more})


def read_hardware(path: str | Path) -> Hardware:
    """Return what a hardware file says.

    Raises
    ------
    SourceNotFound, UnreadableSource
        If it cannot be read.
    UsageError
        If it is none; the message names file, line and field.
    """
    from ..catalogue import documents

    return documents.read(
        Path(path),
        Hardware,
        schema=SCHEMA_VERSION,
        what="a hardware file",
        option="--hardware",
        shown_in="docs/yarn.md",
    )
