"""YAML files that people write, checked: what is wrong is told with file, line and field."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ..dsl import core_yaml
from ..errors import SourceNotFound, UnreadableSource, UsageError

T = TypeVar("T", bound=BaseModel)


def read(path: Path, type_: type[T], *, schema: str, what: str, option: str, shown_in: str) -> T:
    """Return the document in a file.

    Parameters
    ----------
    path
        The file.
    type_
        What it is to be.
    schema
        What its field ``schema`` must say.
    what
        What such a file is called, with its article.
    option
        The option that named it.
    shown_in
        The page that shows one.

    Raises
    ------
    SourceNotFound, UnreadableSource
        If the file cannot be read.
    UsageError
        If it is no such document.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SourceNotFound(f"{path}: no such file", hint=f"Correct {option}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSource(f"{path}: cannot be read as text", hint=f"Is it {what}?") from error
    try:
        data = core_yaml.load(text)
    except core_yaml.SyntaxProblem as error:
        line = f", line {error.line}" if error.line is not None else ""
        raise UsageError(f"{path}{line}: {error}", hint="Check quotes and indentation there.") from error
    if not isinstance(data, dict) or data.get("schema") != schema:
        raise UsageError(
            f"{path}: not {what}, which is a YAML mapping that begins with 'schema: {schema}'",
            hint=f"{shown_in} shows one.",
        )
    try:
        return type_.model_validate(data)
    except ValidationError as error:
        raise UsageError(_problem(error, text, path), hint=f"{shown_in} shows the fields.") from error


def _problem(error: ValidationError, text: str, path: Path) -> str:
    first = error.errors(include_url=False)[0]
    line = core_yaml.line_of(text, first["loc"])
    place = f"{path}, line {line}" if line is not None else f"{path}"
    message = {
        "extra_forbidden": "this field does not exist",
        "missing": "this field is missing",
    }.get(first["type"], first["msg"].removeprefix("Value error, "))
    return f"{place}: {'.'.join(map(str, first['loc']))}: {message}"
