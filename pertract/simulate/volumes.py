"""The bytes a task moves over drives and network whose bandwidth is given."""

from __future__ import annotations

from dataclasses import dataclass

from .. import dsl
from .configuration import Configuration
from .dataflow import StageData

FASTEST_DRIVE_BYTES_PER_S = 5e9
"""More than a task reads from drives; a sequential reader of an NVMe drive (PCIe 4.0) gets about as much."""


@dataclass(frozen=True, slots=True)
class TaskVolumes:
    """What one task of a stage moves, bytes; None where measured times are used instead."""

    drive_read: float | None = None
    """Read from the drives of its node: input."""
    network: float | None = None
    """Fetched from other nodes: shuffle blocks; 0 where all are local."""
    drive_write: float | None = None
    """Written to the drives of its node: shuffle blocks, output and what is spilled."""

    remote_read: float | None = None
    """Read from the drives of other nodes, by a task that runs on no node with its blocks."""

    @property
    def any(self) -> bool:
        """Whether anything is moved."""
        return bool(self.drive_read or self.network or self.drive_write or self.remote_read)

    def cover(self, resource: str) -> bool:
        """Return whether bytes take the place of the measured times of a resource."""
        match resource:
            case "drive_read":
                return self.drive_read is not None
            case "network":
                return self.network is not None
            case "drive_write":
                return self.drive_write is not None
        return False


def task_volumes(
    volumes: dsl.Volumes,
    data: StageData,
    configuration: Configuration,
    tasks: int,
    *,
    in_memory: bool = False,
    near_blocks: bool = False,
) -> TaskVolumes:
    """Return what a task moves over the resources whose bandwidth is known.

    All tasks of a stage move the same: the profile has bytes only for all of them together. Where none were
    measured, times are all that is known, and they stay.

    Parameters
    ----------
    volumes
        Of all tasks of the stage in the calibration run.
    data
        How much of each there is now.
    configuration
        Nodes and bandwidths.
    tasks
        Number of task attempts.
    in_memory
        Whether the input is in memory, and so no drive reads it.
    near_blocks
        Whether it is known which nodes hold the input of a task.
    """
    read = 0 if in_memory else volumes.input_bytes
    written = volumes.shuffle_write_bytes + volumes.output_bytes + volumes.disk_spilled_bytes
    return TaskVolumes(
        drive_read=data.input_ratio * read / tasks if read and configuration.drive_read_bytes_per_s else None,
        network=data.shuffle_ratio * _remote(volumes, configuration) / tasks
        if volumes.shuffle_read_bytes and configuration.network_bytes_per_s
        else None,
        drive_write=data.ratio * written / tasks
        if written and configuration.drive_write_bytes_per_s
        else None,
        remote_read=data.input_ratio * read / tasks
        if read and near_blocks and configuration.network_bytes_per_s
        else None,
    )


def _remote(volumes: dsl.Volumes, configuration: Configuration) -> float:
    """Return the shuffle blocks of a stage that lie on other nodes, bytes of the calibration run's data.

    Of n nodes, n - 1 are others. What was measured is scaled, where blocks lay on more than one node.
    """
    elsewhere = 1 - 1 / configuration.hosts
    remote = volumes.shuffle_read_remote_bytes
    shuffled = volumes.shuffle_read_bytes
    if configuration.measured_hosts == 1 or not remote:
        return shuffled * elsewhere
    return min(shuffled, remote * elsewhere / (1 - 1 / configuration.measured_hosts))
