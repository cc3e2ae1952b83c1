"""A browser to look at pages with, where there is one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = "no browser here: install chromium (Debian: apt-get install chromium), or name one in PERTRACT_BROWSER"


def chromium() -> str:
    """Return the path of Chromium or Chrome; the test is skipped where there is none."""
    named = os.environ.get("PERTRACT_BROWSER")
    found = named if named and Path(named).is_file() else next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(HOW)
    return found
