"""Resource environment: a container for each group of nodes and one for the driver, joined by a network."""

from __future__ import annotations

from . import expressions
from .scenario import NodePool, Scenario
from .xml import CPU, DELAY, LAN, RESOURCES, Element, Identifiers, child, link, root


class Environment:
    """The resource environment of a scenario.

    Parameters
    ----------
    name
        Name of the environment.
    scenario
        Its nodes.
    identifiers
        Identifiers of the whole set of files.
    """

    def __init__(self, name: str, scenario: Scenario, identifiers: Identifiers) -> None:
        self._identifiers = identifiers
        self.root = root("resourceenvironment:ResourceEnvironment", entityName=name)
        self.driver = identifiers.make("container.driver")
        """Container of the driver."""
        self.pools = {pool.name: identifiers.make(f"container.{pool.name}") for pool in scenario.pools}
        """Container of each pool, by name."""
        self.processors = {pool.name: identifiers.make(f"cpu.{pool.name}") for pool in scenario.pools}
        """Cores of each pool, by name."""
        self._network(scenario)
        self._container(self.driver, "driver", identifiers.make("cpu.driver"), 1, 1.0)
        for pool in scenario.pools:
            container, cores = self.pools[pool.name], self.processors[pool.name]
            self._container(container, _label(pool), cores, pool.cores, scenario.cpu_rate)

    def _network(self, scenario: Scenario) -> None:
        network = child(
            self.root,
            "linkingResources__ResourceEnvironment",
            id=self._identifiers.make("network"),
            entityName="network",
            connectedResourceContainers_LinkingResource=" ".join((self.driver, *self.pools.values())),
        )
        link_of = child(
            network,
            "communicationLinkResourceSpecifications_LinkingResource",
            id=self._identifiers.make("network.link"),
            failureProbability="0.0",
        )
        link(link_of, "communicationLinkResourceType_CommunicationLinkResourceSpecification", RESOURCES + LAN)
        for feature, value in (("latency", scenario.latency_s), ("throughput", scenario.network_bytes_per_s)):
            child(
                link_of,
                f"{feature}_CommunicationLinkResourceSpecification",
                specification=expressions.number(value),
            )

    def _container(self, id: str, name: str, processor: str, cores: int, rate: float) -> None:
        container = child(self.root, "resourceContainer_ResourceEnvironment", id=id, entityName=name)
        _resource(container, processor, CPU, "ProcessorSharing", rate, cores)
        _resource(container, self._identifiers.make(f"{id}.delay"), DELAY, "Delay", 1.0, 1)


def _label(pool: NodePool) -> str:
    return pool.name if pool.nodes == 1 else f"{pool.name} ({pool.nodes} nodes)"


def _resource(container: Element, id: str, kind: str, policy: str, rate: float, replicas: int) -> None:
    element = child(
        container,
        "activeResourceSpecifications_ResourceContainer",
        id=id,
        numberOfReplicas=str(replicas),
    )
    link(element, "schedulingPolicy", RESOURCES + policy)
    link(element, "activeResourceType_ActiveResourceSpecification", RESOURCES + kind)
    child(
        element,
        "processingRate_ProcessingResourceSpecification",
        specification=expressions.number(rate),
    )
