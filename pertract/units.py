"""Conversions between the units of logs, people and models.

Inside Pertract every time is in seconds, every volume in bytes; only this module knows that
Spark logs milliseconds and nanoseconds and that people write ``4g`` or ``10m``.
"""

from __future__ import annotations

import re

MS = 1e-3
"""Seconds in a millisecond (event times and most task metrics of Spark)."""
US = 1e-6
"""Seconds in a microsecond (the sampling agent)."""
NS = 1e-9
"""Seconds in a nanosecond (``Executor CPU Time``, ``Shuffle Write Time`` of Spark)."""
KIB, MIB, GIB = 2**10, 2**20, 2**30

_BINARY = {"": 1, "b": 1, "k": KIB, "m": MIB, "g": GIB, "t": 2**40, "p": 2**50}
_DECIMAL = {"k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "p": 10**15}
_SECONDS = {"us": 1e-6, "ms": MS, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(us|ms|s|m|min|h|d|)\s*", re.IGNORECASE)
_SIZE = re.compile(r"\s*([0-9]*\.?[0-9]+(?:e[+-]?\d+)?)\s*([bkmgtp]?)(i?b)?\s*", re.IGNORECASE)
_MEMORY = re.compile(r"\s*(\d{1,18})\s*([bkmgtp]?)b?\s*", re.IGNORECASE)


def parse_size(text: str) -> float:
    """Return the bytes in a size as people write it.

    ``15GB`` is decimal (15e9), ``15GiB`` and Spark's bare letter ``15g`` are binary.

    Raises
    ------
    ValueError
        If the text is not a number with an optional unit.

    Examples
    --------
    >>> parse_size("1.5KiB"), parse_size("2kB"), parse_size("2k")
    (1536.0, 2000.0, 2048.0)
    """
    match = _SIZE.fullmatch(text)
    if not match:
        raise ValueError(f"'{text}' is not a size; write a number with a unit, such as 15GB")
    number, letter, suffix = match.groups()
    letter = letter.lower()
    decimal = suffix is not None and suffix.lower() == "b" and letter in _DECIMAL
    return float(number) * (_DECIMAL[letter] if decimal else _BINARY[letter])


def parse_memory(text: str, *, default_unit: str = "m") -> int | None:
    """Return the bytes of a Spark memory setting, or None when it cannot be read.

    Parameters
    ----------
    text
        A value such as ``4g``, ``512m`` or ``1024``.
    default_unit
        Unit of a bare number; Spark reads executor memory in MiB
        (``org.apache.spark.network.util.JavaUtils.byteStringAs``).
    """
    match = _MEMORY.fullmatch(text)
    if not match:
        return None
    number, letter = match.groups()
    return int(number) * _BINARY[letter.lower() or default_unit]


def parse_duration(text: str, *, default_unit: str = "s") -> float | None:
    """Return the seconds of a Spark time setting, or None when it cannot be read.

    Parameters
    ----------
    text
        A value such as ``60s``, ``500ms`` or ``60``.
    default_unit
        Unit of a bare number, which depends on the setting
        (``org.apache.spark.network.util.JavaUtils.timeStringAs``).

    Examples
    --------
    >>> parse_duration("500ms"), parse_duration("2min"), parse_duration("3"), parse_duration("soon")
    (0.5, 120.0, 3.0, None)
    """
    match = _DURATION.fullmatch(text)
    if not match:
        return None
    number, unit = match.groups()
    return float(number) * _SECONDS[unit.lower() or default_unit]


def format_size(size_bytes: float) -> str:
    """Return a size for people, in binary units.

    Examples
    --------
    >>> format_size(1536)
    '1.5 KiB'
    """
    value = float(size_bytes)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if abs(value) < 1024 or unit == "TiB":
            break
        value /= 1024
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.3g} {unit}"


def format_duration(duration_s: float) -> str:
    """Return a duration for people.

    Examples
    --------
    >>> format_duration(0.0421), format_duration(75.25), format_duration(7325)
    ('42 ms', '1 min 15 s', '2 h 2 min')
    """
    if round(duration_s, 3) < 1:
        return f"{duration_s * 1000:.0f} ms"
    if round(duration_s, 1) < 60:
        return f"{duration_s:.1f} s"
    if round(duration_s) < 3600:
        minutes, seconds = divmod(round(duration_s), 60)
        return f"{minutes} min {seconds} s"
    hours, minutes = divmod(round(duration_s / 60), 60)
    return f"{hours} h {minutes} min"


def short_duration(duration_s: float) -> str:
    """Return a duration for a narrow column.

    Examples
    --------
    >>> short_duration(0.0421), short_duration(75.25), short_duration(7325)
    ('42ms', '1m15s', '2h02m')
    """
    if round(duration_s, 3) < 1:
        return f"{duration_s * 1000:.0f}ms"
    if round(duration_s, 1) < 60:
        return f"{duration_s:.1f}s"
    if round(duration_s) < 3600:
        minutes, seconds = divmod(round(duration_s), 60)
        return f"{minutes}m{seconds:02}s"
    hours, minutes = divmod(round(duration_s / 60), 60)
    return f"{hours}h{minutes:02}m"


def format_amount(value: float) -> str:
    """Return a number of any unit with separators instead of an exponent.

    Examples
    --------
    >>> format_amount(121155484.0), format_amount(2.5), format_amount(1e-3)
    ('121,155,484', '2.5', '0.001')
    """
    return f"{value:,.0f}" if value >= 1000 else f"{value:.6g}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "job"), counted(3, "job")
    ('1 job', '3 jobs')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
