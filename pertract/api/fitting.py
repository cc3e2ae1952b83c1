"""From a table of runs to a coarse model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from .. import dsl, provenance
from ..fit.coarse import fit_totals
from ..fit.coarse_model import coarse_model
from ..fit.totals import settings_of
from ..sources.runs_table import MeasuredRun
from .extracting import replayed
from .measured import completed, measured_runs


def fit_table(
    table: str | Path | Sequence[MeasuredRun], *, workload: str | None = None, name: str | None = None
) -> dsl.PerformanceModel:
    """Return a coarse model of the response times in a table of runs.

    For applications of which only totals are known. Where there are logs, `extract` knows more.

    Parameters
    ----------
    table
        A CSV file (docs/validation.md has its columns), or runs already read. It needs the response time or
        the log of each run and the number of nodes or executors; with amounts of data and ``partitions`` the
        model knows more.
    workload
        Which one, where the table has several.
    name
        Of the model; the workload, or the name of the table, if not given.

    Raises
    ------
    SourceError
        If the table or a log cannot be read.
    UsageError
        If the table holds several workloads and none is chosen.
    FitError
        If the runs do not suffice: three different clusters or amounts of data are needed.
    """
    runs = [completed(run) for run in measured_runs(table, workload)]
    source, digest = "runs", ""
    if isinstance(table, str | Path):
        source = Path(table).name
        digest = f"sha256:{hashlib.sha256(Path(table).read_bytes()).hexdigest()[:16]}"
    model = coarse_model(
        fit_totals(settings_of(runs)),
        name=name or runs[0].workload or source.removesuffix(".csv"),
        source=source,
        digest=digest,
        provenance=dsl.Provenance(version=provenance.tool_version(), created=provenance.now()),
    )
    return replayed(model)
