"""k-means: HiBench's `DenseKMeans` on samples around five centres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import Job, expect

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

REPORT_TYPE = "PythonSparkKmeans"
SCALES = {
    "tiny": {"samples": 100_000, "dimensions": 20},
    "small": {"samples": 300_000, "dimensions": 20},
    "large": {"samples": 900_000, "dimensions": 20},
    "huge": {"samples": 2_700_000, "dimensions": 20},
}
ITERATIONS = 5
CENTRES = 5
K = 10
SEED = 50


def generate(spark: SparkSession, data: str, files: int, size: dict[str, int]) -> None:
    import numpy as np
    from pyspark.ml.feature import VectorAssembler
    from pyspark.sql import functions

    draw = np.random.default_rng(SEED)
    centre = (functions.col("id") % CENTRES + 1).cast("int")
    values = []
    for dimension in range(size["dimensions"]):
        means = functions.array(*map(functions.lit, draw.uniform(0, 1000, CENTRES).tolist()))
        spreads = functions.array(*map(functions.lit, draw.uniform(0.01, 200, CENTRES).tolist()))
        noise = functions.randn(SEED + dimension) * functions.element_at(spreads, centre)
        values.append((functions.element_at(means, centre) + noise).alias(f"x{dimension}"))
    samples = spark.range(0, size["samples"], 1, files).select(*values)
    vectors = VectorAssembler(inputCols=samples.columns, outputCol="features").transform(samples)
    vectors.select("features").write.parquet(data)


def _fit(examples: DataFrame, iterations: int) -> float:
    from pyspark.ml.clustering import KMeans

    # a tolerance of 0: as many iterations as asked for
    search = KMeans(initMode="random", k=K, maxIter=iterations, tol=0.0, seed=1)
    return float(search.fit(examples).summary.trainingCost)


def run(spark: SparkSession, job: Job) -> dict[str, float]:
    from pyspark import StorageLevel

    examples = spark.read.parquet(job.data).persist(StorageLevel.MEMORY_ONLY)
    count = examples.count()
    return {"examples": count, "iterations": job.iterations, "cost": _fit(examples, job.iterations)}


def check(spark: SparkSession, job: Job, size: dict[str, int], found: dict[str, float]) -> None:
    expect(found["examples"] == size["samples"], "Samples are missing.")
    first = _fit(spark.read.parquet(job.data), 1)
    expect(0 < found["cost"] < first, f"The cost {found['cost']:g} is not below that of one iteration.")
