"""The execution architecture of a model as a drawing.

What is shown: `content`, from `work` (what stages do), `folding` and `repeats` (what need not be drawn) and
`wording`. Where it is: `layout` (boxes in boxes), from `layers`, `columns` and `spacing`; `lettering` tells
the width of text. `drawing` writes it as SVG in the colours of `style`.
"""

from __future__ import annotations

from ... import dsl
from ...units import counted, format_duration
from .content import figure
from .drawing import svg


def graph_svg(model: dsl.PerformanceModel, *, alone: bool = True) -> str:
    """Return a drawing of the execution architecture as the text of an SVG file.

    Jobs are boxes around their stages and delays; what waits for something stands below it. Similar jobs or
    stages in a row or side by side are drawn once, with their number.

    Parameters
    ----------
    model
        A checked model.
    alone
        Whether it has its style inside; otherwise it is an element of a page that has `style.STYLE` for it.
    """
    execution = model.execution
    tasks = sum(stage.partitions.count for stage in execution.stages)
    parts = [
        ", ".join(
            [
                counted(len(execution.jobs), "job"),
                counted(len(execution.stages), "stage"),
                counted(tasks, "task"),
            ]
        ),
        f"{execution.framework} {execution.framework_version or ''}".strip(),
    ]
    if model.runs:
        parts.append(f"took {format_duration(model.runs[0].response_time_s)}")
    return svg(figure(model), model.name, "; ".join(parts), alone=alone)
