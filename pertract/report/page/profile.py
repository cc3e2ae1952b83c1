"""The page of a recording: flame graphs of the run and its stages, processes over time, tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...extract.sampled import ExecutorCourse, SampledProfile, StackTable, View, top_frames
from ...extract.traces import CATEGORIES
from ...sources.profilers.records import Floats
from ...units import format_size, short_duration
from ..sampled.document import profile_document, skew
from ..sampled.tree import CallTree, call_tree
from ..sampled.wording import CATEGORY_WORDS, frame_words, stage_words, weight_words
from .shell import document, safe

STYLES = ("base.css", "planner.css", "profile.css")
SCRIPTS = (
    "elements.js",
    "numbers.js",
    "axes.js",
    "marks.js",
    "tables.js",
    "controls.js",
    "flame.js",
    "usage.js",
    "profile.js",
)
MOST_VIEWS = 25
MOST_CALLS = 60_000
"""Calls in a page; a page of so many has about two megabytes."""
MOST_CALLS_PER_STAGE = 4_000
MOST_PROCESSES = 12
_BUCKETS = 300
_TOP = 40
_STEPS = 1_000_000


def profile_page(
    profile: SampledProfile, *, stage: str | None = None, base: SampledProfile | None = None
) -> str:
    """Return the page as text.

    Parameters
    ----------
    profile
        What samples show of the run.
    stage
        The stage that is shown first; the whole run if None.
    base
        A run to compare with: flame graphs then tell by their colours where more or less was used.
    """
    shown = profile_document(profile, top=MOST_VIEWS)
    views = _views(profile, stage)
    data = _data(profile, views, stage, base)
    sections = [
        ("flame-graph", "Flame graph", _FLAME if views else ""),
        ("over-time", "Over time", _usage(profile)),
        ("stages", "Stages", _stages(shown)),
        ("processes", "Executors and other processes", _processes(shown)),
        ("notes", "What to know", _notes(profile)),
    ]
    present = [section for section in sections if section[2]]
    links = "".join(f'<a href="#{name}">{heading}</a>' for name, heading, _ in present)
    parts = "\n".join(
        f'<section id="{name}" aria-labelledby="{name}-heading"><h2 id="{name}-heading">{heading}</h2>\n'
        f"{content}</section>"
        for name, heading, content in present
    )
    against = f", compared with {base.name}" if base is not None else ""
    body = f"""<a class="skip" href="#answer">Skip to the answer</a>
<header>
<div class="top">
<p class="kicker">Profile</p>
<label class="theme"><span>Colours </span><select id="theme" aria-label="Colours">
<option value="">as the system</option><option value="light">light</option><option value="dark">dark</option>
</select></label>
</div>
<h1>{safe(profile.name)}{safe(against)}</h1>
<nav aria-label="Sections">{links}</nav>
</header>
<main>
<section id="answer" aria-labelledby="answer-heading"><h2 id="answer-heading">Where the CPU went</h2>
{_answer(shown)}</section>
<noscript><p>Drawings need JavaScript; the tables do not.</p></noscript>
<p class="spoken" id="spoken" aria-live="polite"></p>
{parts}
</main>
<footer><p class="muted">This page is one file: it loads nothing and sends nothing.</p></footer>
<div id="tip" class="tip" aria-hidden="true" hidden></div>"""
    return document(title=f"{profile.name}: Profile", body=body, styles=STYLES, scripts=SCRIPTS, data=data)


def _views(profile: SampledProfile, stage: str | None) -> list[View]:
    views = profile.stacks.views()
    if not views[0].total:
        return []
    wanted = [view for view in views[MOST_VIEWS:] if view.stage == stage is not None]
    return [*views[:MOST_VIEWS], *wanted]


def _data(
    profile: SampledProfile, views: Sequence[View], stage: str | None, base: SampledProfile | None
) -> dict[str, Any]:
    names: dict[str, int] = {}
    others = {view.stage: view for view in base.stacks.views()} if base is not None else {}
    room = max(500, (MOST_CALLS - 12_000) // max(1, len(views)))
    found = []
    for view in views:
        tree = call_tree(
            profile.stacks,
            view,
            base=None if base is None else (base.stacks, others.get(view.stage)),
            most=12_000 if view.stage is None else min(MOST_CALLS_PER_STAGE, room),
        )
        found.append(_view(profile, view, tree, names))
    positions = {view.stage: i for i, view in enumerate(views)}
    processes = sorted(profile.courses, key=lambda course: -_core_s(course))[:MOST_PROCESSES]
    order = {course.name: i for i, course in enumerate(profile.courses)}
    processes.sort(key=lambda course: order[course.name])
    return {
        "model": {"name": profile.name},
        "unit": profile.stacks.unit,
        "compared": base.name if base is not None else None,
        "categories": [CATEGORY_WORDS[name] for name in CATEGORIES],
        "names": list(names),
        "first": positions.get(stage, 0),
        "views": found,
        "span_s": round(max((float(c.end_s.max()) for c in processes), default=0.0), 3),
        "processes": [_process(course) for course in processes],
        "bands": [
            {
                "label": stage_words(band.stage),
                "name": frame_words(profile.stage_names.get(band.stage, ""), 80),
                "begin_s": round(band.begin_s, 3),
                "end_s": round(band.end_s, 3),
                "view": positions.get(band.stage),
            }
            for band in profile.bands
        ],
    }


def _view(profile: SampledProfile, view: View, tree: CallTree, names: dict[str, int]) -> dict[str, Any]:
    numbers = np.array([names.setdefault(name, len(names)) for name in tree.names], dtype=np.int64)
    scale = max(tree.total, tree.base_total) / _STEPS or 1.0
    label = "the whole run" if view.stage is None else stage_words(view.stage)
    if view.stage is not None and (told := profile.stage_names.get(view.stage)):
        label += f", {frame_words(told, 60)}"
    return {
        "label": label,
        "total": _rounded(tree.total),
        "base_total": _rounded(tree.base_total),
        "scale": scale,
        "name": numbers[tree.name].tolist() if len(tree) else [],
        "depth": tree.depth.tolist(),
        "value": np.round(tree.weight / scale).astype(int).tolist(),
        "base": None if tree.base is None else np.round(tree.base / scale).astype(int).tolist(),
        "category": tree.category.tolist(),
        "left_out": tree.left_out,
        "least_share": tree.least_share,
        "top": _top(profile.stacks, view),
    }


def _top(table: StackTable, view: View) -> list[list[Any]]:
    return [
        [frame.name, _rounded(frame.self_weight), _rounded(frame.total_weight)]
        for frame in top_frames(table, view, _TOP)
    ]


def _core_s(course: ExecutorCourse) -> float:
    return float(np.nansum(course.cores * (course.end_s - course.start_s)))


def _process(course: ExecutorCourse) -> dict[str, Any]:
    begin, end = float(course.start_s.min()), float(course.end_s.max())
    length = max(end - begin, 1e-3)
    step = length / min(_BUCKETS, max(1, len(course.cores)))
    count = max(1, math.ceil(length / step - 1e-9))
    inside = course.end_s - course.start_s
    bucket = np.clip(((course.start_s + course.end_s) / 2 - begin) / step, 0, count - 1).astype(int)

    def mean(values: Floats) -> list[float | None]:
        known = ~np.isnan(values)
        sums = np.bincount(bucket[known], weights=(values * inside)[known], minlength=count)
        lengths = np.bincount(bucket[known], weights=inside[known], minlength=count)
        return _held([_rounded(s / t) if t > 0 else None for s, t in zip(sums, lengths, strict=True)])

    core_s = _core_s(course)
    gc_ratio = course.gc_ratio
    return {
        "name": course.name,
        "begin_s": round(begin, 3),
        "step_s": step,
        "cores": mean(course.cores),
        "heap": mean(course.heap_bytes),
        "rss": mean(course.rss_bytes),
        "gc": mean(course.gc_s / np.maximum(inside, 1e-9)),
        "core_s": _rounded(core_s),
        "cores_mean": _rounded(core_s / length),
        "gc_ratio": None if math.isnan(gc_ratio) else _rounded(gc_ratio),
    }


def _held(values: list[float | None]) -> list[float | None]:
    """Fill gaps that one long interval over several buckets leaves with what was before."""
    held: list[float | None] = []
    for i, value in enumerate(values):
        later = any(v is not None for v in values[i + 1 : i + 6])
        held.append(value if value is not None or not held or not later else held[-1])
    return held


def _rounded(value: float) -> float:
    return float(f"{value:.5g}") if math.isfinite(value) else 0.0


def _answer(shown: Mapping[str, Any]) -> str:
    stacks = shown["stacks"]
    if shown["core_s"] is None:
        sampled = weight_words(stacks["total"], stacks["unit"])
        return f'<p class="lead">{safe(sampled)} of stacks were sampled.</p>'
    total = shown["core_s"]
    parts = sorted(shown["by_category"].items(), key=lambda part: -part[1])
    rows = [
        (CATEGORY_WORDS[name], short_duration(used), f"{used / (total or 1):.1%}")
        for name, used in parts
        if used > 0
    ]
    if shown["idle_slot_s"] is not None:
        rows.append(("slots without a task", short_duration(shown["idle_slot_s"]), ""))
    count = len(shown["processes"])
    lead = f"{short_duration(total)} of CPU in {count} process{'' if count == 1 else 'es'}"
    if parts and parts[0][1] > 0:
        lead += f", most of it for {CATEGORY_WORDS[parts[0][0]]}"
    return f'<p class="lead">{safe(lead)}.</p>{_table(("for", "CPU", "of all"), rows)}'


def _table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "", left: Sequence[int] = ()
) -> str:
    """Return a table without the columns that say nothing."""
    used = [i for i in range(len(heads)) if any(row[i] for row in rows)]

    def cells(tag: str, attributes: str, values: Sequence[str]) -> str:
        side = [' class="left"' if i in left else "" for i in range(len(heads))]
        return "".join(f"<{tag}{attributes}{side[i]}>{safe(values[i])}</{tag}>" for i in used)

    head = cells("th", ' scope="col"', heads)
    body = "".join(f"<tr>{cells('td', '', row)}</tr>" for row in rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{safe(caption or heads[0])}"><table>'
        f"<caption>{safe(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _stages(shown: Mapping[str, Any]) -> str:
    if not shown["stages"]:
        return ""
    unit = "s" if shown["core_s"] is not None else shown["stacks"]["unit"]
    rows = []
    for stage in shown["stages"]:
        used = stage["core_s"] if stage["core_s"] is not None else stage["sampled"]
        parts = sorted((stage["by_category"] or {}).items(), key=lambda part: -part[1])[:3]
        unequal = stage["skew"]
        rows.append(
            (
                stage_words(stage["id"]),
                frame_words(stage["name"] or "", 60),
                weight_words(used, unit),
                f"{unequal['max_over_mean']:.2f}" if unequal else "",
                ", ".join(
                    f"{CATEGORY_WORDS[name]} {part / used:.0%}" for name, part in parts if used and part
                ),
                frame_words(stage["top"][0]["frame"], 60) if stage["top"] else "",
            )
        )
    heads = ("stage", "name", "CPU", "max/mean executor", "mostly", "frame with most CPU of its own")
    return _table(heads, rows, "Stages with most CPU", left=(1, 4, 5))


def _processes(shown: Mapping[str, Any]) -> str:
    def size(value: float | None) -> str:
        return format_size(value) if value is not None else ""

    rows = [
        (
            each["name"],
            short_duration(each["core_s"]) if each["core_s"] is not None else "",
            f"{each['cores_mean']:.2f}" if each["cores_mean"] is not None else "",
            f"{each['gc_ratio']:.1%}" if each["gc_ratio"] is not None else "",
            size(each["peak_heap_bytes"]),
            size(each["peak_rss_bytes"]),
        )
        for each in shown["processes"]
    ]
    heads = ("process", "CPU", "cores in the mean", "time in GC", "peak heap", "peak resident")
    return _table(heads, rows) if rows else ""


def _usage(profile: SampledProfile) -> str:
    if not profile.courses:
        return ""
    more = len(profile.courses) - MOST_PROCESSES
    told = (
        f"<p>The {MOST_PROCESSES} processes with most CPU; {more} more are in the table.</p>"
        if more > 0
        else ""
    )
    return f"""{told}<div class="legend" id="usage-legend"></div>
<figure class="chart"><div class="plot" id="usage"></div></figure>"""


def _notes(profile: SampledProfile) -> str:
    notes = list(profile.notes)
    if (unequal := skew(profile)) is not None:
        notes.insert(
            0,
            f"the busiest executor, {unequal['process']}, used {unequal['max_over_mean']:.2f} times the mean",
        )
    return f"<ul>{''.join(f'<li>{safe(note)}</li>' for note in notes)}</ul>" if notes else ""


_FLAME = """<div class="choices" id="flame-choices"></div>
<div class="tools" role="search">
<label>Search <input type="search" id="flame-search" placeholder="part of a name, or a pattern"
 autocomplete="off" spellcheck="false"></label>
<button type="button" id="flame-out">One call out</button>
<button type="button" id="flame-reset">Reset</button>
<output id="flame-found" for="flame-search"></output>
</div>
<div class="legend" id="flame-legend"></div>
<figure class="chart"><div class="flame" id="flame"></div>
<p class="muted" id="flame-note"></p>
<details><summary>Frames as a table</summary><div id="flame-table"></div></details></figure>
<div class="buttons"><button type="button" id="save-frames">Frames (CSV)</button></div>"""
