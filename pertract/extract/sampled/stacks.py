"""All sampled stacks of a run in one table, with names that are alike for all profilers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...sources.profilers import ProcessTrace, plain
from ...sources.profilers.records import Floats, Ints
from ..traces.categories import CATEGORIES, Category, of_stack, of_thread, runs_task
from .stages import stage_of

Unit = Literal["s", "samples"]
_NATIVE = {"gc": "(garbage collection)", "jit": "(JIT compiler)", "vm": "(virtual machine)"}
_POSITION = {name: i for i, name in enumerate(CATEGORIES)}


@dataclass(frozen=True, slots=True)
class View:
    """Stacks that are shown together: those of a stage, or of everything."""

    stage: str | None
    """None for the whole run."""
    unit: Unit
    stack: Ints
    """Index of distinct stacks in `StackTable.stacks`, shape ``(n,)``."""
    weight: Floats
    """Of each stack: CPU seconds or samples, shape ``(n,)``."""

    @property
    def total(self) -> float:
        """Sum of all weights."""
        return float(self.weight.sum())


@dataclass(frozen=True, slots=True)
class StackTable:
    """Distinct stacks by the stage of their thread; waiting threads are left out."""

    frames: tuple[str, ...]
    """Distinct names of frames."""
    stacks: tuple[tuple[int, ...], ...]
    """Distinct stacks as indices of frames, outermost first."""
    category: Ints
    """Of each distinct stack the index in `CATEGORIES`."""
    unit: Unit
    """Of weights: seconds if any process tells these."""
    stages: tuple[str, ...]
    """Stages that have samples; ``""`` is outside of all."""
    stage: Ints
    """Index in ``stages``; of each row, sorted."""
    stack: Ints
    weight: Floats
    left_out: float = 0.0
    """Samples of processes that tell no seconds, where others do; they cannot be added."""

    def views(self) -> tuple[View, ...]:
        """Return the whole run and then each stage, those with most CPU first."""
        found = [self._view(None)]
        of_stages = [self._view(stage) for stage in self.stages if stage]
        return tuple(found + sorted(of_stages, key=lambda view: -view.total))

    def _view(self, stage: str | None) -> View:
        rows = slice(None) if stage is None else self.stage == self.stages.index(stage)
        weights: Floats = np.zeros(len(self.stacks))
        np.add.at(weights, self.stack[rows], self.weight[rows])
        used = np.flatnonzero(weights)
        return View(stage, self.unit, used, weights[used])

    def by_category(self, view: View) -> Floats:
        """Return the weight of each category in a view, shape ``(n_categories,)``."""
        sums: Floats = np.zeros(len(CATEGORIES))
        np.add.at(sums, self.category[view.stack], view.weight)
        return sums


class _Gathering:
    """Rows on their way into a table."""

    def __init__(self) -> None:
        self.frames: dict[str, int] = {}
        self.stacks: dict[tuple[int, ...], int] = {}
        self.categories: list[int] = []
        self.weights: dict[tuple[str, int], float] = {}

    def stack(self, names: Sequence[str], category: Category) -> int:
        frames = tuple(self.frames.setdefault(name, len(self.frames)) for name in names)
        number = self.stacks.setdefault(frames, len(self.stacks))
        if number == len(self.categories):
            self.categories.append(_POSITION[category])
        return number

    def add(self, stage: str, stack: int, weight: float) -> None:
        self.weights[stage, stack] = self.weights.get((stage, stack), 0.0) + weight


def stack_table(
    processes: Iterable[ProcessTrace], of_task: Mapping[int, str], user_packages: Sequence[str] = ()
) -> StackTable:
    """Return the sampled stacks of all processes.

    Threads of the VM, which have no Java stacks, appear as frames of their own: ``(garbage collection)``.
    A process without sampled stacks appears by the names of its threads.

    Parameters
    ----------
    processes
        What profilers recorded.
    of_task
        The stage of each task, where the event log is known.
    user_packages
        Beginnings of class names that are the user's code whatever the rules say.
    """
    traces = list(processes)
    weighed = [trace for trace in traces if len(trace.stacks) or len(trace.threads)]
    unit: Unit = "s" if any(_in_seconds(trace) for trace in weighed) else "samples"
    gathering = _Gathering()
    left_out = 0.0
    for trace in weighed:
        if unit == "s" and not _in_seconds(trace):
            left_out += trace.stacks.total
            continue
        _sampled(trace, of_task, user_packages, gathering)
        _threads(trace, of_task, gathering)
    stages = tuple(dict.fromkeys(stage for stage, _ in gathering.weights))
    position = {stage: i for i, stage in enumerate(stages)}
    rows = [(position[stage], stack, weight) for (stage, stack), weight in gathering.weights.items()]
    columns = list(zip(*rows, strict=True)) if rows else [(), (), ()]
    return StackTable(
        frames=tuple(gathering.frames),
        stacks=tuple(gathering.stacks),
        category=np.array(gathering.categories, dtype=np.int64),
        unit=unit,
        stages=stages,
        stage=np.array(columns[0], dtype=np.int64),
        stack=np.array(columns[1], dtype=np.int64),
        weight=np.array(columns[2], dtype=np.float64),
        left_out=left_out,
    )


def _in_seconds(trace: ProcessTrace) -> bool:
    return trace.stacks.unit == "s" or not len(trace.stacks)


def _sampled(
    trace: ProcessTrace, of_task: Mapping[int, str], user_packages: Sequence[str], gathering: _Gathering
) -> None:
    stacks = trace.stacks
    if not len(stacks):
        return
    rows = stacks.on_cpu
    threads = [*stacks.threads, None]
    kinds = [(stage_of(t, of_task), None if t is None else of_thread(t)) for t in threads]
    distinct = list(dict.fromkeys(kinds))
    kind_of = np.array([distinct.index(kind) for kind in kinds], dtype=np.int64)
    names = [plain(frame) for frame in stacks.frames]
    texts = [[names[i] for i in stack] or ["[unknown]"] for stack in stacks.stacks]
    # Weights by stack and kind of thread first: there are far fewer of these than samples.
    keys = stacks.stack[rows] * len(distinct) + kind_of[stacks.thread[rows]]  # no thread: the last one
    found, position = np.unique(keys, return_inverse=True)
    weights = np.bincount(position, weights=stacks.weight[rows], minlength=len(found))
    numbers: dict[tuple[int, Category | None], int] = {}
    for key, weight in zip(found.tolist(), weights.tolist(), strict=True):
        stack, kind = divmod(key, len(distinct))
        stage, of_its_thread = distinct[kind]
        if (stack, of_its_thread) not in numbers:
            text = texts[stack]
            python = trace.role == "python"
            category = "python" if python else _category(text, of_its_thread, user_packages)
            numbers[stack, of_its_thread] = gathering.stack(text, category)
        gathering.add(stage, numbers[stack, of_its_thread], weight)


def _category(text: Sequence[str], of_its_thread: Category | None, user_packages: Sequence[str]) -> Category:
    """Return what a stack's thread did; where it is not known whose it is, the stack decides."""
    if of_its_thread == "task" or (of_its_thread in (None, "other") and runs_task(text)):
        return of_stack(text, user_packages)
    return of_stack(text, user_packages) if of_its_thread is None else of_its_thread


def _threads(trace: ProcessTrace, of_task: Mapping[int, str], gathering: _Gathering) -> None:
    """Add threads that are not sampled: those of the VM, and all where no stacks were recorded."""
    threads = trace.threads
    if not len(threads):
        return
    sums = np.bincount(threads.name, weights=threads.cpu_s, minlength=len(threads.names))
    for thread, used_s in zip(threads.names, sums.tolist(), strict=True):
        if used_s <= 0:
            continue
        category = of_thread(thread.name, thread.kind)
        if thread.kind in _NATIVE:
            gathering.add("", gathering.stack([_NATIVE[thread.kind]], category), used_s)
        elif not len(trace.stacks):
            name = thread.pool or thread.name
            gathering.add(stage_of(thread.name, of_task), gathering.stack([f"[{name}]"], category), used_s)
