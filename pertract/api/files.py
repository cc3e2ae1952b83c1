"""Models in files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from .. import dsl
from ..dsl import text
from ..errors import ModelError, SourceNotFound, UnreadableSource
from ..writing import whole_file, whole_folder
from . import originals


def load(path: str | Path, *, note: Callable[[str], None] | None = None) -> dsl.PerformanceModel:
    """Return the checked model in a YAML or JSON file, or in files of the original PerTract.

    Parameters
    ----------
    path
        A file of this or an earlier version of the language; of an original model one of its three files, or
        the folder that holds them.
    note
        Called with one sentence for everything that an earlier version said in another way.

    Raises
    ------
    SourceNotFound
        If there is no such file.
    ModelError
        If it is not a valid model; the message names file, line and field.
    TransformError
        If an original file is not valid, or one is missing.
    """
    path = Path(path)
    if originals.are_original(path):
        return originals.load_original(path)
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


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, which is made if need be; all of them appear, or none.

    Raises
    ------
    OutputError
        If one cannot be written.
    """
    whole_folder(folder, files)
