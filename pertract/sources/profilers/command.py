"""What the command line of a JVM says about whose process it is."""

from __future__ import annotations

import re

from .builder import ProcessBuilder

_OPTION = re.compile(r"--(executor-id|hostname|app-id)[ =](\S+)")
_DRIVER = re.compile(
    r"org\.apache\.spark\.deploy\.(?:SparkSubmit|yarn\.ApplicationMaster|worker\.DriverWrapper)\b"
)


def identify(process: ProcessBuilder, command: str) -> None:
    """Take executor, machine and application from a command line of Spark.

    Executors are started with ``--executor-id 3 --hostname h --app-id app-1``
    (``CoarseGrainedExecutorBackend``).
    """
    told = dict(_OPTION.findall(command))
    if "executor-id" in told:
        process.executor = told["executor-id"]
        process.host = told.get("hostname", process.host)
        process.application = told.get("app-id", process.application)
    elif _DRIVER.search(command):
        process.executor = process.executor or "driver"
