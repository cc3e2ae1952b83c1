"""Data workload architecture: the data an application reads and how it arrives.

Kroß & Krcmar 2019, section 3.1.3.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Count, Element, Identifier, NonNegative, Positive
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
    partitions: Annotated[int, Field(ge=1)] = 1
    """Splits the volume was cut into."""
    law: Law = Field(default_factory=dict)
    """Volume by data size, bytes, where several calibration runs tell; else it grows with the data."""
    format: str = ""
    """Such as ``parquet``; empty where the log does not tell."""
    files: Count = 0
    """Number of files; 0 where the log does not tell."""
    split_bytes: Annotated[int, Field(ge=1)] | None = None
    """Most bytes of a split; absent where the log does not tell."""
    source: Source = SingleSource()
    """How the data arrives."""


class RecordData(Element):
    """A stream or table of records."""

    kind: Literal["record"] = "record"
    id: Identifier
    """Identifier, unique among its kind."""
    name: str = ""
    """Topic or table."""
    mean_record_bytes: NonNegative
    """Mean size of a record, bytes; 0 where the log does not tell."""
    partitions: Annotated[int, Field(ge=1)] = 1
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
