"""The application that is run on Spark: the words of a text, counted in two stages.

usage: words.py INPUT EXECUTORS LONGEST_WAIT_S [HOLD]

Waits until so many executors have registered, or no more come, counts, and ends when the file HOLD is there.
"""

import sys
import time
from pathlib import Path

from pyspark.sql import SparkSession


def await_executors(context, wanted: int, longest_s: float) -> int:
    """Return the number of executors that registered."""
    deadline = time.monotonic() + longest_s
    while (count := context._jsc.sc().getExecutorMemoryStatus().size() - 1) < wanted:
        if time.monotonic() > deadline:
            break
        time.sleep(0.2)
    return count


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(place: str, wanted: str, longest_s: str, hold: str = "") -> None:
    """Count words."""
    context = SparkSession.builder.getOrCreate().sparkContext
    say(f"executors {await_executors(context, int(wanted), float(longest_s))}")
    words = context.textFile(place, 4).flatMap(str.split)
    counted = words.map(lambda word: (word, 1)).reduceByKey(lambda a, b: a + b, 4)
    say(f"words {counted.count()}")
    while hold and not Path(hold).exists():
        time.sleep(0.2)
    context.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
