"""The cluster: a container for the master with a container inside for every worker."""

from __future__ import annotations

from ...original.metamodel import (
    NetworkChannel,
    ProcessingResourceUnit,
    ResourceArchitecture,
    ResourceNode,
)
from ...original.resources import MADE_UP_BANDWIDTH, MADE_UP_LATENCY_S, MASTER, RATE, is_master
from ...stoex import number
from ..xml import CPU, DELAY, LAN, Element, Identifiers, child
from .xml import resource_type, root

_TYPE = "resourcetype:ProcessingResourceType"


class Environment:
    """The resource environment.

    Parameters
    ----------
    resources
        The cluster. Of several masters the last one counts; where there is none, one of one core is added.
    identifiers
        Identifiers of the whole set of files.
    """

    def __init__(self, resources: ResourceArchitecture, identifiers: Identifiers) -> None:
        self._identifiers = identifiers
        self.root = root(
            "resourceenvironment:ResourceEnvironment", "resourcetype", entityName=resources.name or ""
        )
        unit = ProcessingResourceUnit(replications=1, processing_rate=RATE)
        masters = [node for node in resources.resource_nodes if is_master(node)]
        master = masters[-1] if masters else ResourceNode(name=MASTER, processing_resource_unit=unit)
        container = self._container(self.root, "resourceContainer_ResourceEnvironment", master, "Master")
        self.master = str(container.get("id"))
        """Identifier of the master's container."""
        inside = [
            self._container(container, "nestedResourceContainers__ResourceContainer", node, "Worker")
            for node in resources.resource_nodes
            if not is_master(node)
        ]
        self._network(resources.network_channel or NetworkChannel(), [container, *inside])

    def _container(self, parent: Element, feature: str, node: ResourceNode, role: str) -> Element:
        id = self._identifiers.make(f"container.{node.name or role}")
        container = child(parent, feature, id=id, entityName=node.name or role)
        unit = node.processing_resource_unit or ProcessingResourceUnit()
        rate, cores = unit.processing_rate or RATE, unit.replications or 1
        self._resource(container, f"cpu.{id}", CPU, "ProcessorSharing", rate, cores)
        self._resource(container, f"delay.{id}", DELAY, "Delay", RATE, 1)
        cluster = child(container, "clusterResourceSpecification_ResourceContainer", id=f"cluster.{id}")
        if role == "Master":
            resource_type(cluster, "actionSchedulingPolicy", "RoundRobin")
        resource_type(cluster, "resourceRole", role)
        return container

    @staticmethod
    def _resource(container: Element, id: str, kind: str, policy: str, rate: int, replicas: int) -> None:
        element = child(
            container,
            "activeResourceSpecifications_ResourceContainer",
            id=id,
            numberOfReplicas=str(replicas),
        )
        resource_type(element, "schedulingPolicy", policy)
        resource_type(element, "activeResourceType_ActiveResourceSpecification", kind)
        child(element, "processingRate_ProcessingResourceSpecification", specification=str(rate))

    def _network(self, channel: NetworkChannel, containers: list[Element]) -> None:
        id = self._identifiers.make("network")
        network = child(
            self.root,
            "linkingResources__ResourceEnvironment",
            id=id,
            entityName="LAN",
            connectedResourceContainers_LinkingResource=" ".join(str(c.get("id")) for c in containers),
        )
        link_of = child(
            network,
            "communicationLinkResourceSpecifications_LinkingResource",
            id=f"link.{id}",
            failureProbability="0.0",
        )
        resource_type(link_of, "communicationLinkResourceType_CommunicationLinkResourceSpecification", LAN)
        known = 0 < channel.bandwidth < float("inf")
        bandwidth = channel.bandwidth if known else MADE_UP_BANDWIDTH
        latency = channel.latency if 0 <= channel.latency < float("inf") else MADE_UP_LATENCY_S
        for feature, value in (("latency", latency), ("throughput", bandwidth)):
            name = f"{feature}_CommunicationLinkResourceSpecification"
            child(link_of, name, specification=number(float(value)))
