"""Linear regression: HiBench's `LinearRegressionWithElasticNet`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from . import Job, expect

if TYPE_CHECKING:
    from pyspark.ml.linalg import DenseVector
    from pyspark.sql import SparkSession

REPORT_TYPE = "PythonSparkLinearRegression"
SCALES = {
    "tiny": {"examples": 30_000, "features": 100},
    "small": {"examples": 90_000, "features": 100},
    "large": {"examples": 270_000, "features": 100},
    "huge": {"examples": 810_000, "features": 100},
}
ITERATIONS = 50
REGULARISATION = 0.3
ELASTIC_NET = 0.8
TOLERANCE = 1e-6
TRAINING = 0.75
SEED = 60


def _examples(number: int, files: int, size: dict[str, int]) -> Iterator[tuple[float, DenseVector]]:
    """Yield label and features of every example in one file."""
    import numpy as np
    from pyspark.ml.linalg import Vectors

    weights = np.random.default_rng(SEED).random(size["features"]) - 0.5
    draw = np.random.default_rng((SEED, number))
    for _ in range(size["examples"] // files):
        features = draw.uniform(-1.0, 1.0, len(weights))
        yield float(features @ weights + draw.normal()), Vectors.dense(features)


def generate(spark: SparkSession, data: str, files: int, size: dict[str, int]) -> None:
    from pyspark.ml.linalg import VectorUDT
    from pyspark.sql.types import DoubleType, StructField, StructType

    examples = spark.sparkContext.parallelize(range(files), files).flatMap(
        lambda number: _examples(number, files, size)
    )
    schema = StructType([StructField("label", DoubleType()), StructField("features", VectorUDT())])
    spark.createDataFrame(examples, schema, verifySchema=False).write.parquet(data)


def run(spark: SparkSession, job: Job) -> dict[str, float]:
    from pyspark.ml.regression import LinearRegression

    training, _ = spark.read.parquet(job.data).randomSplit([TRAINING, 1 - TRAINING], seed=12345)
    training = training.cache()
    count = training.count()
    features = training.select("features").first()[0].size
    search = LinearRegression(
        maxIter=job.iterations, regParam=REGULARISATION, elasticNetParam=ELASTIC_NET, tol=TOLERANCE
    )
    summary = search.fit(training).summary
    objective = summary.objectiveHistory
    summary.residuals.show()
    return {
        "examples": count,
        "features": features,
        "iterations": summary.totalIterations,
        "falls": all(after <= before for before, after in pairwise(objective)),
        "rmse": summary.rootMeanSquaredError,
        "r2": summary.r2,
    }


def check(spark: SparkSession, job: Job, size: dict[str, int], found: dict[str, float]) -> None:
    from pyspark.sql import functions

    expect(found["features"] == size["features"], "Features are missing.")
    share = found["examples"] / size["examples"]
    expect(abs(share - TRAINING) < 0.03, f"{share:.0%} of the examples were used for training.")
    (spread,) = spark.read.parquet(job.data).select(functions.stddev("label")).first()
    expect(bool(found["falls"]), "The objective rose.")
    expect(0 < found["rmse"] < spread, f"The error {found['rmse']:g} is not below {spread:g}.")
    expect(0 < found["r2"] < 1, f"R2 is {found['r2']:g}.")
