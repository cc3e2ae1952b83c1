"""What CPU is used for: the rules by which threads and stacks are put into categories.

All rules stand here, and in docs/attribution.md in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import get_args

from ... import dsl

Category = dsl.CpuUse
CATEGORIES: tuple[Category, ...] = get_args(Category)
IN_TASKS: tuple[Category, ...] = ("user", "operators", "shuffle_serialisation", "task")
"""The categories of the threads of tasks."""

_SHUFFLE_SERIALISATION = (
    "org.apache.spark.shuffle.",
    "org.apache.spark.serializer.",
    "org.apache.spark.io.",
    "org.apache.spark.broadcast.",
    "org.apache.spark.network.",
    "org.apache.spark.storage.",
    "org.apache.spark.MapOutput",
    "org.apache.spark.util.collection.ExternalSorter",
    "org.apache.spark.util.collection.ExternalAppendOnlyMap",
    "org.apache.spark.util.collection.WritablePartitioned",
    "org.apache.spark.util.collection.PartitionedPairBuffer",
    "org.apache.spark.util.collection.PartitionedAppendOnlyMap",
    "org.apache.spark.sql.execution.UnsafeRowSerializer",
    "org.apache.spark.sql.execution.ShuffledRowRDD",
)
_OPERATORS = (
    "org.apache.spark.sql.",  # generated code, too (org.apache.spark.sql.catalyst.expressions.GeneratedClass)
    "org.apache.spark.rdd.",
    "org.apache.spark.ml.",
    "org.apache.spark.mllib.",
    "org.apache.spark.graphx.",
    "org.apache.spark.streaming.",
    "org.apache.spark.util.collection.",
    "org.apache.spark.api.",
    "org.apache.parquet.",
    "org.apache.orc.",
    "org.apache.avro.",
    "org.apache.arrow.",
    "org.apache.hadoop.",
    "org.apache.hive.",
)
_LIBRARIES = (  # say nothing by themselves: whoever calls them decides
    *("java.", "javax.", "jdk.", "sun.", "com.sun.", "scala.", "org.scala-lang."),
    *("org.apache.spark.", "org.apache.commons.", "org.apache.logging.", "org.slf4j.", "org.apache.log4j."),
    *("com.esotericsoftware.", "com.twitter.chill.", "org.objenesis.", "com.fasterxml.", "org.json4s."),
    *("org.xerial.snappy.", "net.jpountz.", "com.github.luben.zstd.", "com.ning.compress.", "io.airlift."),
    *("io.netty.", "com.google.", "org.codehaus.", "org.antlr.", "breeze.", "dev.ludovic.netlib."),
    *("com.github.fommil.", "org.roaringbitmap.", "com.clearspring.", "org.glassfish.", "com.codahale."),
    *("net.razorvine.", "py4j.", "com.univocity.", "org.tukaani.", "org.sparkproject.", "pertract."),
)
_RULES: tuple[tuple[str, Category | None], ...] = tuple(
    sorted(
        [
            *((prefix, "shuffle_serialisation") for prefix in _SHUFFLE_SERIALISATION),
            *((prefix, "operators") for prefix in _OPERATORS),
            *((prefix, None) for prefix in _LIBRARIES),
        ],
        key=lambda rule: -len(rule[0]),
    )
)
_JAVA = re.compile(r"^[\w$]+(?:\.[\w$+/<>-]+)+$")  # what has a package; others are native or of the VM
_TASK_RUNNER = "org.apache.spark.executor.Executor$TaskRunner.run"

_PATTERNS: tuple[tuple[str, Category], ...] = (
    (r"Executor task launch worker", "task"),
    (r"(GC |G1 |Gang worker|Parallel GC|ParGC|Concurrent Mark|CMS|ZGC|ZDriver|ZWorker|Shenandoah)", "gc"),
    (r"(C[12] Comp|C[12]\b|JVMCI|Sweeper thread)", "jit"),
    (
        r"(netty|shuffle-|rpc-|files-|stream-|dispatcher-|block-manager|map-output|transport|nioEventLoop"
        r"|globalEventExecutor|IPC |client DomainSocket|LeaseRenewer|DataStreamer|ResponseProcessor)",
        "network",
    ),
    (r"stdout writer for", "shuffle_serialisation"),  # to Python workers (PythonRunner.WriterThread)
)
_THREADS = tuple((re.compile(pattern), category) for pattern, category in _PATTERNS)
_KINDS: dict[str, Category] = {"gc": "gc", "jit": "jit", "python": "python"}
TASK_ID = re.compile(r"\(?TID (\d+)\)?")
"""Where a thread's name tells the task it runs (``org.apache.spark.executor.Executor.TaskRunner``)."""


def of_thread(name: str, kind: str = "") -> Category:
    """Return the category of a thread.

    Parameters
    ----------
    name
        Its name.
    kind
        ``gc``, ``jit`` or ``python`` where a profiler tells these by itself.

    Returns
    -------
    ``task`` for threads of tasks, of which stacks tell more.
    """
    if kind in _KINDS:
        return _KINDS[kind]
    return next((category for pattern, category in _THREADS if pattern.match(name)), "other")


def of_stack(frames: Sequence[str], user_packages: Iterable[str] = ()) -> Category:
    """Return the category of what a thread of a task was doing.

    The first frame from the innermost outwards that says something decides. Java's own classes, Scala's
    and those of libraries say nothing: who called them decides. What is neither of these nor of
    Spark, Hadoop or a file format is code of the user.

    Parameters
    ----------
    frames
        Class and method, outermost first, as `sources.profilers` has them: dots between packages.
    user_packages
        Beginnings of names that are the user's whatever the rules say, such as ``org.apache.spark.examples``.
    """
    user = tuple(user_packages)
    for frame in reversed(frames):
        if user and frame.startswith(user):
            return "user"
        known, category = _rule(frame)
        if category is not None:
            return category
        if not known and _JAVA.match(frame):
            return "user"
    return "operators"


def runs_task(frames: Iterable[str]) -> bool:
    """Return whether a stack is that of a task's thread, for profilers that do not tell threads."""
    return any(frame.startswith(_TASK_RUNNER) for frame in frames)


def _rule(frame: str) -> tuple[bool, Category | None]:
    """Return whether a rule names a frame, and its category; None if it says nothing."""
    for prefix, category in _RULES:
        if frame.startswith(prefix):
            return True, category
    return False, None
