"""How far a prediction is from what was measured, and how much that widens its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from .. import dsl
from .configuration import Configuration

RUN_TO_RUN = 0.09
"""Standard deviation of repeated runs, relative: published repetitions have 2 to 9 %, ours up to 13 %."""
SLOTS_DOUBLED = 0.14
"""Additional relative error when the slots double or halve."""
SLOTS_DOUBLED_BLINDLY = 0.28
"""The same where the cores of the nodes are unknown, and so how much executors compete for them."""
DATA_DOUBLED = 0.1
"""Additional relative error when the data doubles or halves."""
RATE_DOUBLED = 0.12
"""Additional relative error when a rate doubles or halves."""
CPU_OUTSIDE_TASKS = 0.15
"""Additional relative error of CPU utilisation: the CPU of executors outside tasks is a prior."""


@dataclass(frozen=True, slots=True)
class Support:
    """What the prediction rests on."""

    kind: Literal["replay", "interpolation", "extrapolation"]
    why: tuple[str, ...]
    """How the configuration differs from the measured one, one phrase each."""
    error_below: float
    """Relative standard deviation of real runs that are shorter than predicted."""
    error_above: float
    """The same for runs that are longer; larger, because what the model leaves out costs time."""


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
    # On the logarithmic scale of the interval; for usual errors this is the error itself.
    missed = math.log1p(max(model.replay.error, -0.99)) if model.replay is not None else 0.0
    variance = RUN_TO_RUN**2 + missed**2
    changed = 0.0
    why = []
    slots_doubled = SLOTS_DOUBLED if configuration.nodes_known else SLOTS_DOUBLED_BLINDLY
    for text, ratio, doubled in (
        ("the slots", configuration.slots / configuration.measured_slots, slots_doubled),
        ("the data", configuration.data_scale, DATA_DOUBLED),
        ("the CPU rate", configuration.cpu_rate, RATE_DOUBLED),
        (
            "the drive rate",
            math.sqrt(configuration.drive_rate * configuration.drive_write_rate),
            RATE_DOUBLED,
        ),
        ("the network rate", configuration.network_rate, RATE_DOUBLED),
    ):
        if not math.isclose(ratio, 1.0):
            why.append(f"{ratio:.3g} times {text} of the calibration run")
            changed += doubled**2 * abs(math.log2(ratio))
    measured = model.execution.configuration
    for name, value, before in (
        ("cores per task", configuration.task_cpus, measured.task_cpus),
        ("shuffle partitions", configuration.shuffle_partitions, measured.shuffle_partitions),
        ("default parallelism", configuration.default_parallelism, measured.default_parallelism),
    ):
        if value != before:
            why.append(f"{name}: {value}")
    if configuration.allocation is not None:
        why.append("executors allocated by the load")
    if configuration.speculation is not None:
        why.append("slow tasks copied")
    if configuration.losses_s:
        why.append("executors lost")
    if not configuration.as_measured:
        if configuration.drive_read_bytes_per_s or configuration.drive_write_bytes_per_s:
            why.append("drives shared by their bandwidth")
        if configuration.network_bytes_per_s:
            why.append("the network shared by its bandwidth")
    if not why and not configuration.as_measured:
        why.append("another arrangement of the same slots")
    return Support(
        kind="extrapolation" if why else "replay",
        why=tuple(why) or ("the configuration of the calibration run",),
        error_below=math.sqrt(variance + task_share**2 * changed),
        error_above=math.sqrt(variance + changed),
    )
