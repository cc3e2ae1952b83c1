"""Real Spark cuts files into as many partitions as the rules say."""

from __future__ import annotations

import gzip
import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from pertract import dsl

pytest.importorskip("pyspark", reason="no Spark here: install pyspark")
if shutil.which("java") is None:
    pytest.skip("no Java here: Spark needs Java 17", allow_module_level=True)

BLOCK = 32 << 20
"""What a local file system says its block size is (``fs.local.block.size``)."""
SLOTS = 3
DRAW = random.Random(7)
SIZES = {
    "one": [1_000_000],
    "many": [DRAW.randint(100, 9000) for _ in range(150)],
    "mixed": [DRAW.randint(1, 400_000) for _ in range(20)] + [0, 0, 1_500_000],
    "equal": [100_000] * 13,
    "slop": [109_999, 110_001, 55_000],
}
SCANS = [
    (128 << 20, 4 << 20, None),
    (100_000, 0, None),
    (100_000, 5_000, None),
    (250_000, 20_000, 50),
    (64_000, 1000, 4),
]


@pytest.fixture(scope="module")
def spark() -> Any:
    """Return a session with three slots."""
    from pyspark.sql import SparkSession

    made = SparkSession.builder.master(f"local[{SLOTS}]").config("spark.ui.enabled", "false").getOrCreate()
    yield made
    made.stop()


@pytest.fixture(scope="module", params=[*SIZES, "mixed.gz", "equal.gz"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with text files, or compressed ones."""
    made = tmp_path_factory.mktemp(request.param)
    name, _, packed = request.param.partition(".")
    for number, size in enumerate(SIZES[name]):
        text = (b"x" * 49 + b"\n") * (size // 50 + 1)
        content = gzip.compress(os.urandom(size)) if packed else text[:size]
        (made / f"p{number:04d}.txt{'.gz' if packed else ''}").write_bytes(content)
    return made


def files(folder: Path, rule: str, **fields: Any) -> dsl.FileData:
    sizes = [path.stat().st_size for path in sorted(folder.iterdir())]
    sizes = [size for size in sizes if size]  # Spark makes no task of empty files
    storage = dsl.Storage(
        sizes=tuple(dsl.FileSizes(count=1, size_bytes=size) for size in sizes),
        block_bytes=BLOCK,
        splittable=not any(path.suffix == ".gz" for path in folder.iterdir()),
    )
    return dsl.FileData(id="d", size_bytes=sum(sizes), split_rule=rule, storage=storage, **fields)


@pytest.mark.parametrize(("most", "opening", "least"), SCANS)
def test_scans_of_spark_sql(spark: Any, folder: Path, most: int, opening: int, least: int | None) -> None:
    prefix = "spark.sql.files."
    spark.conf.set(prefix + "maxPartitionBytes", most)
    spark.conf.set(prefix + "openCostInBytes", opening)
    if least:
        spark.conf.set(prefix + "minPartitionNum", least)
    else:
        spark.conf.unset(prefix + "minPartitionNum")
    data = files(folder, "scan", split_bytes=most, opening_bytes=opening, least_splits=least)
    assert spark.read.text(str(folder)).rdd.getNumPartitions() == data.splits(1.0, SLOTS)


@pytest.mark.parametrize("asked", [None, 1, 7, 100])
def test_the_old_api_of_hadoop(spark: Any, folder: Path, asked: int | None) -> None:
    read = spark.sparkContext.textFile(str(folder), asked)
    assert read.getNumPartitions() == files(folder, "hadoop_old", least_splits=asked).splits(1.0, SLOTS)


@pytest.mark.parametrize("most", [None, 100_000, 64_000])
def test_the_new_api_of_hadoop(spark: Any, folder: Path, most: int | None) -> None:
    conf = {"mapreduce.input.fileinputformat.split.maxsize": str(most)} if most else {}
    classes = ("mapreduce.lib.input.TextInputFormat", "io.LongWritable", "io.Text")
    names = [f"org.apache.hadoop.{name}" for name in classes]
    read = spark.sparkContext.newAPIHadoopFile(str(folder), *names, conf=conf)
    assert read.getNumPartitions() == files(folder, "hadoop", split_bytes=most).splits(1.0, SLOTS)


@pytest.mark.parametrize("asked", [2, 5])
def test_whole_files_together(spark: Any, folder: Path, asked: int) -> None:
    read = spark.sparkContext.wholeTextFiles(str(folder), asked).getNumPartitions()
    found = files(folder, "combined", least_splits=asked).splits(1.0, SLOTS)
    assert read == pytest.approx(found, abs=1)
