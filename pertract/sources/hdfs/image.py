"""What ``hdfs oiv`` makes of a NameNode's image of all files: XML, or a table (``-p Delimited``).

The image itself is in a format of its own for each version of Hadoop and is not read here. It does not
know where blocks are: data nodes tell the NameNode when they start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.parsers import expat

from .records import Listing, StoredFile
from .text import Wanted

HEADER = re.compile(rb"Path(\W)Replication\W")
"""First line of a table; what follows ``Path`` is the delimiter."""
_COLUMNS = ("Path", "Replication", "PreferredBlockSize", "BlocksCount", "FileSize")


def read_table(lines: Iterable[bytes], wanted: Wanted) -> Listing:
    """Return the files in a table of ``hdfs oiv -p Delimited``; folders have no blocks and no replication.

    Lines that are cut off or do not fit are left out and counted in a note.
    """
    rows = iter(lines)
    header = next(rows, b"").decode("utf-8", "replace").rstrip("\r\n")
    delimiter = header[len("Path")] if len(header) > len("Path") else "\t"
    names = header.split(delimiter)
    column = {name: names.index(name) for name in _COLUMNS if name in names}
    listing, wrong = Listing(), 0
    for raw in rows:
        fields = raw.decode("utf-8", "replace").rstrip("\r\n").split(delimiter)
        try:
            # A delimiter in a path makes more fields than names: all but the path stand behind it.
            more = len(fields) - len(names)
            path = delimiter.join(fields[: more + 1])
            replication, block, count, size = (int(fields[column[name] + more]) for name in _COLUMNS[1:])
        except (ValueError, IndexError, KeyError):
            wrong += 1
            continue
        permission = fields[names.index("Permission") + more] if "Permission" in names else ""
        is_file = permission[:1] != "d" and bool(replication or block or count)
        if is_file and wanted(path):
            listing.files.append(StoredFile(path, size, block, replication))
    if wrong:
        listing.notes.append(f"{wrong} lines of the table of files cannot be read")
    return listing


class _Tree:
    """Collects files and folders from the XML, of which only inodes and their parents are kept.

    ``INodeSection`` lists inodes by number; ``INodeDirectorySection`` says which lie in which folder.
    """

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.files: dict[int, tuple[int, int, int]] = {}
        """Size, block size and replication."""
        self.parent: dict[int, int] = {}
        self._path: list[str] = []
        self._text: list[str] = []
        self._inode: dict[str, str] = {}
        self._size = 0
        self._folder = 0
        self.ended = False

    def start(self, name: str, _attributes: object) -> None:
        self._path.append(name)
        self._text.clear()
        if name == "inode":
            self._inode, self._size = {}, 0

    def data(self, text: str) -> None:
        self._text.append(text)

    def end(self, name: str) -> None:
        text, path = "".join(self._text), self._path
        self._text.clear()
        path.pop()
        if path[-1:] == ["inode"]:
            self._inode[name] = text
        elif path[-2:] == ["blocks", "block"] and name == "numBytes":
            self._size += int(text)
        elif name == "inode" and path[-1:] == ["INodeSection"]:
            self._keep()
        elif path[-1:] == ["directory"]:
            if name == "parent":
                self._folder = int(text)
            elif name in ("child", "inode"):  # inode before Hadoop 2.7
                self.parent[int(text)] = self._folder
        elif name == "fsimage":
            self.ended = True

    def _keep(self) -> None:
        inode = self._inode
        number = int(inode["id"])
        self.names[number] = inode.get("name", "")
        if inode.get("type") == "FILE":
            block = int(inode.get("preferredBlockSize") or inode.get("perferredBlockSize") or 0)
            self.files[number] = self._size, block, int(inode.get("replication") or 0)

    def path(self, number: int) -> str:
        """Return where an inode is; what lies in no folder, such as in snapshots, has a relative path."""
        parts, seen = [], set()
        while number in self.parent and number not in seen:
            seen.add(number)
            parts.append(self.names.get(number, ""))
            number = self.parent[number]
        if number not in seen and not parts:
            return self.names.get(number, "")
        return "/" + "/".join(reversed(parts))


def read_xml(pieces: Iterable[bytes], wanted: Wanted) -> Listing:
    """Return the files in the output of ``hdfs oiv -p XML``, read piece by piece.

    Memory follows the number of files. What breaks off in the middle is told as far as it is there.
    """
    tree = _Tree()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = tree.start, tree.end
    parser.CharacterDataHandler = tree.data
    notes = []
    try:
        for piece in pieces:
            parser.Parse(piece, False)
    except (expat.ExpatError, ValueError, KeyError) as error:
        notes.append(f"the XML of the image cannot be read to its end ({error})")
    if not tree.ended and not notes:
        notes.append("the XML of the image breaks off in the middle")
    files = [
        StoredFile(path, size, block, replication)
        for number, (size, block, replication) in tree.files.items()
        if (path := tree.path(number)) and wanted(path)
    ]
    return Listing(files, notes=notes)
