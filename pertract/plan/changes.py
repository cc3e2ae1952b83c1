"""Changes of an application, to learn by simulation what they would gain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from .. import dsl

Kind = Literal["even_tasks", "tasks", "no_driver_delays", "free_launches"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an application; calling it with a model returns the changed one."""

    kind: Kind
    """All tasks of some stages alike, another number of tasks in them, a driver without delays, or one that
    launches tasks at once."""
    stages: tuple[str, ...] = ()
    """Which stages, for the first two."""
    tasks: int = 0
    """How many tasks each, for the second."""

    def __call__(self, model: dsl.PerformanceModel) -> dsl.PerformanceModel:
        """Return the model of the changed application."""
        match self.kind:
            case "even_tasks":
                profiles = {s.profile for s in model.execution.stages if s.id in self.stages}
                return _with_profiles(model, lambda p: _even(p) if p.id in profiles else p)
            case "tasks":
                return _with_nodes(model, self._cut)
            case "no_driver_delays":
                return _with_nodes(model, _without_delay)
        driver = model.profiles.driver.model_copy(update={"launch_s": 0.0})
        quick = model.profiles.model_copy(update={"driver": driver})
        model = model.model_copy(update={"profiles": quick})
        return _with_profiles(model, lambda p: p.model_copy(update={"launch_interval_s": 0.0}))

    def _cut(self, node: Any) -> Any:
        if not isinstance(node, dsl.Stage) or node.id not in self.stages:
            return node
        law = {"rule": "law", "law": {"constant": float(self.tasks)}}  # the measured number stays known
        return node.model_copy(update={"partitions": node.partitions.model_copy(update=law)})


def _even(profile: dsl.StageProfile) -> dsl.StageProfile:
    """Return a profile in which all tasks need what the mean one needs."""
    demands = [d.model_copy(update={"spread": (1.0,) * len(d.spread)}) for d in profile.demands]
    return profile.model_copy(update={"demands": tuple(demands)})


def _without_delay(node: Any) -> Any:
    return node.model_copy(update={"delay_s": 0.0, "law": {}}) if isinstance(node, dsl.Delay) else node


def _with_profiles(
    model: dsl.PerformanceModel, change: Callable[[dsl.StageProfile], dsl.StageProfile]
) -> dsl.PerformanceModel:
    stages = tuple(change(profile) for profile in model.profiles.stages)
    return model.model_copy(update={"profiles": model.profiles.model_copy(update={"stages": stages})})


def _with_nodes(model: dsl.PerformanceModel, change: Callable[[Any], Any]) -> dsl.PerformanceModel:
    """Return the model with changed stages and delays, also those inside jobs."""

    def changed(node: Any) -> Any:
        if isinstance(node, dsl.Job):
            return node.model_copy(update={"nodes": tuple(change(inner) for inner in node.nodes)})
        return change(node)

    nodes = tuple(changed(node) for node in model.execution.nodes)
    return model.model_copy(update={"execution": model.execution.model_copy(update={"nodes": nodes})})
