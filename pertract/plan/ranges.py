"""Lists and ranges as people write them on the command line, as single values."""

from __future__ import annotations

import math
import re

from ..errors import UsageError

MOST_VALUES = 10_000
"""Most values that one list can have."""

_NUMBER = r"\d+(?:\.\d+)?"
_RANGE = re.compile(
    rf"(?P<first>{_NUMBER})(?P<unit>[A-Za-z%]*)\.\.(?P<last>{_NUMBER})(?P<last_unit>[A-Za-z%]*)"
    rf"(?:(?P<how>[:*])(?P<by>{_NUMBER})(?P<by_unit>[A-Za-z%]*))?"
)
_SYNTAX = "Write, for example, 4,8,16 or 2..32 or 2..32:2 (steps) or 2..64*2 (factors)."


def expand(text: str, *, option: str, whole: bool = False, words: bool = False) -> tuple[str, ...]:
    """Return the values in a list such as ``4,8,12..32:4,64..512*2``, each as it would be written alone.

    ``a..b`` counts by one, ``a..b:s`` in steps of s, ``a..b*f`` by factors of f; b is the last value only
    if it is met. Both ends have the same unit, such as ``4g..16g:4g``. A value that comes twice counts once.

    Parameters
    ----------
    text
        What was given.
    option
        Its option, for messages.
    whole
        Whether the values are counted; factors then lead to rounded values.
    words
        Whether values need be no numbers: what is no range, such as ``../pools.xml``, is one value.

    Raises
    ------
    UsageError
        If a part is no value or range, or there are more than `MOST_VALUES`.
    """
    found: dict[str, None] = {}
    for part in text.split(","):
        if not part.strip():
            raise UsageError(f"{option}: '{text}' has an empty part", hint=_SYNTAX)
        alone = _RANGE.fullmatch(part.strip()) is None if words else ".." not in part
        values = (part.strip(),) if alone else _range(part.strip(), option, whole=whole)
        found |= dict.fromkeys(values)
        if len(found) > MOST_VALUES:
            raise _too_many(option, text)
    return tuple(found)


def _range(text: str, option: str, *, whole: bool) -> tuple[str, ...]:
    match = _RANGE.fullmatch(text)
    if not match:
        raise UsageError(f"{option}: '{text}' is not a range", hint=_SYNTAX)
    unit = match["unit"] or match["last_unit"]
    units = {match["last_unit"], match["unit"] or unit} | (
        {match["by_unit"]} if match["how"] == ":" else set()
    )
    if units - {unit, ""} or (match["how"] == "*" and match["by_unit"]):
        raise UsageError(f"{option}: '{text}' mixes units", hint="Write both ends alike, such as 4g..16g:4g.")
    first, last = float(match["first"]), float(match["last"])
    if last < first:
        raise UsageError(f"{option}: '{text}' ends before it begins", hint="Write the smaller number first.")
    if match["how"] is None and (unit or not whole):
        raise UsageError(
            f"{option}: '{text}' does not say in which steps",
            hint=f"Write {text}:{match['first']}{unit} for steps, or {text}*2 for factors.",
        )
    by = float(match["by"] or 1)
    if by <= (1 if match["how"] == "*" else 0):
        what = "factor must be above 1" if match["how"] == "*" else "step must be above 0"
        raise UsageError(f"{option}: the {what} in '{text}'", hint=_SYNTAX)
    numbers = _by_factors(first, last, by) if match["how"] == "*" else _by_steps(first, last, by)
    if numbers is None:
        raise _too_many(option, text)
    rounded = (round(n) if whole else float(f"{n:.10g}") for n in numbers)
    return tuple(f"{_text(n)}{unit}" for n in rounded)


def _by_steps(first: float, last: float, step: float) -> list[float] | None:
    count = math.floor((last - first) / step + 1e-9) + 1
    return None if count > MOST_VALUES else [first + i * step for i in range(count)]


def _by_factors(first: float, last: float, factor: float) -> list[float] | None:
    if first == 0:
        return [0.0]
    count = math.floor(math.log(last / first) / math.log(factor) + 1e-9) + 1
    return None if count > MOST_VALUES else [first * factor**i for i in range(count)]


def _text(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:.10f}".rstrip("0")


def _too_many(option: str, text: str) -> UsageError:
    return UsageError(
        f"{option}: '{text}' has more than {MOST_VALUES:,} values", hint="Take larger steps or factors."
    )
