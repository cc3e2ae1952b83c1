"""Pages of small models, and what tests look for in them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pertract
from pertract import dsl
from pertract.plan import what_if_document
from pertract.report.page import what_if_page
from pertract.simulate import replay

ROOT = Path(__file__).parents[4]
VOID = {"meta", "input", "br", "hr", "link", "img"}

NASTY = "</script><script>alert(1)</script>\u2028<!-- \"quoted\" & 'so' \x07 =1+1"
"""A name that would leave its place in every way a page has places."""


def by_hand() -> dsl.PerformanceModel:
    """Return a model that somebody wrote without a measured run."""
    return pertract.load(ROOT / "dsl" / "valid" / "minimal.yaml")


def small() -> dsl.PerformanceModel:
    """Return the same model with a calibration run."""
    model = by_hand()
    (group,) = model.execution.configuration.executors
    run = dsl.Run(
        application_id="app-1",
        source="app-1.zstd",
        digest="sha256:0123456789abcdef",
        jobs=len(model.execution.jobs),
        stages=len(model.execution.stages),
        tasks=sum(stage.partitions.count for stage in model.execution.stages),
        response_time_s=replay(model)[0] * 1.02,
        job_span_s=replay(model)[1],
        task_cpu_utilisation=0.4,
        executors=group.count,
        slots=group.count * group.slots,
        data_bytes=10**9,
    )
    return model.model_copy(update={"runs": (run,)})


def nasty() -> dsl.PerformanceModel:
    """Return a model whose names come from somebody with bad intentions."""
    model = small()

    def renamed(node: Any) -> Any:
        if isinstance(node, dsl.Job):
            return node.model_copy(update={"name": NASTY, "nodes": tuple(map(renamed, node.nodes))})
        return node.model_copy(update={"name": NASTY}) if isinstance(node, dsl.Stage) else node

    execution = model.execution.model_copy(
        update={"nodes": tuple(map(renamed, model.execution.nodes)), "framework": NASTY}
    )
    return model.model_copy(update={"name": NASTY, "execution": execution})


def plan(model: dsl.PerformanceModel, **question: Any) -> dict[str, Any]:
    """Return the document of a plan with timelines."""
    question = {"executors": [1, 2, 4], "data_scale": [1.0, 2.0]} | question
    result = pertract.what_if(model, replications=3, timelines=True, cache=False, **question)
    return what_if_document(result)


def page(model: dsl.PerformanceModel, **question: Any) -> str:
    """Return the page of a plan."""
    return what_if_page(model, plan(model, **question))


class Elements(HTMLParser):
    """The elements of a page; raises AssertionError where they are not nested well."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute of {tag} is given twice"
        self.found.append((tag, dict(attrs)))
        self.inside.setdefault(tag, [])
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self.inside[self._open[-1]].append(data)

    def values(self, attribute: str) -> list[str]:
        """Return all values of an attribute."""
        return [str(attrs[attribute]) for _, attrs in self.found if attribute in attrs]


def addresses(text: str) -> list[str]:
    """Return what leads out of the page: addresses, but for the name of the language of drawings."""
    found = re.findall(r"(?:https?:)?//[\w.-]+\.\w+[\w/.-]*|url\([^)]*\)|@import", text)
    return [address for address in found if "www.w3.org/2000/svg" not in address]
