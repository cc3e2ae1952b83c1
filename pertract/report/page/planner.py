"""The page of a plan or of a prediction: what is always there, around what scripts draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ... import dsl
from ...units import counted
from ..graph import graph_svg
from ..graph.style import STYLE
from .advice import advice
from .answer import prediction_answer, what_if_answer
from .besides import micro_batches, without_parts
from .data import page_data
from .shell import document, safe
from .trust import trust

Document = Mapping[str, Any]

MOST_BYTES = 1_950_000
"""Size of a page; what does not fit is left out."""
MOST_GRAPH_BYTES = 300_000
"""A larger drawing of the execution architecture is left to its own file."""
FRAME_BYTES = 110_000
"""Room for style and scripts."""
STYLES = ("base.css", "planner.css")
SCRIPTS = (
    "elements.js",
    "numbers.js",
    "data.js",
    "axes.js",
    "marks.js",
    "curves.js",
    "cost.js",
    "timeline.js",
    "breakdown.js",
    "tables.js",
    "controls.js",
    "page.js",
)


def what_if_page(model: dsl.PerformanceModel, plan: Document) -> str:
    """Return the page of a plan as text.

    Parameters
    ----------
    model
        The model.
    plan
        The document ``pertract/what-if/1``; with timelines, if these are to be drawn.
    """
    count = counted(len(plan["points"]), "configuration")
    return _page(
        model, plan, title="Capacity plan", answer=what_if_answer(plan), compared=f"{count} compared"
    )


def prediction_page(
    model: dsl.PerformanceModel, prediction: Document, calibration: Document | None = None
) -> str:
    """Return the page of one prediction as text.

    Parameters
    ----------
    model
        The model.
    prediction
        The document ``pertract/prediction/1``; with a ``timeline``, if this is to be drawn.
    calibration
        The same for the cluster and the data of the calibration run.
    """
    plan = {
        "model": prediction["model"],
        "axes": [],
        "points": [{"point": 0, "label": "as asked", "error": None, **prediction}],
        "goal": {"deadline_s": None, "budget": None, "confidence": 0.95},
        "tariff": {"unit": "", "is_money": True, "text": "billed for exactly as long as it runs"},
        "best": {"workloads": []},
        "calibration": calibration,
        "advice": None,
        "search": None,
        "complete": True,
        "provenance": prediction["provenance"],
    }
    answer = prediction_answer(prediction, model.runs[0] if model.runs else None, "")
    return _page(model, plan, title="Prediction", answer=answer, compared="one configuration")


def _page(model: dsl.PerformanceModel, plan: Document, *, title: str, answer: str, compared: str) -> str:
    several = len(plan["points"]) > 1
    alone = None if several or plan["points"][0]["error"] is not None else plan["points"][0]
    sections = [
        ("curves", "Response time and CPU use", _curves(several=several)),
        ("cost", "Cost against time", _COST if several and _priced(plan) else ""),
        ("timeline", "Over time", _TIMELINE),
        ("breakdown", "Where the time goes", _BREAKDOWN),
        ("without", "If a part cost nothing", without_parts(alone) if alone else ""),
        ("streams", "Micro-batches", micro_batches(alone) if alone else ""),
        ("graph", "What runs after what", _graph(model)),
        ("advice", "Settings", advice(plan["advice"]) if plan["advice"] else ""),
        ("trust", "How far to trust this", trust(model, plan)),
        ("numbers", "All numbers", _NUMBERS),
    ]
    shown = [section for section in sections if section[2]]
    links = "".join(f'<a href="#{name}">{heading}</a>' for name, heading, _ in shown)
    parts = "\n".join(_section(*section) for section in shown)
    framework = " ".join(filter(None, (model.execution.framework, model.execution.framework_version)))
    provenance = plan["provenance"]
    facts = (
        safe(framework),
        compared,
        f"{counted(provenance['replications'], 'replication')} each",
        f"Pertract {safe(provenance['version'])}",
        safe(provenance["created"][:10]),
    )
    body = f"""<a class="skip" href="#answer">Skip to the answer</a>
<header>
<div class="top">
<p class="kicker">{title}</p>
<label class="theme"><span>Colours </span><select id="theme" aria-label="Colours">
<option value="">as the system</option><option value="light">light</option><option value="dark">dark</option>
</select></label>
</div>
<h1>{safe(model.name)}</h1>
<p class="muted">{" · ".join(facts)}</p>
<nav aria-label="Sections">{links}</nav>
</header>
<main>
{_section("answer", "Answer", answer)}
<noscript><p>Drawings and tables need JavaScript; the answer and what it rests on do not.</p></noscript>
<div class="bar" id="bar"><div class="sliders" id="sliders"></div><p id="brief"></p></div>
<div class="shown" id="shown"></div>
<p class="spoken" id="spoken" aria-live="polite"></p>
{parts}
</main>
<footer><p class="muted">This page is one file: it loads nothing and sends nothing.</p></footer>
<div id="tip" class="tip" aria-hidden="true" hidden></div>"""
    return document(
        title=f"{model.name}: {title}",
        body=body,
        styles=STYLES,
        further_style=_graph_style(),
        scripts=SCRIPTS,
        data=page_data(model, plan, room_bytes=MOST_BYTES - FRAME_BYTES - len(body.encode())),
    )


def _section(name: str, heading: str, content: str) -> str:
    return (
        f'<section id="{name}" aria-labelledby="{name}-heading">'
        f'<h2 id="{name}-heading">{heading}</h2>\n{content}</section>'
    )


def _priced(plan: Document) -> bool:
    return any(point.get("cost") is not None for point in plan["points"])


def _chart(name: str, table: str) -> str:
    """Return the place of a drawing with its numbers below."""
    return f"""<figure class="chart"><div class="plot" id="{name}"></div>
<details><summary>{table} as a table</summary><div id="{name}-table"></div></details></figure>"""


def _curves(*, several: bool) -> str:
    choices = '<div class="choices" id="curve-choices"></div>' if several else ""
    return f"""{choices}<div class="legend" id="curve-legend"></div>
<div class="two">{_chart("time-curve", "Response time")}{_chart("cpu-curve", "CPU use")}</div>"""


_COST = f"""<div class="legend" id="cost-legend"></div>{_chart("cost-chart", "Cost and time")}"""
_TIMELINE = f"""<div class="choices"><label><input type="checkbox" id="same-scale" checked>
same time scale on both sides</label></div>
<div class="legend" id="timeline-legend"></div>
<div class="two">
<div><h3 id="predicted-title"></h3><p class="muted" id="predicted-note"></p>
{_chart("predicted-timeline", "Stages")}</div>
<div id="calibration-side"><h3 id="calibration-title"></h3><p class="muted" id="calibration-note"></p>
{_chart("calibration-timeline", "Stages")}</div>
</div>"""
_BREAKDOWN = f"""<p>Along the critical path, which is the chain of waits and tasks that decides when the
application ends. The parts add up to the mean response time.</p>
<div class="choices"><label><input type="checkbox" id="as-share"> as shares</label></div>
<div class="legend" id="breakdown-legend"></div>{_chart("breakdown-chart", "The parts")}"""
_NUMBERS = """<p>Every number of this page, to work on with other programs.</p>
<div class="buttons">
<button type="button" id="save-points">Configurations (CSV)</button>
<button type="button" id="save-stages">Stages (CSV)</button>
<button type="button" id="save-all">Everything (JSON)</button>
</div>
<details><summary>All configurations as a table</summary><div id="points-table"></div></details>"""


def _graph(model: dsl.PerformanceModel) -> str:
    """Return the drawing of the execution architecture, unless it would need much of the room."""
    drawing = graph_svg(model, alone=False)
    if len(drawing.encode()) > MOST_GRAPH_BYTES:
        return "<p>This graph is too large for a page; pertract show MODEL --graph -o graph.svg draws it.</p>"
    return f'<div class="graph" tabindex="0" role="region" aria-label="Graph">{drawing}</div>'


def _graph_style() -> str:
    """Return the style of the graph for its place in the page, where readers can choose light or dark."""
    light, _, dark = STYLE.partition("@media (prefers-color-scheme: dark) {")
    dark = dark.rstrip().removesuffix("}")
    return f"""
.graph {{
{light}
@media (prefers-color-scheme: dark) {{ html:not([data-theme="light"]) & {{ {dark} }} }}
html[data-theme="dark"] & {{ {dark} }}
}}
"""
