"""What some predictions tell besides: times without a part, and micro-batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...units import format_duration
from .shell import safe

Document = Mapping[str, Any]


def without_parts(prediction: Document) -> str:
    """Return the response times if a part cost nothing as HTML; empty if nobody asked for them."""
    usual_s = prediction["response_time_s"]["mean"]
    rows = [
        (f"without {part}", format_duration(time_s), f"{100 * (time_s / usual_s - 1):+.1f} %")
        for part, time_s in prediction["without_s"].items()
        if usual_s > 0
    ]
    return _table(("", "response time", "change"), rows)


def micro_batches(prediction: Document) -> str:
    """Return the streams of a prediction as HTML; empty if there are none."""
    rows = [
        (
            stream["name"],
            f"{stream['arrival_rate_per_s']:.4g}",
            format_duration(stream["batch_s"]),
            "-" if stream["batch_interval_s"] is None else format_duration(stream["batch_interval_s"]),
            "falls behind" if stream["late"] else "",
        )
        for stream in prediction["streams"]
    ]
    return _table(("stream", "records per s", "a batch takes", "one begins every", ""), rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{head}</th>' if head else "<td></td>" for head in heads)
    body = "".join(f"<tr>{''.join(f'<td>{safe(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Table">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
