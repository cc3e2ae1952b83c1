"""Answers of a real ResourceManager, and the collection of samples beside the project."""

import json
from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "data" / "yarn"
SAMPLES = Path(__file__).parents[4].parent / "shared" / "data" / "yarn"
APPLICATION = "application_1795302742954_0004"


@pytest.fixture
def data():
    """Return the folder with what a real cluster told."""
    return DATA


@pytest.fixture
def samples():
    """Return the folder with the collected samples."""
    if not SAMPLES.is_dir():
        pytest.skip(f"no samples at {SAMPLES}")
    return SAMPLES


@pytest.fixture
def resource_manager(web):
    """Return a web server that answers as the real ResourceManager did."""

    def saved(name):
        return json.loads((DATA / "rm" / f"{name}.json").read_text())

    base = "/ws/v1/cluster"
    for name in ("info", "metrics", "nodes", "scheduler", "apps"):
        web.answer(f"{base}/{name}", saved(name))
    one = f"{base}/apps/{APPLICATION}"
    web.answer(one, saved(APPLICATION))
    web.answer(f"{one}/appattempts", saved(f"{APPLICATION}-appattempts"))
    number = APPLICATION.removeprefix("application_")
    web.answer(f"{one}/appattempts/appattempt_{number}_000001/containers", {})
    return web
