"""What a stage is doing, where its tasks run once and to their end."""

from __future__ import annotations

from array import array

from .volumes import TaskVolumes


class StageRun:
    """State of one stage while it runs.

    Parameters
    ----------
    index, priority
        Position of the stage, and its turn in FIFO order.
    slot_s, cpu_s
        Time each task holds its slot, and the CPU in it; launches may lengthen them.
    most, at_first
        Most slots the stage may hold, if not all; more are allowed for so many first launches.
    launch_s
        How long a launch keeps the driver busy.
    first_s, first_cpu_s
        How much longer the first task on a slot takes.
    volumes
        What each task moves.
    """

    __slots__ = (
        "begun",
        "cpu_s",
        "drive_s",
        "ended_s",
        "ends_s",
        "executors",
        "first_cpu_s",
        "first_s",
        "fresh",
        "index",
        "last",
        "launch_s",
        "left",
        "limited",
        "network_s",
        "paid",
        "pause_at",
        "pays",
        "priority",
        "slot_s",
        "starts_s",
        "surplus",
        "volumes",
        "warmed",
    )

    def __init__(
        self,
        index: int,
        priority: int,
        slot_s: list[float],
        cpu_s: list[float],
        *,
        most: int | None = None,
        at_first: int = 0,
        launch_s: float = 0.0,
        first_s: float = 0.0,
        first_cpu_s: float = 0.0,
        volumes: TaskVolumes | None = None,
    ) -> None:
        self.index = index
        self.priority = priority
        self.slot_s = slot_s
        self.cpu_s = cpu_s
        self.begun = 0
        """Tasks launched so far; tasks launch in order."""
        self.left = len(slot_s)
        """Tasks that have not ended."""
        self.limited = most is not None and most < len(slot_s)
        """Whether the stage may hold only some of the slots."""
        self.pause_at = len(slot_s)
        """Number of launches after which the stage must wait until one of its tasks ends."""
        self.surplus = 0
        """Slots beyond the limit that the first wave took, to be given back."""
        if most is not None and self.limited:
            self.pause_at = min(max(most, at_first), len(slot_s))
            self.surplus = self.pause_at - most
        self.launch_s = launch_s
        self.first_s, self.first_cpu_s = first_s, first_cpu_s
        self.warmed: dict[int, int] = {}
        """Launches that paid the warm-up, by executor."""
        self.fresh = 0
        """Slots of present executors that have not run the stage."""
        self.pays = False
        """Whether a launch may have to pay for something cold."""
        self.paid = False
        """Whether one did."""
        self.starts_s = array("d")
        """Launch time of each task."""
        self.executors = array("i")
        """Executor of each task."""
        self.volumes = volumes or TaskVolumes()
        self.drive_s, self.network_s, self.ends_s = array("d"), array("d"), array("d")
        """Time of each task on shared drives and links, and its end.

        Empty where nothing is shared. Where only some nodes share cores, tasks of others have no end here; it
        is start plus slot time.
        """
        self.last = -1
        """Task that ended last."""
        self.ended_s = 0.0
