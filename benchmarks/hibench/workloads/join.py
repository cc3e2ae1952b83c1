"""SQL join: HiBench's query for the rank and the revenue of what every address visited in a year."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from . import Job, expect, visits
from .aggregation import SCALES

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REPORT_TYPE = "PythonSparkJoin"
ITERATIONS = None
generate = visits.write
FIRST, LAST = "1999-01-01", "2000-01-01"
__all__ = ["ITERATIONS", "REPORT_TYPE", "SCALES", "check", "generate", "run"]


def run(spark: SparkSession, job: Job) -> dict[str, float]:
    # HiBench's tables have no statistics, so that Spark never broadcasts one
    spark.conf.set("spark.sql.autoBroadcastJoinThreshold", "-1")
    visits.read(spark, job.data, "rankings", visits.RANKINGS).createOrReplaceTempView("rankings")
    visits.read(spark, job.data, "uservisits", visits.VISITS).createOrReplaceTempView("uservisits")
    spark.sql(
        f"""INSERT OVERWRITE DIRECTORY '{job.output}' USING csv
        SELECT sourceIP, avg(pageRank), sum(adRevenue) AS totalRevenue
        FROM rankings JOIN (
            SELECT sourceIP, destURL, adRevenue FROM uservisits
            WHERE datediff(visitDate, '{FIRST}') >= 0 AND datediff(visitDate, '{LAST}') <= 0
        ) ON pageURL = destURL
        GROUP BY sourceIP ORDER BY totalRevenue DESC"""
    )
    return {}


def check(spark: SparkSession, job: Job, size: dict[str, int], found: dict[str, float]) -> None:  # noqa: ARG001
    pages = visits.read(spark, job.data, "rankings", visits.RANKINGS).collect()
    ranks = {row.pageURL: row.pageRank for row in pages}
    expect(len(ranks) == size["pages"], "Pages are missing.")
    ranked: dict[str, list[int]] = {}
    sums: dict[str, float] = {}
    for row in visits.read(spark, job.data, "uservisits", visits.VISITS).collect():
        if FIRST <= row.visitDate <= LAST and row.destURL in ranks:
            ranked.setdefault(row.sourceIP, []).append(ranks[row.destURL])
            sums[row.sourceIP] = sums.get(row.sourceIP, 0.0) + row.adRevenue
    expect(len(sums) > size["uservisits"] // 100, "Nearly nothing was joined.")
    rows = spark.read.csv(job.output, schema="sourceIP STRING, rank DOUBLE, revenue DOUBLE").collect()
    expect(len(rows) == len(sums), "An address is missing or stands twice.")
    for row in rows:
        mean = sum(ranked[row.sourceIP]) / len(ranked[row.sourceIP])
        expect(math.isclose(row.rank, mean), f"The mean rank of {row.sourceIP} is wrong.")
        expect(math.isclose(row.revenue, sums[row.sourceIP]), f"The revenue of {row.sourceIP} is wrong.")
    by_file = spark.sparkContext.wholeTextFiles(job.output).sortByKey().values().collect()
    revenues = [float(line.rsplit(",", 1)[1]) for content in by_file for line in content.splitlines()]
    expect(all(a >= b for a, b in pairwise(revenues)), "The output is not in order.")
