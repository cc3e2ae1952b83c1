"""Resource profiles of stages: what a task demands, by group, and how that follows data and cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .... import dsl
from ....dsl.profile import UNIT_OF, Activity, Resource
from ...stoex import Variable as Quantity
from ..demands import NAMES
from .dependencies import Fit, fitted, mean_of, rounded
from .environment import HDD, Environment
from .launches import groups_of
from .objects import refusal
from .program import Work
from .quantities import Quantities
from .reading import Reading
from .sums import TaskParameters

Floats = NDArray[np.float64]
Use = tuple[Resource, Activity]

_CORE: dict[str, Use] = {
    NAMES["cpu"]: ("cpu", "compute"),
    NAMES["gc"]: ("cpu", "garbage_collection"),
    NAMES["python"]: ("cpu", "python"),
}
_WAIT: dict[str, Use] = {
    NAMES["scheduling"]: ("delay", "scheduling"),
    NAMES["drive"]: ("drive_read", "input"),
    NAMES["network"]: ("network", "shuffle_fetch"),
    NAMES["other"]: ("delay", "other"),
}
"""What a task does meanwhile, by the name that an export gives to the action."""

USUAL_RATES = (0.01, 100.0)
"""Rates of processors that can be relative to those of a calibration run; others only scale demands."""


@dataclass(frozen=True, slots=True)
class Profiled:
    """A stage with its profile."""

    profile: dsl.StageProfile
    tasks: int
    containers: tuple[str, ...]
    """Where its tasks run: identifiers of containers, for each pool."""
    core_s: float
    """CPU of its tasks, core seconds."""
    beside_core_s: float
    """CPU beside them that nobody waits for."""
    foreign: tuple[Work, ...]
    """Demands of resources that can make tasks wait for each other, or for something else."""
    notes: tuple[str, ...]


class Profiler:
    """Makes profiles.

    Parameters
    ----------
    quantities, environment
        The model.
    """

    def __init__(self, quantities: Quantities, environment: Environment) -> None:
        self._quantities = quantities
        self._environment = environment

    def rate_of(self, container: str) -> float:
        """Return the speed of the cores of a container relative to a calibration run."""
        resource = self._environment.processor(container)
        low, high = USUAL_RATES
        return resource.rate if resource is not None and low <= resource.rate <= high else 1.0

    def profile(self, id: str, readings: Sequence[Reading]) -> Profiled:
        """Return a stage in its pools with one profile.

        Parameters
        ----------
        id
            Identifier of the profile.
        readings
            The stage in each pool of slots.

        Raises
        ------
        TransformError
            If the pools run different tasks, or a task needs something that the language cannot say.
        """
        first = readings[0]
        names = [(c.work.name, c.work.resource.type, c.beside) for c in first.outcomes.channels]
        for other in readings[1:]:
            if [(c.work.name, c.work.resource.type, c.beside) for c in other.outcomes.channels] != names:
                raise refusal(
                    other.run.where,
                    "its tasks do other things than those on other nodes",
                    "Let all nodes run the same tasks.",
                )
        uses = self._uses(first)
        tasks = sum(reading.tasks for reading in readings)
        weights, positions, amounts = self._groups(readings)
        beside = [i for i, use in enumerate(uses) if use is None]
        found: dict[Use, Floats] = {}
        channels: dict[Use, list[int]] = {}
        for channel, use in enumerate(uses):
            if use is not None:
                channels.setdefault(use, []).append(channel)
        for use, members in channels.items():
            found[use] = np.sum(amounts[:, members], axis=1)
        extra = np.average(
            [self._scaled(r, r.extra[None, :])[0] for r in readings],
            axis=0,
            weights=[r.tasks for r in readings],
        )
        fits = {use: fitted(self._quantities, first, members) for use, members in channels.items()}
        warm = self._warm_up(first, channels, extra, found, fits)
        rate = self.rate_of(first.home)
        if first.handling_s:
            self._add_handling(first.handling_s, found, fits)
        core = [members for use, members in channels.items() if use[0] == "cpu"]
        entering = self._volumes(readings)
        parameters = TaskParameters(first.inputs, self._quantities, first.cold)
        demands = [
            dsl.Demand(
                resource=use[0],
                activity=use[1],
                unit=UNIT_OF[use[0]],
                mean=mean_of(mean, fits.get(use), parameters, entering, tasks),
                spread=tuple(rounded(value / mean) for value in found[use]),
            )
            for use in sorted(found, key=lambda use: use[0] != "cpu")
            if (mean := float(np.average(found[use], weights=weights))) > 0
        ]
        profile = dsl.StageProfile(
            id=id,
            weights=tuple(map(rounded, weights)),
            launch_order=tuple(map(rounded, positions)) if positions is not None else (),
            demands=tuple(demands),
            volumes=entering,
            warm_up_s=rounded(warm.core_s + warm.cold_s * rate),
            warm_up_core_seconds=rounded(warm.core_s),
            usable_slots_ratio=sum(r.usable for r in readings) / sum(r.slots for r in readings),
            dispatch_s=rounded(warm.dispatch_s),
            launch_interval_s=max(r.launch_s for r in readings),
            handling_s=first.handling_s,
        )
        first_ones = sum(min(reading.tasks, reading.slots) for reading in readings)
        total = np.average(amounts, axis=0, weights=weights) * tasks + extra * first_ones
        return Profiled(
            profile=profile,
            tasks=tasks,
            containers=tuple(reading.home for reading in readings),
            core_s=float(sum(total[channel] for members in core for channel in members)),
            beside_core_s=float(sum(total[beside])),
            foreign=tuple(work for reading in readings for work in self._foreign(reading)),
            notes=tuple(
                f"{id}: {use[1]} follows the data or the cluster by no sum of the language, and stays"
                for use, fit in fits.items()
                if fit is None
            ),
        )

    # -- channels ------------------------------------------------------------------------------------

    def _uses(self, reading: Reading) -> list[Use | None]:
        """Return what each channel is in the language; None for CPU beside the tasks."""
        found: list[Use | None] = []
        for channel in reading.outcomes.channels:
            name, resource = channel.work.name, channel.work.resource
            if channel.beside:
                found.append(None)
            elif _is_core(channel.work, reading):
                found.append(_CORE.get(name, _CORE[NAMES["cpu"]]))
            elif resource.type == HDD:
                found.append(_WAIT[NAMES["drive"]])
            else:
                found.append(_WAIT.get(name, _WAIT[NAMES["other"]]))
        return found

    def _foreign(self, reading: Reading) -> list[Work]:
        """Return demands of resources that are no cores of the tasks' nodes and serve only some at a time.

        Raises
        ------
        TransformError
            If tasks of the stage wait for each other there.
        """
        found = []
        at_once = min(reading.tasks, reading.slots)
        for channel in reading.outcomes.channels:
            resource = channel.work.resource
            if resource.policy == "Delay" or _is_core(channel.work, reading):
                continue
            if at_once > resource.at_once:
                raise refusal(
                    channel.work.where,
                    f"{at_once} tasks share a resource of {resource.label} that serves "
                    f"{resource.at_once:.0f} at a time, and only cores are shared here",
                    "Use a processor with the policy ProcessorSharing, or demands of a DELAY resource.",
                )
            found.append(channel.work)
        return found

    def _scaled(self, reading: Reading, amounts: Floats) -> Floats:
        """Return core seconds and seconds of amounts by channel, shape ``(n, n_channels)``."""
        factors = []
        for channel in reading.outcomes.channels:
            rate = channel.work.resource.rate
            core = _is_core(channel.work, reading)
            factors.append(self.rate_of(reading.home) / rate if core else (not channel.beside) / rate)
        return np.asarray(amounts * np.array(factors))

    def _groups(self, readings: Sequence[Reading]) -> tuple[Floats, Floats | None, Floats]:
        """Return weights, positions and amounts of the groups, the latter by group and channel."""
        found = [groups_of(reading.runs, reading.tasks, ordered=reading.ordered) for reading in readings]
        positions = [groups.positions for groups in found if groups.positions is not None]
        return (
            np.concatenate([groups.tasks for groups in found]),
            np.concatenate(positions) if len(positions) == len(found) else None,
            np.concatenate([self._scaled(r, g.amounts) for r, g in zip(readings, found, strict=True)]),
        )

    # -- what happens between tasks ------------------------------------------------------------------

    def _warm_up(
        self,
        reading: Reading,
        channels: dict[Use, list[int]],
        extra: Floats,
        found: dict[Use, Floats],
        fits: dict[Use, Fit | None],
    ) -> _Warm:
        """Take what only later tasks wait for out of the demands, and return what first ones need more.

        A wait that is not scaled with the size of the task is what a slot stays empty between two tasks; the
        first task on it has its own wait instead. Where sizes are not known, the difference tells.
        """
        warm = _Warm()
        size = reading.inputs.get("size.VALUE")
        for use, members in channels.items():
            more = float(sum(extra[members]))
            if use[0] == "cpu":
                warm.core_s += more
                continue
            if not more:
                continue
            fixed = 0.0
            if isinstance(size, Quantity):
                none = reading.at.given({size.name: 0.0})
                amounts = [
                    float(none.value(reading.outcomes.channels[channel].work.amount)) for channel in members
                ]
                every = np.zeros((1, len(reading.outcomes.channels)))
                every[0, members] = amounts
                fixed = float(self._scaled(reading, every).sum())
            dispatch = fixed if fixed > 0 else max(0.0, -more)
            warm.dispatch_s += dispatch
            warm.cold_s += dispatch + more
            found[use] = found[use] - dispatch
            if (fit := fits[use]) is not None:
                fits[use] = fit.plus(-dispatch)
        if min(warm.core_s, warm.cold_s) < -1e-9 or any((v < -1e-9).any() for v in found.values()):
            raise refusal(
                reading.run.where,
                "the first task on a slot computes less than later ones, which the language cannot say",
                "Give the first task no less than the others.",
            )
        for use, values in found.items():
            found[use] = np.maximum(values, 0.0)
        warm.core_s, warm.cold_s = max(0.0, warm.core_s), max(0.0, warm.cold_s)
        return warm

    @staticmethod
    def _add_handling(handling_s: float, found: dict[Use, Floats], fits: dict[Use, Fit | None]) -> None:
        """Add the time after a task's slot is free to what the task waits for.

        In the language the slot of a task is free earlier by so much; the files say the time in the slot.
        """
        waits = [use for use in found if use[0] != "cpu"]
        shortened = [use for use in waits if (fit := fits[use]) is not None and fit.constant < 0]
        best = max(
            shortened or waits, key=lambda use: float(found[use].mean()), default=_WAIT[NAMES["other"]]
        )
        groups = len(next(iter(found.values()), np.zeros(1)))
        found[best] = found.get(best, np.zeros(groups)) + handling_s
        if (fit := fits.get(best)) is not None:
            fits[best] = fit.plus(handling_s)

    def _volumes(self, readings: Sequence[Reading]) -> dsl.Volumes:
        """Return the data that enters a stage, where demands follow it."""
        totals = {"taskBytes": 0.0, "taskRecords": 0.0}
        for reading in readings:
            known = TaskParameters(reading.inputs, self._quantities, reading.cold).values
            for name in totals:
                totals[name] += known.get(name, 0.0) * reading.tasks
        return dsl.Volumes(input_bytes=round(totals["taskBytes"]), input_records=round(totals["taskRecords"]))


@dataclass(slots=True)
class _Warm:
    """What the first task on a slot needs more, and what later ones wait for."""

    core_s: float = 0.0
    cold_s: float = 0.0
    dispatch_s: float = 0.0


def _is_core(work: Work, reading: Reading) -> bool:
    return work.resource.is_processor and work.resource.container == reading.home
