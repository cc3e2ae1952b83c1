"""Data workload architecture: the data an application reads and how it arrives.

Kroß & Krcmar 2019, section 3.1.3.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from .base import Count, Element, Identifier, NonNegative, Positive, PositiveCount
from .law import Law


class SingleSource(Element):
    """The data lies there when the application starts."""

    kind: Literal["single"] = "single"


class OpenSource(Element):
    """Records keep arriving."""

    kind: Literal["open"] = "open"
    arrival_rate_per_s: NonNegative
    """Records per second."""
    batch_interval_s: Positive | None = None
    """Time between the starts of micro-batches; absent where each starts when the one before has ended."""
    batch_driver_s: NonNegative = 0.0
    """What a micro-batch takes beside its jobs: finding new records, planning, writing logs."""


Source = Annotated[SingleSource | OpenSource, Field(discriminator="kind")]


OPENING_BYTES = 4 * 1024**2
"""What opening a file counts as (default of ``spark.sql.files.openCostInBytes``)."""
SPLITTABLE = ("parquet", "orc", "avro")
"""Formats whose files can be read in parts whatever their compression."""


EXPLAINED = 0.3
"""Relative difference up to which a rule explains a number of tasks: files are not of equal size."""
LEAST_PARALLELISM = 2
"""Default parallelism of a cluster with fewer slots (``CoarseGrainedSchedulerBackend``)."""


def parallelism(setting: int | None, slots: int) -> int:
    """Return the default parallelism: ``spark.default.parallelism``, or the slots where it is not set."""
    return setting or max(LEAST_PARALLELISM, slots)


class FileData(Element):
    """Files read from storage."""

    kind: Literal["file"] = "file"
    id: Identifier
    """Identifier, unique among its kind."""
    name: str = ""
    """Path or table, as far as the log tells."""
    size_bytes: Count
    """Volume read in the calibration run, bytes."""
    records: Count = 0
    """Records read in the calibration run."""
    partitions: PositiveCount = 1
    """Splits the volume was cut into."""
    law: Law = Field(default_factory=dict)
    """Volume by data size, bytes, where several calibration runs tell; else it grows with the data."""
    format: str = ""
    """Such as ``parquet``; empty where the log does not tell."""
    files: Count = 0
    """Number of files; 0 where the log does not tell."""
    files_bytes: Count = 0
    """Size of these files, of which ``size_bytes`` were read; 0 where the log does not tell."""
    split_bytes: PositiveCount | None = None
    """Most bytes of a split; absent where the log does not tell."""
    source: Source = SingleSource()
    """How the data arrives."""

    def splits(self, data: float, parallelism: int) -> int | None:
        """Return into how many tasks Spark SQL cuts a scan of the files; None where the log does not tell.

        As ``org.apache.spark.sql.execution.datasources.FilePartition`` for files of equal size: a split has
        at most ``split_bytes``, and less where that would make fewer splits than the parallelism; what is
        left of files goes together, each with the cost of opening it.

        Parameters
        ----------
        data
            Volume relative to the calibration run; there are so many times the files.
        parallelism
            Task slots of the application, or its default parallelism.
        """
        if not (self.files and self.files_bytes and self.split_bytes) or self.format not in SPLITTABLE:
            return None
        files = max(1, round(self.files * data))
        total = self.files_bytes * data
        share = (total + files * OPENING_BYTES) / parallelism
        most = min(self.split_bytes, max(OPENING_BYTES, share))
        whole, rest = divmod(total / files, most)
        together = 1 + int((most - rest) // (rest + OPENING_BYTES))
        return max(1, round(files * whole) + (math.ceil(files / together) if rest else 0))

    def explains(self, tasks: int, parallelism: int) -> bool:
        """Return whether `splits` gives about the number of tasks that a scan had in the calibration run."""
        splits = self.splits(1.0, parallelism)
        return splits is not None and abs(splits / tasks - 1) <= EXPLAINED


class RecordData(Element):
    """A stream or table of records."""

    kind: Literal["record"] = "record"
    id: Identifier
    """Identifier, unique among its kind."""
    name: str = ""
    """Topic or table."""
    mean_record_bytes: NonNegative
    """Mean size of a record, bytes; 0 where the log does not tell."""
    partitions: PositiveCount = 1
    """Partitions of the stream."""
    query: str = ""
    """Group of the jobs that process it, where these are micro-batches."""
    source: Source = SingleSource()
    """How the data arrives."""


class DataWorkload(Element):
    """All data models of an application."""

    data: tuple[Annotated[FileData | RecordData, Field(discriminator="kind")], ...] = ()
    """The data models."""

    @property
    def size_bytes(self) -> int:
        """Volume of all files, bytes."""
        return sum(d.size_bytes for d in self.data if isinstance(d, FileData))
