"""The JSON documents that scripts rely on; keys are stable, more may be added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .. import dsl
from ..dsl.text import as_data
from ..transforms.pcm.exported import PcmExport
from .summary import Extraction, summary


def extractions_document(results: Sequence[Extraction]) -> dict[str, Any]:
    """Return what became of each of many logs, as the document ``pertract/extractions/1``."""
    return {
        "schema": "pertract/extractions/1",
        "models": [
            {"source": result.source, "model": str(result.path), "summary": result.summary}
            for result in results
            if result.summary is not None
        ],
        "refused": [
            {"source": result.source, "error": str(result.error), "hint": result.error.hint}
            for result in results
            if result.error is not None and not result.is_other
        ],
        "others": [result.source for result in results if result.is_other],
    }


def model_document(model: dsl.PerformanceModel) -> dict[str, Any]:
    """Return a model as ``show --format json`` prints it: the summary, then the document."""
    return {"summary": summary(model)} | as_data(model)


def export_document(exported: PcmExport, folder: Path) -> dict[str, Any]:
    """Return what was exported as the document ``pertract/export/1``."""
    return {
        "schema": "pertract/export/1",
        "folder": str(folder),
        "files": {name: len(content) for name, content in exported.files.items()},
        "response_time_s": exported.response_time_s,
        "omissions": [asdict(omission) for omission in exported.omissions],
        "warnings": list(exported.warnings),
    }
