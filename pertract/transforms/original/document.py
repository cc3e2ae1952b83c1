"""Original files to a document of the language, and back.

Where the files say something for which it has no place, the document keeps them, on one line each. From
there it comes when the document is written as original files again; what has been changed since then is
written as it is now (`merge`).
"""

from __future__ import annotations

from collections.abc import Mapping

from ... import dsl
from . import emf_json
from . import trio as files
from .limits import limits
from .mapping import from_model, to_model
from .merge import merge
from .metamodel import PACKAGES
from .trio import File, Notation, Trio

_STEM = "original"


def read(parts: Mapping[str, File]) -> dsl.PerformanceModel:
    """Return the model in three original files.

    Parameters
    ----------
    parts
        Name and content by extension: ``pta``, ``ptd`` and ``ptr``.

    Raises
    ------
    TransformError
        If a file does not follow the metamodel, or says what the language cannot.
    """
    trio = files.read(parts)
    model = to_model(trio, parts["pta"].name)
    return model if from_model(model) == trio else model.model_copy(update={"original": _kept(trio)})


def write(model: dsl.PerformanceModel, notation: Notation, stem: str) -> dict[str, str]:
    """Return a model as the contents of three original files by their names.

    Parameters
    ----------
    model
        A checked model.
    notation
        How to write it.
    stem
        Name of the files without extension.

    Raises
    ------
    TransformError
        If the model holds something that cannot be written at all.
    """
    return files.write(trio_of(model), notation, stem)


def left_out(model: dsl.PerformanceModel) -> list[str]:
    """Return a sentence for everything in a model that its original files will not say.

    Raises
    ------
    TransformError
        If the files that the model keeps cannot be read.
    """
    kept: list[str] = []
    if model.original is not None:
        kept = limits(to_model(_read_kept(model.original), _field("application")))
    return [sentence for sentence in limits(model) if sentence not in kept]


def trio_of(model: dsl.PerformanceModel) -> Trio:
    """Return a model as an original model, with what is kept of the files it was read from.

    Raises
    ------
    TransformError
        If the model holds something that cannot be written at all.
    """
    mine = from_model(model)
    if model.original is None:
        return mine
    stored = _read_kept(model.original)
    return merge(stored, from_model(to_model(stored, _field("application"))), mine)


def _kept(trio: Trio) -> dsl.OriginalFiles:
    application, workload, resources = (emf_json.write(root, _STEM, indent=None) for _, root in trio.parts)
    return dsl.OriginalFiles(application=application, workload=workload, resources=resources)


def _read_kept(kept: dsl.OriginalFiles) -> Trio:
    names = {f"{_STEM}.{package.extension}": package.extension for package in PACKAGES}
    texts = zip(PACKAGES, ("application", "workload", "resources"), strict=True)
    parts = {p.extension: File(_field(name), getattr(kept, name).encode()) for p, name in texts}
    return files.read(parts, names)


def _field(name: str) -> str:
    return f"the field original.{name} of the model"
