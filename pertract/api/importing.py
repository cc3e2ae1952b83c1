"""Models from the formats of other tools."""

from __future__ import annotations

from pathlib import Path

from .. import dsl
from ..errors import SourceNotFound, TransformError, UnreadableSource
from ..provenance import now, tool_version
from ..simulate import Options
from ..simulate import predict as _predict
from ..transforms.pcm.importing import import_model, kind_of
from ..units import format_duration

MOST_BYTES = 200_000_000
"""Size of a file above which none is read: exports of very large applications have some ten megabytes."""


def import_pcm(folder: str | Path) -> dsl.PerformanceModel:
    """Return the model of our language that predicts what a PCM 5.2 model says.

    Parameters
    ----------
    folder
        Where the files of the model lie, as Palladio or `export_pcm` has written them.

    Raises
    ------
    SourceNotFound, UnreadableSource
        If there is no such folder, or a file in it cannot be read.
    TransformError
        If it holds no PCM model, or one that says something without a counterpart in the language.
    """
    folder = Path(folder)
    files = _files(folder)
    found = import_model(files, str(folder))
    provenance = dsl.Provenance(version=tool_version(), created=now())
    model = found.model.model_copy(update={"provenance": provenance})
    if found.period_s is not None:
        takes_s = _predict(model, Options(), replications=20).response_time_s.mean
        if takes_s > found.period_s:
            raise TransformError(
                f"{folder}: runs overlap: one takes {format_duration(takes_s)}, and they start every "
                f"{format_duration(found.period_s)}",
                hint="Use a ClosedWorkload of population 1, or start runs less often.",
            )
    return model


def _files(folder: Path) -> dict[str, bytes]:
    if not folder.exists():
        raise SourceNotFound(f"{folder}: no such folder", hint="Name the folder of a PCM model.")
    if not folder.is_dir():
        raise TransformError(
            f"{folder}: is a file; a PCM model is a folder of several", hint="Name the folder that holds it."
        )
    found: dict[str, bytes] = {}
    path = folder
    try:
        for path in sorted(folder.iterdir()):
            if kind_of(path.name) is None or not path.is_file():
                continue
            if path.stat().st_size > MOST_BYTES:
                raise TransformError(
                    f"{path}: is larger than {MOST_BYTES:,} bytes", hint="No export is; check what it is."
                )
            found[path.name] = path.read_bytes()
    except OSError as error:
        raise UnreadableSource(
            f"{path}: cannot be read ({error.strerror})", hint="Check its permissions."
        ) from error
    return found
