"""TeraSort: HiBench's `ScalaTeraSort`. Records of 100 bytes in the order of their first ten."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from . import Job, expect

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REPORT_TYPE = "PythonSparkTerasort"
SCALES = {
    "tiny": {"records": 150_000},
    "small": {"records": 450_000},
    "large": {"records": 1_350_000},
    "huge": {"records": 4_050_000},
}
ITERATIONS = None
KEY = 10
RECORD = 99
"""With the end of the line it is 100 bytes."""
SEED = 30


def _records(number: int, count: int) -> Iterator[str]:
    """Yield the records of one file: a random printable key and a payload that tells which record it is."""
    import numpy as np

    keys = np.random.default_rng((SEED, number)).integers(33, 127, (count, KEY), dtype=np.uint8)
    for i, key in enumerate(keys):
        yield (key.tobytes().decode() + f" {number:08d}{i:012d} ").ljust(RECORD, "ABCDEFGH"[i % 8])


def generate(spark: SparkSession, data: str, files: int, size: dict[str, int]) -> None:
    each = size["records"] // files
    spark.sparkContext.parallelize(range(files), files).flatMap(
        lambda number: _records(number, each)
    ).saveAsTextFile(data)


def run(spark: SparkSession, job: Job) -> dict[str, float]:
    records = spark.sparkContext.textFile(job.data).map(lambda record: (record[:KEY], record[KEY:]))
    ordered = records.sortByKey(numPartitions=job.parallelism)
    ordered.map(lambda pair: pair[0] + pair[1]).saveAsTextFile(job.output)
    return {}


def check(spark: SparkSession, job: Job, size: dict[str, int], found: dict[str, float]) -> None:  # noqa: ARG001
    files = spark.sparkContext.wholeTextFiles(job.output).sortByKey().values().collect()
    ordered = [record for content in files for record in content.split("\n")[:-1]]
    expect(all(a[:KEY] <= b[:KEY] for a, b in pairwise(ordered)), "The records are not in order.")
    written = spark.sparkContext.textFile(job.data).collect()
    expect(sorted(ordered) == sorted(written), "Records were lost or made.")
