"""How wide text is about, and how it is shortened; a drawing does not know the font it is shown with."""

from __future__ import annotations

_NARROW = frozenset("iljItf.,:;|!'()[]{} /\\-")
_WIDE = frozenset("mwMW@%…→")
SIZE = 12.0
"""Size of the letters of most text."""


def width_of(text: str, *, size: float = SIZE, bold: bool = False) -> float:
    """Return about how wide a text is, rather too wide than too narrow.

    Parameters
    ----------
    text
        One line.
    size
        Height of the letters.
    bold
        Whether they are bold.
    """
    ems = sum(_ems(letter) for letter in text)
    return ems * size * (1.07 if bold else 1.0)


def _ems(letter: str) -> float:
    if letter in _NARROW:
        return 0.36
    if letter in _WIDE or ord(letter) > 0x2E80:
        return 1.0
    return 0.7 if letter.isupper() else 0.59


def shortened(text: str, width: float, *, size: float = SIZE, bold: bool = False) -> str:
    """Return a text that is not wider than that, its middle left out where it is too wide.

    Begin and end say most: names of operations begin with what is done and end with file and line.
    """
    if width_of(text, size=size, bold=bold) <= width:
        return text
    for kept in range(min(len(text) - 1, int(width / (0.36 * size))), 1, -1):
        end = kept * 2 // 5
        short = f"{text[: kept - end].rstrip()}…{text[len(text) - end :].lstrip()}"
        if width_of(short, size=size, bold=bold) <= width:
            return short
    return "…"
