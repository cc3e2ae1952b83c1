"""Models of MapReduce jobs."""

from .model import build_mapreduce_model

__all__ = ["build_mapreduce_model"]
