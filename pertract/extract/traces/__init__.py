"""Samples of profilers joined with the run they were taken in: what CPU is used for, and what tasks leave out."""

from .attribution import Attribution, attribute
from .categories import CATEGORIES, IN_TASKS, Category, of_stack, of_thread, runs_task
from .matching import Match, match

__all__ = [
    "CATEGORIES",
    "IN_TASKS",
    "Attribution",
    "Category",
    "Match",
    "attribute",
    "match",
    "of_stack",
    "of_thread",
    "runs_task",
]
