"""Resource containers and what runs in them: the resource environment and the allocation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from ....errors import TransformError
from ...stoex import ExpressionProblem, evaluate, mean
from ..scenario import USUAL_NETWORK_BYTES_PER_S
from ..xml import CPU, DELAY, Element
from .objects import Objects, children, name, refusal
from .quantities import number

HDD = "_BIjHoQ3KEdyouMqirZIhzQ"
"""Identifier of the resource type of hard drives."""
Policy = Literal["ProcessorSharing", "FCFS", "Delay"]
_POLICIES: dict[str, Policy] = {
    "ProcessorSharing": "ProcessorSharing",
    "FCFS": "FCFS",
    "Delay": "Delay",
}


@dataclass(frozen=True, slots=True)
class Resource:
    """An active resource of a container."""

    container: str
    """Identifier of the container."""
    label: str
    """What the container is called."""
    type: str
    """Identifier of the resource type."""
    policy: Policy
    replicas: int
    rate: float
    """Demand served per second."""

    @property
    def is_processor(self) -> bool:
        """Whether its replicas are cores that tasks share."""
        return self.type == CPU and self.policy == "ProcessorSharing"

    @property
    def at_once(self) -> float:
        """How many demands it serves at the same time without making one of them wait."""
        if self.policy == "Delay":
            return float("inf")
        return self.replicas if self.policy == "ProcessorSharing" else 1


@dataclass(frozen=True, slots=True)
class Container:
    """A resource container: one machine, or several that are alike."""

    id: str
    name: str
    resources: dict[str, Resource] = field(default_factory=dict)
    """By identifier of the resource type."""
    where: str = ""
    """Place and name, for messages."""


@dataclass(frozen=True, slots=True)
class Network:
    """The link that joins the containers."""

    bandwidth_bytes_per_s: float | None
    """None where it is the usual one, which says nothing."""
    latency_s: float


class Environment:
    """The resource environment and the allocation of a model.

    Parameters
    ----------
    objects
        The elements of the model.

    Raises
    ------
    TransformError
        If a container, resource or allocation is not complete, or a number is out of range.
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        root = objects.root("resourceenvironment")
        self.containers = {
            objects.id(element): self._container(element)
            for element in children(root, "resourceContainer_ResourceEnvironment")
        }
        """Containers by identifier, in the order of the file."""
        self.network = self._network(root)
        self._of_instance: dict[str, Container] = {}
        for element in children(objects.root("allocation"), "allocationContexts_Allocation"):
            instance = objects.target(
                element, "assemblyContext_AllocationContext", "assemblyContexts__ComposedStructure"
            )
            container = objects.target(
                element, "resourceContainer_AllocationContext", "resourceContainer_ResourceEnvironment"
            )
            self._of_instance[objects.id(instance)] = self.containers[objects.id(container)]

    @property
    def used(self) -> set[str]:
        """The containers in which something runs."""
        return {container.id for container in self._of_instance.values()}

    def processor(self, container: str) -> Resource | None:
        """Return the cores of a container."""
        known = self.containers.get(container)
        found = known.resources.get(CPU) if known else None
        return found if found is not None and found.is_processor else None

    def container_of(self, instance: Element) -> Container:
        """Return the container in which an instance of a component runs.

        Raises
        ------
        TransformError
            If the allocation does not say.
        """
        found = self._of_instance.get(self._objects.id(instance))
        if found is None:
            raise refusal(
                self._objects.where(instance), "is not allocated to a container", "Allocate it in Palladio."
            )
        return found

    def _container(self, element: Element) -> Container:
        container = Container(self._objects.id(element), name(element), where=self._objects.where(element))
        for specification in children(element, "activeResourceSpecifications_ResourceContainer"):
            resource = self._resource(container, specification)
            container.resources[resource.type] = resource
        return container

    def _resource(self, container: Container, element: Element) -> Resource:
        type = self._objects.library(element, "activeResourceType_ActiveResourceSpecification")
        policy = _POLICIES.get(self._objects.library(element, "schedulingPolicy"))
        where = self._objects.where(element)
        if policy is None:
            raise refusal(
                where,
                f"a resource of {container.name} has a scheduling policy that is not known here",
                f"Use one of {', '.join(_POLICIES)}.",
            )
        if type == DELAY:
            policy = "Delay"
        return Resource(
            container=container.id,
            label=container.name,
            type=type,
            policy=policy,
            replicas=self._objects.number(element, "numberOfReplicas", 1),
            rate=self._number(element, "processingRate_ProcessingResourceSpecification", least=1e-300),
        )

    def _number(self, element: Element, feature: str, least: float = 0.0) -> float:
        try:
            value = number(evaluate(self._objects.expression(element, feature), {}))
        except ExpressionProblem as problem:
            raise refusal(
                self._objects.where(element), f"{feature}: {problem}", "Enter one number."
            ) from problem
        if value < least:
            raise refusal(
                self._objects.where(element),
                f"{feature} must be {'above' if least else 'at least'} 0, found {value:g}",
                "Correct the number.",
            )
        return value

    def _network(self, root: Element) -> Network:
        for link in children(root, "linkingResources__ResourceEnvironment"):
            for specification in children(link, "communicationLinkResourceSpecifications_LinkingResource"):
                try:
                    latency, throughput = (
                        mean(
                            self._objects.expression(
                                specification, f"{what}_CommunicationLinkResourceSpecification"
                            )
                        )
                        for what in ("latency", "throughput")
                    )
                except (ExpressionProblem, TransformError):
                    continue  # neither takes time in Palladio's simulation of calls
                usual = throughput == USUAL_NETWORK_BYTES_PER_S or throughput <= 0
                return Network(None if usual else throughput, max(0.0, latency))
        return Network(None, 0.0)


def label_and_nodes(label: str) -> tuple[str, int]:
    """Return what a group of nodes is called, and the number of nodes that an export writes behind it."""
    match = re.fullmatch(r"(.*) \(([1-9]\d{0,4}) nodes\)", label, re.DOTALL)
    return (match[1], int(match[2])) if match else (label, 1)
