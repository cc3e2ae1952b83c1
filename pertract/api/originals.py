"""Files of the original PerTract."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import dsl
from ..errors import OutputError, SourceNotFound, TransformError, UnreadableSource
from ..writing import whole_folder

if TYPE_CHECKING:
    from ..transforms.original import File, Notation

EXTENSIONS = ("pta", "ptd", "ptr")
"""Of files with the application, the data workload and the resources."""
_CONTENT = {"pta": "application", "ptd": "data workload", "ptr": "resources"}


@dataclass(frozen=True, slots=True)
class SavedOriginal:
    """A model in original files."""

    files: tuple[Path, ...]
    """Application, data workload and resources."""
    left_out: tuple[str, ...]
    """What the files cannot say, one sentence each."""


def are_original(path: Path) -> bool:
    """Return whether a path is a folder or has the extension of an original file."""
    return path.is_dir() or path.suffix[1:].lower() in EXTENSIONS


def load_original(path: Path) -> dsl.PerformanceModel:
    """Return the model in three original files.

    Parameters
    ----------
    path
        One of the files, or the folder that holds them and no others of the kind.

    Raises
    ------
    SourceNotFound
        If there is no such file.
    UnreadableSource
        If it cannot be read, or the folder holds none.
    TransformError
        If a file does not follow the metamodel, is missing, or there are several to choose from.
    """
    from ..transforms import original

    parts = _parts(path)
    return original.read({extension: _file(part) for extension, part in parts.items()})


def _parts(path: Path) -> dict[str, Path]:
    folder = path if path.is_dir() else path.parent
    if not path.is_dir() and not path.is_file():
        raise SourceNotFound(f"{path}: no such file", hint="Check the name of the file.")
    chosen = {} if path.is_dir() else {path.suffix[1:].lower(): path}
    there: dict[str, list[Path]] = {extension: [] for extension in EXTENSIONS}
    for file in sorted(folder.iterdir()):
        if file.suffix[1:].lower() in there and file.is_file():
            there[file.suffix[1:].lower()].append(file)
    if not chosen and not any(there.values()):
        raise UnreadableSource(
            f"{folder}: a directory without files of the original PerTract (.pta, .ptd, .ptr)",
            hint="Name a model file. From an event log, make one: pertract extract LOG -o model.yaml",
        )
    stems = {file.stem for file in chosen.values()}
    for extension in EXTENSIONS:
        files = there[extension]
        alike = [file for file in files if file.stem in stems] or files
        if extension in chosen:
            continue
        if not alike:
            raise TransformError(
                f"{folder}: the {_CONTENT[extension]} (.{extension}) is missing beside "
                f"{next(file.name for files in there.values() for file in files)}",
                hint="An original model is three files: .pta, .ptd and .ptr. Put them into one folder.",
            )
        if len(alike) > 1:
            names = ", ".join(file.name for file in alike[:5])
            raise TransformError(
                f"{folder}: there are {len(alike)} files to choose from: {names}",
                hint="Name one of them, or put the three files of a model into a folder of their own.",
            )
        chosen[extension] = alike[0]
        stems.add(alike[0].stem)
    return chosen


def _file(path: Path) -> File:
    from ..transforms.original import File

    try:
        return File(str(path), path.read_bytes())
    except OSError as error:
        raise UnreadableSource(
            f"{path}: cannot be read ({error.strerror})", hint="Check its permissions."
        ) from error


def save_original(
    model: dsl.PerformanceModel, path: str | Path, notation: Notation = "emfjson"
) -> SavedOriginal:
    """Write a model as three files of the original PerTract; all of them appear, or none.

    Parameters
    ----------
    model
        A checked model.
    path
        The folder to write to, which is made if need be; the files are named after the model. Or the name of
        one of the files.
    notation
        ``emfjson``, as the original writes it, or ``xmi``, as EMF tools open it.

    Raises
    ------
    OutputError
        If a file cannot be written, or is one of another model.
    TransformError
        If the model holds something that cannot be written at all.
    """
    from ..transforms import original
    from ..transforms.naming import file_stem

    path = Path(path)
    named = path.suffix[1:].lower() in EXTENSIONS and not path.is_dir()
    folder, stem = (path.parent, path.stem) if named else (path, file_stem(model.name))
    files = original.write(model, notation, stem)
    if not named:
        _refuse_other(folder / f"{stem}.pta", model.name)
    whole_folder(folder, {name: text.encode() for name, text in files.items()})
    return SavedOriginal(tuple(folder / name for name in files), tuple(original.left_out(model)))


def _refuse_other(path: Path, name: str) -> None:
    """Refuse to replace the application of another name whose file has the same name."""
    from ..transforms.original import name_in

    if not path.is_file():
        return
    other = name_in(_file(path))
    if other is not None and other != name:
        raise OutputError(
            f"{path}: holds another model, '{other}', whose name makes the same file name",
            hint="Write to another folder, or name a file: -o DIR/NAME.pta",
        )
