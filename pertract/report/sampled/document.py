"""What samples show, as the JSON document ``pertract/profile/1``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...extract.sampled import SampledProfile, View, top_frames
from ...extract.traces import CATEGORIES
from ...sources.profilers.records import Floats

_DIGITS = 6


def profile_document(profile: SampledProfile, *, top: int = 10, stage: str | None = None) -> dict[str, Any]:
    """Return what samples show.

    Parameters
    ----------
    profile
        From `extract.sampled.profile`.
    top
        Frames and stages to tell at most, those with most CPU.
    stage
        Only this stage; all if None.
    """
    table = profile.stacks
    views = {view.stage: view for view in table.views()}
    by_stage = profile.by_stage()
    bands = {band.stage: band for band in profile.bands}
    chosen = [i for i, name in enumerate(profile.stages) if name and stage in (None, name)]
    if not profile.stages:  # stacks only
        names = [name for name in views if name is not None and stage in (None, name)]
        stages = [_stage(profile, name, None, views, bands, top) for name in names]
    else:
        chosen.sort(key=lambda i: -by_stage[i].sum())
        stages = [_stage(profile, profile.stages[i], i, views, bands, top) for i in chosen]
    whole = views[None]
    return {
        "schema": "pertract/profile/1",
        "application": profile.name,
        "with_log": profile.with_log,
        "begin_epoch_s": profile.begin_s,
        "core_s": _known(float(profile.core_s.sum())) if profile.core_s.size else None,
        "by_category": _categories(profile.core_s.sum(axis=(0, 1)) if profile.core_s.size else None),
        "idle_slot_s": None if profile.idle_s is None else _known(float(profile.idle_s.sum())),
        "stages": stages,
        "processes": _processes(profile),
        "stacks": {
            "unit": table.unit,
            "total": _known(whole.total),
            "distinct": len(table.stacks),
            "by_category": _categories(table.by_category(whole)),
            "top": _frames(profile, views.get(stage) or whole, top),
        },
        "notes": list(profile.notes),
    }


def difference(profile: SampledProfile, base: SampledProfile, *, top: int = 10) -> dict[str, Any]:
    """Return how two runs differ: CPU by category and by frame, this run minus the other.

    Parameters
    ----------
    profile, base
        This run, and the one it is compared with.
    top
        Frames to tell, those that differ most.
    """
    own = {
        f.name: f for f in top_frames(profile.stacks, profile.stacks.views()[0], len(profile.stacks.frames))
    }
    other = {f.name: f for f in top_frames(base.stacks, base.stacks.views()[0], len(base.stacks.frames))}
    rows = [
        (
            name,
            own[name].self_weight if name in own else 0.0,
            other[name].self_weight if name in other else 0.0,
        )
        for name in {*own, *other}
    ]
    rows.sort(key=lambda row: (-abs(row[1] - row[2]), row[0]))
    return {
        "application": base.name,
        "core_s": _known(float(base.core_s.sum())) if base.core_s.size else None,
        "by_category": _categories(base.core_s.sum(axis=(0, 1)) if base.core_s.size else None),
        "unit": profile.stacks.unit,
        "comparable": profile.stacks.unit == base.stacks.unit,
        "total": _known(base.stacks.views()[0].total),
        "frames": [
            {"frame": name, "self": _known(a), "other_self": _known(b), "difference": _known(a - b)}
            for name, a, b in rows[:top]
        ],
    }


def _stage(
    profile: SampledProfile,
    name: str,
    index: int | None,
    views: dict[str | None, View],
    bands: dict[str, Any],
    top: int,
) -> dict[str, Any]:
    band, view = bands.get(name), views.get(name)
    own = profile.by_stage()[index] if index is not None else None
    return {
        "id": name,
        "name": profile.stage_names.get(name),
        "begin_s": _known(band.begin_s) if band else None,
        "end_s": _known(band.end_s) if band else None,
        "core_s": _known(float(own.sum())) if own is not None else None,
        "by_category": _categories(own),
        "idle_slot_s": _known(float(profile.idle_s[:, index].sum()))
        if profile.idle_s is not None and index is not None
        else None,
        "skew": skew(profile, index),
        "sampled": _known(view.total) if view else 0.0,
        "top": _frames(profile, view, top) if view else [],
    }


def skew(profile: SampledProfile, stage: int | None = None) -> dict[str, Any] | None:
    """Return the largest CPU of an executor relative to the mean of all; None for less than two executors.

    Parameters
    ----------
    profile
        The run.
    stage
        Index of a stage; of the whole run if None.
    """
    mine = [i for i, name in enumerate(profile.processes) if _runs_tasks(name)]
    if len(mine) < 2 or not profile.core_s.size:
        return None
    by_stage = profile.core_s[mine].sum(axis=2)
    used = by_stage.sum(axis=1) if stage is None else by_stage[:, stage]
    mean = float(used.mean())
    if mean <= 0:
        return None
    most = int(np.argmax(used))
    return {"max_over_mean": _known(float(used[most]) / mean), "process": profile.processes[mine[most]]}


def _runs_tasks(process: str) -> bool:
    return not process.startswith(("driver", "python ", "Python ")) and not process.endswith("(Python)")


def _processes(profile: SampledProfile) -> list[dict[str, Any]]:
    courses = {course.name: course for course in profile.courses}
    found = []
    by_process = profile.by_process() if profile.core_s.size else None
    names = list(profile.processes) or list(courses)
    for i, name in enumerate(names):
        course = courses.get(name) or courses.get(f"executor {name}")
        own = by_process[i] if by_process is not None and profile.processes else None
        span_s = float(course.end_s.max() - course.start_s.min()) if course is not None else math.nan
        total = float(own.sum()) if own is not None else math.nan
        found.append(
            {
                "name": course.name if course else name,
                "core_s": _known(total),
                "by_category": _categories(own),
                "cores_mean": _known(total / span_s) if span_s and span_s > 0 else None,
                "span_s": _known(span_s),
                "gc_ratio": _known(course.gc_ratio) if course else None,
                "gc_s": _sum(course.gc_s) if course else None,
                "peak_heap_bytes": _peak(course.heap_bytes) if course else None,
                "peak_rss_bytes": _peak(course.rss_bytes) if course else None,
            }
        )
    return found


def _frames(profile: SampledProfile, view: View, top: int) -> list[dict[str, Any]]:
    return [
        {"frame": frame.name, "self": _known(frame.self_weight), "total": _known(frame.total_weight)}
        for frame in top_frames(profile.stacks, view, top)
    ]


def _categories(values: Floats | Sequence[float] | None) -> dict[str, float] | None:
    if values is None:
        return None
    return {name: round(float(value), _DIGITS) for name, value in zip(CATEGORIES, values, strict=True)}


def _peak(values: Floats) -> float | None:
    return float(np.nanmax(values)) if len(values) and not np.all(np.isnan(values)) else None


def _sum(values: Floats) -> float | None:
    return _known(float(np.nansum(values))) if len(values) and not np.all(np.isnan(values)) else None


def _known(value: float) -> float | None:
    return round(value, _DIGITS) if math.isfinite(value) else None
