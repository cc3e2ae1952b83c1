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
    "price_per_node_hour": "price",
    "copies": "copies",
    "company": "with",
}

_COUNTED = {
    "nodes": ("node", ""),
    "executors": ("executor", ""),
    "node_cores": ("core", " per node"),
    "executor_cores": ("core", " per executor"),
}
_AROUND = {
    "node_memory_bytes": ("", " per node"),
    "executor_memory_bytes": ("", " heap"),
    "data_scale": ("", " times the data"),
    "data_bytes": ("data ", ""),
    "cpu_rate": ("CPU ", " times as fast"),
    "drive_rate": ("drives ", " times as fast"),
    "network_rate": ("network ", " times as fast"),
    "drive_bytes_per_s": ("drives ", ""),
    "network_bytes_per_s": ("network ", ""),
    "price_per_node_hour": ("price ", ""),
    "lose_executor_s": ("executors lost: ", ""),
    "copies": ("copies: ", ""),
    "company": ("with ", ""),
}
_TITLES = {
    "nodes": "Nodes",
    "node_type": "Node type",
    "node_cores": "Cores per node",
    "node_memory_bytes": "Memory per node",
    "executors": "Executors",
    "executor_cores": "Cores per executor",
    "executor_memory_bytes": "Heap per executor",
    "data_bytes": "Data",
    "data_scale": "Data, times the measured",
    "cpu_rate": "CPU, times the measured speed",
    "drive_rate": "Drives, times the measured speed",
    "network_rate": "Network, times the measured speed",
    "drive_bytes_per_s": "Drives of a node",
    "network_bytes_per_s": "Link of a node",
    "lose_executor_s": "Executors lost at",
    "copies": "Copies at the same time",
    "company": "Together with",
}


def heading(axis: Axis) -> str:
    """Return what an axis is called above its column."""
    if axis.key is not None:
        return _SETTINGS.get(axis.key, axis.key)
    return _HEADINGS.get(axis.field, axis.field)


def title(axis: Axis) -> str:
    """Return what an axis is called where there is room."""
    return heading(axis) if axis.key is not None else _TITLES.get(axis.field, axis.field)


def value_text(axis: Axis, value: Any) -> str:
    """Return a value of an axis for its column."""
    return _text(axis.field, value)


def _text(field: str, value: Any) -> str:
    if value is None:
        return "as measured"
    if field == "lose_executor_s":
        return " ".join(f"{time:g}s" for time in value) or "never"
    if field == "company":
        return " and ".join(value) or "nobody"
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
        if field not in ("settings", "parameters", "pools")
    ]
    parts += [f"{_SETTINGS.get(key, key)} {value}" for key, value in asked.get("settings", {}).items()]
    parts += [f"{key} {value:g}" for key, value in asked.get("parameters", {}).items()]
    return ", ".join(parts) or "as in the calibration run"


def _part(field: str, value: Any) -> str:
    text = _text(field, value)
    if value is None:
        return f"{_HEADINGS.get(field, field)} {text}"
    if field in _COUNTED:
        noun, after = _COUNTED[field]
        return counted(value, noun) + after
    before, after = _AROUND.get(field, ("", ""))
    return f"{before}{text}{after}"
