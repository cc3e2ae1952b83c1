"""What samples show of a run, with or without its event log: stages, stacks, executors over time."""

from .profile import ExecutorCourse, SampledProfile, StageBand, profile
from .stacks import StackTable, View
from .top import Frame, top_frames

__all__ = [
    "ExecutorCourse",
    "Frame",
    "SampledProfile",
    "StackTable",
    "StageBand",
    "View",
    "profile",
    "top_frames",
]
