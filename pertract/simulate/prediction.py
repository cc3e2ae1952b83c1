"""Replicate the simulation and state what is predicted, how surely, and why."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .. import dsl
from ..errors import UsageError
from ..units import format_duration
from .configuration import Configuration, resolve
from .contention import Calibration
from .engine import Trace, simulate
from .intervals import Estimate, estimate
from .options import Options
from .outcome import BREAKDOWN, breakdown, busy_core_s, executor_core_s, stages_on_path, task_core_s
from .plan import WITHOUT, Plan, compile_plan, without
from .preparation import Change, prepare
from .rounds import measured_parameters
from .shared.together import together
from .streams import StreamEstimate, streams
from .support import CPU_OUTSIDE_TASKS, Support, support
from .timeline import median_replication

MANY_TASKS = 100_000
"""From so many on, a replay is one replication."""
SERIES_POINTS = 60
"""Points of the CPU utilisation over time."""

FEWEST_REPLICATIONS, MOST_REPLICATIONS = 5, 1000
"""Limits of the number of replications when a precision is asked for."""

HOUR_S = 3600.0

LARGE_REPLAY_ERROR = 0.2
"""Replay error above which the model holds something else than its run."""

Progress = Callable[[int, int], None]
"""Called with replications done and replications in all."""


@dataclass(frozen=True, slots=True)
class StageEstimate:
    """What is predicted for one stage; means over replications."""

    id: str
    job: str
    name: str
    tasks: int
    start_s: float
    end_s: float
    task_mean_s: float
    task_p95_s: float
    task_max_s: float
    critical_s: float
    """How much of the response time it takes on the critical path."""


@dataclass(frozen=True, slots=True)
class JobEstimate:
    """When one job is predicted to run; means over replications."""

    id: str
    name: str
    group: str | None
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """Predicted response time and CPU use of an application in a configuration."""

    model: dsl.PerformanceModel
    options: Options
    """What was asked."""
    configuration: Configuration
    replications_s: tuple[float, ...]
    """Response time of each replication; of equal seeds they are comparable between configurations."""
    seed: int
    random_streams: int
    """Random streams of which the first ones were drawn from; more than replications with a precision."""
    response_time_s: Estimate
    """Application start to application end."""
    job_span_s: Estimate
    """First job submission to last job end."""
    cpu_utilisation: Estimate
    """CPU of executors / (worker cores x response time)."""
    task_cpu_utilisation: Estimate
    """The same, counting only what Spark's task metrics count."""
    executor_hours: float
    """How long executors are there, all together, from their registration on; mean."""
    cost: Estimate | None
    """Nodes x price of a node x response time, in the currency of the price; None without a price."""
    cpu_series: tuple[tuple[float, float], ...]
    """Time in seconds, and the exact mean utilisation since the point before."""
    breakdown_s: dict[str, float]
    """Parts of the response time along the critical path; they add up to its mean."""
    without_s: dict[str, float]
    """Mean response time if a part (`simulate.plan.WITHOUT`) cost nothing; empty unless asked for."""
    jobs: tuple[JobEstimate, ...]
    stages: tuple[StageEstimate, ...]
    streams: tuple[StreamEstimate, ...]
    support: Support
    warnings: tuple[str, ...]

    @property
    def replications(self) -> int:
        """Number of simulated executions."""
        return len(self.replications_s)


def predict(
    model: dsl.PerformanceModel,
    options: Options,
    *,
    replications: int = 20,
    precision: float | None = None,
    seed: int = 1,
    blocked_time: bool = False,
    change: Change | None = None,
    calibration: Calibration | None = None,
    progress: Progress | None = None,
) -> Prediction:
    """Return the prediction for a configuration.

    Parameters
    ----------
    model
        A checked model.
    options
        The what-if question.
    replications
        Number of simulated executions, at least 1.
    precision
        Instead of a fixed number, replicate until the 95 % confidence interval of the mean response
        time reaches at most this share of it to either side, from 5 to 1000 times.
    seed
        The same seed gives the same prediction; replications of different configurations with the
        same seed draw the same random numbers, so that differences are not noise.
    blocked_time
        Whether to predict also what the response time would be without drives, network or skew.
    change
        What is to be different in the application itself, such as the number of tasks of a stage; the
        stages stay the same. The calibration run remains what it was.
    calibration
        What other predictions of the same model have found out about its calibration run.
    progress
        Called after every replication.

    Raises
    ------
    UsageError
        If the options contradict each other.
    SimulationError
        If the configuration cannot run the application.
    """
    if replications < 1:
        raise UsageError(
            f"the number of replications must be above zero, not {replications}", hint="20 is usual."
        )
    if precision is not None and not 0 < precision < 1:
        raise UsageError(f"the precision must lie between 0 and 1, not {precision:g}", hint="1% is usual.")
    if seed < 0:
        raise UsageError(
            f"the seed must not be negative, not {seed}", hint="Any whole number from 0 will do."
        )
    model, configuration, plan, assumed = prepare(model, options, change, calibration)
    traces: list[_Summary] = []
    most = replications if precision is None else MOST_REPLICATIONS
    company = together(plan, configuration, options, seed=seed, streams=most)
    if company is not None:
        assumed = [*assumed, *company.warnings]
    children = np.random.SeedSequence(seed).spawn(most)
    plans: list[Plan] = []
    for number, child in enumerate(children):
        plans.append(plan if company is None else company.plan(number))
        traces.append(_Summary(simulate(plans[-1], np.random.default_rng(child))))
        if progress:
            progress(len(traces), most)
        if precision is not None and _precise([t.response_time_s for t in traces], precision):
            break
    without_s = {}
    for part in WITHOUT if blocked_time else ():
        times = [
            simulate(without(each, part), np.random.default_rng(child), record=False).response_time_s
            for each, child in zip(plans, children, strict=False)
        ]
        without_s[part] = float(np.mean(times))
    breakdown_s = {part: float(np.mean([t.breakdown[part] for t in traces])) for part in BREAKDOWN}
    total_s = sum(breakdown_s.values())
    task_share = 1 - breakdown_s["driver"] / total_s if total_s > 0 else 1.0
    backing = support(model, configuration, task_share)
    if plan.cores_known and any(t.cpu >= 1 for t in traces):
        assumed.append("executors need all cores of the nodes; the real run will take longer than predicted")
    stages = _stages(plan, traces)
    jobs = _jobs(model, traces)
    times_s = {job.id: (job.start_s, job.end_s) for job in jobs}
    batches = streams(model, times_s, configuration.data_scale)
    warnings = (
        *_trust(model),
        *configuration.warnings,
        *assumed,
        *_pools(plan, stages),
        *_late(batches, configuration),
    )
    errors = {"error_below": backing.error_below, "error_above": backing.error_above}
    # Utilisation is work over time: it is high where the time is short.
    cpu_errors = {"error_below": backing.error_above, "error_above": backing.error_below}
    sampled = any(run.cpu_utilisation is not None for run in model.runs)
    outside_tasks = CPU_OUTSIDE_TASKS[model.profiles.executor.basis if sampled else "prior"]
    cpu_all = {key: math.hypot(value, outside_tasks) for key, value in cpu_errors.items()}
    response_time_s = estimate([t.response_time_s for t in traces], **errors)
    all_busy = 1.0 if plan.cores_known else math.inf
    return Prediction(
        model=model,
        options=options,
        configuration=configuration,
        replications_s=tuple(t.response_time_s for t in traces),
        seed=seed,
        random_streams=most,
        response_time_s=response_time_s,
        job_span_s=estimate([t.job_span_s for t in traces], **errors),
        cpu_utilisation=estimate([t.cpu for t in traces], **cpu_all, most=all_busy),
        task_cpu_utilisation=estimate([t.task_cpu for t in traces], **cpu_errors, most=all_busy),
        executor_hours=float(np.mean([t.executor_hours for t in traces])),
        cost=_cost(configuration, response_time_s),
        cpu_series=traces[median_replication([t.response_time_s for t in traces])].series,
        breakdown_s=breakdown_s,
        without_s=without_s,
        jobs=jobs,
        stages=stages,
        streams=batches,
        support=backing,
        warnings=warnings,
    )


def _cost(configuration: Configuration, response_time_s: Estimate) -> Estimate | None:
    """Return what the nodes cost while the application runs, billed by the second."""
    if configuration.price_per_node_hour is None:
        return None
    return response_time_s.scaled(len(configuration.node_cores) * configuration.price_per_node_hour / HOUR_S)


def _precise(response_times_s: list[float], precision: float) -> bool:
    """Return whether the mean is known precisely enough."""
    if len(response_times_s) < FEWEST_REPLICATIONS:
        return False
    known = estimate(response_times_s)
    return known.ci95[1] - known.mean <= precision * known.mean


def replay(model: dsl.PerformanceModel, *, seed: int = 1) -> tuple[float, float]:
    """Return simulated mean response time and job span in the model's own configuration, seconds.

    The measured number of tasks gives the measured tasks, and so replications differ little: three are
    run, or one where there are many tasks.
    """
    plan, _ = compile_plan(model, resolve(model, Options()))
    replications = 3 if sum(stage.tasks for stage in plan.stages) < MANY_TASKS else 1
    children = np.random.SeedSequence(seed).spawn(replications)
    traces = (simulate(plan, np.random.default_rng(child), record=False) for child in children)
    times = np.mean([(trace.response_time_s, trace.job_span_s) for trace in traces], axis=0)
    return float(times[0]), float(times[1])


def replay_runs(model: dsl.PerformanceModel, *, seed: int = 1) -> list[float]:
    """Return the simulated response time in the configuration of each calibration run, seconds.

    Of runs beside the first, the number of executors, their slots and the amount of data are known.
    """
    times = []
    for run in model.runs:
        scale = run.size / model.runs[0].size if model.runs[0].size else 1.0
        values = {name: float(run.labels[name]) for name in measured_parameters(model) if name in run.labels}
        options = Options(data_scale=scale, parameters=values)
        if run.executors and (run.executors, run.slots) != (model.runs[0].executors, model.runs[0].slots):
            cores = max(1, run.slots // run.executors) * model.execution.configuration.task_cpus
            options = replace(options, executors=run.executors, executor_cores=cores)
        plan = prepare(model, options).plan
        times.append(simulate(plan, np.random.default_rng(seed), record=False).response_time_s)
    return times


class _Summary:
    """What is kept of a replication; traces of long runs are large."""

    def __init__(self, trace: Trace) -> None:
        self.response_time_s = trace.response_time_s
        self.job_span_s = trace.job_span_s
        capacity = trace.plan.cores * max(trace.response_time_s, 1e-9)
        self.cpu = executor_core_s(trace) / capacity
        if trace.plan.cores_known:
            self.cpu = min(self.cpu, 1.0)
        self.task_cpu = task_core_s(trace) / capacity
        end_s = trace.response_time_s
        present = (min(e.removed_s or end_s, end_s) - e.registered_s for e in trace.plan.executors)
        self.executor_hours = sum(max(0.0, time_s) for time_s in present) / HOUR_S
        self.series = _series(trace)
        self.breakdown, critical_s = breakdown(trace), stages_on_path(trace)
        plan = trace.plan
        boundaries = zip(plan.job_starts, plan.job_ends, strict=True)
        self.jobs = [(trace.begin_s[begin], trace.end_s[end]) for begin, end in boundaries]
        self.stages = [
            (
                min(stage.submitted_s, stage.starts_s.min()),
                stage.ended_s,
                *_task_times(stage.ends_s - stage.starts_s),
                path_s,
            )
            for stage, path_s in zip(trace.stages, critical_s, strict=True)
        ]


def _task_times(duration_s: np.ndarray) -> tuple[float, float, float]:
    ordered = np.sort(duration_s)  # np.quantile costs more than the sorting
    return float(ordered.mean()), float(ordered[math.ceil(0.95 * len(ordered)) - 1]), float(ordered[-1])


def _series(trace: Trace) -> tuple[tuple[float, float], ...]:
    """Return the CPU utilisation of the executors over time.

    What executors do beside tasks follows the CPU of tasks; their start comes before they register.
    """
    end_s = trace.response_time_s
    if end_s <= 0:
        return ()
    times = np.linspace(0.0, end_s, SERIES_POINTS + 1)
    starts = np.zeros(len(times))
    for executor in trace.plan.executors:
        if executor.registered_s < end_s:
            share = times / (executor.registered_s or end_s)
            starts += trace.plan.background.start_core_s * np.minimum(share, 1.0)
    used = busy_core_s(trace, times)
    if used[-1] > 0:
        used *= (executor_core_s(trace) - starts[-1]) / used[-1]
    used += starts
    if trace.plan.cores_known:
        used = _within(used, trace.plan.cores * times)
    grown = np.maximum(np.diff(used), 0.0)  # rounding may leave less than nothing where nobody works
    utilisation = grown / (np.diff(times) * trace.plan.cores)
    return tuple((float(t), float(u)) for t, u in zip(times[1:], utilisation, strict=True))


def _within(used: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Return the core seconds used until each time, of which nowhere more accrue than cores can serve.

    What is beyond that is done later or, near the end, has been done before.
    """
    later = most + np.minimum.accumulate(used - most)
    return np.asarray(np.maximum(later, min(used[-1], most[-1]) - (most[-1] - most)))


def _jobs(model: dsl.PerformanceModel, traces: list[_Summary]) -> tuple[JobEstimate, ...]:
    means = np.mean([t.jobs for t in traces], axis=0)
    return tuple(
        JobEstimate(job.id, job.name, job.group, float(begin), float(end))
        for job, (begin, end) in zip(model.execution.jobs, means, strict=True)
    )


def _stages(plan: Plan, traces: list[_Summary]) -> tuple[StageEstimate, ...]:
    means = np.mean([t.stages for t in traces], axis=0) if plan.stages else []
    return tuple(
        StageEstimate(stage.id, stage.job, stage.name, stage.tasks, *map(float, row))
        for stage, row in zip(plan.stages, means, strict=True)
    )


def _trust(model: dsl.PerformanceModel) -> tuple[str, ...]:
    """Return why the model itself may not be trusted."""
    found = []
    if (missing := model.completeness.warning) is not None:
        found.append(f"the log was not complete: {missing}")
    if model.replay is not None and abs(model.replay.error) > LARGE_REPLAY_ERROR:
        missed = f"replay error {model.replay.error:+.0%}"
        found.append(f"the model does not repeat its own run ({missed}): do not rely on it")
    return tuple(found)


def _pools(plan: Plan, stages: tuple[StageEstimate, ...]) -> tuple[str, ...]:
    known = {pool.name for pool in plan.pools}
    unknown = any(stage.pool and stage.pool not in known for stage in plan.stages)
    if not plan.fair or not unknown or not _overlapping(stages):
        return ()
    return ("weights and minimum shares of the scheduler pools are not in the log; equal ones are assumed",)


def _late(batches: tuple[StreamEstimate, ...], configuration: Configuration) -> tuple[str, ...]:
    late = [
        f"the stream {stream.name} falls behind: a batch takes {format_duration(stream.batch_s)}, but one "
        f"begins every {format_duration(stream.batch_interval_s or 0.0)}"
        for stream in batches
        if stream.late
    ]
    if batches and not configuration.as_measured:
        late.append(
            "waits between the batches of a stream stay as measured; the time of a batch says more than the "
            "response time"
        )
    return tuple(late)


def _overlapping(stages: tuple[StageEstimate, ...]) -> bool:
    """Return whether stages of different jobs run at the same time."""
    job, end_s = "", -math.inf
    for stage in sorted(stages, key=lambda s: s.start_s):
        if stage.start_s < end_s and stage.job != job:
            return True
        if stage.end_s > end_s:
            job, end_s = stage.job, stage.end_s
    return False
