"""Replace what events tell of people and places, line by line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import msgspec

from ..segment import CLASS, Counts, SegmentReader
from . import vocabulary as known

DAMAGED = b"damaged line\n"
"""Stands for every line that cannot be read."""
MOST_COUNTED = 1 << 14
"""Different tokens of one kind are counted up to this number."""

_REMEMBERED = 1 << 12  # replacements by place
_LONGEST_REMEMBERED = 300  # characters

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
            "streaming.sql.batchId": self._words,
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
            "metadata": self._scanned,
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
            "runId": self._groups,  # of a streaming query, and so the group of its jobs
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

    def _scanned(self, metadata: Any) -> Any:
        """Return of the metadata of an operator where it reads from, and in which format."""
        if not isinstance(metadata, dict):
            return _emptied(metadata)
        found = {}
        if isinstance(place := metadata.get("Location"), str):
            found["Location"] = self._token("/path", place) if place.strip() else ""
        if isinstance(kind := metadata.get("Format"), str):
            found["Format"] = kind.lower() if kind.lower() in _FORMATS else self._token("format", kind)
        return found

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


_FORMATS = frozenset(word.lower() for word in known.FORMATS)
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
