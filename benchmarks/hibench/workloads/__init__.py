"""The workloads: one module each, ports of HiBench's Spark programs to PySpark.

Every module has

- ``REPORT_TYPE``: the word under which runs stand in a ``hibench.report``;
- ``SCALES``: the parameters of the data generator by scale, as in HiBench's ``conf/workloads``;
- ``ITERATIONS``: how many it makes unless told otherwise; None where there are none;
- ``generate(spark, data, files, size)``: writes the data, the same ones every time;
- ``run(spark, job)``: the program, returns figures of its result;
- ``check(spark, job, size, found)``: raises `WrongResult` if output or figures are wrong.

They import pyspark and NumPy where they need them: NumPy must be there on every machine of a cluster, and
Python workers load no more than their functions use.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

NAMES = ("wordcount", "sort", "terasort", "rf", "linear", "kmeans", "pagerank", "aggregation", "join")
SCALES = ("tiny", "small", "large", "huge")


class WrongResult(Exception):
    """A workload did not compute what it should."""


@dataclass(frozen=True)
class Job:
    """What a workload is run with."""

    data: str
    """Folder of the generated data, a URI."""
    output: str
    """Folder that does not exist yet, a URI."""
    parallelism: int
    """Partitions after a shuffle."""
    iterations: int
    """For those that iterate; else 0."""


def load(name: str) -> Any:
    """Return the module of a workload."""
    return importlib.import_module(f"{__name__}.{name}")


def expect(is_right: bool, sentence: str) -> None:
    """Raise `WrongResult` with a sentence unless all is right."""
    if not is_right:
        raise WrongResult(sentence)
