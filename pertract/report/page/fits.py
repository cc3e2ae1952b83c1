"""A page that shows how demands were fitted: one file of HTML with drawings inside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ... import dsl
from ...units import counted, format_duration
from ..profiles import function
from ..summary import RUN_COLUMNS, run_cells
from .curves import Curve, curves
from .shell import document, safe

WIDTH, HEIGHT = 280, 170
LEFT, RIGHT, TOP, BOTTOM = 58, 10, 10, 28


def fits_page(model: dsl.PerformanceModel) -> str:
    """Return the page as text.

    Every drawing has the mean demand of one task over the data size: a dot for every run, the function as a
    line, and a band behind the sizes that were measured. Hovering a dot shows its values.
    """
    shown = curves(model)
    charts = "\n".join(map(_figure, shown)) or "<p>No demand was fitted: the model has one run.</p>"
    body = f"""<main>
<h1>{safe(model.name)}</h1>
<p>Calibrated on {counted(len(model.runs), "run")}. Lines are the functions that predictions use, dots what
the runs measured, on the band of data sizes that were measured; outside it predictions extrapolate.</p>
<h2>Runs</h2>
<div class="scroll">{_runs(model.runs)}</div>
<h2>Demands of one task over the data size</h2>
<div class="fits">
{charts}
</div>
</main>"""
    return document(title=f"{model.name}: fits", body=body, styles=("base.css", "fits.css"))


def _runs(runs: Sequence[dsl.Run]) -> str:
    rows = "".join(_row("td", run_cells(run)) for run in runs)
    return f"<table>{_row('th', RUN_COLUMNS)}{rows}</table>"


def _row(cell: str, values: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{cell}>{safe(value)}</{cell}>' for value in values)}</tr>"


def _figure(curve: Curve) -> str:
    fit = curve.demand.fit
    assert fit is not None
    caption = (
        f"<b>{safe(curve.stage)}</b> {safe(curve.demand.activity.replace('_', ' '))}, "
        f"{curve.share:.0%} of all<br>{safe(function(curve.demand))}<br>"
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
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{safe(curve.stage)}">'
        f'<rect class="known" x="{x(min(sizes)):.1f}" y="{TOP}" width="{x(max(sizes)) - x(min(sizes)):.1f}" '
        f'height="{base - TOP}"/>'
        f'<path class="axis" d="M{LEFT} {TOP}V{base}H{end}" fill="none"/>'
        f'<text x="{LEFT - 6}" y="{y(top) + 8:.1f}" text-anchor="end">{format_duration(top)}</text>'
        f'<text x="{LEFT - 6}" y="{base}" text-anchor="end">0</text>'
        f'<text x="{LEFT}" y="{HEIGHT - 10}">0</text>'
        f'<text x="{end}" y="{HEIGHT - 10}" text-anchor="end">{right:.3g} x data</text>'
        f'<polyline class="fit" points="{line}"/>{dots}</svg>'
    )
