"""Events of a job history file, from its JSON or its binary form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ...errors import UnreadableSource, UnrecognisedSource
from . import avro

_MARK = re.compile(rb"Avro-(Json|Binary)[ \t\r]*\n")
_BEGIN = re.compile(r'\{\s*"type"\s*:')
_UNION = re.compile(r"null|boolean|int|long|float|double|bytes|string|array|map|[A-Za-z]\w*(\.\w+)+")


class HistoryEvent(NamedTuple):
    """One event; values of unions are unwrapped."""

    type: str
    fields: dict[str, Any]


class Damage(NamedTuple):
    """A place where something could not be read."""

    at_end: bool
    """Whether nothing comes after it."""


def read_events(data: bytes, shown: str) -> Iterator[HistoryEvent | Damage]:
    """Yield the events of a job history file, and where it is damaged.

    Parameters
    ----------
    data
        The whole file, unpacked.
    shown
        What to call it in messages.

    Raises
    ------
    UnrecognisedSource
        If it is no job history file.
    UnreadableSource
        If its schema cannot be read, without which nothing can be read of a binary one.
    """
    mark = _MARK.search(data[: 1 << 16])
    if mark is None:
        raise UnrecognisedSource(
            f"{shown}: not a job history file; it does not say Avro-Json or Avro-Binary in its first line",
            hint="Give a .jhist file from mapreduce.jobhistory.done-dir.",
        )
    text, _, rest = data[mark.end() :].partition(b"\n")
    if mark[1] == b"Json":
        yield from _json_events(rest.decode("utf-8", "replace"))
        return
    try:
        decode = avro.decoder(json.loads(text))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableSource(
            f"{shown}: the schema in line 2 is damaged, so that the binary events cannot be read",
            hint="Copy the file again from the history folder.",
        ) from error
    yield from _binary_events(rest, decode)


def _binary_events(data: bytes, decode: avro.Decode) -> Iterator[HistoryEvent | Damage]:
    """Yield events until the first damage: behind it nothing tells where the next one begins."""
    buffer = avro.Buffer(data)
    while buffer.at < len(data):
        if data[buffer.at : buffer.at + 1] == b"\n" and not data[buffer.at :].strip():
            return
        try:
            event = decode(buffer)
            found = HistoryEvent(event["type"], event["event"])
        except (avro.Truncated, KeyError, TypeError, RecursionError):
            yield Damage(at_end=True)
            return
        yield found


def _json_events(text: str) -> Iterator[HistoryEvent | Damage]:
    """Yield events; of a damaged place on, from the next line that begins one."""
    decoder, at = json.JSONDecoder(), 0
    while (begin := _BEGIN.search(text, at)) is not None:
        try:
            event, at = decoder.raw_decode(text, begin.start())
            (fields,) = event["event"].values()
            yield HistoryEvent(str(event["type"]), {name: _plain(v) for name, v in fields.items()})
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            line = text.find("\n", begin.end())
            at = line if line >= 0 else len(text)
            following = _BEGIN.search(text, at)
            yield Damage(at_end=following is None)


def _plain(value: Any) -> Any:
    """Return a value without the names that Avro's JSON puts around the values of unions."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        if len(value) == 1 and _UNION.fullmatch(name := next(iter(value))):
            return _plain(value[name])
        return {name: _plain(item) for name, item in value.items()}
    return value
