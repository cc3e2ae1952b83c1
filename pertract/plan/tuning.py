"""Spark settings for a point: those that were asked for, and others that simulation finds to gain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from .. import dsl
from ..simulate import Configuration, Options, resolve
from ..units import KIB, MIB
from .effects import Document, Effect, Experiments, Trial, effect, with_setting

INSTANCES, CORES, MEMORY = "spark.executor.instances", "spark.executor.cores", "spark.executor.memory"
SHUFFLE, PARALLELISM = "spark.sql.shuffle.partitions", "spark.default.parallelism"
LOCALITY = "spark.locality.wait"
DYNAMIC = "spark.dynamicAllocation"

EXECUTOR_CORES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16)
"""Cores of an executor that are tried, beside all of a node."""
WAVES = (1, 2, 3, 4)
"""Tasks for each slot that are tried as a number of partitions."""
FACTORS = (0.25, 0.5, 2.0, 4.0)
"""Times the present number of partitions that are tried, likewise."""
MOST_PARTITIONS = 50_000
"""Most partitions that are tried."""
SLOWER = 0.05
"""How much longer an application may take for executors that come and go."""
SAVED = 0.1
"""Least share of executor hours that these must save."""

RULES = {SHUFFLE: ("shuffle_partitions", "adaptive"), PARALLELISM: ("default_parallelism",)}
"""Which rules of stages follow which setting."""

_UNKNOWN = {
    MEMORY: "the time of garbage collection and spilling with another heap is not predicted",
    LOCALITY: "what tasks lose away from their cached data is not predicted",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One Spark property and what it does."""

    key: str
    value: str
    effect: Effect | None
    """Compared with leaving it as in the calibration run; None where that is not predicted."""
    tuned: bool = False
    """Whether it was found by simulation, and not asked for."""
    note: str = ""
    """What to know about it."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """A point with its settings."""

    options: Options
    prediction: Document
    settings: tuple[Setting, ...]
    gain: Effect | None
    """All tuned settings against the point as it was asked for; None if there are none."""
    elastic: tuple[Setting, ...]
    """Dynamic allocation that saves executor hours for little time; empty where it does not."""


def tune(model: dsl.PerformanceModel, options: Options, asked: Document, experiments: Experiments) -> Tuned:
    """Return the settings of a point and what each of them does.

    One thing after the other is tuned: the cores of executors, numbers of partitions, waits for cached data.
    What gains most is kept if it gains `effects.GAIN` or more. What was asked for stays.

    Parameters
    ----------
    model
        The model.
    options
        The point.
    asked
        Its prediction.
    experiments
        How to predict others.
    """
    best, found = options, asked
    for propose in (_shapes, _shuffle_partitions, _parallelism):
        best, found = _best(best, found, propose(model, best, found), experiments)
    best, found = _best(best, found, _localities(model, best), experiments)
    configuration, before = resolve(model, best), resolve(model, options)
    tuned = {key for key in best.settings if key not in options.settings}
    for key, changed in (
        (INSTANCES, len(configuration.executors) != len(before.executors)),
        (CORES, configuration.executor_cores != before.executor_cores),
        (MEMORY, configuration.executor_memory_bytes != before.executor_memory_bytes),
    ):
        tuned |= {key} if changed else set()
    settings = list(_settings(model, configuration, best, experiments, found, tuned))
    return Tuned(
        options=best,
        prediction=found,
        settings=tuple(settings),
        gain=effect(asked, found, experiments.tariff) if tuned else None,
        elastic=tuple(_elastic(configuration, best, found, experiments)),
    )


def _best(
    options: Options, found: Document, trials: list[Options], experiments: Experiments
) -> tuple[Options, Document]:
    """Return what gains most, without a warning that was not there before."""
    best, time_s = (options, found), found["response_time_s"]["mean"]
    predictions = experiments.predict([Trial(trial) for trial in trials])
    for trial, prediction in zip(trials, predictions, strict=True):
        if prediction is None:
            continue
        # Another heap always brings a warning; executors that are tried have the same memory for a slot.
        same_heap = trial.executor_memory_bytes == options.executor_memory_bytes
        if same_heap and set(prediction["warnings"]) - set(found["warnings"]):
            continue
        gain = effect(found, prediction, experiments.tariff)
        if gain.is_gain and prediction["response_time_s"]["mean"] < time_s:
            best, time_s = (trial, prediction), prediction["response_time_s"]["mean"]
    return best


def _shapes(model: dsl.PerformanceModel, options: Options, found: Document) -> list[Options]:
    """Return executors of other cores on the same nodes, with the same memory for a slot."""
    configuration = found["configuration"]
    pinned = {INSTANCES, CORES} & set(options.settings)
    dynamic = resolve(model, options).allocation is not None
    if pinned or dynamic or options.executors is not None or options.executor_cores is not None:
        return []
    nodes, heap = configuration["nodes"], configuration["executor_memory_bytes"]
    before, found_slots = configuration["executor_cores"], configuration["slots"]
    trials = []
    if configuration["node_cores"] is not None:
        each = min(configuration["node_cores"])
        shapes = [(nodes * (each // cores), cores) for cores in {*EXECUTOR_CORES, each} if cores <= each]
    else:
        total = configuration["executors"] * before
        shapes = [(total // cores, cores) for cores in EXECUTOR_CORES if total % cores == 0]
    for executors, cores in sorted(shapes):
        same = executors == configuration["executors"] and cores == before
        if same or cores < configuration["task_cpus"] or executors * cores < found_slots:
            continue
        memory = None if heap is None else round(heap * cores / before / MIB) * MIB
        trials.append(
            replace(
                options,
                nodes=nodes,
                executors=executors,
                executor_cores=cores,
                executor_memory_bytes=memory or options.executor_memory_bytes,
            )
        )
    return trials


def _shuffle_partitions(model: dsl.PerformanceModel, options: Options, found: Document) -> list[Options]:
    return _partitions(SHUFFLE, found["configuration"]["shuffle_partitions"], model, options, found)


def _parallelism(model: dsl.PerformanceModel, options: Options, found: Document) -> list[Options]:
    return _partitions(PARALLELISM, found["configuration"]["default_parallelism"], model, options, found)


def _partitions(
    key: str, now: int | None, model: dsl.PerformanceModel, options: Options, found: Document
) -> list[Options]:
    """Return other numbers of partitions, where stages follow the setting and it was not asked for."""
    counts = [s.partitions.count for s in model.execution.stages if s.partitions.rule in RULES[key]]
    if key in options.settings or not counts:
        return []
    now, slots = now or max(counts), found["configuration"]["slots"]
    tried = {slots * waves for waves in WAVES} | {round(now * factor) for factor in FACTORS}
    return [
        with_setting(options, key, str(partitions))
        for partitions in sorted(tried - {now})
        if 1 <= partitions <= MOST_PARTITIONS
    ]


def _localities(model: dsl.PerformanceModel, options: Options) -> list[Options]:
    """Return the point without waits for cached data and blocks, where tasks wait for some."""
    if any(key.startswith(LOCALITY) for key in options.settings):
        return []
    waiting = any(s.locality is not None or s.near_blocks for s in model.execution.stages)
    waiting = waiting or any(profile.usable_slots_ratio < 1 for profile in model.profiles.stages)
    return [with_setting(options, LOCALITY, "0s")] if waiting else []


def _settings(
    model: dsl.PerformanceModel,
    configuration: Configuration,
    options: Options,
    experiments: Experiments,
    found: Document,
    tuned: set[str],
) -> Iterator[Setting]:
    """Yield the settings of a point, each compared with leaving it as in the calibration run."""
    measured = resolve(model, Options())
    executors, cores = len(configuration.executors), configuration.executor_cores
    kept = replace(options, executors=executors, executor_cores=cores)
    trials: dict[str, tuple[str, Trial]] = {}
    if configuration.allocation is None:
        fewer = replace(kept, nodes=None, executors=len(measured.executors))
        trials[INSTANCES] = str(executors), Trial(with_setting(fewer, INSTANCES, None))
    usual = with_setting(replace(kept, executor_cores=measured.executor_cores), CORES, None)
    trials[CORES] = str(cores), Trial(usual)
    for key, value in options.settings.items():
        if key not in (INSTANCES, CORES, MEMORY):
            trials[key] = value, Trial(with_setting(options, key, None))
    predictions = experiments.predict([trial for _, trial in trials.values()])
    for (key, (value, _)), prediction in zip(trials.items(), predictions, strict=True):
        compared = None if prediction is None else effect(prediction, found, experiments.tariff)
        note = (
            _UNKNOWN.get(key, "") if compared else "with that of the calibration run it cannot be simulated"
        )
        yield Setting(key, value, compared, key in tuned, note)
    if configuration.executor_memory_bytes is not None:
        heap = memory_text(configuration.executor_memory_bytes)
        yield Setting(MEMORY, heap, None, MEMORY in tuned, _UNKNOWN[MEMORY])


def memory_text(size_bytes: int) -> str:
    """Return a size of memory as Spark reads it."""
    for unit, letter in ((KIB**3, "g"), (MIB, "m"), (KIB, "k")):
        if size_bytes % unit == 0:
            return f"{size_bytes // unit}{letter}"
    return f"{size_bytes}b"


def _elastic(
    configuration: Configuration, options: Options, found: Document, experiments: Experiments
) -> Iterator[Setting]:
    """Yield bounds of dynamic allocation that save executor hours without costing much time."""
    most = len(configuration.executors)
    if (
        configuration.allocation is not None
        or most < 2
        or options.lose_executor_s
        or options.copies > 1
        or options.company
    ):
        return
    bounds = sorted({1, max(1, most // 4), max(1, most // 2)})
    trials = [Trial(_allocated(options, least, most)) for least in bounds]
    best: tuple[int, Any] | None = None
    for least, prediction in zip(bounds, experiments.predict(trials), strict=True):
        if prediction is None:
            continue
        if effect(found, prediction, experiments.tariff).change > SLOWER:
            continue
        hours = prediction["executor_hours"]
        if hours < (1 - SAVED) * found["executor_hours"] and (
            best is None or hours < best[1]["executor_hours"]
        ):
            best = least, prediction
    if best is None:
        return
    least, prediction = best
    saved = 1 - prediction["executor_hours"] / found["executor_hours"]
    compared = effect(found, prediction, experiments.tariff)
    note = f"{saved:.0%} fewer executor hours, for other applications on the cluster"
    yield Setting(f"{DYNAMIC}.enabled", "true", compared, tuned=True, note=note)
    for bound, value in (("minExecutors", least), ("maxExecutors", most)):
        key = f"{DYNAMIC}.{bound}"
        without = experiments.predict([Trial(with_setting(_allocated(options, least, most), key, None))])[0]
        change = None if without is None else effect(without, prediction, experiments.tariff)
        yield Setting(key, str(value), change, tuned=True)


def _allocated(options: Options, least: int, most: int) -> Options:
    settings = {
        f"{DYNAMIC}.enabled": "true",
        f"{DYNAMIC}.minExecutors": str(least),
        f"{DYNAMIC}.maxExecutors": str(most),
    }
    return replace(options, executors=None, settings={**options.settings, **settings})
