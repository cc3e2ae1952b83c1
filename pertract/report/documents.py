"""The JSON documents that scripts rely on; keys are stable, more may be added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .. import dsl, provenance
from ..dsl.text import as_data
from ..simulate import Estimate, Prediction
from ..transforms.pcm.exported import PcmExport
from .summary import Extraction, summary


def prediction_document(prediction: Prediction) -> dict[str, Any]:
    """Return a prediction as the document ``pertract/prediction/1``; seconds, bytes and ratios."""
    model, configuration = prediction.model, prediction.configuration
    return {
        "schema": "pertract/prediction/1",
        "model": {
            "name": model.name,
            "digest": [run.digest for run in model.runs],
            "runs": len(model.runs),
            "completeness": model.completeness.ratio,
            "missing": list(model.completeness.missing),
        },
        "configuration": {
            "nodes": len(configuration.node_cores),
            "node_cores": list(configuration.node_cores) if configuration.nodes_known else None,
            "node_type": configuration.node_type,
            "price_per_node_hour": configuration.price_per_node_hour,
            "executors": len(configuration.executors),
            "executor_cores": configuration.executor_cores,
            "executor_memory_bytes": configuration.executor_memory_bytes,
            "slots": configuration.slots,
            "task_cpus": configuration.task_cpus,
            "data_bytes": configuration.data_bytes,
            "data_scale": configuration.data_scale,
            "parameters": configuration.parameters,
            "cpu_rate": configuration.cpu_rate,
            "drive_rate": configuration.drive_rate,
            "drive_write_rate": configuration.drive_write_rate,
            "network_rate": configuration.network_rate,
            "drive_read_bytes_per_s": _per_node(configuration.drive_read_bytes_per_s),
            "drive_write_bytes_per_s": _per_node(configuration.drive_write_bytes_per_s),
            "network_bytes_per_s": configuration.network_bytes_per_s,
            "worker_cores": configuration.worker_cores,
            "as_measured": configuration.as_measured,
        },
        "response_time_s": _estimate(prediction.response_time_s),
        "job_span_s": _estimate(prediction.job_span_s),
        "cpu_utilisation": _estimate(prediction.cpu_utilisation)
        | {"series": [list(point) for point in prediction.cpu_series]},
        "task_cpu_utilisation": _estimate(prediction.task_cpu_utilisation),
        "cost": None if prediction.cost is None else _estimate(prediction.cost),
        "breakdown_s": prediction.breakdown_s,
        "without_s": prediction.without_s,
        "jobs": [asdict(job) for job in prediction.jobs],
        "stages": [
            {
                "id": stage.id,
                "job": stage.job,
                "name": stage.name,
                "tasks": stage.tasks,
                "start_s": stage.start_s,
                "end_s": stage.end_s,
                "task_s": {"mean": stage.task_mean_s, "p95": stage.task_p95_s, "max": stage.task_max_s},
            }
            for stage in prediction.stages
        ],
        "streams": [asdict(stream) | {"late": stream.late} for stream in prediction.streams],
        "support": {"kind": prediction.support.kind, "why": list(prediction.support.why)},
        "warnings": list(prediction.warnings),
        "provenance": {
            "tool": "pertract",
            "version": provenance.tool_version(),
            "created": provenance.now(),
            "replications": prediction.replications,
            "seed": prediction.seed,
            "sources": [run.source for run in model.runs],
        },
    }


def _estimate(value: Estimate) -> dict[str, Any]:
    data = asdict(value)
    return {key: list(v) if isinstance(v, tuple) else v for key, v in data.items()}


def _per_node(values: tuple[float, ...] | None) -> list[float] | None:
    return None if values is None else list(values)


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
