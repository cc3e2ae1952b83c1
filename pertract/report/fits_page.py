"""A page that shows how demands were fitted: one file of HTML with drawings inside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from .. import dsl
from ..units import counted, format_duration
from .curves import Curve, curves
from .profiles import function
from .summary import RUN_COLUMNS, run_cells

WIDTH, HEIGHT = 280, 170
LEFT, RIGHT, TOP, BOTTOM = 58, 10, 10, 28
_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem;
       color: #1c2733; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; } td, th { padding: .15rem .8rem .15rem 0; text-align: right; }
td:first-child, th:first-child { text-align: left; } th { font-weight: 500; color: #66727f; }
.fits { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1.2rem; }
figure { margin: 0; } figcaption { font-size: .85rem; } small { color: #66727f; }
svg { width: 100%; height: auto; } svg text { font-size: 10px; fill: #66727f; }
.axis { stroke: #b8c2cc; } .fit { fill: none; stroke: #0b63ce; stroke-width: 1.6; }
.run { fill: #c7500d; fill-opacity: .75; } .known { fill: #eef3f8; }
@media (prefers-color-scheme: dark) {
  body { color: #dde5ec; background: #12181f; } .known { fill: #1c2732; } .fit { stroke: #6cb0ff; }
}
"""


def fits_page(model: dsl.PerformanceModel) -> str:
    """Return the page as text.

    Every drawing has the mean demand of one task over the data size: a dot for every run, the function as a
    line, and a band behind the sizes that were measured. Hovering a dot shows its values.
    """
    shown = curves(model)
    charts = "\n".join(map(_figure, shown)) or "<p>No demand was fitted: the model has one run.</p>"
    return f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(model.name)}: fits</title><style>{_STYLE}</style></head>
<body>
<h1>{escape(model.name)}</h1>
<p>Calibrated on {counted(len(model.runs), "run")}. Lines are the functions that predictions use, dots what
the runs measured, on the band of data sizes that were measured; outside it predictions extrapolate.</p>
<h2>Runs</h2>
{_runs(model.runs)}
<h2>Demands of one task over the data size</h2>
<div class="fits">
{charts}
</div>
</body>
</html>
"""


def _runs(runs: Sequence[dsl.Run]) -> str:
    rows = "".join(_row("td", run_cells(run)) for run in runs)
    return f"<table>{_row('th', RUN_COLUMNS)}{rows}</table>"


def _row(cell: str, values: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{cell}>{escape(value)}</{cell}>' for value in values)}</tr>"


def _figure(curve: Curve) -> str:
    fit = curve.demand.fit
    assert fit is not None
    caption = (
        f"<b>{escape(curve.stage)}</b> {escape(curve.demand.activity.replace('_', ' '))}, "
        f"{curve.share:.0%} of all<br>{escape(function(curve.demand))}<br>"
        f"<small>{counted(fit.runs, 'run')}, {counted(fit.points, 'point')}, error {fit.error:.0%}</small>"
    )
    return f"<figure>{_drawing(curve, fit)}<figcaption>{caption}</figcaption></figure>"


def _drawing(curve: Curve, fit: dsl.Fit) -> str:
    right = curve.data[-1]
    top = 1.08 * max([*curve.means, *(value for _, value in fit.observed)]) or 1.0

    def x(data: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * data / right

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top

    sizes = [data for data, _ in fit.observed]
    line = " ".join(f"{x(d):.1f},{y(v):.1f}" for d, v in zip(curve.data, curve.means, strict=True))
    dots = "".join(
        f'<circle class="run" cx="{x(data):.1f}" cy="{y(value):.1f}" r="3.5">'
        f"<title>{data:.3g} x data: {format_duration(value)}</title></circle>"
        for data, value in fit.observed
    )
    base, end = HEIGHT - BOTTOM, WIDTH - RIGHT
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(curve.stage)}">'
        f'<rect class="known" x="{x(min(sizes)):.1f}" y="{TOP}" width="{x(max(sizes)) - x(min(sizes)):.1f}" '
        f'height="{base - TOP}"/>'
        f'<path class="axis" d="M{LEFT} {TOP}V{base}H{end}" fill="none"/>'
        f'<text x="{LEFT - 6}" y="{y(top) + 8:.1f}" text-anchor="end">{format_duration(top)}</text>'
        f'<text x="{LEFT - 6}" y="{base}" text-anchor="end">0</text>'
        f'<text x="{LEFT}" y="{HEIGHT - 10}">0</text>'
        f'<text x="{end}" y="{HEIGHT - 10}" text-anchor="end">{right:.3g} x data</text>'
        f'<polyline class="fit" points="{line}"/>{dots}</svg>'
    )
