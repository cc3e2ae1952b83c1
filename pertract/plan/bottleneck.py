"""What limits a configuration, from where its predicted time goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..units import counted

WORK = ("cpu", "gc", "drive", "network", "other")
"""What tasks do, as parts of the breakdown."""

_TEXT = {
    "driver": "the driver and waits between jobs take {share} of the time",
    "scheduling": "scheduling of tasks takes {share} of the time",
    "skew": "tasks that are longer than others of their stage take {share} of the time",
    "cpu": "tasks compute on all slots",
    "gc": "tasks on all slots collect garbage",
    "drive": "tasks on all slots wait for drives",
    "network": "tasks on all slots wait for the network",
    "other": "tasks on all slots wait for something that the log does not tell",
}


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """The largest part of the response time, seen as what would have to change."""

    kind: str
    """``few_tasks``, or the part of the breakdown that it is."""
    share: float
    """Its part of the response time."""
    shares: Mapping[str, float]
    """The parts of all kinds; they add up to 1."""
    idle_slots: float
    """Share of the time of all slots in which no task runs."""
    text: str
    """One phrase for people."""


def bottleneck(prediction: Mapping[str, Any]) -> Bottleneck:
    """Return what limits a predicted configuration.

    Follows the critical path. A stage with fewer tasks than slots cannot use more of these: its time counts
    as ``few_tasks``, except for what is skew. In the other stages tasks wait for each other, and their
    time counts by what tasks do.

    Parameters
    ----------
    prediction
        The document ``pertract/prediction/1``.
    """
    parts, slots = prediction["breakdown_s"], prediction["configuration"]["slots"]
    total_s = sum(parts.values())
    if total_s <= 0:
        return Bottleneck("driver", 1.0, {"driver": 1.0}, 1.0, "nothing takes time")
    on_path = [stage for stage in prediction["stages"] if stage["critical_s"] > 0]
    path_s = sum(stage["critical_s"] for stage in on_path)
    few_s = sum(stage["critical_s"] for stage in on_path if stage["tasks"] < slots)
    few = few_s / path_s if path_s else 0.0
    used_s = parts["slot_wait"] + sum(parts[part] for part in WORK)
    work_s = sum(parts[part] for part in WORK) or 1.0
    shares_s = {"driver": parts["driver"], "scheduling": parts["scheduling"], "skew": parts["skew"]}
    shares_s["few_tasks"] = few * used_s
    shares_s |= {part: (1 - few) * used_s * parts[part] / work_s for part in WORK}
    shares = {kind: seconds / total_s for kind, seconds in shares_s.items()}
    kind = max(shares, key=shares.__getitem__)
    idle = _idle(prediction)
    return Bottleneck(kind, shares[kind], shares, idle, _text(kind, shares[kind], on_path, slots, idle))


def _idle(prediction: Mapping[str, Any]) -> float:
    """Return the share of slot time that nobody uses."""
    slots = prediction["configuration"]["slots"]
    busy_s = sum(stage["tasks"] * stage["task_s"]["mean"] for stage in prediction["stages"])
    offered_s = slots * prediction["response_time_s"]["mean"]
    return min(1.0, max(0.0, 1 - busy_s / offered_s)) if offered_s > 0 else 1.0


def _text(kind: str, share: float, on_path: list[Mapping[str, Any]], slots: int, idle: float) -> str:
    if kind != "few_tasks":
        text = _TEXT[kind].format(share=f"{share:.0%}")
        if kind == "skew" and on_path:
            worst = max(on_path, key=lambda s: s["task_s"]["max"] - s["task_s"]["mean"])
            text += f", most in stage {worst['id']}"
        return text
    few = [stage for stage in on_path if stage["tasks"] < slots]
    longest = max(few, key=lambda stage: stage["critical_s"])
    which = "the last stage" if longest is on_path[-1] else f"stage {longest['id']}"
    if len(on_path) == 1:
        which = "the only stage"
    tasks, where = counted(longest["tasks"], "task"), counted(slots, "slot")
    return f"{which} has {tasks} for {where}; slots stand idle {idle:.0%} of the time"
