"""The answer in a sentence, before any drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ... import dsl
from ...units import format_duration
from .shell import safe

Document = Mapping[str, Any]


def what_if_answer(plan: Document) -> str:
    """Return what to take, and why, as HTML; with several amounts of data for each of them.

    Parameters
    ----------
    plan
        The document ``pertract/what-if/1``.
    """
    points = {point["point"]: point for point in plan["points"]}
    decisions = plan["best"]["workloads"]
    if not decisions:
        return "<p class='lead'>Nothing was predicted.</p>"
    first = _decision(decisions[0], points, plan, several=len(decisions) > 1)
    return first + (_others(decisions, points, plan) if len(decisions) > 1 else "")


def _others(decisions: Sequence[Document], points: Mapping[int, Document], plan: Document) -> str:
    """Return the decisions for all amounts of data as a table."""
    rows = []
    for decision in decisions:
        if decision["point"] is None:
            cells = ["nothing qualifies", "", "", "", ""]
            limit = f"the nearest: {decision['misses'][0]['reason']}" if decision["misses"] else ""
        else:
            point = points[decision["point"]]
            name, limit = decision["reason"].partition(": ")[0], point["bottleneck"]["text"]
            low, high = (format_duration(bound) for bound in point["response_time_s"]["interval90"])
            cost = "" if point["cost"] is None else f"{point['cost']['mean']:.3g}"
            time, cpu = point["response_time_s"]["mean"], point["cpu_utilisation"]["mean"]
            cells = [name, format_duration(time), f"{low} to {high}", _percent(cpu), cost]
        inner = "".join(f"<td>{safe(cell)}</td>" for cell in cells)
        rows.append(
            f"<tr><td>{safe(decision['label'])}</td>{inner}<td class='left wide'>{safe(limit)}</td></tr>"
        )
    cost = f"cost, {plan['tariff']['unit']}" if plan["tariff"]["unit"] else "cost"
    heads = ("with", "take", "response time", "90 % of runs", "CPU", cost)
    head = "".join(f"<th scope='col'>{safe(text)}</th>" for text in heads)
    return (
        "<div class='scroll' tabindex='0' role='region' aria-label='For each amount of data'><table>"
        f"<thead><tr>{head}<th scope='col' class='left'>limited by</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def prediction_answer(prediction: Document, measured: dsl.Run | None, unit: str) -> str:
    """Return what is predicted, as HTML.

    Parameters
    ----------
    prediction
        The document ``pertract/prediction/1``.
    measured
        The calibration run.
    unit
        Of the cost.
    """
    text = f"{_where(prediction['configuration'])} {_takes(prediction, unit)}."
    compared = ""
    if measured is not None:
        data = ", with the measured data" if prediction["configuration"]["data_scale"] != 1 else ""
        where = f"on {_counted(measured.slots, 'slot')}{data}"
        compared = f"<p>The measured run took {format_duration(measured.response_time_s)} {where}.</p>"
    return f"<p class='lead'>{text}</p>{compared}"


def _decision(decision: Document, points: Mapping[int, Document], plan: Document, *, several: bool) -> str:
    label = f"With {safe(decision['label'])}: " if several else ""
    if decision["point"] is None:
        none = "no" if label else "No"
        misses = "".join(f"<li>{safe(miss['reason'])}</li>" for miss in decision["misses"])
        return (
            f"<div class='decision missed'><p class='lead'>{label}<strong>{none} configuration</strong> "
            f"{_goal(plan)}.</p><p>The nearest:</p><ul>{misses}</ul></div>"
        )
    point = points[decision["point"]]
    name, _, why = decision["reason"].partition(": ")
    verb = "take" if label else "Take"
    if len(points) == 1:
        lead = f"{label}<strong>{safe(name)}</strong> {_takes(point, plan['tariff']['unit'])}."
    else:
        unit = plan["tariff"]["unit"]
        lead = f"{label}{verb} <strong>{safe(name)}</strong>. It {_takes(point, unit)}."
    others = "".join(
        f"<li><b>{title}</b> {safe(decision[key]['reason'])}</li>"
        for key, title in (("cheapest", "Cheapest:"), ("fastest", "Fastest:"))
        if decision[key] and decision[key]["point"] != decision["point"]
    )
    return (
        f"<div class='decision'><p class='lead'>{lead}</p><p>{safe(_sentence(why))}</p>"
        + (f"<ul>{others}</ul>" if others else "")
        + "</div>"
    )


def _goal(plan: Document) -> str:
    """Return what was asked for, as what a configuration does."""
    goal, wanted = plan["goal"], []
    if goal["deadline_s"] is not None:
        wanted.append(f"ends within {format_duration(goal['deadline_s'])}")
    if goal["budget"] is not None:
        wanted.append(f"costs at most {_amount(goal['budget'], plan['tariff']['unit'])}")
    return safe(f"{' and '.join(wanted)} in {100 * goal['confidence']:.4g} % of runs")


def _takes(point: Document, unit: str) -> str:
    """Return response time, CPU and cost of a prediction as the end of a sentence."""
    time, cost = point["response_time_s"], point["cost"]
    low, high = (format_duration(bound) for bound in time["interval90"])
    busy = point["cpu_utilisation"]["mean"]
    of = "worker cores" if point["configuration"]["node_cores"] else "slots"
    text = (
        f"takes <strong>{format_duration(time['mean'])}</strong> (90 % of runs between {low} and {high}), "
        f"uses <strong>{_percent(busy)}</strong> of its {of}' CPU"
    )
    if cost is not None:
        text += f" and costs <strong>{safe(_amount(cost['mean'], unit))}</strong>"
    return text


def _where(configuration: Document) -> str:
    """Return the cluster and the data, as the beginning of a sentence."""
    parts = []
    if configuration["node_cores"]:
        kind = f" {configuration['node_type']}" if configuration["node_type"] else ""
        parts.append(_counted(configuration["nodes"], f"{kind} node".strip()))
    executors = _counted(configuration["executors"], "executor")
    parts.append(f"{executors} with {_counted(configuration['executor_cores'], 'core')}")
    if configuration["data_scale"] != 1:
        parts.append(f"{configuration['data_scale']:.3g} times the data")
    parts += [f"{name} {value:g}" for name, value in configuration["parameters"].items()]
    return f"On <strong>{safe(', '.join(parts))}</strong>, the application"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _amount(value: float, unit: str) -> str:
    return f"{value:.3g} {unit}".rstrip()


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
