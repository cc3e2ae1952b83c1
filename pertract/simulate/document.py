"""A prediction as the document ``pertract/prediction/1``; keys are stable, more may be added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .. import dsl, provenance
from ..units import MIB
from .granted import Granted
from .intervals import Estimate
from .prediction import Prediction


def prediction_document(prediction: Prediction) -> dict[str, Any]:
    """Return a prediction as the document ``pertract/prediction/1``; seconds, bytes and ratios."""
    model, configuration = prediction.model, prediction.configuration
    return {
        "schema": "pertract/prediction/1",
        "model": model_entry(model),
        "configuration": {
            "nodes": len(configuration.node_cores),
            "node_cores": list(configuration.node_cores) if configuration.nodes_known else None,
            "node_type": configuration.node_type,
            "price_per_node_hour": configuration.price_per_node_hour,
            "executors": len(configuration.executors),
            "containers": _containers(configuration.granted),
            "executor_cores": configuration.executor_cores,
            "executor_memory_bytes": configuration.executor_memory_bytes,
            "slots": configuration.slots,
            "task_cpus": configuration.task_cpus,
            "shuffle_partitions": configuration.shuffle_partitions,
            "default_parallelism": configuration.default_parallelism,
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
            "copies": configuration.copies,
            "company": list(configuration.company),
            "as_measured": configuration.as_measured,
        },
        "response_time_s": estimate_document(prediction.response_time_s),
        "replications_s": list(prediction.replications_s),
        "job_span_s": estimate_document(prediction.job_span_s),
        "cpu_utilisation": estimate_document(prediction.cpu_utilisation)
        | {"series": [list(point) for point in prediction.cpu_series]},
        "task_cpu_utilisation": estimate_document(prediction.task_cpu_utilisation),
        "executor_hours": prediction.executor_hours,
        "cost": None if prediction.cost is None else estimate_document(prediction.cost),
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
                "critical_s": stage.critical_s,
            }
            for stage in prediction.stages
        ],
        "streams": [asdict(stream) | {"late": stream.late} for stream in prediction.streams],
        "support": asdict(prediction.support) | {"why": list(prediction.support.why)},
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


def _containers(granted: Granted | None) -> dict[str, Any] | None:
    """Return what a cluster manager granted of what was asked for, or None where there is none."""
    if granted is None:
        return None
    sizes = granted.grant.sizes
    return {
        "asked": granted.grant.asked,
        "granted": granted.executors,
        "queue": granted.queue,
        "asked_memory_bytes": sizes.asked.memory_mib * MIB,
        "memory_bytes": sizes.executor.memory_mib * MIB,
        "vcores": sizes.executor.vcores,
        "limited_by": granted.grant.limited_by,
        "reason": granted.reason,
    }


def model_entry(model: dsl.PerformanceModel) -> dict[str, Any]:
    """Return what identifies a model in documents, and what it lacks."""
    return {
        "name": model.name,
        "digest": [run.digest for run in model.runs],
        "runs": len(model.runs),
        "completeness": model.completeness.ratio,
        "missing": list(model.completeness.missing),
    }


def estimate_document(value: Estimate) -> dict[str, Any]:
    """Return an estimate with lists for its intervals."""
    data = asdict(value)
    return {key: list(v) if isinstance(v, tuple) else v for key, v in data.items()}


def estimate_of(data: Mapping[str, Any]) -> Estimate:
    """Return the estimate in a document."""
    return Estimate(
        mean=data["mean"],
        std=data["std"],
        ci95=(data["ci95"][0], data["ci95"][1]),
        interval90=(data["interval90"][0], data["interval90"][1]),
        p50=data["p50"],
        p95=data["p95"],
    )


def _per_node(values: tuple[float, ...] | None) -> list[float] | None:
    return None if values is None else list(values)
