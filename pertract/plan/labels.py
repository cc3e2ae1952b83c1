"""What configurations are called, in few words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..units import counted, format_amount, format_size
from .grid import Axis

_SETTINGS = {
    "spark.sql.shuffle.partitions": "shuffle partitions",
    "spark.default.parallelism": "default parallelism",
    "spark.dynamicAllocation.maxExecutors": "max. executors",
    "spark.dynamicAllocation.minExecutors": "min. executors",
}
_HEADINGS = {
    "nodes": "nodes",
    "node_type": "node type",
    "node_cores": "cores/node",
    "node_memory_bytes": "memory/node",
    "executors": "executors",
    "executor_cores": "cores/executor",
    "executor_memory_bytes": "heap",
    "data_bytes": "data",
    "data_scale": "data x",
    "cpu_rate": "CPU x",
    "drive_rate": "drives x",
    "network_rate": "network x",
    "drive_bytes_per_s": "drives/s",
    "network_bytes_per_s": "network/s",
    "lose_executor_s": "lost at",
}


def heading(axis: Axis) -> str:
    """Return what an axis is called above its column."""
    if axis.key is not None:
        return _SETTINGS.get(axis.key, axis.key)
    return _HEADINGS.get(axis.field, axis.field)


def value_text(axis: Axis, value: Any) -> str:
    """Return a value of an axis for its column."""
    return _text(axis.field, value)


def _text(field: str, value: Any) -> str:
    if value is None:
        return "as measured"
    if field == "lose_executor_s":
        return " ".join(f"{time:g}s" for time in value) or "never"
    if field.endswith("_memory_bytes"):
        return format_size(value)
    if field == "data_bytes":
        return format_amount(value)
    if field.endswith("_bytes_per_s"):
        return f"{format_size(value)}/s"
    return f"{value:g}" if isinstance(value, float) else str(value)


def label(asked: Mapping[str, Any]) -> str:
    """Return what a combination of values is called, such as ``8 nodes, m5.xlarge``."""
    parts = [
        _part(field, value)
        for field, value in asked.items()
        if field not in ("settings", "parameters", "pools", "price_per_node_hour")
    ]
    parts += [f"{_SETTINGS.get(key, key)} {value}" for key, value in asked.get("settings", {}).items()]
    parts += [f"{key} {value:g}" for key, value in asked.get("parameters", {}).items()]
    return ", ".join(parts) or "as in the calibration run"


def _part(field: str, value: Any) -> str:
    text = _text(field, value)
    match field:
        case _ if value is None:
            return f"{_HEADINGS.get(field, field)} {text}"
        case "nodes" | "executors":
            return counted(value, field.removesuffix("s"))
        case "node_cores":
            return f"{counted(value, 'core')} per node"
        case "executor_cores":
            return f"{counted(value, 'core')} per executor"
        case "node_memory_bytes":
            return f"{text} per node"
        case "executor_memory_bytes":
            return f"{text} heap"
        case "data_scale":
            return f"{text} times the data"
        case "data_bytes":
            return f"data {text}"
        case "cpu_rate" | "drive_rate" | "network_rate":
            names = {"cpu_rate": "CPU", "drive_rate": "drives", "network_rate": "network"}
            return f"{names[field]} {text} times as fast"
        case "drive_bytes_per_s":
            return f"drives {text}"
        case "network_bytes_per_s":
            return f"network {text}"
        case "lose_executor_s":
            return f"executors lost at {text}" if value else "no executor lost"
    return text
