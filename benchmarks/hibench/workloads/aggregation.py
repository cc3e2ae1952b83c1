"""SQL aggregation: HiBench's `rankings/uservisits` query that adds up the revenue of every address."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from . import Job, expect, visits

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REPORT_TYPE = "PythonSparkAggregation"
SCALES = {
    "tiny": {"uservisits": 300_000, "pages": 36_000},
    "small": {"uservisits": 900_000, "pages": 108_000},
    "large": {"uservisits": 2_700_000, "pages": 324_000},
    "huge": {"uservisits": 8_100_000, "pages": 972_000},
}
ITERATIONS = None
generate = visits.write


def run(spark: SparkSession, job: Job) -> dict[str, float]:
    visits.read(spark, job.data, "uservisits", visits.VISITS).createOrReplaceTempView("uservisits")
    spark.sql(
        f"INSERT OVERWRITE DIRECTORY '{job.output}' USING csv "
        "SELECT sourceIP, SUM(adRevenue) FROM uservisits GROUP BY sourceIP"
    )
    return {}


def check(spark: SparkSession, job: Job, size: dict[str, int], found: dict[str, float]) -> None:  # noqa: ARG001
    table = (
        visits.read(spark, job.data, "uservisits", visits.VISITS).select("sourceIP", "adRevenue").collect()
    )
    expect(len(table) == size["uservisits"], "Visits are missing.")
    sums: dict[str, float] = {}
    for address, revenue in table:
        sums[address] = sums.get(address, 0.0) + revenue
    rows = spark.read.csv(job.output, schema="sourceIP STRING, revenue DOUBLE").collect()
    expect(len(rows) == len(sums), "An address is missing or stands twice.")
    expect(all(math.isclose(sums[address], revenue) for address, revenue in rows), "A sum is wrong.")
