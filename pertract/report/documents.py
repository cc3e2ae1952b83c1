"""The JSON documents that scripts rely on; keys are stable, more may be added."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .. import dsl, provenance
from ..dsl.text import as_data
from ..simulate import Estimate, Prediction


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
        },
        "configuration": {
            "nodes": len(configuration.node_cores),
            "node_cores": list(configuration.node_cores) if configuration.nodes_known else None,
            "executors": len(configuration.executors),
            "executor_cores": configuration.executor_cores,
            "executor_memory_bytes": configuration.executor_memory_bytes,
            "slots": configuration.slots,
            "task_cpus": configuration.task_cpus,
            "data_bytes": configuration.data_bytes,
            "data_scale": configuration.data_scale,
            "cpu_rate": configuration.cpu_rate,
            "drive_rate": configuration.drive_rate,
            "drive_write_rate": configuration.drive_write_rate,
            "network_rate": configuration.network_rate,
            "worker_cores": configuration.worker_cores,
            "as_measured": configuration.as_measured,
        },
        "response_time_s": _estimate(prediction.response_time_s),
        "job_span_s": _estimate(prediction.job_span_s),
        "cpu_utilisation": _estimate(prediction.cpu_utilisation)
        | {"series": [list(point) for point in prediction.cpu_series]},
        "task_cpu_utilisation": _estimate(prediction.task_cpu_utilisation),
        "breakdown_s": prediction.breakdown_s,
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


def summary(model: dsl.PerformanceModel) -> dict[str, Any]:
    """Return the figures of the calibration run that identify a model."""
    run = model.runs[0] if model.runs else None
    execution = model.execution
    groups = execution.configuration.executors
    return {
        "application": model.name,
        "application_id": run.application_id if run else None,
        "framework": execution.framework,
        "framework_version": execution.framework_version,
        "jobs": run.jobs if run else len(execution.jobs),
        "stages": run.stages if run else len(execution.stages),
        "tasks": run.tasks if run else sum(s.partitions.count for s in execution.stages),
        "response_time_s": run.response_time_s if run else None,
        "job_span_s": run.job_span_s if run else None,
        "task_cpu_utilisation": run.task_cpu_utilisation if run else None,
        "executors": run.executors if run else sum(group.count for group in groups),
        "slots": run.slots if run else sum(group.count * group.slots for group in groups),
        "data_bytes": model.workload.size_bytes,
        "completeness": model.completeness.ratio,
        "replay_error": model.replay.error if model.replay else None,
    }


def model_document(model: dsl.PerformanceModel) -> dict[str, Any]:
    """Return a model as ``show --format json`` prints it: the summary, then the document."""
    return {"summary": summary(model)} | as_data(model)
