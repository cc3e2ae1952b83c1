"""Instances of components: their services, parameters, passive resources, and whom they call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import networkx as nx

from ...stoex import Expression, ExpressionProblem
from ..xml import Element
from .objects import Objects, children, described, kind, name, refusal, tokens
from .quantities import Quantities

SIGNATURES = "signatures__OperationInterface"
INSTANCES = "assemblyContexts__ComposedStructure"
Service = tuple[str, str]
"""A service of an instance: identifiers of the assembly context and of the signature."""


@dataclass(frozen=True, slots=True)
class Passive:
    """A passive resource of an instance."""

    id: str
    """Identifier of the instance and of the resource."""
    instance: Element
    """The assembly context of the instance."""
    name: str
    capacity: Expression
    where: str
    """Place and name, for messages."""


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a basic component."""

    element: Element
    """The assembly context."""
    component: Element
    order: int
    """Position of the component in its repository."""
    parameters: Mapping[str, Expression]
    """Component parameters by name."""
    passives: dict[str, Passive]
    """Passive resources by identifier."""

    @property
    def id(self) -> str:
        """Identifier of the assembly context."""
        return str(self.element.get("id"))


class System:
    """The system of a model.

    Parameters
    ----------
    objects
        The elements of the model.
    quantities
        Where component parameters are defined.
    """

    def __init__(self, objects: Objects, quantities: Quantities) -> None:
        self.objects = objects
        self._quantities = quantities
        self.root = objects.root("system")
        self.instances = {
            self.objects.id(element): self._instance(element) for element in children(self.root, INSTANCES)
        }
        """Instances by identifier."""
        self._calls: dict[tuple[str, str], str] = {}
        self._offers: dict[str, str] = {}
        for connector in children(self.root, "connectors__ComposedStructure"):
            self._connect(connector)
        self._recursive: set[Service] | None = None

    def entry(self, role: Element, signature: Element, caller: Element) -> tuple[Instance, Element]:
        """Return the instance and the service behind a provided role of the system.

        Raises
        ------
        TransformError
            If nothing answers the call.
        """
        instance = self._offers.get(self.objects.id(role))
        if instance is None:
            raise refusal(
                self.objects.where(caller),
                f"calls {described(role)}, which no component of the system answers",
                "Connect the role with a component of the system.",
            )
        return self._service(self.instances[instance], signature, caller)

    def callee(self, instance: Instance, action: Element) -> tuple[Instance, Element]:
        """Return the instance and the service that an external call of an instance reaches.

        Raises
        ------
        TransformError
            If nothing answers the call.
        """
        role = self.objects.target(action, "role_ExternalService", "requiredRoles_InterfaceRequiringEntity")
        found = self._calls.get((instance.id, self.objects.id(role)))
        if found is None:
            raise refusal(
                self.objects.where(action),
                f"calls {described(role)}, which is not connected to a component of the system",
                "Connect the role in the system, or model the answer as a component.",
            )
        signature = self.objects.target(action, "calledService_ExternalService", SIGNATURES)
        return self._service(self.instances[found], signature, action)

    def is_recursive(self, service: Service) -> bool:
        """Return whether a service calls itself, by itself or through others."""
        if self._recursive is None:
            graph = self._call_graph()
            self._recursive = {
                node
                for group in nx.strongly_connected_components(graph)
                for node in group
                if len(group) > 1 or graph.has_edge(node, node)
            }
        return service in self._recursive

    def _call_graph(self) -> nx.DiGraph[Service]:
        graph: nx.DiGraph[Service] = nx.DiGraph()
        for instance in self.instances.values():
            for seff in children(instance.component, "serviceEffectSpecifications__BasicComponent"):
                for described_service in tokens(seff, "describedService__SEFF"):
                    service = (instance.id, described_service.rpartition("#")[2])
                    for action in seff.iter("steps_Behaviour"):
                        if kind(action) != "ExternalCallAction":
                            continue
                        [role] = tokens(action, "role_ExternalService") or [""]
                        [called] = tokens(action, "calledService_ExternalService") or [""]
                        callee = self._calls.get((instance.id, role.rpartition("#")[2]))
                        if callee is not None:
                            graph.add_edge(service, (callee, called.rpartition("#")[2]))
        return graph

    def _service(self, instance: Instance, signature: Element, caller: Element) -> tuple[Instance, Element]:
        for seff in children(instance.component, "serviceEffectSpecifications__BasicComponent"):
            if self.objects.target(seff, "describedService__SEFF", SIGNATURES) is signature:
                return instance, seff
        raise refusal(
            self.objects.where(caller),
            f"calls {described(signature)}, which {described(instance.component)} does not describe",
            "Add a service effect specification for it.",
        )

    def _instance(self, element: Element) -> Instance:
        component = self.objects.target(
            element, "encapsulatedComponent__AssemblyContext", "components__Repository"
        )
        if kind(component) != "BasicComponent":
            raise refusal(
                self.objects.where(element),
                f"is an instance of a {kind(component)}, and only basic components are read",
                "Replace it by the components inside of it.",
            )
        parameters = {
            parameter: expression
            for owner, feature in (
                (component, "componentParameterUsage_ImplementationComponentType"),
                (element, "configParameterUsages__AssemblyContext"),
            )
            for parameter, expression in self.variables(owner, feature)
        }
        bound = {
            parameter: self._quantities.define(self.bound(expression, {}, (), element))
            for parameter, expression in parameters.items()
        }
        id = self.objects.id(element)
        passives = {}
        for passive in children(component, "passiveResource_BasicComponent"):
            capacity = self.objects.expression(passive, "capacity_PassiveResource")
            passives[self.objects.id(passive)] = Passive(
                id=f"{id}/{self.objects.id(passive)}",
                instance=element,
                name=name(passive),
                capacity=self.bound(capacity, bound, (), passive),
                where=self.objects.where(passive),
            )
        parent = component.getparent()
        order = 0 if parent is None else parent.index(component)
        return Instance(element, component, order, bound, passives)

    def variables(self, owner: Element, feature: str) -> list[tuple[str, Expression]]:
        """Return the variables that a feature sets: name with characterisation, and expression."""
        found = []
        for usage in children(owner, feature):
            reference = next(children(usage, "namedReference__VariableUsage"), None)
            names = []
            while reference is not None:
                names.append(reference.get("referenceName") or "")
                reference = next(children(reference, "innerReference_NamespaceReference"), None)
            for value in children(usage, "variableCharacterisation_VariableUsage"):
                expression = self.objects.expression(value, "specification_VariableCharacterisation")
                found.append((f"{'.'.join(names)}.{value.get('type', 'STRUCTURE')}", expression))
        return found

    def bound(
        self, expression: Expression, scope: Mapping[str, Expression], inside: tuple[str, ...], owner: Element
    ) -> Expression:
        """Return an expression over quantities; `Quantities.bound` with the place in messages."""
        try:
            return self._quantities.bound(expression, scope, inside)
        except ExpressionProblem as problem:
            raise refusal(
                self.objects.where(owner), str(problem), "Pass the variable, or correct its name."
            ) from problem

    def _connect(self, connector: Element) -> None:
        match kind(connector):
            case "AssemblyConnector":
                caller, callee = (
                    self.objects.target(connector, f"{side}AssemblyContext_AssemblyConnector", INSTANCES)
                    for side in ("requiring", "providing")
                )
                role = self.objects.target(
                    connector, "requiredRole_AssemblyConnector", "requiredRoles_InterfaceRequiringEntity"
                )
                self._calls[self.objects.id(caller), self.objects.id(role)] = self.objects.id(callee)
            case "ProvidedDelegationConnector":
                outer = self.objects.target(
                    connector,
                    "outerProvidedRole_ProvidedDelegationConnector",
                    "providedRoles_InterfaceProvidingEntity",
                )
                inner = self.objects.target(
                    connector, "assemblyContext_ProvidedDelegationConnector", INSTANCES
                )
                self._offers[self.objects.id(outer)] = self.objects.id(inner)
