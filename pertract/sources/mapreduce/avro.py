"""Decode Avro's binary encoding of events, as far as job history files use it.

These files are no Avro containers: the schema stands as text in the second line and the events follow
one after the other without blocks or markers, so that libraries for Avro files do not read them. The
encoding itself needs little, which is here instead of a dependency (Avro 1.11 specification, "Binary
encoding").
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

Decode = Callable[["Buffer"], Any]
_SHORT = {"float": "<f", "double": "<d"}


class Truncated(ValueError):
    """Raise when the bytes end inside a value, or say something impossible."""


class Buffer:
    """Bytes and how far they are read."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def take(self, count: int) -> bytes:
        """Return the next bytes.

        Raises
        ------
        Truncated
            If there are not so many.
        """
        if count < 0 or self.at + count > len(self.data):
            raise Truncated
        self.at += count
        return self.data[self.at - count : self.at]

    def whole(self) -> int:
        """Return the next whole number: zigzag, seven bits in a byte."""
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return (value >> 1) ^ -(value & 1)
            if shift > 63:
                raise Truncated


def decoder(schema: Any) -> Decode:
    """Return a function that decodes the next value of a schema.

    Records and maps become dicts, enums their symbols, unions what is in them.

    Raises
    ------
    ValueError
        If the schema has a type that Avro does not know.
    """
    return _Compiler().compile(schema, "")


class _Compiler:
    def __init__(self) -> None:
        self._named: dict[str, Decode] = {}

    def compile(self, schema: Any, space: str) -> Decode:
        if isinstance(schema, list):
            return self._union([self.compile(branch, space) for branch in schema])
        if isinstance(schema, dict):
            return self._complex(schema, space)
        if schema in self._named or f"{space}.{schema}" in self._named:
            name = schema if schema in self._named else f"{space}.{schema}"
            return lambda buffer: self._named[name](buffer)  # a record may hold itself
        return _primitive(schema)

    def _complex(self, schema: dict[str, Any], space: str) -> Decode:
        kind = schema.get("type")
        if kind in ("record", "enum", "fixed"):
            space = schema.get("namespace", space)
            name = schema["name"] if "." in schema["name"] else f"{space}.{schema['name']}"
            self._named[name] = self._unknown  # so that fields may refer to it
            self._named[name] = made = self._of_name(kind, schema, space)
            return made
        if kind == "array":
            item = self.compile(schema["items"], space)
            return lambda buffer: [value for _ in _blocks(buffer) for value in (item(buffer),)]
        if kind == "map":
            value, key = self.compile(schema["values"], space), _primitive("string")
            return lambda buffer: {key(buffer): value(buffer) for _ in _blocks(buffer)}
        return self.compile(kind, space)

    def _of_name(self, kind: str, schema: dict[str, Any], space: str) -> Decode:
        if kind == "enum":
            symbols: list[str] = schema["symbols"]
            return lambda buffer: _choice(symbols, buffer)
        if kind == "fixed":
            size: int = schema["size"]
            return lambda buffer: buffer.take(size)
        fields = [(f["name"], self.compile(f["type"], space)) for f in schema["fields"]]
        return lambda buffer: {name: decode(buffer) for name, decode in fields}

    def _union(self, branches: list[Decode]) -> Decode:
        return lambda buffer: _choice(branches, buffer)(buffer)

    @staticmethod
    def _unknown(_: Buffer) -> Any:
        raise Truncated


def _choice(options: list[Any], buffer: Buffer) -> Any:
    index = buffer.whole()
    if not 0 <= index < len(options):
        raise Truncated
    return options[index]


def _blocks(buffer: Buffer) -> Any:
    """Yield once for each item of an array or map, which come in blocks that say how many they hold."""
    while count := buffer.whole():
        if count < 0:
            buffer.whole()  # the size of the block, for who wants to skip it
        if abs(count) > len(buffer.data):
            raise Truncated
        yield from range(abs(count))


def _primitive(name: Any) -> Decode:
    match name:
        case "null":
            return lambda _: None
        case "boolean":
            return lambda buffer: buffer.take(1) != b"\x00"
        case "int" | "long":
            return Buffer.whole
        case "float" | "double":
            shape = struct.Struct(_SHORT[name])
            return lambda buffer: shape.unpack(buffer.take(shape.size))[0]
        case "string":
            return lambda buffer: buffer.take(buffer.whole()).decode("utf-8", "replace")
        case "bytes":
            return lambda buffer: buffer.take(buffer.whole())
    raise ValueError(f"unknown Avro type {name!r}")
