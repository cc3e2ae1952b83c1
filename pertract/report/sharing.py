"""Applications that share a cluster, for the terminal, from their JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from ..units import counted, short_duration
from .layout import plain_table

Document = Mapping[str, Any]

_SCHEDULERS = {"fifo": "first come, first served", "fair": "fair shares", "capacity": "capacity queues"}


def sharing_report(document: Document) -> RenderableType:
    """Return what people want to know of a shared cluster, the answer first.

    Parameters
    ----------
    document
        ``pertract/sharing/1``, see docs/json.md.
    """
    applications = document["applications"]
    parts: list[RenderableType] = []
    for each in applications:
        if each["deadline"] is not None:
            parts += _deadline(each)
    if parts:
        parts.append(Text())
    parts += [_response_times(document), Text(), _waits(applications), Text(), _cluster(document), Text()]
    provenance = document["provenance"]
    notes = [
        "response time: from arrival to end; slowdown: relative to the same run alone on the cluster",
        f"{counted(provenance['replications'], 'replication')}, seed {provenance['seed']}; ± is the 95 % "
        "confidence interval of a mean, quantiles are of all runs",
    ]
    parts += [Text(note, style="dim") for note in notes]
    parts += [Text(f"warning: {warning}", style="yellow") for warning in document["warnings"]]
    return Group(*parts)


def _deadline(each: Document) -> list[RenderableType]:
    deadline = each["deadline"]
    kept, enough = f"{deadline['kept']:.1%}", f"{deadline['enough']:.0%}"
    says = "is kept" if deadline["met"] else "is not kept"
    time = short_duration(deadline["deadline_s"])
    found: list[RenderableType] = [
        Text(f"{each['name']}: the deadline of {time} {says}: {kept} of runs end in time", style="bold")
    ]
    if deadline["largest_rate_per_hour"] is not None:
        rate = f"{deadline['largest_rate_per_hour']:.3g}"
        found.append(Text(f"  {enough} of them still do at up to {rate} per hour ({deadline['why']})"))
    elif deadline["why"] is not None:
        found.append(Text(f"  largest rate: {deadline['why']}"))
    return found


def _response_times(document: Document) -> RenderableType:
    columns = [
        ("", "left"),
        ("arrivals", "left"),
        ("runs", "right"),
        ("mean", "right"),
        ("known to", "right"),
    ]
    columns += [(name, "right") for name in ("p50", "p90", "p95", "p99")] + [("alone", "right")]
    rows = []
    for each in document["applications"]:
        times = each["response_time_s"]
        rows.append(
            (
                each["name"],
                _arrivals(each["arrival"]),
                f"{each['runs']:,}",
                short_duration(times["mean"]),
                _half(times),
                *(short_duration(times[name]) for name in ("p50", "p90", "p95", "p99")),
                short_duration(each["alone_s"]),
            )
        )
    return plain_table(columns, rows, title=f"Response times on {_place(document['cluster'])}")


def _waits(applications: Sequence[Document]) -> RenderableType:
    columns = [("", "left"), ("waits", "right"), ("p95", "right"), ("slowdown", "right"), ("p95", "right")]
    columns += [("executors", "right"), ("of", "right")]
    rows = [
        (
            each["name"],
            short_duration(each["waiting_s"]["mean"]),
            short_duration(each["waiting_s"]["p95"]),
            f"{each['slowdown']['mean']:.2f}",
            f"{each['slowdown']['p95']:.2f}",
            f"{each['executors']['mean']:.1f}",
            f"{each['executors_asked']}",
        )
        for each in applications
    ]
    return plain_table(columns, rows, title="Until the first executor, and by how much longer than alone")


def _cluster(document: Document) -> RenderableType:
    rows = [("room for executors", *_ratio(document["room_utilisation"]))]
    if document["cpu_utilisation"] is not None:
        rows.append(("CPU", *_ratio(document["cpu_utilisation"])))
    throughput = document["throughput_per_hour"]
    rows.append(("runs per hour", f"{throughput['mean']:.3g}", _half(throughput)))
    if document["load"] is not None:
        rows.append(("load of arrivals at a rate", f"{document['load']:.2f}", ""))
    return plain_table([("", "left"), ("mean", "right"), ("known to", "right")], rows, title="The cluster")


def _place(cluster: Document) -> str:
    if cluster["nodes"] is not None:
        cores = counted(cluster["node_cores"], "core")
        room = f"{counted(cluster['nodes'], 'node')} with {cores}"
    else:
        room = f"a cluster with room for {counted(cluster['executors'], 'executor')}"
    return f"{room}, {_SCHEDULERS[cluster['scheduler']]}"


def _arrivals(arrival: Document) -> str:
    if "rate_per_hour" in arrival:
        return f"{arrival['rate_per_hour']:g} per hour"
    if "every" in arrival:
        return f"every {short_duration(arrival['every'])}"
    if "closed" in arrival:
        closed = arrival["closed"]
        return f"{counted(closed['copies'], 'user')}, pause {short_duration(closed['think'])}"
    return "at given times"


def _half(value: Document) -> str:
    return f"±{(value['ci95'][1] - value['mean']) / value['mean']:.1%}" if value["mean"] else ""


def _ratio(value: Document) -> tuple[str, str]:
    return f"{value['mean']:.1%}", _half(value)
