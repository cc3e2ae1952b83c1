"""Data of the workloads: made once, by Spark, and the same every time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlparse

from . import workloads
from .submit import Submitter


class Store:
    """Folders of data under one place, and how many bytes each holds."""

    def __init__(self, place: str, files: int, notes: Path) -> None:
        """Look at what is there.

        Parameters
        ----------
        place
            A folder, as a URI that driver and executors know.
        files
            Files of every table.
        notes
            File that remembers what was made, and its bytes.
        """
        self.place, self.files, self.notes = place.rstrip("/"), files, notes
        self._bytes: dict[str, int] = json.loads(notes.read_text()) if notes.exists() else {}

    def folder(self, workload: str, scale: str) -> str:
        """Return the folder of a workload's data; its name tells all that they depend on but the code."""
        size = workloads.load(workload).SCALES[scale]
        told = json.dumps([size, self.files], sort_keys=True)
        return f"{self.place}/{workload}-{scale}-{hashlib.sha256(told.encode()).hexdigest()[:8]}"

    def size_bytes(self, workload: str, scale: str) -> int:
        """Return the bytes of data that were made."""
        return self._bytes[self.folder(workload, scale)]

    def make(self, wanted: Iterable[tuple[str, str]], submitter: Submitter, settings: dict[str, str]) -> None:
        """Make the data of all pairs of workload and scale that are not there."""
        missing = [
            {"workload": workload, "scale": scale, "folder": self.folder(workload, scale)}
            for workload, scale in dict.fromkeys(wanted)
            if not self._is_there(self.folder(workload, scale))
        ]
        if not missing:
            return
        told = ", ".join(f"{one['workload']} {one['scale']}" for one in missing)
        print(f"generating data: {told}", flush=True)
        request = {"action": "generate", "files": self.files, "data": missing}
        ended = submitter.submit("hibench-generate", "generate", request, settings, logged=False)
        self._bytes |= ended.answer
        self.notes.write_text(json.dumps(self._bytes, indent=1))
        print(f"generated in {ended.submit_s:.0f} s", flush=True)

    def _is_there(self, folder: str) -> bool:
        parts = urlparse(folder)
        return folder in self._bytes and (parts.scheme != "file" or Path(parts.path).is_dir())
