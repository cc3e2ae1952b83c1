"""The configurations to compare: every combination of the values that were asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from ..errors import UsageError

MOST_POINTS = 5_000
"""Most combinations that are simulated one by one."""
MOST_SEARCHED = 200_000
"""Most combinations that can be searched."""

_SEQUENCES = ("lose_executor_s", "pools", "company")
"""Fields whose single values are sequences."""
NESTED = ("settings", "parameters")
"""Fields whose values have names of their own."""
WORKLOAD = ("data_bytes", "data_scale", "parameters", "copies", "company")
"""Fields that say what there is to do, and not on what it is done."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One thing that varies."""

    field: str
    """A field of `simulate.Options`."""
    values: tuple[Any, ...]
    """Its values in the order they were asked for, without repetition."""
    key: str | None = None
    """Which setting or parameter, where the field has several."""

    @property
    def name(self) -> str:
        """What it is called in one word."""
        return self.key or self.field

    def of(self, asked: Mapping[str, Any]) -> Any:
        """Return its value in a combination."""
        return asked[self.field] if self.key is None else asked[self.field][self.key]


@dataclass(frozen=True, slots=True)
class Grid:
    """Axes, and what is the same everywhere; both in the form of the fields of `simulate.Options`."""

    axes: tuple[Axis, ...]
    fixed: Mapping[str, Any]

    @property
    def size(self) -> int:
        """Number of combinations; 1 where nothing varies."""
        return prod(len(axis.values) for axis in self.axes)

    def number(self, positions: Sequence[int]) -> int:
        """Return the number of a combination, from the position of its value on each axis.

        Combinations are numbered from 0, the last axis changing fastest.
        """
        number = 0
        for axis, position in zip(self.axes, positions, strict=True):
            number = number * len(axis.values) + position
        return number

    def asked(self, number: int) -> dict[str, Any]:
        """Return the values of a combination in the form of the fields of `simulate.Options`."""
        values = []
        for axis in reversed(self.axes):
            number, position = divmod(number, len(axis.values))
            values.append(axis.values[position])
        asked: dict[str, Any] = {}
        for axis, value in zip(self.axes, reversed(values), strict=True):
            if axis.key is None:
                asked[axis.field] = value
            else:
                asked.setdefault(axis.field, {})[axis.key] = value
        return asked

    def values(self, field: str) -> tuple[Any, ...]:
        """Return all values that a field has, but None; empty where it is not asked for."""
        for axis in self.axes:
            if axis.field == field:
                return tuple(value for value in axis.values if value is not None)
        value = self.fixed.get(field)
        return () if value is None else (value,)

    def given(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return all fields of a combination: what varies and what does not."""
        return merged(self.fixed, asked)

    def check_size(self, most: int = MOST_POINTS) -> None:
        """Raise UsageError if there are more combinations than anyone can want."""
        if self.size <= most:
            return
        counts = " x ".join(f"{len(axis.values):,} {axis.name}" for axis in self.axes)
        longest = max(self.axes, key=lambda axis: len(axis.values))
        raise UsageError(
            f"{counts} are {self.size:,} configurations, more than {most:,}",
            hint=f"Take fewer values of {longest.name}, such as factors of two: first..last*2.",
        )


def merged(fixed: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of `simulate.Options` with others laid over them, settings and parameters one by one."""
    nested = {field: {**fixed.get(field, {}), **asked.get(field, {})} for field in NESTED}
    return {**fixed, **asked, **{field: values for field, values in nested.items() if values}}


def grid(question: Mapping[str, Any]) -> Grid:
    """Return the grid of fields of `simulate.Options` whose values may be lists.

    A list, range or any other sequence but text is taken for several values; one of ``lose_executor_s``,
    ``pools`` and ``company``, which are sequences by themselves, only if its elements are sequences.

    Raises
    ------
    UsageError
        If a list is empty.
    """
    axes: list[Axis] = []
    fixed: dict[str, Any] = {}
    for field, value in question.items():
        if field in NESTED:
            for key, inner in (value or {}).items():
                if (values := _several(field, inner)) is None:
                    fixed.setdefault(field, {})[key] = inner
                else:
                    axes.append(Axis(field, values, key))
        elif (values := _several(field, value)) is None:
            fixed[field] = value
        else:
            axes.append(Axis(field, values))
    return Grid(tuple(axes), fixed)


def _several(field: str, value: Any) -> tuple[Any, ...] | None:
    """Return the values of a list, or None for a single value."""
    if isinstance(value, (str, bytes, Mapping)) or not hasattr(value, "__iter__"):
        return None
    values = value.tolist() if hasattr(value, "tolist") else list(value)  # arrays hold numbers of their own
    if field in _SEQUENCES and not all(isinstance(v, (list, tuple)) for v in values):
        return None
    if not values and field not in _SEQUENCES:
        raise UsageError(f"the list of {field} is empty", hint="Give at least one value.")
    values = [tuple(v) if isinstance(v, list) else v for v in values]
    return tuple(dict.fromkeys(values)) or None
