"""What samples show, for the terminal, from its JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from ...units import format_size, short_duration
from ..layout import facts, plain_table
from .wording import CATEGORY_WORDS, frame_words, stage_words, weight_words

Document = Mapping[str, Any]
_STAGES_WITH_FRAMES = 3


def profile_report(
    document: Document, compared: Document | None = None, *, top: int = 10, with_notes: bool = True
) -> RenderableType:
    """Return what people want to know first: where the CPU went, by stage, frame and executor.

    Parameters
    ----------
    document
        ``pertract/profile/1``.
    compared
        How it differs from another run.
    top
        Rows of tables at most.
    with_notes
        Whether to tell what was unusual.
    """
    parts: list[RenderableType] = [Text(document["application"], style="bold"), Text()]
    if document["core_s"] is not None:
        parts += [_categories(document), Text()]
    if document["stages"]:
        parts += [_stages(document, top), Text()]
    parts += _frames(document, top)
    if document["processes"]:
        parts += [_processes(document["processes"]), Text()]
    if compared is not None:
        parts += [_difference(document, compared), Text()]
    if with_notes:
        parts += [Text(f"note: {note}", style="yellow") for note in document["notes"]]
    return Group(*(parts[:-1] if isinstance(parts[-1], Text) and not parts[-1].plain else parts))


def _categories(document: Document) -> RenderableType:
    total = document["core_s"]
    rows = [
        (CATEGORY_WORDS[name], f"{short_duration(used):>9}  {used / total if total else 0:6.1%}")
        for name, used in document["by_category"].items()
        if used > 0
    ]
    if document["idle_slot_s"] is not None:
        rows.append(("slots without a task", f"{short_duration(document['idle_slot_s']):>9}"))
    return facts(rows, f"Where {short_duration(total)} of CPU went")


def _stages(document: Document, top: int) -> RenderableType:
    total = document["core_s"] or sum(stage["sampled"] for stage in document["stages"]) or 1.0
    unit = "s" if document["core_s"] is not None else document["stacks"]["unit"]
    rows = []
    for stage in document["stages"][:top]:
        used = stage["core_s"] if stage["core_s"] is not None else stage["sampled"]
        rows.append(
            (
                stage_words(stage["id"]),
                frame_words(stage["name"] or "", 48),
                weight_words(used, unit),
                f"{used / total:.1%}",
                _largest(stage["by_category"]),
                _skew(stage["skew"]),
            )
        )
    more = len(document["stages"]) - len(rows)
    title = "Stages by CPU" + (f" (the first {top}; {more} more)" if more else "")
    columns = (("stage", "left"), ("", "left"), ("CPU", "right"), ("of all", "right"))
    return plain_table((*columns, ("mostly", "left"), ("max/mean executor", "right")), rows, title=title)


def _largest(by_category: Mapping[str, float] | None) -> str:
    if not by_category or not (total := sum(by_category.values())):
        return ""
    name = max(by_category, key=lambda category: by_category[category])
    return f"{CATEGORY_WORDS[name]} {by_category[name] / total:.0%}"


def _skew(skew: Document | None) -> str:
    return f"{skew['max_over_mean']:.2f} ({skew['process']})" if skew else ""


def _frames(document: Document, top: int) -> list[RenderableType]:
    stacks = document["stacks"]
    if not stacks["total"]:
        return []
    alone = len(document["stages"]) == 1
    parts: list[RenderableType] = []
    if not alone:
        title = f"Frames by CPU of their own ({weight_words(stacks['total'], stacks['unit'])} sampled)"
        parts += [_frame_table(stacks["top"], stacks["total"], stacks["unit"], title), Text()]
    shown = [stage for stage in document["stages"] if stage["top"]]
    for stage in shown[: 1 if alone else _STAGES_WITH_FRAMES]:
        title = (
            f"Frames in {stage_words(stage['id'])} ({weight_words(stage['sampled'], stacks['unit'])} sampled)"
        )
        rows = stage["top"][: top if alone else max(3, top // 2)]
        parts += [_frame_table(rows, stage["sampled"], stacks["unit"], title), Text()]
    return parts


def _frame_table(frames: Sequence[Document], total: float, unit: str, title: str) -> RenderableType:
    rows = [
        (
            weight_words(frame["self"], unit),
            f"{frame['self'] / total:.1%}",
            weight_words(frame["total"], unit),
            f"{frame['total'] / total:.1%}",
            frame_words(frame["frame"], 90),
        )
        for frame in frames
    ]
    columns = (("own", "right"), ("", "right"), ("with calls", "right"), ("", "right"), ("frame", "left"))
    return plain_table(columns, rows, title=title)


def _processes(processes: Sequence[Document]) -> RenderableType:
    rows = [
        (
            process["name"],
            short_duration(process["core_s"]) if process["core_s"] is not None else "",
            f"{process['cores_mean']:.2f}" if process["cores_mean"] is not None else "",
            f"{process['gc_ratio']:.1%}" if process["gc_ratio"] is not None else "",
            format_size(process["peak_heap_bytes"]) if process["peak_heap_bytes"] is not None else "",
            format_size(process["peak_rss_bytes"]) if process["peak_rss_bytes"] is not None else "",
            _largest(process["by_category"]),
        )
        for process in processes
    ]
    columns = [("process", "left"), ("CPU", "right"), ("cores", "right"), ("in GC", "right")]
    columns += [("peak heap", "right"), ("peak RSS", "right"), ("mostly", "left")]
    return plain_table(columns, rows, title="Executors and other processes")


def _difference(document: Document, compared: Document) -> RenderableType:
    unit = compared["unit"]
    own, other = document["stacks"]["total"], compared["total"]
    rows = [
        (
            weight_words(frame["self"], unit),
            weight_words(frame["other_self"], unit),
            ("+" if frame["difference"] >= 0 else "-") + weight_words(abs(frame["difference"]), unit),
            frame_words(frame["frame"], 90),
        )
        for frame in compared["frames"]
    ]
    title = (
        f"Compared with {compared['application']}:"
        f" {weight_words(own, unit)} here, {weight_words(other, unit)} there"
    )
    columns = (("own here", "right"), ("there", "right"), ("difference", "right"), ("frame", "left"))
    return plain_table(columns, rows, title=title)
