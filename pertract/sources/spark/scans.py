"""Which tables and files a run scans, from the plans of its queries.

A plan names the scans and the accumulators of their metrics (``SparkPlanInfo``); the driver tells how many
files a scan reads (``SparkListenerDriverAccumUpdates``); a stage that scans has changed the accumulators of
the scan. Only this tells the tables of a run apart, because stages and data sets do not name them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from . import events as ev
from .records import TableRecord

FILES, BYTES = "number of files read", "size of files read"
"""Metrics of scans of files (``org.apache.spark.sql.execution.FileSourceScanExec``)."""
_SCAN = re.compile(r"(?:Gpu)?(?:Batch)?Scan (\w+)\s*(.*)", re.DOTALL)
_LOCATION = re.compile(r"\w+(?:\(\d+ paths\))?\[(.*?)\]?", re.DOTALL)
_SCANNED = re.compile(rb'"%s","accumulatorId":(\d+)' % FILES.encode())
_IDENTIFIER = re.compile(rb'"ID":(\d+)')
_LONGEST_NAME = 200


class Scans:
    """Receives the events of queries, and knows which tables a stage read."""

    def __init__(self) -> None:
        self.tables: list[TableRecord] = []
        self._positions: dict[tuple[str, str], int] = {}
        self._plan = msgspec.json.Decoder(ev.PlanInfo)
        self._metrics: dict[int, tuple[int, str]] = {}
        """Position of the table, and name of the metric, by accumulator."""
        self._of_execution: dict[int, set[int]] = {}

    def planned(self, event: ev.SqlExecutionEvent) -> None:
        """Take the scans from a plan of a query; adaptive execution makes several."""
        plan = bytes(event.plan)
        # Plans can be large: those without new scans of files are not decoded.
        if all(int(text) in self._metrics for text in _SCANNED.findall(plan)):
            return
        try:
            nodes = list(_nodes(self._plan.decode(plan)))
        except (msgspec.DecodeError, RecursionError):
            return
        for node in nodes:
            if (
                any(metric.name == FILES for metric in node.metrics)
                and (known := self._table(node)) is not None
            ):
                identifiers = self._of_execution.setdefault(event.id, set())
                for metric in node.metrics:
                    self._metrics[metric.id] = known, metric.name
                    identifiers.add(metric.id)

    def ended(self, event: ev.SqlExecutionEvent) -> None:
        """Forget the accumulators of a query."""
        for identifier in self._of_execution.pop(event.id, ()):
            self._metrics.pop(identifier, None)

    def told(self, event: ev.DriverValues) -> None:
        """Take what the driver tells of the files of a scan; the largest scan of a table counts."""
        for identifier, value in event.values:
            position, name = self._metrics.get(identifier, (-1, ""))
            if name == FILES:
                self.tables[position].files = max(self.tables[position].files, value)
            elif name == BYTES:
                self.tables[position].size_bytes = max(self.tables[position].size_bytes, value)

    def of(self, accumulables: msgspec.Raw) -> tuple[int, ...]:
        """Return the positions of the tables that a stage with these accumulators has read."""
        if not self._metrics:
            return ()
        found = {
            self._metrics[number][0]
            for text in _IDENTIFIER.findall(bytes(accumulables))
            if (number := int(text)) in self._metrics
        }
        return tuple(sorted(found))

    def _table(self, node: ev.PlanInfo) -> int | None:
        """Return the position of the table that an operator scans, or None where it is not named."""
        named = _SCAN.fullmatch(node.node_name)
        table = " ".join(named[2].split()) if named else ""
        place = node.metadata.get("Location", "")
        if not (table or place):
            return None
        path = _LOCATION.fullmatch(place)
        location = path[1] if path else place
        kind = (node.metadata.get("Format") or (named[1] if named else "")).lower()
        key = location, table
        if key not in self._positions:
            self._positions[key] = len(self.tables)
            self.tables.append(
                TableRecord((table or location)[:_LONGEST_NAME], kind[:40], locations=_paths(location))
            )
        return self._positions[key]


def _paths(location: str) -> tuple[str, ...]:
    """Return the paths in a location such as ``hdfs://a/b, hdfs://a/c, ...``, of which Spark cuts the end."""
    paths = [path.strip() for path in re.split(r",\s+(?=[A-Za-z][\w+.-]*:|/|\.\.\.)", location)]
    return tuple(path for path in paths if path and not path.endswith("...") and not path.isdecimal())


def _nodes(root: ev.PlanInfo) -> Iterator[ev.PlanInfo]:
    waiting: list[Iterable[ev.PlanInfo]] = [(root,)]
    while waiting:
        for node in waiting.pop():
            yield node
            waiting.append(node.children)
