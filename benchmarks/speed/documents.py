"""Speed of writing and reading model documents.

usage: python benchmarks/speed/documents.py [MODEL]

Without a model, one of some thousand stages is made from the shipped example. CPU seconds, medians.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

from biglog import EXAMPLE, repeat

import pertract
from pertract import api
from pertract.dsl import text

REPETITIONS = 3


def median_s(function: Callable[[], object]) -> float:
    times = []
    for _ in range(REPETITIONS):
        begin = process_time()
        function()
        times.append(process_time() - begin)
    return statistics.median(times)


def main() -> None:
    if sys.argv[1:]:
        model = pertract.load(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "eventlog"
            repeat(EXAMPLE, log, 300)
            model = api.extract(log)
    print(f"{len(model.execution.jobs)} jobs, {len(model.execution.stages)} stages")
    for name, write in (("YAML", text.to_yaml), ("JSON", text.to_json)):
        document = write(model)
        written = median_s(lambda write=write: write(model))  # type: ignore[misc]
        read = median_s(lambda document=document: text.parse(document, name="model"))  # type: ignore[misc]
        print(f"{name}: {len(document) / 1e6:.1f} MB, write {written:.2f} s, read {read:.2f} s")


if __name__ == "__main__":
    main()
