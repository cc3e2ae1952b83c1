"""Folded stacks as text, for other tools: FlameGraph, speedscope, a difference of two runs."""

from __future__ import annotations

from collections.abc import Mapping

from ...extract.sampled.stages import stage_of
from ...sources.profilers import Samples
from ...units import NS

Folded = dict[str, float]


def folded_text(
    samples: Samples, of_task: Mapping[int, str], *, stage: str | None = None, base: Samples | None = None
) -> str:
    """Return stacks one a line, ``outer;inner 12``, sorted; times in nanoseconds.

    Frames are as the profiler wrote them, lines included. Waiting threads are left out.

    Parameters
    ----------
    samples
        What profilers recorded.
    of_task
        The stage of each task, where the event log is known.
    stage
        Only the stacks of this stage; of all if None.
    base
        A run to compare with: its value comes before that of this run, as difference graphs expect it.
    """
    own = _folded(samples, of_task, stage)
    if base is None:
        return "".join(f"{stack} {_number(weight)}\n" for stack, weight in sorted(own.items()))
    other = _folded(base, {}, stage)
    return "".join(
        f"{stack} {_number(other.get(stack, 0.0))} {_number(own.get(stack, 0.0))}\n"
        for stack in sorted({*own, *other})
    )


def _folded(samples: Samples, of_task: Mapping[int, str], stage: str | None) -> Folded:
    found: Folded = {}
    timed = any(trace.stacks.unit == "s" for trace in samples.processes if len(trace.stacks))
    for trace in samples.processes:
        stacks = trace.stacks
        if timed and stacks.unit != "s":
            continue
        factor = 1 / NS if timed else 1.0
        texts = stacks.texts()
        stages = [stage_of(thread, of_task) for thread in stacks.threads] + [""]
        for row in stacks.on_cpu.nonzero()[0].tolist():
            if stage is None or stages[stacks.thread[row]] == stage:
                text = texts[stacks.stack[row]]
                found[text] = found.get(text, 0.0) + float(stacks.weight[row]) * factor
    return {text: weight for text, weight in found.items() if round(weight)}


def _number(weight: float) -> str:
    return str(round(weight))
