"""The independent judges of PCM files: a validator and an interpreter beside the project."""

from __future__ import annotations

import importlib
import statistics
import sys
from pathlib import Path
from types import ModuleType

SHARED = Path(__file__).resolve().parents[3] / "shared" / "pcm"
"""Where they lie."""
CORE = (".repository", ".system", ".allocation", ".resourceenvironment", ".usagemodel")
"""Kinds of files they read; monitoring is not part of PCM proper."""


def judge(name: str) -> ModuleType:
    """Return ``validate_pcm`` or ``pcm_sim``.

    Raises
    ------
    FileNotFoundError
        If they are not there.
    """
    if not (SHARED / f"{name}.py").is_file():
        raise FileNotFoundError(f"{SHARED / name}.py is not there")
    if str(SHARED) not in sys.path:
        sys.path.insert(0, str(SHARED))
    return importlib.import_module(name)


def files_of(folder: Path) -> list[str]:
    """Return the files of a PCM model that the judges read."""
    return sorted(str(path) for path in folder.iterdir() if path.suffix in CORE)


def findings(folder: Path, *, with_pyecore: bool = False) -> list[str]:
    """Return the errors and warnings of the validator, which can let pyecore read the files too."""
    validator = judge("validate_pcm")
    report = validator.validate(files_of(folder), with_pyecore=with_pyecore)
    return [str(problem) for problem in report.problems if problem.severity != "NOTE"]


def response_times_s(folder: Path, runs: int, seed: int = 1) -> list[float]:
    """Return the response times of simulated runs, seconds."""
    _, found = judge("pcm_sim").simulate(files_of(folder), runs=runs, seed=seed)
    return [time_s for times_s in found.values() for time_s in times_s]


def mean_s(folder: Path, runs: int) -> float:
    """Return the mean response time of simulated runs, seconds."""
    return statistics.fmean(response_times_s(folder, runs))
