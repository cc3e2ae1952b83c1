"""What the drawing of an execution architecture shows: boxes with text, and links between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ... import dsl
from ...units import counted, format_duration, format_size
from .folding import Folded, Inner, fold
from .layout import Link
from .repeats import Pattern, patterns
from .wording import between, from_to, kind_of_work, last_part, span, told, up_to
from .work import KINDS, Work

SHORT = 0.01
"""Share of the response time up to which delays become part of what they come before."""
ROOT = ("application",)
"""Name of the box around everything."""
_MOST_READS = 3
_MOST_NOTES = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in a box."""

    text: str
    right: str = ""
    """What stands at its right end."""
    style: Literal["head", "plain", "muted", "data"] = "plain"


@dataclass(slots=True)
class Shown:
    """A box."""

    name: Hashable
    kind: Literal["application", "repeat", "job", "stage", "delay"]
    lines: list[Line] = field(default_factory=list)
    inside: list[Shown] = field(default_factory=list)
    shares: dict[str, float] = field(default_factory=dict)
    """Of a stage: its part of the time of all tasks, by what they do."""
    count: int = 1
    """How many alike it stands for."""
    tip: str = ""
    """What is said about it beside the drawing."""


@dataclass(slots=True)
class Flow:
    """What a link says."""

    has_data: bool = False
    volumes: list[float] = field(default_factory=list)
    """Bytes that flow, of each edge it stands for where they are known."""
    factors: list[float] = field(default_factory=list)
    """Data transmission factors of the others."""

    @property
    def label(self) -> str:
        """The mean volume, or else factor; empty where no data flow."""
        if self.volumes:
            return format_size(sum(self.volumes) / len(self.volumes))
        return f"x {sum(self.factors) / len(self.factors):.3g}" if self.factors else ""


@dataclass(slots=True)
class Figure:
    """All that is shown."""

    root: Shown
    links: dict[Link, Flow]
    notes: list[str]
    """What is drawn once or elsewhere, one sentence each."""


def figure(model: dsl.PerformanceModel) -> Figure:
    """Return what the drawing of a model's execution architecture shows."""
    return _Builder(model).figure()


Spot = tuple[tuple[Hashable, int], ...]
"""The repeated boxes around an element, and in which of their rounds it is."""
Member = tuple[str, Spot]
"""Identifier of an element that a box stands for."""


class _Builder:
    def __init__(self, model: dsl.PerformanceModel) -> None:
        self.model = model
        execution = model.execution
        self.work = Work(model)
        self.data = {item.id: item for item in model.workload.data}
        self.short_s = SHORT * self.work.response_time_s
        waiting = {edge.head for edge in execution.edges}
        self.outer = fold(execution.nodes, execution.edges, self.short_s)
        self.inner = {
            job.id: fold(job.nodes, job.edges, self.short_s, keep=waiting) for job in execution.jobs
        }
        self.into: dict[str, str | None] = {}
        self.before_s: dict[str, float] = {}
        self.after_s: dict[str, float] = {}
        for folded in (self.outer, *self.inner.values()):
            self.into |= folded.into
            self.before_s |= folded.before_s
            self.after_s |= folded.after_s
        self.rounds = {
            name: (loop.parameter, number)
            for loop in execution.loops
            for number, names in enumerate(loop.rounds, start=1)
            for name in names
        }
        self.boxes: dict[str, Hashable] = {}
        """The box of every element."""
        self.spots: dict[str, Spot] = {}
        self.frames: dict[Hashable, Hashable] = {}
        """The repeated box around a box."""
        self.repeats: list[str] = []

    def figure(self) -> Figure:
        root = Shown(ROOT, "application")
        for pattern in patterns(self.outer.graph, self._all_looks(self.outer)):
            root.inside.append(self._pattern(pattern, lambda name, spot: [(name, spot)], self._outer_box))
        return Figure(root, self._links(), self._notes())

    # -- what repeats ------------------------------------------------------------------------------

    def _all_looks(self, folded: Folded) -> dict[str, Hashable]:
        return {name: self._looks(folded.elements[name]) for name in folded.graph}

    def _looks(self, element: Inner) -> Hashable:
        """Return what elements have in common that may be drawn once."""
        if isinstance(element, dsl.Delay):
            return "delay"
        if isinstance(element, dsl.Stage):
            rule = element.partitions.rule
            return kind_of_work(element.name or element.id), rule, bool(element.reads), element.barrier
        folded = self.inner[element.id]
        graph = folded.graph
        position = {name: number for number, name in enumerate(graph)}
        inside = tuple(self._all_looks(folded).values())
        joined = frozenset((position[tail], position[head]) for tail, head in graph.edges)
        return kind_of_work(element.name), element.pool, inside, joined

    def _pattern(
        self,
        pattern: Pattern,
        members: Callable[[str, Spot], list[Member]],
        make: Callable[[list[Member]], Shown],
    ) -> Shown:
        """Return the box of one node, of several alike, or of rounds of several nodes.

        Parameters
        ----------
        pattern
            What is drawn once.
        members
            Returns the elements that a node of the pattern stands for, with the repeated boxes around each.
        make
            Returns the box of elements.
        """
        first, last = pattern.rounds[0][0], pattern.rounds[-1][-1]
        if pattern.count == 1:
            return make(members(first, ()))
        repeat = ("repeat", first)
        boxes = []
        for names in zip(*pattern.rounds, strict=True):
            found = [m for number, name in enumerate(names) for m in members(name, ((repeat, number),))]
            boxes.append(make(found))
        how = "side by side" if pattern.parallel else "one after the other"
        if len(boxes) == 1:
            boxes[0].count = pattern.count
            self.repeats.append(f"{first} … {last}: {pattern.count} similar {boxes[0].kind}s, {how}.")
            return boxes[0]
        self.frames.update((box.name, repeat) for box in boxes)
        self.repeats.append(f"{first} … {last}: {pattern.count} times {len(boxes)} boxes, {how}.")
        lines = [
            Line(f"{first} … {last}", style="head"),
            Line(f"{pattern.count} times, {how}", style="muted"),
        ]
        return Shown(repeat, "repeat", lines, boxes, count=pattern.count, tip=f"{first} … {last}")

    # -- boxes -------------------------------------------------------------------------------------

    def _register(self, box: Hashable, members: Iterable[Member]) -> None:
        for name, spot in members:
            self.boxes[name] = box
            self.spots[name] = spot

    def _outer_box(self, members: list[Member]) -> Shown:
        self._register(members[0][0], members)
        elements = [self.outer.elements[name] for name, _ in members]
        if jobs := [element for element in elements if isinstance(element, dsl.Job)]:
            return self._job(jobs, [spot for _, spot in members])
        return self._delay([element for element in elements if isinstance(element, dsl.Delay)])

    def _job(self, jobs: Sequence[dsl.Job], spots: Sequence[Spot]) -> Shown:
        folded = [self.inner[job.id] for job in jobs]
        first = folded[0]
        alike = dict(zip(first.graph, zip(*(each.graph for each in folded), strict=True), strict=True))
        every = {name: element for each in folded for name, element in each.elements.items()}

        def members(name: str, spot: Spot) -> list[Member]:
            return [(each, (*around, *spot)) for each, around in zip(alike[name], spots, strict=True)]

        def make(found: list[Member]) -> Shown:
            self._register(found[0][0], found)
            elements = [every[name] for name, _ in found]
            if stages := [element for element in elements if isinstance(element, dsl.Stage)]:
                return self._stage(stages)
            return self._delay([element for element in elements if isinstance(element, dsl.Delay)])

        looks = self._all_looks(first)
        inside = [self._pattern(pattern, members, make) for pattern in patterns(first.graph, looks)]
        time_s = sum(
            sum(self.work.of(stage).values())
            for job in jobs
            for stage in job.nodes
            if isinstance(stage, dsl.Stage)
        )
        ids = [job.id for job in jobs]
        lines = [Line(span(ids), self._percent(time_s), "head")]
        if jobs[0].name:
            lines.append(Line(" ".join(jobs[0].name.split()), style="muted"))
        if labels := [
            f"{word} {value}" for word, value in (("group", jobs[0].group), ("pool", jobs[0].pool)) if value
        ]:
            lines.append(Line(", ".join(labels), style="muted"))
        lines += self._rounds_line(ids)
        lines += self._driver_line(ids)
        return Shown(ids[0], "job", lines, inside, tip=told("job", ids, jobs[0].name))

    def _rounds_line(self, ids: Sequence[str]) -> list[Line]:
        found = [self.rounds[name] for name in ids if name in self.rounds]
        if not found:
            return []
        numbers = [number for _, number in found]
        which = f"round {numbers[0]}" if len(numbers) == 1 else f"rounds {min(numbers)} to {max(numbers)}"
        return [Line(f"↻ {which} of {found[0][0]}", style="data")]

    def _driver_line(self, ids: Sequence[str]) -> list[Line]:
        """Return what delays that became part of elements are."""
        ends_s = {job: folded.end_s for job, folded in self.inner.items()}
        before = [self.before_s.get(name, 0.0) for name in ids]
        after = [self.after_s.get(name, 0.0) + ends_s.get(name, 0.0) for name in ids]
        parts = [
            f"{up_to(times)} {word}" for word, times in (("before", before), ("after", after)) if any(times)
        ]
        return [Line(f"driver: {', '.join(parts)}", style="muted")] if parts else []

    def _stage(self, stages: Sequence[dsl.Stage]) -> Shown:
        ids = [stage.id for stage in stages]
        parts: dict[str, float] = defaultdict(float)
        for stage in stages:
            for kind, time_s in self.work.of(stage).items():
                parts[kind] += time_s
        time_s = sum(parts.values())
        means_s = [self.work.task_s(stage) for stage in stages]
        lines = [Line(span(ids), from_to([stage.partitions.count for stage in stages], "task"), "head")]
        if stages[0].name:
            lines.append(Line(" ".join(stages[0].name.split()), style="muted"))
        lines.append(Line(f"{between(means_s)} a task", self._percent(time_s)))
        if stages[0].barrier:
            lines.append(Line("all tasks start at once", style="muted"))
        lines += self._data_lines(stages)
        lines += self._driver_line(ids)
        shares = {kind: self.work.share(parts[kind]) or 0.0 for kind in KINDS}
        rule = stages[0].partitions.rule.replace("_", " ")
        read = [f"reads {name} {self.data[name].name}" for stage in stages[:1] for name in stage.reads]
        more = (f"number of tasks: {rule}", f"profile {stages[0].profile}", *read)
        about = told("stage", ids, stages[0].name, *more)
        return Shown(ids[0], "stage", lines, shares=shares, tip=about)

    def _data_lines(self, stages: Sequence[dsl.Stage]) -> list[Line]:
        names = list(dict.fromkeys(name for stage in stages for name in stage.reads))
        lines = []
        for name in names[:_MOST_READS]:
            item = self.data[name]
            size = format_size(item.size_bytes) if isinstance(item, dsl.FileData) and item.size_bytes else ""
            lines.append(Line(f"reads {last_part(item.name) or name}", size, "data"))
        if len(names) > _MOST_READS:
            lines.append(Line(f"and {len(names) - _MOST_READS} more", style="data"))
        if caches := list(dict.fromkeys(stage.locality.cached_by for stage in stages if stage.locality)):
            lines.append(Line(f"reads what {span(caches)} cached", style="data"))
        return lines

    def _delay(self, delays: Sequence[dsl.Delay]) -> Shown:
        ids = [delay.id for delay in delays]
        lengths = [delay.delay_s for delay in delays]
        lines = [
            Line(f"driver {between(lengths)}"),
            Line(span(ids), style="muted"),
            *self._rounds_line(ids),
        ]
        return Shown(ids[0], "delay", lines, tip=told("delay", ids, ""))

    def _percent(self, time_s: float) -> str:
        share = self.work.share(time_s)
        return "" if share is None else "< 1 %" if 0 < share < 0.005 else f"{share:.0%}".replace("%", " %")

    # -- links -------------------------------------------------------------------------------------

    def _links(self) -> dict[Link, Flow]:
        execution = self.model.execution
        stages = {stage.id: stage for stage in execution.stages}
        links: dict[Link, Flow] = {}
        edges = [*(edge for job in execution.jobs for edge in job.edges), *execution.edges]
        inner = [node for job in execution.jobs for node in job.nodes]
        delays = {node.id for node in (*execution.nodes, *inner) if isinstance(node, dsl.Delay)}
        given = {edge.head for edge in edges if edge.law or edge.data_transmission_factor is not None}
        for edge in edges:
            tail, head = self._kept(edge.tail), self._kept(edge.head)
            if tail is None or head is None or not self._same_round(tail, head):
                continue
            flow = links.setdefault(self._link(tail, head), Flow())
            if not edge.law and edge.data_transmission_factor is None:
                continue
            if edge.tail in delays:  # hands on what comes to it
                flow.has_data |= edge.tail in given
                continue
            flow.has_data = True
            volume = self.work.volume(edge, stages[edge.tail]) if edge.tail in stages else None
            if volume is not None:
                flow.volumes.append(volume)
            elif edge.data_transmission_factor is not None:
                flow.factors.append(edge.data_transmission_factor)
        return {link: flow for link, flow in links.items() if link[0] != link[1]}

    def _link(self, tail: str, head: str) -> Link:
        """Return the boxes to join: where something repeats, what is outside of it is joined to all of it."""
        ends = self.boxes[tail], self.boxes[head]
        frames = self.frames.get(ends[0]), self.frames.get(ends[1])
        return ends if frames[0] == frames[1] else (frames[0] or ends[0], frames[1] or ends[1])

    def _kept(self, name: str) -> str | None:
        """Return the element whose box a delay became part of; None where it is the end of all."""
        found: str | None = name
        while found is not None and found in self.into:
            found = self.into[found]
        return found

    def _same_round(self, tail: str, head: str) -> bool:
        rounds = dict(self.spots[tail])
        return all(rounds.get(repeat, number) == number for repeat, number in self.spots[head])

    def _notes(self) -> list[str]:
        notes = [f"Drawn once: {what}" for what in self.repeats[:_MOST_NOTES]]
        if (more := len(self.repeats) - _MOST_NOTES) > 0:
            notes.append(f"Drawn once: {more} more of this kind.")
        if self.into:
            delays = counted(len(self.into), "delay")
            limit = f"{format_duration(self.short_s)} ({SHORT:.0%} of the response time)".replace("%", " %")
            notes.append(f"Written in the boxes: {delays} of the driver up to {limit}.")
        if self.outer.end_s:
            notes.append(f"The application ends with {format_duration(self.outer.end_s)} of the driver.")
        return notes
