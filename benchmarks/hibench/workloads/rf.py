"""Random forest classification: HiBench's `RandomForestClassification`, with the RDDs of MLlib."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import Job, expect

if TYPE_CHECKING:
    from pyspark.mllib.regression import LabeledPoint
    from pyspark.sql import SparkSession

REPORT_TYPE = "PythonSparkRandomForest"
SCALES = {
    "tiny": {"examples": 2_000, "features": 100},
    "small": {"examples": 6_000, "features": 100},
    "large": {"examples": 18_000, "features": 100},
    "huge": {"examples": 54_000, "features": 100},
}
ITERATIONS = None
TREES = 100
CLASSES = 2
DEPTH = 4
BINS = 32
SHIFT = 0.3
"""By which the features of one class are larger."""
SEED = 70


def _points(number: int, files: int, size: dict[str, int]) -> Iterator[LabeledPoint]:
    import numpy as np
    from pyspark.mllib.linalg import DenseVector
    from pyspark.mllib.regression import LabeledPoint

    draw = np.random.default_rng((SEED, number))
    for index in range(number, size["examples"], files):
        label = float(index // files % 2)
        yield LabeledPoint(label, DenseVector(draw.normal(label * SHIFT, 1.0, size["features"])))


def generate(spark: SparkSession, data: str, files: int, size: dict[str, int]) -> None:
    spark.sparkContext.parallelize(range(files), files).flatMap(
        lambda number: _points(number, files, size)
    ).saveAsPickleFile(data)


def run(spark: SparkSession, job: Job) -> dict[str, float]:
    from pyspark.mllib.tree import RandomForest

    points = spark.sparkContext.pickleFile(job.data)
    training, test = points.randomSplit([0.7, 0.3], seed=1)
    model = RandomForest.trainClassifier(
        training,
        CLASSES,
        {},
        TREES,
        featureSubsetStrategy="auto",
        impurity="gini",
        maxDepth=DEPTH,
        maxBins=BINS,
        seed=1,
    )
    guesses = model.predict(test.map(lambda point: point.features))
    pairs = test.map(lambda point: point.label).zip(guesses)
    wrong = pairs.filter(lambda pair: pair[0] != pair[1]).count()
    return {"trees": model.numTrees(), "tested": (tested := test.count()), "error": wrong / tested}


def check(spark: SparkSession, job: Job, size: dict[str, int], found: dict[str, float]) -> None:  # noqa: ARG001
    expect(found["trees"] == TREES, f"There are {found['trees']:g} trees.")
    share = found["tested"] / size["examples"]
    expect(abs(share - 0.3) < 0.05, f"{share:.0%} of the examples were kept for the test.")
    expect(found["error"] < 0.35, f"{found['error']:.0%} of the test were classified wrongly.")
