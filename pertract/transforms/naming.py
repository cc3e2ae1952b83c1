"""Names of files for applications of any name."""

from __future__ import annotations

import re


def file_stem(name: str) -> str:
    """Return the name of an application as the name of files and the target of references."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-")[:100] or "application"
