"""Answers kept between calls, by the content of their questions."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from .. import dsl, provenance
from ..errors import OutputError
from ..simulate import Options
from ..writing import whole_file
from .point import Refusal
from .workers import Answer, Order

MOST_BYTES = 256 * 2**20
"""Size above which the oldest answers go."""
_KEPT = 0.8
"""What is left of it then."""


def user_folder() -> Path | None:
    """Return where answers are kept, which need not exist; None for a user without a home."""
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    except RuntimeError:
        return None
    return home / "pertract" / "what-if"


class Cache:
    """Answers in files, one for each question, safe against concurrent calls and damage.

    A file is named after a digest of all that decides the answer: the model, the options, replications,
    seed, and the program. So it is never wrong, only superfluous. Files appear whole or not at all; one
    that cannot be read counts as missing.

    Parameters
    ----------
    model
        What is asked.
    folder
        Where the files are; None keeps nothing.
    """

    def __init__(self, model: dsl.PerformanceModel, folder: Path | None) -> None:
        self.folder = folder
        self._writes = folder is not None
        self._model = ""
        if folder is not None:
            self._model = sha256(model.model_dump_json().encode()).hexdigest()

    def get(self, order: Order) -> Answer | None:
        """Return the answer to a question, or None if it is not known."""
        if self.folder is None:
            return None
        path = self._path(order)
        try:
            data = json.loads(gzip.decompress(path.read_bytes()))
            os.utime(path)  # those read last go last
            return Refusal(**data["refusal"]) if "refusal" in data else dict(data)
        except (OSError, ValueError, TypeError, EOFError, zlib.error):
            return None

    def put(self, order: Order, answer: Answer) -> None:
        """Keep an answer; where that cannot be, nothing happens."""
        if not self._writes:
            return
        path = self._path(order)
        data = {"refusal": asdict(answer)} if isinstance(answer, Refusal) else answer
        content = gzip.compress(json.dumps(data, separators=(",", ":")).encode(), 3, mtime=0)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with whole_file(path) as file:
                file.write(content)
        except (OSError, OutputError):  # a full or read-only disk: the answer is there all the same
            self._writes = False

    def shrink(self, most_bytes: int = MOST_BYTES) -> None:
        """Remove the answers that nobody asked for longest, if there are too many."""
        if self.folder is None:
            return
        found = []
        for path in self.folder.glob("*/*"):
            try:
                status = path.stat()
            except OSError:  # another call was quicker
                continue
            found.append((status.st_mtime, status.st_size, path))
        size = sum(entry[1] for entry in found)
        if size <= most_bytes:
            return
        for _, entry_bytes, path in sorted(found):
            if size <= _KEPT * most_bytes:
                break
            try:
                path.unlink(missing_ok=True)
            except OSError:
                continue
            size -= entry_bytes

    def _path(self, order: Order) -> Path:
        assert self.folder is not None
        text = f"{provenance.program_digest()} {self._model} {question(order)}"
        name = sha256(text.encode()).hexdigest()
        return self.folder / name[:2] / f"{name[2:]}.json.gz"


def question(order: Order) -> str:
    """Return what is asked of a model, as text that is equal for equal questions."""
    options = order.options
    plain = {name: getattr(options, name) for name in Options.__dataclass_fields__}
    plain["pools"] = options.pools and [pool.model_dump(mode="json") for pool in options.pools]
    plain["company"] = [companion.digest for companion in options.company]
    plain |= {"settings": dict(options.settings), "parameters": dict(options.parameters)}
    change = order.change and asdict(order.change)
    return json.dumps(
        [plain, change, order.replications, order.seed, order.brief, order.traced], sort_keys=True
    )
