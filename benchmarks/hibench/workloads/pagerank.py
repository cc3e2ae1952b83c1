"""PageRank: HiBench's `SparkPageRank` on links of which popular pages have more."""

from __future__ import annotations

from collections.abc import Iterator
from operator import add
from typing import TYPE_CHECKING

from . import Job, expect

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REPORT_TYPE = "PythonSparkPagerank"
SCALES = {
    "tiny": {"pages": 1_000},
    "small": {"pages": 3_000},
    "large": {"pages": 9_000},
    "huge": {"pages": 27_000},
}
ITERATIONS = 3
LINKS = 40
"""Mean links of a page: 5 % of 800 words."""
EXPONENT = 0.5
"""Of Zipf's law for how often a page is linked."""
SEED = 40


def _edges(number: int, files: int, pages: int) -> Iterator[str]:
    """Yield the links of every page that one file holds."""
    import numpy as np

    draw = np.random.default_rng((SEED, number))
    total = np.cumsum(np.arange(1, pages + 1) ** -EXPONENT)
    for page in range(number, pages, files):
        links = max(1, round(draw.normal(LINKS, LINKS / 10)))
        for target in np.searchsorted(total, draw.random(links) * total[-1]).tolist():
            yield f"{page}\t{target}"


def generate(spark: SparkSession, data: str, files: int, size: dict[str, int]) -> None:
    pages = size["pages"]
    spark.sparkContext.parallelize(range(files), files).flatMap(
        lambda number: _edges(number, files, pages)
    ).saveAsTextFile(data)


def run(spark: SparkSession, job: Job) -> dict[str, float]:
    lines = spark.sparkContext.textFile(job.data, 1)
    links = lines.map(lambda line: tuple(line.split()[-2:])).distinct().groupByKey().cache()
    ranks = links.mapValues(lambda _: 1.0)
    for _ in range(job.iterations):
        contributions = (
            links.join(ranks)
            .values()
            .flatMap(lambda pair: [(target, pair[1] / len(pair[0])) for target in pair[0]])
        )
        ranks = contributions.reduceByKey(add).mapValues(lambda rank: 0.15 + 0.85 * rank)
    ranks.map(lambda pair: f"{pair[0]}\t{pair[1]!r}").saveAsTextFile(job.output)
    return {"iterations": job.iterations}


def check(spark: SparkSession, job: Job, size: dict[str, int], found: dict[str, float]) -> None:  # noqa: ARG001
    links: dict[str, set[str]] = {}
    for line in spark.sparkContext.textFile(job.data).collect():
        page, target = line.split("\t")
        links.setdefault(page, set()).add(target)
    expect(len(links) == size["pages"], "Pages are missing in the data.")
    ranks = dict.fromkeys(links, 1.0)
    for _ in range(job.iterations):
        given: dict[str, float] = {}
        for page in links.keys() & ranks.keys():
            for target in links[page]:
                given[target] = given.get(target, 0.0) + ranks[page] / len(links[page])
        ranks = {page: 0.15 + 0.85 * rank for page, rank in given.items()}
    rows = dict(line.split("\t") for line in spark.sparkContext.textFile(job.output).collect())
    expect(rows.keys() == ranks.keys(), "Other pages have a rank than should.")
    worst = max(abs(float(rows[page]) / rank - 1) for page, rank in ranks.items())
    expect(worst < 1e-9, f"A rank is off by {worst:.1%}.")
