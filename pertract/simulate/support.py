"""How far a prediction is from what was measured, and how much that widens its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from .. import dsl
from .configuration import Configuration

RUN_TO_RUN = 0.08
"""Standard deviation of repeated runs, relative: published repetitions have 2 to 9 %, ours up to 13 %."""
PER_DOUBLING_OF_SLOTS = 0.18
"""Additional relative error each time the slots double or halve."""
PER_DOUBLING_OF_DATA = 0.12
"""Additional relative error each time the data doubles or halves."""
PER_DOUBLING_OF_RATE = 0.12
"""Additional relative error each time a rate doubles or halves."""
CPU_OUTSIDE_TASKS = 0.15
"""Additional relative error of CPU utilisation: the CPU of executors outside tasks is a prior."""


@dataclass(frozen=True, slots=True)
class Support:
    """What the prediction rests on."""

    kind: Literal["replay", "interpolation", "extrapolation"]
    why: tuple[str, ...]
    """How the configuration differs from the measured one, one phrase each."""
    model_error: float
    """Relative standard deviation of a real run around the predicted response time."""


def support(model: dsl.PerformanceModel, configuration: Configuration) -> Support:
    """Return how well measurements support a prediction for a configuration.

    The sizes of the single contributions are priors, documented with their origin in
    docs/prediction.md; they add up as independent errors.
    """
    errors = [RUN_TO_RUN]
    if model.replay is not None:
        errors.append(model.replay.error)
    why = []
    for text, ratio, per_doubling in (
        ("slots", configuration.slots / configuration.measured_slots, PER_DOUBLING_OF_SLOTS),
        ("the data", configuration.data_scale, PER_DOUBLING_OF_DATA),
        ("the CPU rate", configuration.cpu_rate, PER_DOUBLING_OF_RATE),
        ("the drive rate", configuration.drive_rate, PER_DOUBLING_OF_RATE),
        ("the network rate", configuration.network_rate, PER_DOUBLING_OF_RATE),
    ):
        if not math.isclose(ratio, 1.0):
            why.append(f"{ratio:.3g} times {text} of the calibration run")
            errors.append(per_doubling * abs(math.log2(ratio)))
    if not why and not configuration.as_measured:
        why.append("another arrangement of the same slots")
    return Support(
        kind="extrapolation" if why else "replay",
        why=tuple(why) or ("the configuration of the calibration run",),
        model_error=math.sqrt(sum(e**2 for e in errors)),
    )
