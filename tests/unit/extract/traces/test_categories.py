"""Rules by which threads and stacks are put into categories."""

import pytest

from pertract.extract.traces import of_stack, of_thread, runs_task

RUNNER = (
    "java.lang.Thread.run",
    "java.util.concurrent.ThreadPoolExecutor$Worker.run",
    "org.apache.spark.executor.Executor$TaskRunner.run",
    "org.apache.spark.scheduler.ResultTask.runTask",
)
GENERATED = (
    "org.apache.spark.sql.catalyst.expressions.GeneratedClass$GeneratedIteratorForCodegenStage1.processNext"
)


@pytest.mark.parametrize(
    ("inner", "category"),
    [
        (("com.example.Main$.work",), "user"),
        (
            ("com.example.Main$.work", "scala.collection.immutable.List.map", "java.lang.String.hashCode"),
            "user",
        ),
        (("org.apache.spark.rdd.RDD.iterator", "com.example.Main$$$Lambda$12.apply"), "user"),
        (("com.example.Main$.work", "org.apache.spark.ml.linalg.BLAS.dot"), "operators"),
        ((GENERATED,), "operators"),
        (
            (
                "org.apache.parquet.hadoop.ParquetFileReader.readNextRowGroup",
                "org.xerial.snappy.SnappyNative.rawUncompress",
            ),
            "operators",
        ),
        (
            (
                "org.apache.spark.shuffle.sort.UnsafeShuffleWriter.write",
                "org.xerial.snappy.SnappyNative.rawCompress",
            ),
            "shuffle_serialisation",
        ),
        (("org.apache.spark.shuffle.sort.BypassMergeSortShuffleWriter.write", GENERATED), "operators"),
        (
            (
                "org.apache.spark.serializer.KryoDeserializationStream.readObject",
                "com.esotericsoftware.kryo.Kryo.readObject",
            ),
            "shuffle_serialisation",
        ),
        (("org.apache.spark.util.collection.ExternalSorter.insertAll",), "shuffle_serialisation"),
        (("org.apache.spark.util.collection.unsafe.sort.UnsafeExternalSorter.insertRecord",), "operators"),
        (("__memcpy_avx_unaligned",), "operators"),
        ((), "operators"),
    ],
)
def test_the_innermost_frame_that_says_something_decides(inner, category):
    assert of_stack((*RUNNER, *inner)) == category


def test_named_packages_are_the_users_whatever_the_rules_say():
    stack = (*RUNNER, "org.apache.spark.examples.SparkPi$.main", "java.lang.Math.random")
    assert of_stack(stack) == "operators"
    assert of_stack(stack, ["org.apache.spark.examples"]) == "user"


@pytest.mark.parametrize(
    ("name", "kind", "category"),
    [
        ("Executor task launch worker for task 1.0 in stage 0.0 (TID 1)", "java", "task"),
        ("(gc)", "gc", "gc"),
        ("G1 Conc#0", "", "gc"),
        ("GC Thread#1", "", "gc"),
        ("(jit)", "jit", "jit"),
        ("C2 CompilerThread0", "", "jit"),
        ("shuffle-server-6-1", "java", "network"),
        ("dispatcher-Executor", "java", "network"),
        ("netty-rpc-connection-0", "java", "network"),
        ("block-manager-storage-async-thread-pool-3", "java", "network"),
        ("stdout writer for python3", "java", "shuffle_serialisation"),
        ("executor-heartbeater", "java", "other"),
        ("pertract-agent", "java", "other"),
        ("main", "", "other"),
    ],
)
def test_names_of_threads_tell_what_they_do(name, kind, category):
    assert of_thread(name, kind) == category


def test_stacks_tell_whether_they_are_of_a_task():
    assert runs_task(RUNNER)
    assert not runs_task(RUNNER[:2])
