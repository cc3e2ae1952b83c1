"""Word count: HiBench's `ScalaWordCount`."""

from __future__ import annotations

from operator import add
from typing import TYPE_CHECKING

from . import Job, expect, text

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REPORT_TYPE = "PythonSparkWordcount"
SCALES = {
    "tiny": {"data_bytes": 8_000_000},
    "small": {"data_bytes": 24_000_000},
    "large": {"data_bytes": 72_000_000},
    "huge": {"data_bytes": 216_000_000},
}
ITERATIONS = None


def generate(spark: SparkSession, data: str, files: int, size: dict[str, int]) -> None:
    text.write(spark, data, files, size["data_bytes"])


def run(spark: SparkSession, job: Job) -> dict[str, float]:
    counts = (
        spark.sparkContext.textFile(job.data)
        .flatMap(lambda line: line.split(" "))
        .map(lambda word: (word, 1))
        .reduceByKey(add)
    )
    counts.map(lambda pair: f"{pair[0]}\t{pair[1]}").saveAsTextFile(job.output)
    return {}


def check(spark: SparkSession, job: Job, size: dict[str, int], found: dict[str, float]) -> None:  # noqa: ARG001
    from pyspark.sql import functions

    count = functions.sum(functions.size(functions.split("value", " ")))
    (words,) = spark.read.text(job.data).select(count).first()
    rows = [line.split("\t") for line in spark.sparkContext.textFile(job.output).collect()]
    expect({word for word, _ in rows} == set(text.vocabulary()), "Other words were counted than written.")
    expect(len(rows) == text.WORDS, "A word was counted twice.")
    expect(sum(int(number) for _, number in rows) == words, "The counts do not add up to the words.")
