"""Models in files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from .. import dsl
from ..dsl import text
from ..errors import ModelError, OutputError, SourceNotFound, UnreadableSource


def load(path: str | Path) -> dsl.PerformanceModel:
    """Return the checked model in a YAML or JSON file.

    Raises
    ------
    SourceNotFound
        If there is no such file.
    ModelError
        If it is not a valid model; the message names file, line and field.
    """
    path = Path(path)
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SourceNotFound(
            f"{path}: no such file", hint="Make a model with: pertract extract LOG -o model.yaml"
        ) from error
    except UnicodeDecodeError as error:
        raise ModelError(
            f"{path}: not a model, which is YAML or JSON text",
            hint="If it is an event log, first run: pertract extract LOG -o model.yaml",
        ) from error
    except OSError as error:
        raise UnreadableSource(
            f"{path}: cannot be read ({error.strerror})", hint="Check its permissions."
        ) from error
    return text.parse(content, name=str(path))


def save(model: dsl.PerformanceModel, path: str | Path) -> None:
    """Write a model, as JSON if the name ends in ``.json`` and as YAML otherwise.

    The file appears complete or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    path = Path(path)
    write_whole(path, text.to_json(model) if path.suffix == ".json" else text.to_yaml(model))


def write_whole(path: Path, content: str) -> None:
    """Write a text file under a temporary name and rename it when it is complete.

    What a link points to is replaced, and not the link; a pipe or device is written to directly.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    temporary: Path | None = None
    try:
        path = path.resolve()
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_text(content, encoding="utf-8")
            return
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)  # a temporary file is private, a result is not
        temporary.replace(path)
        temporary = None
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written ({error.strerror})",
            hint="Check that the folder exists and that you may write to it.",
        ) from error
    finally:
        if temporary is not None:  # also after an interruption
            temporary.unlink(missing_ok=True)
