"""A PySpark program for the tests of the agent: work in the JVM, in Python workers, and in many short tasks."""

import sys
import time

from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
context = spark.sparkContext
millions, last_s = float(sys.argv[1]), float(sys.argv[2])
for _ in range(3):
    numbers = spark.range(0, int(millions * 1e6), 1, 8)
    numbers.selectExpr("sum(crc32(sha(cast(id as string))))").collect()
numbers.selectExpr("id % 1000 as key", "sha(cast(id as string)) as text").groupBy("key").agg(
    {"text": "max"}
).count()
context.parallelize(range(200), 200).map(lambda number: number * number).sum()
context.parallelize(range(4), 4).map(lambda number: sum(i * i for i in range(3_000_000))).sum()
time.sleep(last_s)
