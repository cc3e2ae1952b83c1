"""Samples of profilers joined with their run: what CPU is used for, and what task metrics leave out."""

from .attribution import Attribution, attribute
from .categories import CATEGORIES, IN_TASKS, Category, of_stack, of_thread, runs_task
from .matching import Match, match
from .measured import StageUse, driver_profile, executor_profile

__all__ = [
    "CATEGORIES",
    "IN_TASKS",
    "Attribution",
    "Category",
    "Match",
    "StageUse",
    "attribute",
    "driver_profile",
    "executor_profile",
    "match",
    "of_stack",
    "of_thread",
    "runs_task",
]
