"""Data workload architecture: the data an application reads and how it arrives.

Kroß & Krcmar 2019, section 3.1.3.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Count, Element, Identifier, NonNegative
from .law import Law


class SingleSource(Element):
    """The data lies there when the application starts."""

    kind: Literal["single"] = "single"


class OpenSource(Element):
    """Records keep arriving."""

    kind: Literal["open"] = "open"
    arrival_rate_per_s: NonNegative
    """Records per second."""


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
    """Mean size of a record, bytes."""
    partitions: Annotated[int, Field(ge=1)] = 1
    """Partitions of the stream."""
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
