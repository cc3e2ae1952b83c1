"""What Pertract does, as functions for programs and notebooks.

>>> import pertract
>>> model = pertract.extract("eventlog.zstd")  # doctest: +SKIP
>>> pertract.predict(model, executors=8).response_time_s.mean  # doctest: +SKIP
"""

from __future__ import annotations

import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from . import dsl, provenance
from .dsl import text
from .errors import (
    ModelError,
    OutputError,
    SourceError,
    SourceNotFound,
    UnreadableSource,
    UsageError,
)
from .extract import build_model
from .report.summary import Extraction, summary
from .simulate import Options, Prediction, replay
from .simulate import predict as _predict
from .simulate.prediction import Progress as ReplicationProgress
from .sources import history_server, places, spark
from .sources.processes import in_order


def read_run(
    source: str | Path,
    *,
    application: str | None = None,
    attempt: str | None = None,
    jobs: int = 1,
    progress: spark.Progress | None = None,
) -> spark.SparkRun:
    """Return the records of the run in a Spark event log.

    Parameters
    ----------
    source
        An event log: a file in any compression Spark or Hadoop writes, the folder of a rolled log, a
        folder, zip archive or pattern that holds it, as path or URL (``s3://``, ``hdfs://`` ...); or the
        address of a History Server.
    application, attempt
        Which application, where the source holds several, and which attempt of it; the last one if not
        given.
    jobs
        Processes to use for the parts of a large rolled log. Programs that ask for more than one need
        the usual ``if __name__ == "__main__":`` guard.
    progress
        Called with stored bytes read and, where known, in all.

    Raises
    ------
    SourceError
        If there is no event log, it cannot be read, or no job in it finished.
    """
    return _read(source, application, attempt, jobs, progress)[0]


def extract(
    source: str | Path,
    *,
    application: str | None = None,
    attempt: str | None = None,
    jobs: int = 1,
    progress: spark.Progress | None = None,
) -> dsl.PerformanceModel:
    """Return the performance model of the run in a Spark event log.

    The model is replayed once in the log's own configuration; ``model.replay`` tells how well it
    repeats what was measured.

    Parameters
    ----------
    source, application, attempt, jobs, progress
        As for `read_run`.

    Raises
    ------
    SourceError
        If there is no event log, it cannot be read, or no job in it finished.
    """
    return _model(*_read(source, application, attempt, jobs, progress))


def _read(
    source: str | Path,
    application: str | None,
    attempt: str | None,
    jobs: int,
    progress: spark.Progress | None,
) -> tuple[spark.SparkRun, str]:
    """Return the run at a source, and the name to remember it by."""
    if places.is_web(str(source)) and (server := history_server.probe(str(source), progress=progress)):
        with server:
            run = history_server.read(server, application, attempt, jobs=jobs, progress=progress)
        return run, str(server)
    log = spark.find(source, application=application, attempt=attempt)
    return spark.read(log, jobs=jobs, progress=progress), log.place.name


def _model(run: spark.SparkRun, name: str) -> dsl.PerformanceModel:
    origin = dsl.Provenance(version=provenance.tool_version(), created=provenance.now())
    model = build_model(run, source=name, provenance=origin)
    return model.model_copy(update={"replay": _replay(model)})


def extract_all(
    sources: Iterable[str | Path],
    folder: str | Path,
    *,
    application: str | None = None,
    jobs: int = 1,
    progress: spark.Progress | None = None,
) -> Iterator[Extraction]:
    """Write a model of every application at some places into a folder; yield them as they come.

    Files that are no event logs and logs that cannot be read come with their error. Models
    are named after the application and its attempt.

    Parameters
    ----------
    sources
        Paths, URLs and patterns of event logs and of folders and archives that hold them.
    folder
        Where to write; made if it does not exist.
    application
        Only this application.
    jobs, progress
        As for `read_run`; with several processes, each reads one log at a time.

    Raises
    ------
    SourceNotFound
        If there is no event log at all.
    OutputError
        If a model cannot be written.
    """
    folder = Path(folder)
    where = [place for source in sources for place in places.expand(source)]
    found = spark.find_all(where)
    logs = spark.choose(found.logs, application=application)
    if not logs and not found.refused:
        names = ", ".join(map(str, where[:3]))
        held = f" of application {application}" if application and found.logs else ""
        raise SourceNotFound(
            f"{names}: there is no event log{held}"
            + (f"; {found.skipped[0]}" if found.skipped and not found.logs else ""),
            hint="Give the folder that spark.eventLog.dir points to.",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be made ({error.strerror})", hint="Give a folder that you may write to."
        ) from error
    for refusal in (*found.skipped, *found.refused):
        yield Extraction(str(refusal).partition(": ")[0], error=refusal)
    tasks = list(zip(logs, _model_paths(logs, folder), strict=True))
    done, total = 0, sum(log.stored_bytes or 0 for log in logs)
    for (log, _), extraction in in_order(_extract_to, tasks, jobs=jobs):
        done += log.stored_bytes or 0
        if progress:
            progress(done, total)
        yield extraction


def _extract_to(task: tuple[spark.EventLog, Path]) -> Extraction:
    log, path = task
    try:
        model = _model(spark.read(log), log.place.name)
        save(model, path)
    except SourceError as error:
        return Extraction(str(log.place), error=error)
    return Extraction(str(log.place), path, summary(model))


def _model_paths(logs: Sequence[spark.EventLog], folder: Path) -> Iterator[Path]:
    """Yield a file name for each log: its application and attempt, with a number where that is taken."""
    taken: Counter[str] = Counter()
    for log in logs:
        name = re.sub(r"[^\w.-]+", "-", log.application + (f"_{log.attempt}" if log.attempt else ""))[:120]
        taken[name] += 1
        yield folder / (f"{name}-{taken[name]}.yaml" if taken[name] > 1 else f"{name}.yaml")


def _replay(model: dsl.PerformanceModel) -> dsl.Replay:
    run = model.runs[0]
    response_s, span_s = replay(model)
    return dsl.Replay(
        response_time_s=round(response_s, 3),
        error=round(_relative(response_s, run.response_time_s), 6),
        job_span_s=round(span_s, 3),
        job_span_error=round(_relative(span_s, run.job_span_s), 6),
    )


def _relative(simulated: float, measured: float) -> float:
    return (simulated - measured) / measured if measured > 0 else 0.0


def predict(
    model: dsl.PerformanceModel,
    *,
    replications: int = 20,
    precision: float | None = None,
    seed: int = 1,
    progress: ReplicationProgress | None = None,
    **options: Any,
) -> Prediction:
    """Return the predicted response time and CPU use in a configuration.

    Parameters
    ----------
    model
        From `extract` or `load`.
    replications
        Number of simulated executions.
    precision
        Instead of a fixed number, simulate until the 95 % confidence interval of the mean response
        time is at most this share of it to either side, such as 0.01.
    seed
        The same seed gives the same prediction.
    progress
        Called with replications done and replications in all.
    **options
        What differs from the calibration run: the fields of `pertract.Options`, such as
        ``executors=8, executor_cores=4, data_scale=2.0``.

    Raises
    ------
    UsageError
        If options are unknown or contradict each other.
    SimulationError
        If the configuration cannot run the application.
    """
    known = {field.name for field in fields(Options)}
    if unknown := sorted(set(options) - known):
        raise UsageError(
            f"no option is called '{unknown[0]}'", hint=f"Options are {', '.join(sorted(known))}."
        )
    return _predict(
        model,
        Options(**options),
        replications=replications,
        precision=precision,
        seed=seed,
        progress=progress,
    )


def load(path: str | Path) -> dsl.PerformanceModel:
    """Return the checked model in a YAML or JSON file.

    Raises
    ------
    SourceNotFound
        If there is no such file.
    ModelError
        If it is not a valid model; the message names file, line and field.
    """
    path = Path(path)
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SourceNotFound(
            f"{path}: no such file", hint="Make a model with: pertract extract LOG -o model.yaml"
        ) from error
    except UnicodeDecodeError as error:
        raise ModelError(
            f"{path}: not a model, which is YAML or JSON text",
            hint="If it is an event log, first run: pertract extract LOG -o model.yaml",
        ) from error
    except OSError as error:
        raise UnreadableSource(
            f"{path}: cannot be read ({error.strerror})", hint="Check its permissions."
        ) from error
    return text.parse(content, name=str(path))


def save(model: dsl.PerformanceModel, path: str | Path) -> None:
    """Write a model, as JSON if the name ends in ``.json`` and as YAML otherwise.

    The file appears complete or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    path = Path(path)
    write_whole(path, text.to_json(model) if path.suffix == ".json" else text.to_yaml(model))


def write_whole(path: Path, content: str) -> None:
    """Write a text file under a temporary name and rename it when it is complete.

    What a link points to is replaced, and not the link; a pipe or device is written to directly.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    temporary: Path | None = None
    try:
        path = path.resolve()
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_text(content, encoding="utf-8")
            return
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)  # a temporary file is private, a result is not
        temporary.replace(path)
        temporary = None
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written ({error.strerror})",
            hint="Check that the folder exists and that you may write to it.",
        ) from error
    finally:
        if temporary is not None:  # also after an interruption
            temporary.unlink(missing_ok=True)
