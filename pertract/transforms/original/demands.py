"""What demands of the original and of the language are called, and their units."""

from __future__ import annotations

from ...dsl.profile import Activity, Resource, Variable
from ...units import MIB, MS

TYPES: dict[str, tuple[Resource, Activity]] = {
    "CPU": ("cpu", "compute"),
    "DRIVE_READ": ("drive_read", "input"),
    "DRIVE_WRITE": ("drive_write", "shuffle_write"),
    "MEMORY_ALLOCATED": ("memory", "peak_execution"),
    "DELAY": ("delay", "other"),
}
"""What a processing type of the original is in the language."""
WRITTEN_AS: dict[Resource, str] = {
    "cpu": "CPU",
    "drive_read": "DRIVE_READ",
    "drive_write": "DRIVE_WRITE",
    "memory": "MEMORY_ALLOCATED",
    "delay": "DELAY",
    "network": "DELAY",  # the original has no type for it
}
"""What a resource of the language is in the original."""
FOLLOW_TASK_DATA: tuple[Variable, ...] = ("task_bytes", "task_records", "task_data")
"""Variables of demands that follow the data of a task."""


def scale(resource: Resource) -> float:
    """Return the unit of a demand of the original: ms, or MB."""
    return MIB if resource == "memory" else MS
