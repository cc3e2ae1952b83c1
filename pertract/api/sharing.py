"""From a workload file to what becomes of applications that share a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .. import dsl
from ..errors import SourceNotFound, UnreadableSource
from ..plan.shared import Sharing, Workload, parse_workload, study_sharing
from ..plan.shared.study import Progress
from ..simulate import Options
from .files import load
from .questions import Asking


def share(
    path: str | Path,
    *,
    deadlines_s: Mapping[str, float] | None = None,
    replications: int = 10,
    seed: int = 1,
    catalogue: str | Path | None = None,
    progress: Progress | None = None,
) -> Sharing:
    """Return what becomes of several applications that share one cluster.

    Parameters
    ----------
    path
        A workload file: the cluster, its applications, and when they arrive (docs/planning.md).
    deadlines_s
        Deadlines of applications by name, seconds after arrival. Where runs arrive at a mean rate, the
        largest rate is found at which 95 % of them end in time.
    replications
        Simulations of the whole workload.
    seed
        The same seed gives the same answer.
    catalogue
        A file of node types, beside the user's and the built-in one.
    progress
        Called with simulations done and, where known, simulations in all.

    Raises
    ------
    SourceError
        If the workload, or a file that it names, cannot be read.
    UsageError
        If the workload has a mistake, or an application cannot run on the cluster.
    ModelError
        If a model is not valid.
    """
    path = Path(path)
    workload = parse_workload(_text(path), name=str(path))
    models = _models(path, workload)
    options: dict[str, Options] = {}
    for entry in workload.applications:
        fields = entry.options.fields()
        # A catalogue is for those who name a node type.
        asking = Asking(catalogue if fields.get("node_type") else None)
        options[entry.name] = asking.options(fields)
    return study_sharing(
        workload,
        models,
        options,
        deadlines_s=deadlines_s,
        replications=replications,
        seed=seed,
        progress=progress,
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SourceNotFound(
            f"{path}: no such file", hint="Write one like examples/shared-cluster.yaml of the project."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSource(f"{path}: cannot be read as text", hint="Is it a workload file?") from error


def _models(path: Path, workload: Workload) -> dict[str, dsl.PerformanceModel]:
    """Return the model of each application; a file that several name is read once."""
    read: dict[Path, dsl.PerformanceModel] = {}
    for entry in workload.applications:
        file = path.parent / entry.model
        if file not in read:
            try:
                read[file] = load(file)
            except SourceNotFound as error:
                raise SourceNotFound(f"{path}: {entry.name}: {error}", hint=error.hint) from error
    return {entry.name: read[path.parent / entry.model] for entry in workload.applications}
