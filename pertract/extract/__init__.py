"""From the records of a run to the parts of the language; pure functions."""

from .model import build_model
from .workload import read_paths

__all__ = ["build_model", "read_paths"]
