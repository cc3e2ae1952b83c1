"""Recordings to make pages of."""

from __future__ import annotations

from pertract.extract.sampled import SampledProfile, profile
from pertract.sources.profilers import ThreadName
from pertract.sources.profilers.builder import Gathered

TASK = "Executor task launch worker for task {task}.0 in stage {stage}.0 (TID {task})"
RUN = ("java.lang.Thread.run", "org.apache.spark.executor.Executor$TaskRunner.run")


def recorded(
    *, executors: int = 2, stages: int = 3, job: str = "org.example.Job", extra: float = 0.0
) -> SampledProfile:
    """Return a run whose executors work on stages one after the other, ten seconds each.

    Parameters
    ----------
    executors, stages
        How many.
    job
        Class of the user's code.
    extra
        Seconds that stage 0 uses more.
    """
    gathered = Gathered()
    for number in range(executors):
        process = gathered.process("agent", f"{number}", number, role="jvm")
        process.application, process.executor, process.unit = "app-1", str(number), "s"
        process.cpu_before_s, process.cores = 0.0, 2
        for stage in range(stages):
            begin = 1000.0 + 10 * stage
            thread = TASK.format(task=10 * number + stage, stage=stage)
            used = {
                (*RUN, f"{job}.map"): 4.0 + (extra if stage == 0 else 0.0),
                (*RUN, f"{job}.map", "java.util.HashMap.get"): 2.0 + number,
                (*RUN, "org.apache.spark.shuffle.sort.SortShuffleWriter.write"): 1.0,
            }
            for frames, used_s in used.items():
                process.add_stack(frames, used_s, start_s=begin, end_s=begin + 10, thread=thread)
            process.add_thread(begin, begin + 10, ThreadName(thread), sum(used.values()))
            process.add_thread(begin, begin + 10, ThreadName("(jit)", "jit"), 0.5)
            for i in range(10):
                process.add_usage(
                    begin + i, begin + i + 1, cpu_s=0.9, gc_s=0.1 * (i == 3), heap_bytes=1e8 + 1e6 * i
                )
    return profile(gathered.samples())
