"""The tables of the SQL workloads: pages with their rank, and visits of users to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

RANKINGS = "pageURL STRING, pageRank INT, avgDuration INT"
VISITS = (
    "sourceIP STRING, destURL STRING, visitDate STRING, adRevenue DOUBLE, userAgent STRING, "
    "countryCode STRING, languageCode STRING, searchWord STRING, duration INT"
)
SEED = 80


def _url(page: str) -> str:
    """Return an expression for the address of a page: 30 to 60 letters that its number tells."""
    return f"concat('http://', substr(sha2(cast({page} as string), 256), 1, 20 + {page} % 31), '.com')"


def write(spark: SparkSession, data: str, files: int, size: dict[str, int]) -> None:
    """Write both tables as files with commas."""
    from pyspark.sql import functions
    from pyspark.sql.functions import col, expr

    pages, visits = size["pages"], size["uservisits"]
    # few pages have many visits: as the square of a uniform number, which is Zipf's law with 0.5
    spark.range(0, visits, 1, files).select(
        (functions.rand(SEED) * functions.rand(SEED) * pages).cast("int").alias("page"),
        *(functions.rand(SEED + i).alias(f"u{i}") for i in range(1, 12)),
    ).select(
        expr(
            "concat(cast(1 + u1 * 254 as int), '.', cast(u2 * 255 as int), '.', cast(u3 * 255 as int), "
            "'.', cast(1 + u4 * 254 as int))"
        ),
        expr(_url("page")),
        expr("cast(date_add(date'1970-01-01', cast(u5 * 15000 as int)) as string)"),
        col("u6"),
        expr("concat('Mozilla/5.0 (agent ', cast(u7 * 40 as int), ')')"),
        expr("concat('C', cast(u8 * 90 as int))"),
        expr("concat('L', cast(u9 * 90 as int))"),
        expr("concat('word', cast(u10 * 1000 as int))"),
        expr("cast(1 + u11 * 10 as int)"),
    ).write.csv(f"{data}/uservisits")
    spark.range(0, pages, 1, files).select(
        expr(_url("id")),
        (functions.rand(SEED + 20) * 100).cast("int"),
        (functions.rand(SEED + 21) * 99 + 1).cast("int"),
    ).write.csv(f"{data}/rankings")


def read(spark: SparkSession, data: str, table: str, columns: str) -> DataFrame:
    """Return a table."""
    return spark.read.csv(f"{data}/{table}", schema=columns)
