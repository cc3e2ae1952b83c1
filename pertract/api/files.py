"""Models in files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .. import dsl
from ..dsl import text
from ..errors import ModelError, SourceNotFound, UnreadableSource
from ..writing import whole_file


def load(path: str | Path, *, note: Callable[[str], None] | None = None) -> dsl.PerformanceModel:
    """Return the checked model in a YAML or JSON file.

    Parameters
    ----------
    path
        A file of this or an earlier version of the language.
    note
        Called with one sentence for everything that an earlier version said in another way.

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
    return text.parse(content, name=str(path), note=note)


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
    """Write a text file that appears complete or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with whole_file(path) as file:
        file.write(content.encode())
