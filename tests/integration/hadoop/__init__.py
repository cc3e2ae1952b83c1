"""A small real Hadoop on loopback addresses: HDFS, YARN, the job history and the timeline.

`jars` fetches the jars by their Maven coordinates, `settings` writes the configuration files, `daemons`
starts and stops processes, `cluster` puts a cluster together, `applications` runs Spark (`words`) and
MapReduce on it, `capture` keeps what the cluster answers, and `fixtures` makes small recorded answers of
that. ``python -m tests.integration.hadoop`` starts a cluster to try things on.
"""
