"""What is known of stored files, whoever listed them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

_LARGEST = 1 << 63
_MOST_REPLICAS = 1 << 15


class Block(NamedTuple):
    """A piece of a file that lies in one place."""

    offset: int
    """First byte in the file."""
    length: int
    """Bytes."""
    hosts: tuple[str, ...]
    """Data nodes that hold a replica; empty where the listing does not tell."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file."""

    path: str
    """Absolute path without scheme and host; without a first slash where only its end is known."""
    size_bytes: int
    """Length."""
    block_bytes: int = 0
    """Most bytes of a block; 0 where the listing does not tell, or files have no blocks."""
    replication: int = 0
    """Replicas of each block that are wanted; 0 where the listing does not tell."""
    blocks: tuple[Block, ...] = ()
    """Where its bytes lie, in order; empty where the listing does not tell."""


@dataclass(frozen=True, slots=True)
class FolderTotal:
    """What is below a folder, in all."""

    path: str
    files: int
    size_bytes: int
    """Sum of the lengths of the files."""
    stored_bytes: int
    """The same with all replicas."""

    @property
    def replication(self) -> int:
        """Mean number of replicas, rounded; 0 of nothing."""
        return round(self.stored_bytes / self.size_bytes) if self.size_bytes else 0


@dataclass(frozen=True, slots=True)
class DataNode:
    """The drives of a node that holds blocks."""

    name: str
    """Host, or what else identifies it."""
    drives: int
    """Drives that keep what is written: volumes in memory are none."""
    capacity_bytes: int
    """What they hold together."""
    used_bytes: int


@dataclass(slots=True)
class Listing:
    """The files at some place."""

    files: list[StoredFile] = field(default_factory=list)
    totals: list[FolderTotal] = field(default_factory=list)
    """Of folders whose files are not listed one by one."""
    left: dict[str, int] = field(default_factory=dict)
    """Entries of a folder that come after those listed, where the listing was given in parts."""
    addresses: dict[str, str] = field(default_factory=dict)
    """Network address of each data node, where the listing tells it beside its name."""
    racks: dict[str, str] = field(default_factory=dict)
    """Rack of each data node, such as ``/rack-1``, as far as the listing tells."""
    data_nodes: list[DataNode] = field(default_factory=list)
    """Drives of data nodes, where something tells of them."""
    notes: list[str] = field(default_factory=list)
    """What is missing or was left out, one sentence each."""
    _known: dict[str, int] = field(default_factory=dict, repr=False, compare=False)
    """Position of each file by its path."""

    def add(self, other: Listing) -> None:
        """Add the files of another listing; a file that is there already gets the blocks it lacks."""
        while len(self._known) < len(self.files):
            self._known[self.files[len(self._known)].path] = len(self._known)
        for file in other.files:
            position = self._known.setdefault(file.path, len(self.files))
            if position == len(self.files):
                self.files.append(file)
            elif file.blocks and not self.files[position].blocks:
                self.files[position] = merged(self.files[position], file)
        self.totals += other.totals
        for folder, entries in other.left.items():
            self.left[folder] = min(entries, self.left.get(folder, entries))
        self.addresses |= other.addresses
        self.racks |= other.racks
        self.data_nodes += other.data_nodes
        self.notes += other.notes

    def without_impossible(self) -> Listing:
        """Return the listing without files whose numbers cannot be, which a note counts."""
        possible = [file for file in self.files if _is_possible(file)]
        if wrong := len(self.files) - len(possible):
            self.notes.append(f"{wrong} files are left out: their sizes or replicas cannot be")
            self.files = possible
        self.totals = [t for t in self.totals if 0 <= t.size_bytes < _LARGEST and 0 <= t.files < _LARGEST]
        return self


def _is_possible(file: StoredFile) -> bool:
    """Return whether the numbers of a file can be: a damaged listing may hold any."""
    sizes = (file.size_bytes, file.block_bytes, *(block.length for block in file.blocks))
    return all(0 <= size < _LARGEST for size in sizes) and 0 <= file.replication <= _MOST_REPLICAS


def merged(file: StoredFile, with_blocks: StoredFile) -> StoredFile:
    """Return a file with the blocks that another listing tells of it."""
    return StoredFile(
        file.path,
        file.size_bytes,
        file.block_bytes or with_blocks.block_bytes,
        file.replication or with_blocks.replication,
        with_blocks.blocks,
    )
