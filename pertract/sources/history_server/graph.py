"""Data sets and parents of stages, from the job pages of Spark's web interface.

The REST API does not tell them, but the pages carry the graph they draw: per stage a picture in the
DOT language, and the edges that enter it through a shuffle
(``org.apache.spark.ui.scope.RDDOperationGraph``).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..spark.events import RddInfo

_STAGE = re.compile(r'<div\b[^>]*\bstage-id="(\d+)"[^>]*>')
_DOT = re.compile(r'<div class="dot-file">(.*?)</div>', re.DOTALL)
_INCOMING = re.compile(r'<div class="incoming-edge">\s*(\d+)\s*,\s*(\d+)\s*</div>')
_CLUSTER = re.compile(r"\s*(?:subgraph\s+(\S+)|di?graph\s+(\S+))\s*\{")
_LABEL = re.compile(r'\s*label="(.*)";?\s*$')
_NODE = re.compile(r'\s*(\d+)\s*\[.*?\blabel="(.*)"\s*\];?\s*$')
_NAME = re.compile(
    r"(?P<name>.*?) \[(?P<id>\d+)\](?: \[[^\]]*\])*(?:(?:<br>|\\n|\n)(?P<site>.*))?", re.DOTALL
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


@dataclass(frozen=True, slots=True)
class StageGraph:
    """What the page of a job tells of one of its stages."""

    rdds: tuple[RddInfo, ...]
    incoming: tuple[int, ...]
    """Data sets of other stages that it reads through a shuffle."""

    @property
    def last(self) -> int:
        """The data set it computes; children have higher numbers than their parents."""
        return max((rdd.id for rdd in self.rdds), default=-1)


def stage_graphs(page: str) -> dict[int, StageGraph]:
    """Return what the page of a job tells of its stages; empty where it draws no graph.

    Parameters
    ----------
    page
        The HTML of ``/jobs/job/?id=...``.
    """
    _, found, rest = page.partition('id="dag-viz-metadata"')
    if not found:
        return {}
    marks = list(_STAGE.finditer(rest))
    graphs = {}
    for mark, following in zip(marks, [*marks[1:], None], strict=False):
        section = rest[mark.end() : following.start() if following else None]
        dot = _DOT.search(section)
        if dot:
            incoming = tuple(dict.fromkeys(int(m[1]) for m in _INCOMING.finditer(section)))
            graphs[int(mark[1])] = StageGraph(tuple(_rdds(html.unescape(dot[1]))), incoming)
    return graphs


def parents(graphs: Mapping[int, StageGraph], stage_ids: Iterable[int]) -> dict[int, list[int]]:
    """Return the parents of stages of one job: those that compute what they read through shuffles."""
    stage_ids = sorted(stage_ids)
    computes: dict[int, list[int]] = {}
    for stage in stage_ids:
        if stage in graphs:
            computes.setdefault(graphs[stage].last, []).append(stage)
    found = {}
    for stage in stage_ids:
        if stage in graphs:
            read = graphs[stage].incoming
            found[stage] = sorted({p for rdd in read for p in computes.get(rdd, ()) if p != stage})
    return found


def _rdds(dot: str) -> Iterable[RddInfo]:
    """Yield the nodes of a picture with the scopes around them."""
    around: list[str | None] = []
    for line in dot.splitlines():
        if _CLUSTER.match(line):
            around.append(None)
        elif line.strip() == "}" and around:
            around.pop()
        elif node := _NODE.match(line):
            if rdd := _rdd(int(node[1]), _unescaped(node[2]), [label for label in around[2:] if label]):
                yield rdd
        elif around and (label := _LABEL.match(line)):
            around[-1] = _unescaped(label[1])


def _rdd(number: int, label: str, scopes: list[str]) -> RddInfo | None:
    """Return a data set from the label of its node: name, number and call site."""
    match = _NAME.fullmatch(label)
    if not match:
        return RddInfo(id=number, name=label)
    scope: dict[str, object] | None = None
    for name in scopes:
        scope = {"name": name} | ({"parent": scope} if scope else {})
    site = match["site"]
    return RddInfo(
        id=number,
        name=match["name"],
        scope=json.dumps(scope) if scope else None,
        call_site=html.unescape(site) if site else None,
    )


def _unescaped(text: str) -> str:
    r"""Return text without the escapes of Java string literals.

    >>> _unescaped(r'a \"b\" \u00e9')
    'a "b" é'
    """

    def plain(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code[1:], 16)) if len(code) == 5 else _ESCAPED.get(code, code)

    return _ESCAPE.sub(plain, text)
