"""What profilers recorded of a run: read it, join it with the event log, and show it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import UsageError
from ..extract import sampled
from ..extract.sampled import SampledProfile
from ..extract.sampled.stages import normal, stages_of_tasks
from ..report.page.profile import profile_page
from ..report.sampled import call_tree, flame_svg, folded_text
from ..report.sampled.wording import stage_words
from ..sources import profilers, spark
from ..sources.profilers import Samples
from .files import write_whole

KINDS = (".html", ".svg", ".folded")


def read_samples(*sources: str | Path) -> Samples:
    """Return what profilers recorded, joined by process.

    Parameters
    ----------
    sources
        Files of the agent, Uber's JVM profiler, PySpark profilers, JFR, py-spy, speedscope, perf or folded
        stacks, in any compression; folders, zip archives and patterns of them; as paths or URLs.

    Raises
    ------
    SourceError
        If nothing is there, or it cannot be read.
    """
    return profilers.read(*sources)


class Profiled:
    """Samples of a run, joined with its event log if there is one."""

    def __init__(
        self, samples: Samples, run: spark.SparkRun | None = None, user_packages: Sequence[str] = ()
    ) -> None:
        self.samples = samples
        self.run = run
        self.profile: SampledProfile = sampled.profile(samples, run, user_packages=user_packages)

    def folded(self, *, stage: str | None = None, base: Profiled | None = None) -> str:
        """Return folded stacks, one a line."""
        return folded_text(
            self.samples,
            stages_of_tasks(self.run),
            stage=stage,
            base=None if base is None else base.samples,
        )


def profile(
    *sources: str | Path, log: str | Path | None = None, user_packages: Sequence[str] = ()
) -> Profiled:
    """Return what samples show of a run.

    Parameters
    ----------
    sources
        As for `read_samples`.
    log
        The run's event log, for its stages and to know which executor is which.
    user_packages
        Beginnings of class names that are the user's code whatever the rules say.

    Raises
    ------
    SourceError
        If samples or log cannot be read, or are not of the same run.
    """
    samples = read_samples(*sources)
    run = spark.read(log, keep_tasks=True) if log is not None else None
    return Profiled(samples, run, user_packages)


def chosen_stage(profiled: Profiled, stage: str | None) -> str | None:
    """Return the identifier of a stage as people write it: ``3``, ``3.1`` or ``stage-3``.

    Raises
    ------
    UsageError
        If the samples know no such stage.
    """
    if stage is None:
        return None
    known = [name for name in (*profiled.profile.stages, *profiled.profile.stacks.stages) if name]
    if (name := normal(stage)) in known:
        return name
    shown = ", ".join(name.removeprefix("stage-") for name in dict.fromkeys(known))[:80]
    raise UsageError(
        f"--stage {stage}: the samples tell of no such stage",
        hint=f"There are stages {shown}."
        if shown
        else "Names of threads do not tell stages here: give the event log with --log.",
    )


def write_profile(
    profiled: Profiled, path: str | Path, *, stage: str | None = None, base: Profiled | None = None
) -> None:
    """Write what samples show: a page (``.html``), a flame graph (``.svg``) or folded stacks (``.folded``).

    Parameters
    ----------
    profiled
        From `profile`.
    path
        Its ending decides what is written; the file appears complete or not at all.
    stage
        Only this stage; everything if None. A page begins with it and has the others, too.
    base
        A run to compare with.

    Raises
    ------
    UsageError
        If the ending is none of these.
    OutputError
        If it cannot be written.
    """
    ending = Path(path).suffix.lower()
    stage = chosen_stage(profiled, stage)
    if ending not in KINDS:
        raise UsageError(
            f"{path}: what to write is told by the ending, and {ending or 'none'} is not known",
            hint="Use .html for a page, .svg for a flame graph, .folded for stacks.",
        )
    if base is not None and base.profile.stacks.unit != profiled.profile.stacks.unit:
        raise UsageError(
            "one recording tells seconds of CPU and the other numbers of samples: they cannot be compared",
            hint="Compare recordings of the same profiler.",
        )
    if ending == ".html":
        text = profile_page(profiled.profile, stage=stage, base=None if base is None else base.profile)
    elif ending == ".svg":
        text = _drawing(profiled.profile, stage, None if base is None else base.profile)
    else:
        text = profiled.folded(stage=stage, base=base)
    write_whole(Path(path), text)


def _drawing(profile: SampledProfile, stage: str | None, base: SampledProfile | None) -> str:
    views = {view.stage: view for view in profile.stacks.views()}
    view = views.get(stage, views[None])
    other = None
    if base is not None:
        others = {view.stage: view for view in base.stacks.views()}
        other = base.stacks, others.get(stage)
    what = profile.name if stage is None else f"{profile.name}, {stage_words(stage)}"
    return flame_svg(
        call_tree(profile.stacks, view, base=other),
        title=f"{what}, compared with {base.name}" if base is not None else what,
        unit=profile.stacks.unit,
        base=base.name if base is not None else "",
    )
