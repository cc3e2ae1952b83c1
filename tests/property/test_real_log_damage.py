"""Real logs, damaged in every way: a model without negative times, or a sentence with a hint.

Some runs each time; ``make integration`` sets ``PERTRACT_FUZZ`` to some thousand.
"""

import gzip
import math
import os
import re
from functools import cache
from pathlib import Path
from random import Random

import pytest
import zstandard

import pertract
from pertract.errors import SourceError
from pertract.sources import spark
from pertract.sources.spark.parts import open_part

ROOT = Path(__file__).parents[2]
PUBLIC = ROOT.parent / "shared" / "data" / "spark-eventlogs" / "public"
RUNS = int(os.environ.get("PERTRACT_FUZZ", "60"))
LARGEST = 1_500_000  # bytes of JSON; a run takes some 20 ms then

_TIME = re.compile(rb'("(?:\w+ Time|Timestamp|time)":)(1[4-9]\d{11})')


@cache
def logs() -> list[list[bytes]]:
    """Return the lines of the shipped logs, and of small public ones where they are at hand."""
    shipped = [ROOT / "examples" / "randomforest.zstd", ROOT / "tests" / "data" / "codecs" / "eventlog.gz"]
    found = []
    for path in [*shipped, *sorted(p for p in PUBLIC.rglob("*") if p.is_file())]:
        try:
            lines = [line for part in spark.find(path).parts for line in lines_of(part)]
        except SourceError:
            continue
        if path in shipped or sum(map(len, lines)) < LARGEST:
            found.append(lines)
    return found


def lines_of(part) -> list[bytes]:
    with open_part(part) as opened:
        return list(opened)


def cut(lines, dice):
    content = b"".join(lines)
    return content[: dice.randrange(len(content))]


def cut_front(lines, dice):
    return b"".join(lines[dice.randrange(len(lines)) :])


def flip(lines, dice):
    content = bytearray(b"".join(lines))
    for _ in range(2 ** dice.randrange(12)):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    return bytes(content)


def delete(lines, dice):
    share = dice.random()
    return b"".join(line for line in lines if dice.random() > share)


def delete_class(lines, dice):
    name = re.compile(rb'"Event":"([\w.$]+)"')
    victim = dice.choice(sorted({m[1] for line in lines if (m := name.search(line))}))
    return b"".join(line for line in lines if victim not in line[:120])


def duplicate(lines, dice):
    share = dice.random()
    return b"".join(line * (1 + (dice.random() < share)) for line in lines)


def reorder(lines, dice):
    reach = 2 ** dice.randrange(12)
    order = sorted(range(len(lines)), key=lambda i: i + dice.random() * reach)
    return b"".join(lines[i] for i in order)


def splice(lines, dice):
    other = dice.choice(logs())
    return b"".join(lines[: dice.randrange(len(lines))] + other[dice.randrange(len(other)) :])


def turn_clock(lines, dice):
    """Set the clock forward or back, from some line on or in single events."""
    shift_ms = dice.choice((-1, 1)) * 10 ** dice.randrange(12)
    begin, share = dice.randrange(len(lines)), dice.choice((1.0, 0.1))
    return b"".join(
        _TIME.sub(lambda m: m[1] + b"%d" % (int(m[2]) + shift_ms), line)
        if i >= begin and dice.random() < share
        else line
        for i, line in enumerate(lines)
    )


DAMAGES = (cut, cut_front, flip, delete, delete_class, duplicate, reorder, splice, turn_clock)


def packed(content, dice):
    """Return the bytes as stored, and perhaps damage these too."""
    pack = dice.choice((bytes, gzip.compress, zstandard.compress))
    stored = bytearray(pack(content))
    if dice.random() < 0.2 and stored:
        stored[dice.randrange(len(stored))] ^= 0xFF
    return bytes(stored[: dice.randrange(len(stored) + 1)] if dice.random() < 0.1 else stored)


@pytest.mark.parametrize("block", range(10))
def test_damage_gives_a_model_or_a_sentence(tmp_path, block):
    models = 0
    for seed in range(block, RUNS, 10):
        dice = Random(seed)
        lines = dice.choice(logs())
        damage = DAMAGES[seed % len(DAMAGES)]
        path = tmp_path / f"{damage.__name__}-{seed}"
        path.write_bytes(packed(damage(lines, dice), dice))
        result = extracted(path)
        if isinstance(result, SourceError):
            assert re.fullmatch(r"[^\n]+", str(result)), path.name
            assert result.hint, path.name
        else:
            models += 1
            check(result, path.name)
        path.unlink()
    assert models >= RUNS // 20  # most damage leaves something to predict from


def extracted(path):
    try:
        return pertract.extract(path)
    except SourceError as error:
        return error


def check(model, name):
    assert model.runs[0].response_time_s >= 0, name
    assert math.isfinite(model.replay.error), name
    assert 0 <= model.completeness.ratio <= 1, name
    prediction = pertract.predict(model, replications=1, executors=2)
    assert 0 <= prediction.response_time_s.mean < math.inf, name
    assert prediction.cpu_utilisation.mean >= 0, name
