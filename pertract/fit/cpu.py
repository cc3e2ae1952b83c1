"""CPU in a coarse model: how much of it parallel work and executors need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .coarse import CoarseFit
from .nonnegative import fit_relative


@dataclass(frozen=True, slots=True)
class CpuShare:
    """Busy cores, as far as totals tell."""

    per_slot_second: float
    """Core seconds per second that a task holds a slot; above 1 where executors compute beside tasks."""
    per_executor_core_s: float
    """Core seconds that every executor needs besides, however long it runs."""


def cpu_share(fit: CoarseFit) -> CpuShare | None:
    """Return the CPU that explains the measured utilisations, or None where totals cannot tell.

    That is where utilisations are missing, or where slots outnumber cores: how long tasks waited for a core
    is then not known. The busy core seconds of a setting, utilisation x cores x response time, are a multiple
    of the time its tasks hold slots plus a multiple of its executors.
    """
    busy_core_s, parts = [], []
    for setting in fit.settings:
        cores = setting.nodes * setting.node_cores if setting.node_cores else setting.slots
        if not setting.busy_core_s or setting.slots > cores:
            return None
        busy_core_s.append(setting.busy_core_s)
        held_s = fit.task_s * fit.tasks * fit.scale(setting.data)
        parts.append((held_s, float(setting.executors)))
    per_slot, per_executor = fit_relative(np.array(parts), busy_core_s)
    return CpuShare(float(per_slot), float(per_executor))
