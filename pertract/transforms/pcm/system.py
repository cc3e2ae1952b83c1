"""Instances of components, what they call, and the containers they run in: system and allocation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .repository import Component, Interface, Required
from .xml import Element, Identifiers, child, link, root, variable


@dataclass(frozen=True, slots=True)
class Instance:
    """An assembly context."""

    id: str
    component: Component


class System:
    """The system and its allocation under construction.

    Parameters
    ----------
    name
        Name of the application.
    stem
        Name of the files without the ending.
    identifiers
        Identifiers of the whole set of files.
    """

    def __init__(self, name: str, stem: str, identifiers: Identifiers) -> None:
        self._identifiers = identifiers
        self._stem = stem
        self.id = identifiers.make("system")
        self.root = root("system:System", "composition", "repository", "stoex", id=self.id, entityName=name)
        self.allocation = root("allocation:Allocation", id=identifiers.make("allocation"), entityName=name)
        link(self.allocation, "targetResourceEnvironment_Allocation", f"{stem}.resourceenvironment#/")
        link(self.allocation, "system_Allocation", f"{stem}.system#{self.id}")

    def instance(
        self,
        component: Component,
        container: str,
        label: str = "",
        parameters: Mapping[str, str] | None = None,
    ) -> Instance:
        """Add an instance of a component in a container; a label tells several apart."""
        suffix = f".{label}" if label else ""
        id = self._identifiers.make(f"assembly.{component.id}{suffix}")
        name = f"{component.name} ({label})" if label else component.name
        element = child(self.root, "assemblyContexts__ComposedStructure", id=id, entityName=name)
        link(
            element,
            "encapsulatedComponent__AssemblyContext",
            self._in_repository(component.id),
            "repository:BasicComponent",
        )
        for parameter, expression in (parameters or {}).items():
            variable(element, "configParameterUsages__AssemblyContext", parameter, expression)
        allocated = child(
            self.allocation,
            "allocationContexts_Allocation",
            id=self._identifiers.make(f"allocation.{component.id}{suffix}"),
        )
        link(
            allocated,
            "resourceContainer_AllocationContext",
            f"{self._stem}.resourceenvironment#{container}",
        )
        link(allocated, "assemblyContext_AllocationContext", f"{self._stem}.system#{id}")
        return Instance(id, component)

    def connect(self, caller: Instance, required: Required, callee: Instance) -> None:
        """Let an instance answer the calls that another makes through a required role."""
        element = child(
            self.root,
            "connectors__ComposedStructure",
            "composition:AssemblyConnector",
            id=self._identifiers.make(f"connector.{required.role}"),
            requiringAssemblyContext_AssemblyConnector=caller.id,
            providingAssemblyContext_AssemblyConnector=callee.id,
        )
        provided = callee.component.provided[required.interface.id]
        self._role(element, "providedRole_AssemblyConnector", provided)
        self._role(element, "requiredRole_AssemblyConnector", required.role)

    def offer(self, instance: Instance, interface: Interface) -> str:
        """Offer an interface of an instance to users, and return the identifier of the role."""
        role = self._identifiers.make(f"system.provides.{interface.id}")
        inner = instance.component.provided[interface.id]
        delegation = child(
            self.root,
            "connectors__ComposedStructure",
            "composition:ProvidedDelegationConnector",
            id=self._identifiers.make(f"delegation.{interface.id}"),
            entityName=f"Delegation_{interface.name}",
            outerProvidedRole_ProvidedDelegationConnector=role,
            assemblyContext_ProvidedDelegationConnector=instance.id,
        )
        self._role(delegation, "innerProvidedRole_ProvidedDelegationConnector", inner)
        outer = child(
            self.root,
            "providedRoles_InterfaceProvidingEntity",
            "repository:OperationProvidedRole",
            id=role,
            entityName=f"Provided_{interface.name}",
        )
        link(outer, "providedInterface__OperationProvidedRole", self._in_repository(interface.id))
        return role

    def _role(self, element: Element, feature: str, role: str) -> None:
        link(element, feature, self._in_repository(role))

    def _in_repository(self, id: str) -> str:
        return f"{self._stem}.repository#{id}"
