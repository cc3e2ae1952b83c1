"""Make an event log that can be shared: same structure and numbers, but nobody's names.

What stays is listed and everything else is replaced: numbers, truth values and nulls stay, and text stays
where it is one of Spark's own words (`vocabulary`). All other text becomes a token such as
``host-9c1185a5c5e9``: a keyed hash, so that the same text always gives the same token, but nobody without
the key can try names until one fits. Maps that people fill freely lose their content, except for Spark
settings that matter for performance.

What the model depends on survives: whether the name of a data set looks like a path, names an exchange or
a collection of the driver's, and that equal names stay equal.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
import zstandard

from ...errors import OutputError, UnreadableSource, UsageError
from ..places import LocalPlace, Place
from . import vocabulary as known
from .layout import EventLog
from .parts import open_part
from .reader import Progress
from .segment import CLASS, Counts, SegmentReader

DAMAGED = b"damaged line\n"
"""Stands for every line that cannot be read."""
MOST_COUNTED = 1 << 14
"""Different tokens of one kind are counted up to this number."""

_REPORT_EVERY = 1 << 12  # lines
_REMEMBERED = 1 << 12  # replacements by place
_LONGEST_REMEMBERED = 300  # characters
_SHORTEST_KEY = 16
_LONGEST_KEY = 4096

_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?")
_BLOCK = re.compile(
    r"(rdd|shuffle|shuffle_index|shuffle_data|shuffleChunk|broadcast|taskresult|input)(_-?\d+){1,4}"
    r"(_piece\d+|\.index|\.data)?",
    re.ASCII,
)
_EXECUTOR = re.compile(r"[0-9]{1,9}|driver|<driver>|localhost")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", re.ASCII)
_VERSION = re.compile(
    r"(version )?\d{1,4}(\.\d{1,4}){1,2}(_\d{1,4})?(-SNAPSHOT|-preview\d{0,2}|-rc\d{1,2}|-amzn-\d)?", re.ASCII
)
_VERSION_HEAD = re.compile(r"(version )?\d{1,4}(\.\d{1,4}){1,2}(_\d{1,4})?(?![\d.])", re.ASCII)
_PATH = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:)?[/\\]|\.{1,2}/|~/")
_CODE_SITE = re.compile(r"(\w+) at (.+)")
_NUMBERED = re.compile(r"(\w+) \([0-9]{1,6}\)")
_SCAN = re.compile(r"((?:Gpu)?(?:Scan|BatchScan)) (\w+)(.*)", re.DOTALL)
_SETTING = re.compile(
    r"\s*([+-]?\d{1,19}(\.\d{1,9})?\s*(b|[kmgtp]i?b?|us|ms|s|min|h|hours?|d|days?|%)?|true|false)\s*",
    re.IGNORECASE,
)
_MASTER = re.compile(
    r"local|local\[(\d{1,5}|\*)(\s*,\s*\d{1,5})?\]|local-cluster\[\s*\d{1,5}\s*,\s*\d{1,5}\s*,\s*\d{1,9}\s*\]"
    r"|yarn|yarn-client|yarn-cluster"
)
_MASTER_URL = re.compile(r"(spark|mesos|k8s)://(.+)", re.DOTALL)


class _Replaced(dict[str, str]):
    """What texts at one kind of place become; remembers the latest."""

    def __init__(self, replace: Callable[[str], str]) -> None:
        super().__init__()
        self._replace = replace

    def __missing__(self, text: str) -> str:
        # Blank text says nothing, and the reader treats it in its own way.
        new = self._replace(text) if text and not text.isspace() else text[:0] or " " * bool(text)
        if len(text) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[text] = new
        return new


_Texts = Mapping[str, _Replaced]
"""How texts are replaced, by the key they stand at; keys that are missing are replaced themselves."""


class Anonymiser:
    """Replaces events line by line, and counts what it did.

    Parameters
    ----------
    key
        A secret; the same one gives the same tokens.
    """

    def __init__(self, key: bytes) -> None:
        self._secret = hashlib.sha256(key).digest()
        self._tokens: dict[str, set[bytes]] = {}
        self.lines = 0
        """Lines so far that are not blank."""
        self.damaged = 0
        """Lines so far that could not be read."""
        self._fields = _Replaced(self._field)
        self._words = _Replaced(self._word)
        self._settings = _Replaced(self._setting)
        self._names = _Replaced(self._code_site)
        self._groups = _Replaced(self._group)
        self._applications = _Replaced(partial(self._token, "application"))
        self._application_ids = _Replaced(partial(self._token, "app"))
        self._properties = _Replaced(partial(self._token, "property"))
        self._values = _Replaced(partial(self._token, "value"))
        self._of_application = {
            "spark.app.name": self._applications,
            "spark.app.id": self._application_ids,
            "spark.master": _Replaced(self._master),
        }
        self._of_job = {
            "spark.jobGroup.id": self._groups,
            "spark.job.description": self._names,
            "spark.scheduler.pool": _Replaced(partial(self._unless_known, _DEFAULT_POOL, "pool")),
            "spark.sql.execution.id": self._words,
            "spark.sql.execution.root.id": self._words,
        }
        self._texts = self._usual_texts()
        operations, metrics = _Replaced(self._operation), _Replaced(self._metric)
        self._scope_texts = {"id": self._words, "name": operations, "parent": self._words}
        plan = {**self._texts, "nodeName": operations, "name": metrics}
        accumulators = {**self._texts, "Name": metrics}
        self._inside: dict[str, _Texts] = {
            "RDD Info": {**self._texts, "Name": operations},
            "Accumulables": accumulators,
            "Accumulator Updates": accumulators,
            "sparkPlanInfo": plan,
            "sqlPlanMetrics": plan,
        }
        self._maps: dict[str, Callable[[Any], Any]] = {
            "Spark Properties": self._environment,
            "Properties": self._job_properties,
            "modifiedConfigs": self._job_properties,
        } | dict.fromkeys(_FREE, _emptied)

    def _usual_texts(self) -> dict[str, _Replaced]:
        """Return how text is replaced at all known keys, where no other rule holds for the surroundings."""
        hosts = _Replaced(partial(self._unless_known, _THIS_HOST, "host"))
        users = _Replaced(partial(self._token, "user"))
        plans = _Replaced(partial(self._token, "plan"))
        versions = _Replaced(self._version)
        executors = _Replaced(partial(self._unless, _EXECUTOR, "executor"))
        times = _Replaced(partial(self._unless, _TIME, "text"))
        exceptions = _Replaced(partial(self._unless_known, known.EXCEPTIONS, "class"))
        return dict.fromkeys(known.KEYS, self._words) | {
            "Event": _Replaced(self._event),
            "Spark Version": versions,
            "Java Version": versions,
            "Scala Version": versions,
            "App Name": self._applications,
            "App ID": self._application_ids,
            "User": users,
            "userName": users,
            "Host": hosts,
            "Host Name": hosts,
            "hostId": hosts,
            "hostPort": hosts,
            "ip": hosts,
            "Executor ID": executors,
            "executorId": executors,
            "Stage Name": self._names,
            "Callsite": self._names,
            "description": self._names,
            "Details": _Replaced(partial(self._token, "code")),
            "details": _Replaced(partial(self._token, "code")),
            "Scope": _Replaced(self._scope),
            "Block ID": _Replaced(partial(self._unless, _BLOCK, "block")),
            "Value": _Replaced(partial(self._unless, _NUMBER, "value")),
            "Update": _Replaced(partial(self._unless, _NUMBER, "value")),
            "Class Name": exceptions,
            "jobGroupId": self._groups,
            "groupId": self._groups,
            "physicalPlanDescription": plans,
            "simpleString": plans,
            "statement": _Replaced(partial(self._token, "sql")),
            "name": _Replaced(partial(self._unless_known, known.WORDS, "name")),
            "Name": _Replaced(partial(self._unless_known, known.WORDS, "name")),
            "timestamp": times,
            "avg": times,
            "max": times,
            "min": times,
            "watermark": times,
        }

    @property
    def tokens(self) -> dict[str, int]:
        """Number of different tokens by kind, most first; counted up to `MOST_COUNTED`."""
        counts = {kind: len(tokens) for kind, tokens in self._tokens.items()}
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def line(self, line: bytes) -> bytes:
        """Return the anonymous form of a line; nothing for a blank one."""
        if not line.strip():
            return b""
        self.lines += 1
        try:
            return self._encoded(_decoded(line))
        except (msgspec.DecodeError, ValueError, OverflowError, RecursionError):
            return self._odd(line)

    def _encoded(self, event: Any) -> bytes:
        if isinstance(event, dict | list):
            self._walk(event, self._texts)
        elif isinstance(event, str):
            event = self._words[event]
        return msgspec.json.encode(event) + b"\n"

    def _odd(self, line: bytes) -> bytes:
        """Return what stands for a line that is not JSON throughout, and counts as the reader counts it.

        The reader does not look into events that it does not use, nor into fields that it skips.
        """
        counts = Counts()
        list(SegmentReader(counts).items([line]))
        if counts.malformed:
            self.damaged += 1
            return DAMAGED
        try:
            return self._encoded(_decoded(line.decode("utf-8", "replace").encode()))
        except (msgspec.DecodeError, ValueError, OverflowError, RecursionError):
            return self._encoded({"Event": next(iter(counts.events), "")})

    # -- structure -------------------------------------------------------------------------------

    def _walk(self, event: dict[str, Any] | list[Any], texts: _Texts) -> None:
        """Replace what an object or list holds, in place.

        Plans can be nested as deeply as the decoder goes; a function that calls itself could not follow.
        """
        open_: list[tuple[Any, _Texts, _Replaced]] = [(event, texts, self._words)]
        while open_:
            value, texts, replaced = open_.pop()
            if type(value) is list:
                for position, held in enumerate(value):
                    kind = type(held)
                    if kind is str:
                        value[position] = replaced[held]
                    elif kind is dict or kind is list:
                        open_.append((held, texts, replaced))
                continue
            strange = False
            for key, held in value.items():
                replaced_here = texts.get(key)
                if replaced_here is None:
                    strange, replaced_here = True, self._words
                kind = type(held)
                if kind is str:
                    value[key] = replaced_here[held]
                elif kind is dict or kind is list:
                    if key in self._maps:
                        value[key] = self._maps[key](held)
                    else:
                        open_.append((held, self._inside.get(key, texts), replaced_here))
            if strange:
                renamed = {key if key in texts else self._fields[key]: held for key, held in value.items()}
                value.clear()
                value.update(renamed)

    def _environment(self, properties: Any) -> Any:
        """Return the settings of the application: public ones, and how many others there were."""
        if not isinstance(properties, dict):
            return _emptied(properties)
        replaced = {}
        for name, value in properties.items():
            if name in self._of_application:
                replaced[name] = self._property(self._of_application[name], value)
            elif name in known.PROPERTIES:
                replaced[name] = self._property(self._settings, value)
            else:
                replaced[self._properties[name]] = self._property(self._values, value, numbers=False)
        return replaced

    def _job_properties(self, properties: Any) -> Any:
        """Return the properties of a job that say what it belongs to, and public settings."""
        if not isinstance(properties, dict):
            return _emptied(properties)
        return {
            name: self._property(self._of_job.get(name, self._settings), value)
            for name, value in properties.items()
            if name in self._of_job or name in known.PROPERTIES
        }

    @staticmethod
    def _property(replaced: _Replaced, value: Any, *, numbers: bool = True) -> Any:
        if isinstance(value, str):
            return replaced[value]
        if isinstance(value, dict | list) or not (numbers or value is None):
            return replaced[msgspec.json.encode(value).decode()]
        return value

    # -- texts -----------------------------------------------------------------------------------

    def _token(self, kind: str, text: str) -> str:
        digest = hashlib.blake2s(text.encode(), digest_size=6, key=self._secret)
        seen = self._tokens.setdefault(kind.lstrip("/"), set())
        if len(seen) < MOST_COUNTED:
            seen.add(digest.digest())
        return f"{kind}-{digest.hexdigest()}"

    def _unless(self, pattern: re.Pattern[str], kind: str, text: str) -> str:
        return text if pattern.fullmatch(text) else self._token(kind, text)

    def _unless_known(self, words: frozenset[str], kind: str, text: str) -> str:
        return text if text in words else self._token(kind, text)

    def _word(self, text: str) -> str:
        """Replace text of which nothing more is known than that Spark has words for some of it."""
        if text in known.WORDS or _NUMBER.fullmatch(text):
            return text
        return self._token("/path" if _PATH.match(text) and "\n" not in text else "text", text)

    def _field(self, key: str) -> str:
        return self._token("Exchange" if "Exchange" in key else "field", key)

    def _event(self, name: str) -> str:
        """Replace the class of an event; package and class on their own, as the reader drops packages."""
        package, dot, last = name.rpartition(".")
        if last not in known.EVENTS:
            last = self._token("SparkListenerEvent", last).replace("-", "_")
        if dot and package not in known.PACKAGES:
            package = self._token("package", package).replace("-", "_")
        return package + dot + last

    def _version(self, text: str) -> str:
        if _VERSION.fullmatch(text):
            return text
        head = _VERSION_HEAD.match(text)
        return (f"{head[0]}-" if head else "") + self._token("version", text)

    def _code_site(self, text: str) -> str:
        """Replace the name of a job or stage, or a place in the program.

        The model keeps so much of it; names that are equal in the model must be equal afterwards.
        """
        text = " ".join(text.split())[:120]
        site = _CODE_SITE.fullmatch(text)
        if site and site[1] in known.OPERATIONS:
            return f"{site[1]} at {self._token('code', site[2])}"
        return self._token("name", text)

    def _group(self, text: str) -> str:
        return self._token("group", text[:120])  # as much as the model keeps

    def _operation(self, text: str) -> str:
        """Replace the name of a data set or of the operator that made it."""
        if text in known.OPERATORS or text in known.RDDS or text in known.OPERATIONS:
            return text
        numbered = _NUMBERED.fullmatch(text)
        if numbered and numbered[1] in known.OPERATORS:
            return text
        scan = _SCAN.fullmatch(text)
        if scan and scan[2] in known.FORMATS:
            return text if scan[3] in ("", " ") else f"{scan[1]} {scan[2]} {self._marked('table', scan[3])}"
        command = text.removeprefix("Execute ")
        if command != text and command in known.COMMANDS:
            return text
        return self._marked("operation", text)

    def _marked(self, kind: str, text: str) -> str:
        """Return a token that shows the marks by which partition rules and paths are told."""
        marks = "".join(mark for mark in ("ParallelCollection", "Exchange") if mark in text)
        if "/" in text or ":" in text:
            return self._token("/path" + (f"-{marks}" if marks else ""), text)
        return self._token(marks or kind, text)

    def _scope(self, text: str) -> str:
        """Replace the names in an operator scope, which is JSON in a string."""
        try:
            scope = msgspec.json.decode(text)
        except (msgspec.DecodeError, ValueError, RecursionError):
            scope = None
        if not isinstance(scope, dict):
            return self._token("Exchange" if "Exchange" in text else "scope", text)
        self._walk(scope, self._scope_texts)
        return msgspec.json.encode(scope).decode()

    def _metric(self, text: str) -> str:
        return self._unless_known(known.METRICS, "metric", text)

    def _setting(self, text: str) -> str:
        if _SETTING.fullmatch(text) or text in known.SETTINGS:
            return text
        return self._token("value", text)

    def _master(self, text: str) -> str:
        if _MASTER.fullmatch(text):
            return text
        url = _MASTER_URL.fullmatch(text)
        return f"{url[1]}://{self._token('host', url[2])}" if url else self._token("host", text)


_DEFAULT_POOL = frozenset({"default"})
_THIS_HOST = frozenset({"localhost"})
_FREE = (
    "Attributes",
    "Build Properties",
    "Classpath Entries",
    "Driver Attributes",
    "Driver Logs",
    "Hadoop Properties",
    "Log Urls",
    "Metrics Properties",
    "Stack Trace",
    "System Properties",
    "logUrlInfo",
    "metadata",
)
"""Keys of maps and lists that lose their content: people or vendors fill them, and no model needs it."""


def _decoded(line: bytes) -> Any:
    """Return an event with the class that the reader sees, who takes the first and looks for no other."""
    event = msgspec.json.decode(line)
    if plain := CLASS.match(line):
        event["Event"] = plain[1].decode()
    return event


def _emptied(value: Any) -> Any:
    return {} if isinstance(value, dict) else []


def anonymise(lines: Iterable[bytes], key: bytes) -> Iterator[bytes]:
    """Yield the lines of an event log with everything but Spark's own words and numbers replaced.

    Parameters
    ----------
    lines
        Lines of one or more logs.
    key
        A secret; the same one gives the same tokens.
    """
    return filter(None, map(Anonymiser(key).line, lines))


@dataclass(frozen=True, slots=True)
class Anonymised:
    """What was done to a log."""

    lines: int
    """Lines written."""
    damaged_lines: int
    """Lines of them that stand for damaged ones."""
    event_bytes: int
    """Unpacked bytes read."""
    stored_bytes: int | None
    """Size of the new file; None where it went to a pipe or device."""
    tokens: Mapping[str, int]
    """Number of different tokens by kind, counted up to `MOST_COUNTED`."""
    missing: tuple[str, ...]
    """What the original lacks, one sentence each."""


def anonymise_log(
    log: EventLog, output: Path, *, key: bytes | None = None, progress: Progress | None = None
) -> Anonymised:
    """Write an anonymous form of a log into one file, which appears complete or not at all.

    Parameters
    ----------
    log
        The log; the parts of a rolled one are joined.
    output
        Where to write; compressed if the name ends in ``.zst``, ``.zstd`` or ``.gz``.
    key
        A secret; the same one gives the same tokens. A new one if not given.
    progress
        Called with stored bytes read and, where known, in all.

    Raises
    ------
    UsageError
        If the output would destroy what it is made from.
    OutputError
        If it cannot be written.
    UnreadableSource
        If the log cannot be read to its end.
    """
    _spare_the_input(log, output)
    anonymiser = Anonymiser(key or secrets.token_bytes(32))
    source = _Source(log, progress)
    with _appearing(output) as raw, _packed(raw, output.name) as file:
        for line in source.lines():
            file.write(anonymiser.line(line))
    return Anonymised(
        lines=anonymiser.lines,
        damaged_lines=anonymiser.damaged,
        event_bytes=source.event_bytes,
        stored_bytes=output.stat().st_size if output.is_file() else None,
        tokens=anonymiser.tokens,
        missing=tuple(source.missing),
    )


def read_key(path: Path) -> bytes:
    """Return the secret in a file; make the file, for its owner alone, if there is none.

    Raises
    ------
    UsageError
        If it holds too little or too much to be a key.
    UnreadableSource
        If it may not be read.
    OutputError
        If it cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _existing_key(path)
    except OSError as error:
        raise OutputError(
            f"{path}: the key cannot be made ({error.strerror})",
            hint="Check that the folder exists and that you may write to it.",
        ) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        made = secrets.token_hex(32)
        file.write(f"{made}\n")
    return made.encode()


def _existing_key(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            key = file.read(_LONGEST_KEY + 1)
    except OSError as error:
        raise UnreadableSource(
            f"{path}: the key cannot be read ({error.strerror})", hint="Check its permissions."
        ) from error
    if len(key) > _LONGEST_KEY or len(key.strip()) < _SHORTEST_KEY:
        raise UsageError(
            f"{path}: not a key, which has {_SHORTEST_KEY} to {_LONGEST_KEY} bytes",
            hint="Name a file that does not exist, and a new key is written into it.",
        )
    return key.strip()


class _Source:
    """The lines of a log, whatever it is stored in."""

    def __init__(self, log: EventLog, progress: Progress | None) -> None:
        self._log = log
        self._progress = progress or (lambda _done, _total: None)
        self.event_bytes = 0
        self.missing = list(log.missing)

    def lines(self) -> Iterator[bytes]:
        done, total = 0, self._log.stored_bytes
        for part in self._log.parts:
            with open_part(part) as opened:
                for count, line in enumerate(opened):
                    self.event_bytes += len(line)
                    yield line
                    if count % _REPORT_EVERY == 0:
                        self._progress(done + opened.taken, total)
                done += opened.taken
                if opened.damaged:
                    self.missing.append(
                        f"the {part.codec} data of {part.place.name} ends or breaks in the middle"
                    )
            self._progress(done, total)


def _spare_the_input(log: EventLog, output: Path) -> None:
    places = {_local(place) for place in (log.place, *(part.place for part in log.parts))}
    paths = [path for path in places if path is not None and path.exists()]
    if output.is_file() and any(output.samefile(path) for path in paths):
        raise UsageError(
            f"{output}: this is the log itself, which would be lost", hint="Write to another file."
        )
    if any(path.is_dir() and path.resolve() in output.resolve().parents for path in paths):
        raise UsageError(
            f"{output}: this is in the folder of the log, where it would be taken for a part of it",
            hint="Write to another folder.",
        )


def _local(place: Place) -> Path | None:
    """Return the file or folder of this machine that a place is, or is in; None for remote ones."""
    archive: Place | None = getattr(place, "archive", None)
    if archive is not None:
        return _local(archive)
    return place.path if isinstance(place, LocalPlace) else None


@contextmanager
def _appearing(path: Path) -> Iterator[BinaryIO]:
    """Open a file under a temporary name, and rename it when all went well.

    What a link points to is replaced, and not the link; a pipe or device is written to directly.
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


@contextmanager
def _packed(raw: BinaryIO, name: str) -> Iterator[Any]:
    """Compress what is written to a file, as its name says."""
    if name.endswith((".zst", ".zstd")):
        with zstandard.ZstdCompressor().stream_writer(raw, closefd=False) as file:
            yield file
    elif name.endswith(".gz"):
        # Neither the name nor the time of writing goes into the file.
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6) as file:
            yield file
    else:
        yield raw
