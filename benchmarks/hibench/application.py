"""What is submitted to Spark: generates data, runs a workload, or checks its output.

usage: spark-submit ... application.py REQUEST.json

The request says what to do, and where its answer is written to; `run.py` writes the one and reads the other.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from benchmarks.hibench import workloads


def _place(spark: SparkSession, uri: str) -> tuple[Any, Any]:
    """Return the file system of a URI and its path there, of Hadoop's."""
    path = spark._jvm.org.apache.hadoop.fs.Path(uri)
    return path.getFileSystem(spark._jsc.hadoopConfiguration()), path


def delete(spark: SparkSession, uri: str) -> None:
    """Delete a folder if it is there."""
    system, path = _place(spark, uri)
    system.delete(path, True)


def size_bytes(spark: SparkSession, uri: str) -> int:
    """Return how many bytes a folder holds, as HiBench's `dus`."""
    system, path = _place(spark, uri)
    return int(system.getContentSummary(path).getLength())


def generate(spark: SparkSession, request: dict[str, Any]) -> dict[str, int]:
    """Write the data of all that is asked for and return the bytes by folder."""
    answer = {}
    for wanted in request["data"]:
        workload = workloads.load(wanted["workload"])
        delete(spark, wanted["folder"])
        workload.generate(spark, wanted["folder"], request["files"], workload.SCALES[wanted["scale"]])
        answer[wanted["folder"]] = size_bytes(spark, wanted["folder"])
    return answer


def main(request: dict[str, Any]) -> None:
    """Do what a request says."""
    spark = SparkSession.builder.getOrCreate()
    if request["action"] == "generate":
        answer: dict[str, Any] = generate(spark, request)
    else:
        workload = workloads.load(request["workload"])
        job = workloads.Job(**request["job"])
        if request["action"] == "run":
            delete(spark, job.output)
            answer = workload.run(spark, job)
        else:
            workload.check(spark, job, workload.SCALES[request["scale"]], request["found"])
            answer = {}
    Path(request["answer"]).write_text(json.dumps(answer))
    spark.stop()


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
