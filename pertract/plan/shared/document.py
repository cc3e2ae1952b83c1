"""A shared cluster as the document ``pertract/sharing/1``; keys are stable, more may be added."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ... import provenance
from ...simulate.document import estimate_document, model_entry
from .figures import Figure
from .largest_rate import ENOUGH
from .study import Deadline, Served, Sharing


def sharing_document(sharing: Sharing) -> dict[str, Any]:
    """Return the document; seconds, ratios, and runs per hour."""
    workload, usage = sharing.workload, sharing.usage
    return {
        "schema": "pertract/sharing/1",
        "cluster": workload.cluster.model_dump() | {"room": sharing.room},
        "duration_s": workload.duration,
        "warm_up_s": workload.warm_up,
        "applications": [_served(served) for served in sharing.applications],
        "room_utilisation": _mean(estimate_document(usage.room)),
        "cpu_utilisation": None if usage.cpu is None else _mean(estimate_document(usage.cpu)),
        "throughput_per_hour": _mean(estimate_document(usage.throughput_per_hour)),
        "load": sharing.load,
        "warnings": list(sharing.warnings),
        "provenance": {
            "tool": "pertract",
            "version": provenance.tool_version(),
            "created": provenance.now(),
            "replications": sharing.replications,
            "seed": sharing.seed,
        },
    }


def _served(served: Served) -> dict[str, Any]:
    entry, application = served.member.entry, served.member.executions.application
    return {
        "name": entry.name,
        "model": model_entry(served.member.model),
        "executors_asked": len(application.plan.executors),
        "executor_cores": served.member.configuration.executor_cores,
        "data_scale": served.member.configuration.data_scale,
        "queue": entry.queue,
        "weight": entry.weight,
        "arrival": entry.arrival.model_dump(exclude_none=True),
        "runs": served.runs,
        "executors": _figure(served.executors),
        "response_time_s": _figure(served.response_s),
        "waiting_s": _figure(served.waiting_s),
        "slowdown": _figure(served.slowdown),
        "alone_s": served.alone_s,
        "deadline": None if served.deadline is None else _deadline(served.deadline),
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return asdict(figure) | {"ci95": list(figure.ci95)}


def _deadline(deadline: Deadline) -> dict[str, Any]:
    return {
        "deadline_s": deadline.deadline_s,
        "kept": deadline.kept,
        "enough": ENOUGH,
        "met": deadline.met,
        "largest_rate_per_hour": None if deadline.largest is None else deadline.largest.per_hour,
        "why": None if deadline.largest is None else deadline.largest.why,
    }


def _mean(estimate: dict[str, Any]) -> dict[str, Any]:
    """Return of an estimate what is meant of a cluster: one new run is not a thing here."""
    return {key: estimate[key] for key in ("mean", "ci95")}
