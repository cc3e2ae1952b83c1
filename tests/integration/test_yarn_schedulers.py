"""Hadoop's own schedulers grant what is predicted, for clusters that nobody has seen before."""

import os
import random
import shutil
from pathlib import Path

import pytest

from .yarn.__main__ import jars, record
from .yarn.cases import drawn
from .yarn.expected import predicted

ROOT = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("PERTRACT_YARN_SEED", random.randrange(10**6)))
"""Another one each time; the name of a case tells it."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    if not (shutil.which("javac") and shutil.which("mvn")):
        pytest.skip("needs a JDK and Maven")
    cases = list(drawn(SEED, 30))
    return record(cases, jars(ROOT / "out/yarn"), tmp_path_factory.mktemp("yarn"))


def test_as_many_are_granted_as_hadoop_grants(answered):
    known = [case for case in answered if "error" not in case["answer"]]
    assert len(known) > len(answered) / 2
    for case in known:
        found = predicted(case)
        if isinstance(found, str):
            assert "refused" in case["answer"], (case, found)
        else:
            # What is reserved on a full node counts for a user, who may then get none above the limit.
            more = 1 if found.limited_by == "user" else 0
            granted = case["answer"].get("granted", -1)
            assert granted <= len(found.nodes) <= granted + more, case
