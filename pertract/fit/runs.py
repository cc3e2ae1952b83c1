"""One model from the models of several runs of an application."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .. import dsl
from ..errors import FitError
from .delays import fitted_delays
from .demands import fitted_profile
from .loops import find_loops
from .matching import Match, match
from .observations import Observed, observed
from .partitions import fitted_partitions
from .totals import check_one_unit
from .volumes import fitted_edge, fitted_workload

SAME_APPLICATION = 0.5
"""Share of the task time that must be in corresponding stages."""
MENTIONED = 0.01
"""Share of the task time from which on stages that do not correspond are mentioned."""

Progress = Callable[[int, int], None]
"""Called with stages fitted and stages in all."""


@dataclass(frozen=True, slots=True)
class CalibrationRun:
    """The model of one run, and what is known beside its log."""

    model: dsl.PerformanceModel
    data_size: float | None = None
    """Amount of work in any unit that all runs share; the volume read from storage if absent."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What else is known of the run."""

    @property
    def size(self) -> float:
        """Amount of work."""
        return self.data_size if self.data_size is not None else float(self.model.workload.size_bytes)

    @property
    def name(self) -> str:
        """Name of its log."""
        return self.model.runs[0].source if self.model.runs else self.model.name


def fit_runs(runs: Sequence[CalibrationRun], *, progress: Progress | None = None) -> dsl.PerformanceModel:
    """Return one model of all runs.

    Structure, numbers of tasks and the spread of tasks are those of the reference run: the one with the most
    data and, among these, the most slots. Demands, volumes, numbers of tasks and delays follow data and
    cluster as all runs together tell.

    Parameters
    ----------
    runs
        Models of single runs of one application, at least one.
    progress
        Called after every stage.

    Raises
    ------
    FitError
        If the runs are not of one application, a run is given twice, or the amount of work is known of some
        only.
    """
    _check_runs(runs)
    ordered = _reference_first(runs)
    reference = ordered[0]
    found = []
    notes = list(reference.model.completeness.notes)
    for run in ordered:
        same = match(reference.model, run.model) if run is not reference else _itself(run.model)
        if same.similarity < SAME_APPLICATION:
            raise FitError(
                f"{run.name} and {reference.name} are not runs of the same application: only "
                f"{same.similarity:.0%} of their task time is in stages that correspond",
                hint="Make a model of each application; a table of runs names them in its column workload.",
            )
        notes += _unmatched(reference, run, same)
        found.append(observed(run.model, run.size / reference.size if reference.size else 1.0, same))
    profiles = []
    stages = {stage.profile: stage for stage in reference.model.execution.stages}
    for profile in reference.model.profiles.stages:
        stage = stages.get(profile.id)
        profiles.append(fitted_profile(found, stage, profile) if stage else profile)
        if progress:
            progress(len(profiles), len(reference.model.profiles.stages))
    return reference.model.model_copy(
        update={
            "execution": _execution(found).model_copy(
                update={
                    "loops": find_loops([r.model.execution for r in ordered], [r.labels for r in ordered])
                }
            ),
            "profiles": reference.model.profiles.model_copy(
                update={"stages": tuple(profiles), **_measured_outside_tasks(ordered)}
            ),
            "workload": fitted_workload(found),
            "runs": tuple(_described(run) for run in ordered),
            "completeness": reference.model.completeness.model_copy(update={"notes": tuple(notes)}),
            "replay": None,
        }
    )


def _measured_outside_tasks(ordered: Sequence[CalibrationRun]) -> dict[str, object]:
    """Return the profiles of executor and driver of the first run that measured them, if any did."""
    found: dict[str, object] = {}
    for name in ("executor", "driver"):
        profiles = (getattr(run.model.profiles, name) for run in ordered)
        if measured := next((profile for profile in profiles if profile.basis == "measured"), None):
            found[name] = measured
    return found


def _check_runs(runs: Sequence[CalibrationRun]) -> None:
    known: set[str] = set()
    for run in runs:
        digest = run.model.runs[0].digest if run.model.runs else run.name
        if digest in known:
            raise FitError(f"{run.name}: the log is given twice", hint="Give every run once.")
        known.add(digest)
    given = [run for run in runs if run.data_size is not None]
    if given and len(given) < len(runs):
        without = next(run for run in runs if run.data_size is None)
        raise FitError(
            f"{without.name}: its data size is not given, but that of {given[0].name} is",
            hint="Give the data size of every run or of none.",
        )
    check_one_unit([run.size for run in runs])


def _reference_first(runs: Sequence[CalibrationRun]) -> list[CalibrationRun]:
    """Return the runs, that of most data and slots first; of repetitions, the one of median length."""
    most = max(run.size for run in runs)
    largest = [run for run in runs if run.size >= 0.98 * most]
    slots = max(_slots(run) for run in largest)
    candidates = sorted(
        (run for run in largest if _slots(run) == slots), key=lambda run: _response_time_s(run.model)
    )
    reference = candidates[(len(candidates) - 1) // 2]
    return [reference, *(run for run in runs if run is not reference)]


def _slots(run: CalibrationRun) -> int:
    return run.model.execution.configuration.most_slots


def _response_time_s(model: dsl.PerformanceModel) -> float:
    return model.runs[0].response_time_s if model.runs else 0.0


def _itself(model: dsl.PerformanceModel) -> Match:
    return Match(
        {job.id: job.id for job in model.execution.jobs},
        {stage.id: stage.id for stage in model.execution.stages},
    )


def _unmatched(reference: CalibrationRun, run: CalibrationRun, same: Match) -> list[str]:
    """Return what of two runs does not correspond, one sentence for each run."""
    found = []
    for one, other, share, known in (
        (reference, run, same.left_share, set(same.stages)),
        (run, reference, same.right_share, set(same.stages.values())),
    ):
        missing = [stage.id for stage in one.model.execution.stages if stage.id not in known]
        if missing and 1 - share >= MENTIONED:
            named = ", ".join(missing[:5]) + (" ..." if len(missing) > 5 else "")
            found.append(
                f"{len(missing)} stages of {one.name} ({1 - share:.0%} of its task time) have no "
                f"counterpart in {other.name}: {named}"
            )
    return found


def _described(run: CalibrationRun) -> dsl.Run:
    return run.model.runs[0].model_copy(update={"data_size": run.data_size, "labels": dict(run.labels)})


def _execution(runs: list[Observed]) -> dsl.ExecutionArchitecture:
    execution = runs[0].model.execution
    delays = fitted_delays(runs)
    handed = {stage.id: fitted_edge(runs, stage) for stage in execution.stages}

    def delay(node: dsl.Delay) -> dsl.Delay:
        return node.model_copy(update={"law": delays.get(node.id, {})})

    def edges(of: tuple[dsl.Edge, ...]) -> tuple[dsl.Edge, ...]:
        # To a stage, or to the delay before one: not to the end of a job.
        readers = set(handed) | {edge.tail for edge in of if edge.head in handed}
        return tuple(
            edge.model_copy(update={"law": handed[edge.tail]})
            if edge.tail in handed and edge.head in readers
            else edge
            for edge in of
        )

    def job(node: dsl.Job) -> dsl.Job:
        inner = tuple(
            delay(n)
            if isinstance(n, dsl.Delay)
            else n.model_copy(update={"partitions": fitted_partitions(runs, n)})
            for n in node.nodes
        )
        return node.model_copy(update={"nodes": inner, "edges": edges(node.edges)})

    nodes = tuple(delay(n) if isinstance(n, dsl.Delay) else job(n) for n in execution.nodes)
    return execution.model_copy(update={"nodes": nodes, "edges": edges(execution.edges)})
