"""Files that appear complete or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from .errors import OutputError


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file under a temporary name, and rename it when all went well.

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
            with path.open("wb") as file:
                yield file
            return
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as made:
            temporary = Path(made.name)
            yield cast("BinaryIO", made)
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


def whole_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, which is made if need be; all of them appear, or none.

    Other files in the folder stay.

    Raises
    ------
    OutputError
        If one cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be made ({error.strerror})", hint="Name a folder that you may write to."
        ) from error
    for name in files:  # renaming comes last, when it is too late to take back what was renamed before
        if (folder / name).is_dir():
            raise OutputError(
                f"{folder / name}: cannot be written (it is a folder)",
                hint="Remove it, or name another folder.",
            )
    with ExitStack() as opened:
        for name, content in files.items():
            opened.enter_context(whole_file(folder / name)).write(content)
