"""What several runs tell about the same stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .. import dsl
from ..dsl.law import LawVariable, law_variables
from ..dsl.profile import Variable, task_variables
from .matching import Match


@dataclass(frozen=True, slots=True)
class Observed:
    """One calibration run, and how it corresponds to the reference run."""

    model: dsl.PerformanceModel
    """The model of the run alone."""
    data: float
    """Size of its data relative to the reference run."""
    match: Match
    """What it has in common with the reference run."""
    profiles: dict[str, dsl.StageProfile]
    """Resource profile of each of its stages."""
    stages: dict[str, dsl.Stage]
    """Its stages."""

    @property
    def executors(self) -> int:
        """Number of its executors."""
        return sum(group.count for group in self.model.execution.configuration.executors)

    @property
    def law_variables(self) -> dict[LawVariable, float]:
        """Variables of laws in this run."""
        slots = self.model.execution.configuration.most_slots
        return law_variables(data=self.data, slots=slots, executors=self.executors)

    def stage(self, reference: str) -> dsl.Stage | None:
        """Return the stage that corresponds to one of the reference run."""
        return self.stages.get(self.match.stages.get(reference, ""))

    def profile(self, stage: dsl.Stage) -> dsl.StageProfile:
        """Return the resource profile of a stage of this run."""
        return self.profiles[stage.profile]

    def task_variables(self, profile: dsl.StageProfile, measured_tasks: float) -> dict[Variable, float]:
        """Return the variables of the demands of a stage of this run.

        Parameters
        ----------
        profile
            Its resource profile.
        measured_tasks
            Task attempts of the corresponding stage of the reference run.
        """
        return task_variables(
            entering_bytes=profile.volumes.entering_bytes,
            entering_records=profile.volumes.entering_records,
            tasks=profile.attempts,
            measured_tasks=measured_tasks,
            data=self.data,
            executors=self.executors,
        )


def observed(model: dsl.PerformanceModel, data: float, match: Match) -> Observed:
    """Return a run with its stages and profiles at hand."""
    return Observed(
        model,
        data,
        match,
        {profile.id: profile for profile in model.profiles.stages},
        {stage.id: stage for stage in model.execution.stages},
    )


def observations(runs: list[Observed], stage: dsl.Stage) -> Iterator[tuple[Observed, dsl.Stage]]:
    """Yield the runs that have a stage of the reference run, and what it is called there."""
    for run in runs:
        if (other := run.stage(stage.id)) is not None:
            yield run, other
