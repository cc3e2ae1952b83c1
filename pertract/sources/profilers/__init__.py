"""Output of profilers: from bytes to records of processes, threads and stacks.

=====================  ===================================================================================
module                 what it reads
=====================  ===================================================================================
``agent``              the agent of this project (``agent/FORMAT.md``)
``jvm_profiler``       Uber's JVM profiler: CpuAndMemory, Stacktrace, ProcessInfo, also within a log
``pyspark_profiler``   PySpark profilers of Phil's Stopwatch: stacks, memory and CPU of workers
``jfr``                Java flight recordings, also async-profiler's; needs a JDK
``speedscope``         speedscope documents, also py-spy's
``process_cpu``        CPU of processes over time as plain CSV
``folded``             folded stacks: FlameGraph, async-profiler, perf, py-spy raw
``perf_script``        the text of ``perf script``
``pprof_text``         the text of Go's pprof
``original_agent``     tables of the original PerTract's agent, exported from Cassandra
=====================  ===================================================================================
"""

from .frames import plain
from .reader import read
from .records import ProcessTrace, Samples, Stacks, ThreadName, ThreadUse, Usage

__all__ = ["ProcessTrace", "Samples", "Stacks", "ThreadName", "ThreadUse", "Usage", "plain", "read"]
