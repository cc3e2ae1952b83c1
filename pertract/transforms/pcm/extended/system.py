"""An instance of every component, what it calls, and where it is: all on the master.

Which worker runs a task is left to the extension.
"""

from __future__ import annotations

from ..xml import Element, Identifiers, child, link
from .repository import OPERATION, Component, Interface, Required
from .xml import in_file, root


class System:
    """The system and its allocation.

    Parameters
    ----------
    name
        Name of the application.
    components
        All components.
    application, entry
        The component that users call, and by which interface.
    container
        Identifier of the master's container.
    identifiers
        Identifiers of the whole set of files.
    """

    def __init__(
        self,
        name: str,
        components: list[Component],
        application: Component,
        entry: Interface,
        container: str,
        identifiers: Identifiers,
    ) -> None:
        id = identifiers.make("system")
        self.root = root("system:System", "composition", "repository", id=id, entityName=name)
        self.allocation = root("allocation:Allocation", id=identifiers.make("allocation"), entityName=name)
        link(self.allocation, "targetResourceEnvironment_Allocation", in_file("resourceenvironment", "/"))
        link(self.allocation, "system_Allocation", in_file("system", id))
        self._assemblies: dict[str, str] = {}
        for component in components:
            self._instance(component, container)
        by_interface = {interface: c for c in components for interface in c.provided}
        for component in components:
            for required in component.required:
                self._connect(component, required, by_interface[required.interface.id])
        self.role = f"provides.{id}"
        """The role in which the system offers the application."""
        self._offer(application, entry)

    def _instance(self, component: Component, container: str) -> None:
        id = self._assemblies[component.id] = f"assembly.{component.id}"
        name = f"Assembly {component.name}"
        element = child(self.root, "assemblyContexts__ComposedStructure", id=id, entityName=name)
        link(
            element,
            "encapsulatedComponent__AssemblyContext",
            in_file("repository", component.id),
            "repository:BasicComponent",
        )
        allocated = child(
            self.allocation,
            "allocationContexts_Allocation",
            id=f"allocation.{component.id}",
            entityName=f"Allocation {component.name}",
        )
        link(allocated, "resourceContainer_AllocationContext", in_file("resourceenvironment", container))
        link(allocated, "assemblyContext_AllocationContext", in_file("system", id))

    def _connect(self, caller: Component, required: Required, callee: Component) -> None:
        operation = required.interface.kind == OPERATION
        kind = "AssemblyConnector" if operation else "AssemblyInfrastructureConnector"
        mark = f"_{kind}" if operation else f"__{kind}"
        element = self._connector(kind, f"connector.{required.id}", f"{caller.name} -> {callee.name}")
        element.set(f"requiringAssemblyContext{mark}", self._assemblies[caller.id])
        element.set(f"providingAssemblyContext{mark}", self._assemblies[callee.id])
        provided = callee.provided[required.interface.id]
        link(element, f"providedRole{mark}", in_file("repository", provided))
        link(element, f"requiredRole{mark}", in_file("repository", required.id))

    def _offer(self, application: Component, entry: Interface) -> None:
        delegation = self._connector(
            "ProvidedDelegationConnector", f"delegation.{self.role}", f"System -> {application.name}"
        )
        delegation.set("outerProvidedRole_ProvidedDelegationConnector", self.role)
        delegation.set("assemblyContext_ProvidedDelegationConnector", self._assemblies[application.id])
        inner = application.provided[entry.id]
        link(delegation, "innerProvidedRole_ProvidedDelegationConnector", in_file("repository", inner))
        outer = child(
            self.root,
            "providedRoles_InterfaceProvidingEntity",
            "repository:OperationProvidedRole",
            id=self.role,
            entityName=f"Provided {entry.name}",
        )
        link(outer, "providedInterface__OperationProvidedRole", in_file("repository", entry.id))

    def _connector(self, kind: str, id: str, ends: str) -> Element:
        return child(
            self.root,
            "connectors__ComposedStructure",
            f"composition:{kind}",
            id=id,
            entityName=f"Connector {ends}",
        )
