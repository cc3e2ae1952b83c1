"""Data workload architecture: the data an application reads and how it arrives.

Kroß & Krcmar 2019, section 3.1.3.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from . import splits as rules
from .base import Count, Element, Identifier, NonNegative, Positive, PositiveCount, Share
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


SplitRule = Literal["scan", "hadoop", "hadoop_old", "combined"]
"""Who cuts files into splits.

``scan``: Spark SQL. ``hadoop``: input formats of Hadoop (``newAPIHadoopFile``). ``hadoop_old``: those of its
old API (``textFile``, ``sequenceFile``). ``combined``: ``CombineFileInputFormat`` (``wholeTextFiles``).
"""

OLD_LEAST_SPLITS = 2
"""Splits that Spark asks the old API for, or the default parallelism if less (``defaultMinPartitions``)."""


class FileSizes(Element):
    """Files of one size."""

    count: PositiveCount
    """Number of files."""
    size_bytes: Count
    """Size of each, bytes."""


class Storage(Element):
    """How files are stored, where a listing of the file system was given."""

    sizes: tuple[FileSizes, ...]
    """The files by size; of more than 64 sizes, some of them stand for similar ones."""
    block_bytes: PositiveCount | None = None
    """Block size; absent where the listing does not tell."""
    splittable: bool = True
    """Whether format and compression let readers begin in the middle of a file."""


class RackShare(Element):
    """How many tasks prefer a rack."""

    rack: Identifier
    """Rack, as node groups name it."""
    share: Share
    """Share of the tasks with blocks on it."""


class Placement(Element):
    """Where the blocks of files lie, and what it costs a task to run elsewhere."""

    replication: PositiveCount = 3
    """Nodes that hold each block."""
    data_nodes: Count = 0
    """Nodes that hold blocks; 0 where unknown: then those that carry executors."""
    on_node: tuple[Share, ...] = ()
    """Share of the tasks that prefer each node of the calibration run; the last ones may be left out.

    Empty where the calibration run does not tell; then blocks lie on random nodes.
    """
    preferring_share: Share = 1.0
    """Share of the tasks that prefer any node; others only racks."""
    on_rack: tuple[RackShare, ...] = ()
    """Racks of the calibration run's nodes; on one that is missing here lies as much as on others."""
    remote_share: Share = 0.0
    """Share of the tasks that ran elsewhere in the calibration run."""
    remote_ratio: Positive = 1.0
    """Duration of a task elsewhere / beside its blocks."""


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
    split_rule: SplitRule = "scan"
    """Who cuts the files into splits."""
    opening_bytes: Count = OPENING_BYTES
    """What opening a file counts as in a scan (``spark.sql.files.openCostInBytes``)."""
    least_split_bytes: Count = 0
    """Least bytes of a split of Hadoop's input formats (``split.minsize``)."""
    least_splits: PositiveCount | None = None
    """Splits that were asked for (``minPartitions``); absent: as many as Spark asks for by itself."""
    storage: Storage | None = None
    """How the files are stored; absent without a listing of the file system."""
    placement: Placement | None = None
    """Where their blocks lie; absent where nothing tells that tasks prefer some nodes."""

    def splits(self, data: float, parallelism: int) -> int | None:
        """Return into how many tasks the files are cut; None where the model does not tell.

        By the rules of `pertract.dsl.splits`. Without a listing, only scans of files that can be read in
        parts are known, and these are taken to be of equal size.

        Parameters
        ----------
        data
            Volume relative to the calibration run; there are so many times the files.
        parallelism
            Task slots of the application, or its default parallelism.
        """
        stored, scan = self.storage, self.split_rule == "scan"
        if stored is not None:
            files: rules.Sizes = [(group.count, group.size_bytes) for group in stored.sizes]
            splittable = stored.splittable
        elif scan and self.files and self.files_bytes and self.format in SPLITTABLE:
            files, splittable = [(self.files, round(self.files_bytes / self.files))], True
        else:
            return None
        files = rules.scaled(files, data)
        if scan:
            if self.split_bytes is None:
                return None
            most = rules.scan_split_bytes(
                files,
                most_bytes=self.split_bytes,
                opening_bytes=self.opening_bytes,
                least_splits=self.least_splits or parallelism,
            )
            found = rules.scan_splits(files, most, opening_bytes=self.opening_bytes, splittable=splittable)
            return max(1, found)
        least = self.least_splits or min(parallelism, OLD_LEAST_SPLITS)
        total = sum(count * size for count, size in files)
        if self.split_rule == "combined":
            return rules.combined_splits(files, -(-total // least))
        if stored is None or stored.block_bytes is None:
            return None
        most_bytes = rules.goal_bytes(total, least) if self.split_rule == "hadoop_old" else self.split_bytes
        size = rules.split_bytes(
            stored.block_bytes, least_bytes=self.least_split_bytes, most_bytes=most_bytes
        )
        return max(1, sum(n * rules.file_splits(b, size, splittable=splittable) for n, b in files))

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
