"""How far a prediction is from what was measured, and how much that widens its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .. import dsl
from ..dsl.law import evaluate
from ..units import counted
from .configuration import Configuration

RUN_TO_RUN = 0.09
"""Standard deviation of repeated runs, relative: published repetitions have 2 to 9 %, ours up to 13 %."""
SLOTS_DOUBLED = 0.14
"""Additional relative error when the slots double or halve."""
SLOTS_DOUBLED_BLINDLY = 0.28
"""The same where the cores of the nodes are unknown, and so how much executors compete for them."""
DATA_DOUBLED = 0.1
"""Additional relative error when the data doubles or halves."""
DATA_DOUBLED_FITTED = 0.08
"""The same beyond the sizes of several runs, which tell how demands grow."""
RATE_DOUBLED = 0.12
"""Additional relative error when a rate doubles or halves."""
ROUNDS_DOUBLED = 0.05
"""Additional relative error when the rounds of a loop double or halve: they are taken to be alike."""
INSIDE = 0.5
"""Share of the error per doubling between calibration runs: both sides are known."""
CPU_OUTSIDE_TASKS: dict[dsl.Basis, float] = {"prior": 0.15, "measured": 0.05}
"""Additional relative error of CPU utilisation, by what is known of the CPU of executors outside tasks."""
MENTIONED = 0.01
"""Share of the task time from which on it is told that only one run knows it."""
SAME = 0.01
"""Sizes that differ by no more are the same."""

Kind = Literal["replay", "interpolation", "extrapolation"]


@dataclass(frozen=True, slots=True)
class Support:
    """What the prediction rests on."""

    kind: Kind
    why: tuple[str, ...]
    """How the configuration differs from the measured ones, one phrase each."""
    error_below: float
    """Relative standard deviation of real runs that are shorter than predicted."""
    error_above: float
    """The same for runs that are longer; larger, because what the model leaves out costs time."""


@dataclass(frozen=True, slots=True)
class _Distance:
    """How far a value is from those of the calibration runs."""

    kind: Kind
    doublings: float
    """From the nearest run; less where runs lie on both sides."""
    why: str = ""


def support(model: dsl.PerformanceModel, configuration: Configuration, task_share: float) -> Support:
    """Return how well measurements support a prediction for a configuration.

    The sizes of the single contributions are priors, documented with their origin in
    docs/prediction.md. They add up as independent errors; several doublings do so as well.

    Parameters
    ----------
    model, configuration
        What is predicted.
    task_share
        Share of the predicted response time that is not the driver's, 0 to 1. No more than this can
        turn out shorter because slots, data or rates differ.
    """
    data_sizes = _data_sizes(model)
    slots = [run.slots / configuration.measured_slots for run in model.runs if run.slots]
    slots_doubled = SLOTS_DOUBLED if configuration.nodes_known else SLOTS_DOUBLED_BLINDLY
    data_doubled = DATA_DOUBLED_FITTED if len(data_sizes) > 1 else DATA_DOUBLED
    drive_rate = math.sqrt(configuration.drive_rate * configuration.drive_write_rate)
    distances = [
        (_distance("the slots", configuration.slots / configuration.measured_slots, slots), slots_doubled),
        (_distance("the data", configuration.data_scale, data_sizes), data_doubled),
        (_distance("the CPU rate", configuration.cpu_rate, ()), RATE_DOUBLED),
        (_distance("the drive rate", drive_rate, ()), RATE_DOUBLED),
        (_distance("the network rate", configuration.network_rate, ()), RATE_DOUBLED),
        *((distance, ROUNDS_DOUBLED) for distance in _rounds(model, configuration)),
    ]
    changed = sum(doubled**2 * distance.doublings for distance, doubled in distances)
    kinds = {distance.kind for distance, _ in distances}
    why = [distance.why for distance, _ in distances if distance.why]
    if others := _other_changes(model, configuration):
        kinds.add("extrapolation")
        why += others
    if not why and not configuration.as_measured:
        kinds.add("extrapolation")
        why.append("another arrangement of the same slots")
    kind: Kind = "replay"
    if "extrapolation" in kinds:
        kind = "extrapolation"
    elif "interpolation" in kinds:
        kind = "interpolation"
    if len(model.runs) > 1:
        why.append(_calibration(model))
    variance = RUN_TO_RUN**2 + _missed(model) ** 2
    return Support(
        kind=kind,
        why=tuple(why) or ("the configuration of the calibration run",),
        error_below=math.sqrt(variance + task_share**2 * changed),
        error_above=math.sqrt(variance + changed),
    )


def _rounds(model: dsl.PerformanceModel, configuration: Configuration) -> list[_Distance]:
    """Return how far the rounds of loops are from those of the calibration runs."""
    found = []
    for loop in model.execution.loops:
        values = [run.labels[loop.parameter] for run in model.runs if loop.parameter in run.labels]
        measured = [loop.rounds_for(float(value)) / len(loop.rounds) for value in values]
        rounds = loop.rounds_for(configuration.parameters[loop.parameter]) / len(loop.rounds)
        found.append(_distance(f"the {loop.parameter}", rounds, measured))
    return found


def _data_sizes(model: dsl.PerformanceModel) -> list[float]:
    """Return the different sizes of data of the calibration runs, relative to the first."""
    if not model.runs or not model.runs[0].size:
        return [1.0]
    found: list[float] = []
    for size in sorted(run.size / model.runs[0].size for run in model.runs):
        if not found or size > found[-1] * (1 + SAME):
            found.append(size)
    return found


def _distance(name: str, value: float, measured: Sequence[float]) -> _Distance:
    """Return how far a value, relative to that of the first run, is from those of all runs."""
    measured = measured or (1.0,)
    nearest = min(measured, key=lambda known: abs(math.log(value / known)))
    if math.isclose(value, nearest, rel_tol=SAME if len(measured) > 1 else 1e-9):
        several = not math.isclose(value, 1.0, rel_tol=SAME)
        return _Distance(
            "replay", 0.0, f"{value:.3g} times {name}, as in a calibration run" if several else ""
        )
    doublings = abs(math.log2(value / nearest))
    if min(measured) < value < max(measured):
        return _Distance(
            "interpolation", INSIDE**2 * doublings, f"{value:.3g} times {name}, between calibration runs"
        )
    if len(measured) == 1:
        return _Distance("extrapolation", doublings, f"{value:.3g} times {name} of the calibration run")
    side = "most" if value > nearest else "least"
    return _Distance(
        "extrapolation", doublings, f"{value / nearest:.3g} times {name} of the calibration run with {side}"
    )


def _other_changes(model: dsl.PerformanceModel, configuration: Configuration) -> list[str]:
    """Return what else differs from the calibration run, one phrase each."""
    found = []
    measured = model.execution.configuration
    for name, value, before in (
        ("cores per task", configuration.task_cpus, measured.task_cpus),
        ("shuffle partitions", configuration.shuffle_partitions, measured.shuffle_partitions),
        ("default parallelism", configuration.default_parallelism, measured.default_parallelism),
    ):
        if value != before:
            found.append(f"{name}: {value}")
    if configuration.allocation is not None:
        found.append("executors allocated by the load")
    if configuration.speculation is not None:
        found.append("slow tasks copied")
    if configuration.losses_s:
        found.append("executors lost")
    if configuration.copies > 1:
        found.append(f"{configuration.copies} copies at the same time")
    if configuration.company:
        found.append(f"together with {', '.join(configuration.company)}")
    if not configuration.as_measured:
        if configuration.drive_read_bytes_per_s or configuration.drive_write_bytes_per_s:
            found.append("drives shared by their bandwidth")
        if configuration.network_bytes_per_s:
            found.append("the network shared by its bandwidth")
    return found


def _calibration(model: dsl.PerformanceModel) -> str:
    sizes, slots = len(_data_sizes(model)), len({run.slots for run in model.runs})
    text = (
        f"calibrated on {len(model.runs)} runs with {counted(sizes, 'data size')} and "
        f"{counted(slots, 'number')} of slots"
    )
    alone = _known_from_one_run(model)
    return text + (f"; {alone:.0%} of the task time is known from one run only" if alone >= MENTIONED else "")


def _known_from_one_run(model: dsl.PerformanceModel) -> float:
    """Return the share of the task time of the first run whose demands no other run supports."""
    executors = sum(group.count for group in model.execution.configuration.executors)
    total = alone = 0.0
    for profile in model.profiles.stages:
        variables = profile.measured_variables(executors)
        for demand in profile.demands:
            if demand.unit != "bytes":
                work = profile.attempts * evaluate(demand.mean, variables)
                total += work
                alone += work if demand.fit is None else 0.0
    return alone / total if total else 0.0


def _missed(model: dsl.PerformanceModel) -> float:
    """Return by how much the model misses its own runs, on the logarithmic scale of the interval."""
    errors = [run.replay_error for run in model.runs if run.replay_error is not None]
    if not errors and model.replay is not None:
        errors = [model.replay.error]
    logs = [math.log1p(max(error, -0.99)) for error in errors]
    return math.sqrt(sum(x * x for x in logs) / len(logs)) if logs else 0.0
