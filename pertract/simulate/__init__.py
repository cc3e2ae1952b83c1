"""Simulate a performance model on a configuration, replicate it, and state the uncertainty."""

from .configuration import Configuration, resolve
from .contention import Calibration
from .engine import Trace, simulate
from .intervals import Estimate
from .options import Companion, Options
from .plan import Plan, compile_plan
from .prediction import (
    LARGE_REPLAY_ERROR,
    JobEstimate,
    Prediction,
    StageEstimate,
    predict,
    replay,
    replay_runs,
)
from .rounds import measured_parameters
from .timeline import Timeline, median_replication, timeline, timeline_document

__all__ = [
    "LARGE_REPLAY_ERROR",
    "Calibration",
    "Companion",
    "Configuration",
    "Estimate",
    "JobEstimate",
    "Options",
    "Plan",
    "Prediction",
    "StageEstimate",
    "Timeline",
    "Trace",
    "compile_plan",
    "measured_parameters",
    "median_replication",
    "predict",
    "replay",
    "replay_runs",
    "resolve",
    "simulate",
    "timeline",
    "timeline_document",
]
