"""What was imported, for the terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from .. import dsl
from .model import completeness_lines, model_summary


def import_report(model: dsl.PerformanceModel, output: Path) -> RenderableType:
    """Return what identifies an imported model, and what it says in a simpler way.

    Parameters
    ----------
    model
        The model.
    output
        Where it was written.
    """
    return Group(model_summary(model), *completeness_lines(model), Text(), Text(f"model written to {output}"))
