"""Models in the format of the original PerTract's simulator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import dsl
from ..errors import UsageError
from ..simulate import Options
from ..simulate.configuration import resolve
from ..simulate.rounds import with_rounds
from ..transforms.original import left_out, trio_of
from ..transforms.original.limits import DRIVES
from ..transforms.pcm import PcmExport, extended
from .configured import configured
from .questions import Asking


def export_extended_pcm(
    model: dsl.PerformanceModel, *, catalogue: str | Path | None = None, **options: Any
) -> PcmExport:
    """Return a model in a configuration as PCM 5.0 with the extension of the original PerTract.

    Parameters
    ----------
    model
        From `extract` or `load`.
    catalogue
        A file of node types, as in `predict`.
    **options
        What differs from the calibration run, as in `predict`.

    Raises
    ------
    UsageError
        If options are unknown or contradict each other, or the original knows nothing of one.
    TransformError
        If data and configuration are none of the combinations that the original knows.
    """
    asked = Asking(catalogue).options(options)
    for name, asks in _UNKNOWN:
        if asks(asked):
            raise UsageError(
                f"the original PerTract knows nothing of {name}",
                hint="Leave it out, or use --profile standard.",
            )
    model = with_rounds(model, asked.parameters)
    configuration = resolve(model, replace(asked, parameters={}))
    changed = configured(model, configuration)
    return PcmExport(
        files=extended.files(trio_of(changed)),
        model=changed,
        response_time_s=None,
        omissions=(),
        warnings=(*map(_in_pcm, left_out(changed)), *configuration.warnings),
    )


def _in_pcm(sentence: str) -> str:
    return "Time on drives is written as DELAY; memory is left out." if sentence == DRIVES else sentence


def _asks(prefix: str) -> Callable[[Options], bool]:
    return lambda o: any(k.startswith(prefix) and v.lower() != "false" for k, v in o.settings.items())


_UNKNOWN: tuple[tuple[str, Callable[[Options], bool]], ...] = (
    ("lost executors", lambda o: bool(o.lose_executor_s)),
    ("bandwidths", lambda o: o.drive_bytes_per_s is not None or o.network_bytes_per_s is not None),
    ("dynamic allocation", _asks("spark.dynamicAllocation.")),
    ("speculation", _asks("spark.speculation")),
)
"""What a question can ask for and the original cannot say."""
