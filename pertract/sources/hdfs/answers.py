"""What WebHDFS answers: statuses of files, locations of blocks, and what went wrong.

The fields are those of Hadoop's *WebHDFS REST API*; ``GET_BLOCK_LOCATIONS`` is what its own client asks
(``org.apache.hadoop.hdfs.web.JsonUtilClient``), and the only one that tells racks.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from .records import Block, DataNode, StoredFile

_Struct = msgspec.Struct


class FileStatus(_Struct):
    """One entry of a directory; in the listing of a file its name is empty."""

    type: str
    length: int = 0
    name: str = msgspec.field(name="pathSuffix", default="")
    block_size: int = msgspec.field(name="blockSize", default=0)
    replication: int = 0

    @property
    def is_folder(self) -> bool:
        """Whether it is a directory."""
        return self.type == "DIRECTORY"

    def stored(self, folder: str) -> StoredFile:
        """Return the record of a file in a folder."""
        inside = f"{folder.rstrip('/')}/{self.name}" if folder else self.name
        path = inside if self.name else folder
        return StoredFile(path, self.length, self.block_size, self.replication)


class _Statuses(_Struct):
    statuses: list[FileStatus] = msgspec.field(name="FileStatus")


class _Partial(_Struct):
    listing: FileStatuses = msgspec.field(name="partialListing")
    remaining: int = msgspec.field(name="remainingEntries", default=0)


class FileStatuses(_Struct):
    """Answer of ``LISTSTATUS``."""

    listed: _Statuses = msgspec.field(name="FileStatuses")


class DirectoryListing(_Struct):
    """Answer of ``LISTSTATUS_BATCH``: a part of a directory, and how many entries come after it."""

    listing: _Partial = msgspec.field(name="DirectoryListing")


class OneStatus(_Struct):
    """Answer of ``GETFILESTATUS``."""

    status: FileStatus = msgspec.field(name="FileStatus")


class Summary(_Struct):
    """Totals of a folder."""

    length: int
    files: int = msgspec.field(name="fileCount")
    folders: int = msgspec.field(name="directoryCount", default=0)
    space_bytes: int = msgspec.field(name="spaceConsumed", default=0)


class ContentSummary(_Struct):
    """Answer of ``GETCONTENTSUMMARY``."""

    summary: Summary = msgspec.field(name="ContentSummary")


class _Location(_Struct):
    host: str = msgspec.field(name="hostName")
    address: str = msgspec.field(name="ipAddr", default="")
    rack: str = msgspec.field(name="networkLocation", default="")


class _BlockBody(_Struct):
    length: int = msgspec.field(name="numBytes", default=0)


class _LocatedBlock(_Struct):
    offset: int = msgspec.field(name="startOffset")
    block: _BlockBody
    locations: list[_Location] = msgspec.field(default_factory=list)


class _LocatedBlocks(_Struct):
    length: int = msgspec.field(name="fileLength")
    blocks: list[_LocatedBlock] = msgspec.field(name="locatedBlocks", default_factory=list)


class LocatedBlocks(_Struct):
    """Answer of ``GET_BLOCK_LOCATIONS``."""

    located: _LocatedBlocks = msgspec.field(name="LocatedBlocks")


class _BlockLocation(_Struct):
    offset: int
    length: int
    hosts: list[str] = msgspec.field(default_factory=list)
    topology: list[str] = msgspec.field(name="topologyPaths", default_factory=list)


class _BlockLocations(_Struct):
    blocks: list[_BlockLocation] = msgspec.field(name="BlockLocation", default_factory=list)


class BlockLocations(_Struct):
    """Answer of ``GETFILEBLOCKLOCATIONS``, the same for everybody since Hadoop 3."""

    locations: _BlockLocations = msgspec.field(name="BlockLocations")


class _Volume(_Struct):
    capacity: int = 0
    used: int = 0
    transient: bool = False
    failed: bool = False


class _VolumeSet(_Struct):
    volumes: list[_Volume] = msgspec.field(default_factory=list)


class _BalancedNode(_Struct):
    sets: dict[str, _VolumeSet] = msgspec.field(name="volumeSets", default_factory=dict)
    name: str = msgspec.field(name="dataNodeName", default="")
    identifier: str = msgspec.field(name="dataNodeUUID", default="")


class Balancer(_Struct):
    """What the disk balancer knows of a cluster (``before.json`` of ``hdfs diskbalancer -plan``)."""

    nodes: list[_BalancedNode]

    def data_nodes(self) -> list[DataNode]:
        """Return the drives of each node."""
        found = []
        for node in self.nodes:
            volumes = [v for s in node.sets.values() for v in s.volumes if not (v.transient or v.failed)]
            found.append(
                DataNode(
                    node.name or node.identifier,
                    len(volumes),
                    sum(volume.capacity for volume in volumes),
                    sum(volume.used for volume in volumes),
                )
            )
        return found


class Reason(_Struct):
    """What Hadoop says of a failure."""

    exception: str
    message: str = ""


class RemoteException(_Struct):
    """Answer with any status but 200."""

    remote: Reason = msgspec.field(name="RemoteException")


class Located(NamedTuple):
    """The blocks of a file, and racks and addresses of the data nodes."""

    blocks: tuple[Block, ...]
    racks: dict[str, str]
    addresses: dict[str, str]


def of_located(answer: LocatedBlocks) -> Located:
    """Return what ``GET_BLOCK_LOCATIONS`` tells."""
    blocks = answer.located.blocks
    return Located(
        tuple(Block(b.offset, b.block.length, tuple(at.host for at in b.locations)) for b in blocks),
        {at.host: at.rack for b in blocks for at in b.locations if at.rack},
        {at.host: at.address for b in blocks for at in b.locations if at.address},
    )


def of_locations(answer: BlockLocations) -> Located:
    """Return what ``GETFILEBLOCKLOCATIONS`` tells; a topology path is ``/rack/address:port``."""
    blocks = answer.locations.blocks
    racks, addresses = {}, {}
    for block in blocks:
        for host, path in zip(block.hosts, block.topology, strict=False):
            rack, _, place = path.rpartition("/")
            if rack:
                racks[host], addresses[host] = rack, place.rpartition(":")[0]
    return Located(tuple(Block(b.offset, b.length, tuple(b.hosts)) for b in blocks), racks, addresses)
