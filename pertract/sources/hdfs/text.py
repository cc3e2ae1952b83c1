"""Listings as commands print them: ``hdfs dfs -ls -R`` and ``hdfs fsck -files -blocks -locations``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from .records import Block, Listing, StoredFile

Wanted = Callable[[str], bool]
"""Whether the file at a path is of interest: others are not kept, of which there may be millions."""

LIST_LINE = re.compile(
    rb"(?P<mode>[-dl][-rwxsStT]{9}\+?)\s+(?P<replication>\d+|-)\s+\S+\s+\S.*?\s+(?P<size>\d+)\s+"
    rb"\d{4}-\d\d-\d\d \d\d:\d\d\s+(?P<path>\S.*?)\s*$"
)
"""``-rw-r--r--   3 owner group  1366 2017-08-03 08:37 /data/part-0``."""
FSCK_FILE = re.compile(
    rb"(?P<path>\S.*?) (?P<size>\d+) bytes, (?:replicated: replication=(?P<replication>\d+), |"
    rb"(?P<erasure>erasure-coded: policy=\S+, )|)(?P<blocks>\d+) block\(s\):"
)
"""``/data/part-0 1366 bytes, replicated: replication=3, 1 block(s):  OK``; Hadoop 2 tells no replication."""
_FSCK_BLOCK = re.compile(rb"(\d+)\. \S*?blk_-?\d+\S*\s+len=(\d+)(?:\s+(?:Live_repl|repl)=(\d+))?(.*)")
_WITH_STORAGE = re.compile(rb"DatanodeInfoWithStorage\[([^,\]]+)")
_ADDRESS = re.compile(rb"(?:/[^\s,\[\]]+?/)?([\w.-]+|\[[0-9a-fA-F:]+\]):\d+")
_RACK = re.compile(rb"((?:/[\w.-]+)+)/([\w.-]+):\d+")
FSCK_END = re.compile(rb"\s*(Status: |The filesystem under path .* is )")


def path_of(text: bytes | str) -> str:
    """Return a path without scheme and host."""
    path = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    found = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:(?://[^/]*)?(/.*|$)", path, re.DOTALL)
    return (found[1] or "/") if found else path


def read_list(lines: Iterable[bytes], wanted: Wanted) -> Listing:
    """Return the files in the output of ``hdfs dfs -ls`` or ``-ls -R``.

    It tells no block sizes; folders have no replication and are left out.
    """
    files = []
    for line in lines:
        found = LIST_LINE.match(line)
        if found and found["mode"][:1] == b"-":
            replication = int(found["replication"]) if found["replication"] != b"-" else 0
            if wanted(path := path_of(found["path"])):
                files.append(StoredFile(path, int(found["size"]), 0, replication))
    return Listing(files)


def read_fsck(lines: Iterable[bytes], wanted: Wanted) -> Listing:
    """Return the files and blocks in the output of ``hdfs fsck``.

    Blocks are numbered lines after the line of their file; without ``-locations`` they name no hosts, with
    ``-racks`` hosts come with their rack. The size of a block is that of the largest of its file, which is
    all there is where a file has but one.
    """
    listing, ended = Listing(), False
    file: StoredFile | None = None
    blocks: list[Block] = []

    def close() -> None:
        if file is None or not wanted(file.path):
            return
        size = blocks[0].length if len(blocks) > 1 else 0
        listing.files.append(
            StoredFile(
                file.path,
                file.size_bytes,
                size,
                file.replication or max((len(block.hosts) for block in blocks), default=0),
                tuple(blocks),
            )
        )

    for raw in lines:
        line = raw.rstrip()
        if found := FSCK_FILE.match(line):
            close()
            blocks = []
            file = StoredFile(path_of(found["path"]), int(found["size"]), 0, int(found["replication"] or 0))
        elif found := _FSCK_BLOCK.match(line):
            offset = blocks[-1].offset + blocks[-1].length if blocks else 0
            hosts = tuple(_hosts(found[4], listing.racks))
            blocks.append(Block(offset, int(found[2]), hosts))
            if file is not None and not file.replication and found[3]:
                file = StoredFile(file.path, file.size_bytes, 0, int(found[3]))
        elif FSCK_END.match(line):
            ended = True
    close()
    if not ended:
        listing.notes.append("the output of hdfs fsck breaks off before its summary")
    return listing


def _hosts(text: bytes, racks: dict[str, str]) -> Iterator[str]:
    """Yield the hosts in the brackets behind a block; ports are left out, racks are noted."""
    for place in _WITH_STORAGE.findall(text) or text.strip(b" []").split(b", "):
        if found := _RACK.fullmatch(place):
            racks[found[2].decode()] = found[1].decode()
            yield found[2].decode()
        elif found := _ADDRESS.fullmatch(place):
            yield found[1].decode()
