"""Lines of random words, as Hadoop's `RandomTextWriter` makes them for HiBench."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

WORDS = 1000
SEED = 20


def vocabulary() -> list[str]:
    """Return the words."""
    import numpy as np

    draw = np.random.default_rng(SEED)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    return ["".join(draw.choice(letters, draw.integers(4, 13))) for _ in range(WORDS)]


def write(spark: SparkSession, data: str, files: int, size_bytes: int) -> None:
    """Write files that hold about so many bytes of text together."""
    each_bytes = size_bytes // files
    spark.sparkContext.parallelize(range(files), files).flatMap(
        lambda number: _lines(number, each_bytes)
    ).saveAsTextFile(data)


def _lines(number: int, size_bytes: int) -> Iterator[str]:
    """Yield the lines of one file; each has 10 to 99 words, all equally likely."""
    import numpy as np

    words = vocabulary()
    draw = np.random.default_rng((SEED, number))
    written_bytes = 0
    while written_bytes < size_bytes:
        line = " ".join([words[i] for i in draw.integers(0, WORDS, draw.integers(10, 100)).tolist()])
        written_bytes += len(line) + 1
        yield line
