"""Sort: HiBench's `ScalaSort`. Lines are shuffled by their hash, and each partition is sorted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from . import Job, expect, text

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REPORT_TYPE = "PythonSparkSort"
SCALES = {
    "tiny": {"data_bytes": 24_000_000},
    "small": {"data_bytes": 72_000_000},
    "large": {"data_bytes": 216_000_000},
    "huge": {"data_bytes": 648_000_000},
}
ITERATIONS = None


def generate(spark: SparkSession, data: str, files: int, size: dict[str, int]) -> None:
    text.write(spark, data, files, size["data_bytes"])


def run(spark: SparkSession, job: Job) -> dict[str, float]:
    lines = spark.sparkContext.textFile(job.data).map(lambda line: (line, 1))
    ordered = lines.repartitionAndSortWithinPartitions(job.parallelism)
    ordered.map(lambda pair: pair[0]).saveAsTextFile(job.output)
    return {}


def check(spark: SparkSession, job: Job, size: dict[str, int], found: dict[str, float]) -> None:  # noqa: ARG001
    files = [content.splitlines() for _, content in spark.sparkContext.wholeTextFiles(job.output).collect()]
    expect(len(files) == job.parallelism, f"There are {len(files)} files and not {job.parallelism}.")
    expect(all(lines == sorted(lines) for lines in files), "A partition is not in order.")
    written = Counter(spark.sparkContext.textFile(job.data).collect())
    expect(Counter(line for lines in files for line in lines) == written, "Lines were lost or made.")
