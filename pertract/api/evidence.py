"""What tells of a run besides its log: cluster, files, containers, samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .. import dsl
from ..errors import SourceError, UsageError
from ..extract import attribute, build_model, read_paths
from ..extract.containers import with_containers
from ..sources import containers as container_logs
from ..sources import hdfs as file_systems
from ..sources import profilers, spark
from .clusters import Surroundings, placed

Problem = Callable[[str], None]
"""Called with a sentence for what could not be told; the model has it among its notes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where to look for what logs do not tell; can be sent to other processes.

    `pertract.extract` says what each of them may be.
    """

    samples: Sequence[str | Path] = ()
    user_packages: Sequence[str] = ()
    containers: Sequence[str | Path] = ()
    hdfs: str | Path | None = None
    around: Surroundings = field(default_factory=Surroundings)
    strict: bool = True
    """Whether a file system that cannot be asked is an error."""

    def __bool__(self) -> bool:
        return bool(self.samples or self.containers or self.hdfs or self.around)

    def model(
        self, run: spark.SparkRun, name: str, origin: dsl.Provenance
    ) -> tuple[dsl.PerformanceModel, list[str]]:
        """Return the model of a run with all of it, not yet replayed, and what could not be told.

        Parameters
        ----------
        run, name
            The run, with its tasks if there are samples, and the name of its log.
        origin
            Who makes the model, and when.

        Raises
        ------
        SourceError
            If something cannot be read, or is of another application.
        UsageError
            If the application did not run on YARN.
        """
        problems: list[str] = []
        if self.containers:
            run = with_containers(run, container_logs.read(self.containers))
        attribution = (
            attribute(run, profilers.read(*self.samples), user_packages=self.user_packages)
            if self.samples
            else None
        )
        model = build_model(
            run,
            source=name,
            provenance=origin,
            attribution=attribution,
            listing=self._listing(run, problems),
            hardware=self.around.hardware,
        )
        model, of_cluster = placed(model, run, self.around)
        return model, problems + of_cluster

    def refuse(self, name: str) -> None:
        """Raise UsageError if there is any: a job of MapReduce has no use for it."""
        if self:
            raise UsageError(
                f"{name}: samples, containers, files and clusters add to event logs of Spark, but this is a "
                "job of MapReduce",
                hint="Leave them out: the history of the job has its containers, nodes and counters.",
            )

    def _listing(self, run: spark.SparkRun, problems: list[str]) -> file_systems.Listing | None:
        if self.hdfs is None:
            return None
        try:
            return file_systems.read(self.hdfs, read_paths(run))
        except SourceError as error:
            if self.strict:
                raise
            problems.append(f"{error}. {error.hint}" if error.hint else str(error))
            run.missing.append(f"the files that were read could not be looked up: {error}")
            return None
