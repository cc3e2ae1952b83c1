"""Validation as the document ``pertract/validation/1``; keys are stable, more may be added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from .. import provenance
from .gates import Gate
from .repeats import repeated
from .validation import QUANTITIES, Comparison, Row, Validation


def validation_document(validation: Validation, gates: Sequence[Gate] = ()) -> dict[str, Any]:
    """Return the document; times in seconds, utilisation and errors as ratios."""
    model = validation.model
    return {
        "schema": "pertract/validation/1",
        "model": {
            "name": model.name,
            "digest": list(dict.fromkeys(run.digest for run in model.runs)),
            "runs": len(model.runs),
        },
        "rows": [_row(row) for row in validation.rows],
        "summary": {
            name: asdict(validation.summary[name]) if name in validation.summary else None
            for name in QUANTITIES
        },
        "repeats": [
            {"rows": [row.run.row for row in configuration.rows]}
            | {
                name: asdict(r) | {"error": r.error, "run_to_run": r.run_to_run}
                for name, r in configuration.quantities.items()
            }
            for configuration in repeated(validation)
        ],
        "baselines": [
            {
                "name": baseline.name,
                "note": baseline.note,
                "response_time_s": asdict(baseline.summary) if baseline.summary else None,
            }
            for baseline in validation.baselines
        ],
        "gates": [asdict(gate) | {"text": str(gate)} for gate in gates],
        "provenance": {
            "tool": "pertract",
            "version": provenance.tool_version(),
            "created": provenance.now(),
        },
    }


def _row(row: Row) -> dict[str, Any]:
    prediction = row.prediction
    document: dict[str, Any] = {
        "row": row.run.row,
        "label": row.run.label,
        "workload": row.run.workload,
        "labels": dict(row.run.labels),
        "role": row.role,
        "reason": row.reason or None,
        "configuration": None,
        "support": None,
    }
    if prediction is not None:
        configuration = prediction.configuration
        document["configuration"] = {
            "nodes": len(configuration.node_cores) if configuration.nodes_known else None,
            "executors": len(configuration.executors),
            "executor_cores": configuration.executor_cores,
            "slots": configuration.slots,
            "data_scale": configuration.data_scale,
        }
        document["support"] = {
            "kind": prediction.support.kind,
            "why": list(prediction.support.why),
        }
    compared = {name: row.comparisons.get(name) for name in QUANTITIES}
    return document | {name: _comparison(c) if c else None for name, c in compared.items()}


def _comparison(compared: Comparison) -> dict[str, Any]:
    return {
        "measured": compared.measured,
        "predicted": compared.predicted,
        "error": compared.error,
        "interval90": list(compared.interval90),
        "inside_interval": compared.inside,
    }
