"""What Palladio records: without a monitor repository its simulator records nothing."""

from __future__ import annotations

from .environment import Environment
from .xml import Element, Identifiers, child, link, root

_METRICS = "pathmap://METRIC_SPEC_MODELS/models/commonMetrics.metricspec#"
RESPONSE_TIME, RESOURCE_STATE = "_6rYmYs7nEeOX_4BzImuHbA", "_paDhIs7qEeOX_4BzImuHbA"
"""Metrics: response time of a usage scenario, and number of jobs at an active resource."""


def monitoring(
    stem: str, scenario: str, environment: Environment, identifiers: Identifiers
) -> tuple[Element, Element]:
    """Return the monitor repository and the repository of measuring points.

    Parameters
    ----------
    stem
        Name of the files without the ending.
    scenario
        Identifier of the usage scenario, whose response time is recorded.
    environment
        Its cores are recorded.
    identifiers
        Identifiers of the whole set of files.
    """
    points = root(
        "measuringpoint:MeasuringPointRepository", "pcmmeasuringpoint", id=identifiers.make("points")
    )
    monitors = root(
        "monitorrepository:MonitorRepository",
        "metricspec",
        "pcmmeasuringpoint",
        id=identifiers.make("monitors"),
    )
    place = f"{stem}.usagemodel#{scenario}"
    point = child(
        points,
        "measuringPoints",
        "pcmmeasuringpoint:UsageScenarioMeasuringPoint",
        stringRepresentation="Usage Scenario: submit the application",
        resourceURIRepresentation=place,
    )
    link(point, "usageScenario", place)
    _monitor(monitors, stem, 0, "response time", RESPONSE_TIME, "UsageScenarioMeasuringPoint", identifiers)
    for number, (name, processor) in enumerate(environment.processors.items(), start=1):
        place = f"{stem}.resourceenvironment#{processor}"
        point = child(
            points,
            "measuringPoints",
            "pcmmeasuringpoint:ActiveResourceMeasuringPoint",
            stringRepresentation=f"CPU [0] in {name}",
            resourceURIRepresentation=place,
        )
        link(point, "activeResource", place)
        label, kind = f"busy cores of {name}", "ActiveResourceMeasuringPoint"
        _monitor(monitors, stem, number, label, RESOURCE_STATE, kind, identifiers)
    return monitors, points


def _monitor(
    monitors: Element, stem: str, point: int, name: str, metric: str, kind: str, identifiers: Identifiers
) -> None:
    id = identifiers.make(f"monitor.{name.replace(' ', '-')}")
    monitor = child(monitors, "monitors", id=id, entityName=name)
    specification = child(monitor, "measurementSpecifications", id=f"{id}.specification")
    link(specification, "metricDescription", _METRICS + metric, "metricspec:NumericalBaseMetricDescription")
    child(specification, "processingType", "monitorrepository:FeedThrough", id=f"{id}.processing")
    link(
        monitor,
        "measuringPoint",
        f"{stem}.measuringpoint#//@measuringPoints.{point}",
        f"pcmmeasuringpoint:{kind}",
    )
