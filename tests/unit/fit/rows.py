"""Rows of tables of runs for tests."""

from __future__ import annotations

from pertract.sources.runs_table import MeasuredRun


def run(
    nodes: int = 4, data: float | None = None, time_s: float | None = 60.0, **fields: object
) -> MeasuredRun:
    partitions = fields.pop("partitions", None)
    labels = {} if partitions is None else {"partitions": str(partitions)}
    column = fields.pop("data_column", None if data is None else "data_size")
    given = {"row": 2, "label": f"{nodes}-{data}", "labels": labels} | fields
    return MeasuredRun(nodes=nodes, data_size=data, data_column=column, response_time_s=time_s, **given)
