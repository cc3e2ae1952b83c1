"""A PySpark program for measuring the agent: work in the JVM, in many short tasks, and in Python workers.

usage: job.py MILLIONS [SECONDS]    the amount of work in the JVM; how long to wait at the end
"""

import sys
import time

from pyspark.sql import SparkSession

DIGEST = "sha(cast(id as string))"

spark = SparkSession.builder.getOrCreate()
millions, last_s = float(sys.argv[1]), float((sys.argv[2:] or ["0"])[0])
numbers = spark.range(0, int(millions * 1e6), 1, 8)
for _ in range(3):
    numbers.selectExpr(f"sum(crc32({DIGEST}))").collect()
numbers.selectExpr("id % 1000 as key", f"{DIGEST} as text").groupBy("key").agg({"text": "max"}).count()
spark.sparkContext.parallelize(range(200), 200).map(lambda one: one * one).sum()
spark.sparkContext.parallelize([3_000_000] * 4, 4).map(lambda most: sum(i * i for i in range(most))).sum()
time.sleep(last_s)
